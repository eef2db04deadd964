// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The ends without an answer of Katapult, and what may be the reason. */
#include "words.h"

#define HOST_AGAIN                         \
	"sudo systemctl restart klipper\n" \
	"that gives the node back the nodeid that its Klipper host uses"
#define SILENT                                                     \
	"no proof within {timeout} s: {request}, but no Katapult " \
	"answered with this UUID{onwhere}"
#define NOT_THERE                                                              \
	"this UUID is not on {on}: look at the board's power; canbootreq -i "  \
	"{if} --listen, which sends nothing, hears nodes that have a nodeid, " \
	"and --query lists the UUIDs of those that have none, but it is a "    \
	"broadcast that can throw nodes off a bus in use{others}"
#define REASONS                                                                \
	WORDS_LIKELY                                                           \
	"1. no Katapult on the MCU: most then ignore the request and go on, "  \
	"and an RP2040 or RP2350 waits in its USB ROM: lsusb shows "           \
	"2e8a:0003 or 2e8a:000f once a cable is in\n"                          \
	"2. " NOT_THERE "\n"                                                   \
	"3. " WORDS_STUCK "\n"                                                 \
	"4. Klipper cannot start its Katapult, as it was built without the "   \
	"offset for it or is too old (on an STM32G4 from before April "        \
	"2026): " WORDS_DOUBLE_RESET "\n"                                      \
	"5. its Katapult was built for USB or UART, not for CAN: look with "   \
	"lsusb for 1d50:6177\n"                                                \
	"6. on a real bus: Katapult was built for another bit rate than the "  \
	"bus has (usually 1000000)\n"                                          \
	"7. it was just starting, as after power-on or a reset, and heard no " \
	"request: ask again"

static const struct words rows[CAUSE_COUNT] = {
	[CAUSE_SILENT] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = SILENT,
		.next = REASONS "\n"
			"--diagnose tells whether its Klipper still runs, as "
			"with 1, 4 and 7, but takes the node away from a "
			"running Klipper host",
	},
	[CAUSE_SILENT_ELSEWHERE] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = SILENT "; this MCU is not on {if}, but on USB port "
				 "{port} ({usbid}): {usbplace}",
		.next = "{usbask}",
	},
	[CAUSE_LEAVE_SILENT] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "no Katapult answered with this UUID on {on} within "
			  "{timeout} s; {request}",
		.next = WORDS_LIKELY
			"1. it is not in Katapult, but runs its application: "
			"then there is nothing to do\n"
			"2. " NOT_THERE "\n"
			"3. " WORDS_STUCK,
	},
	[CAUSE_LEAVE_RUNS] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "no Katapult answered with this UUID on {if} within "
			  "{timeout} s; {request}; this MCU is on USB port "
			  "{port} ({usbid}): {usbplace}",
		.next = "{usbask}",
	},
	[CAUSE_NO_DIAGNOSIS] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = SILENT "; {detail}",
		.next = REASONS,
	},
	[CAUSE_BOTH_SILENT] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "no proof within {timeout} s: {request}, but neither "
			  "Katapult nor Klipper answered with this "
			  "UUID{onwhere}{askedon}",
		.next = WORDS_LIKELY
			"1. " NOT_THERE "\n"
			"2. " WORDS_STUCK "\n"
			"3. it went to a ROM or to a Katapult that is not on "
			"CAN: look with lsusb for 1d50:6177, 2e8a:0003, "
			"2e8a:000f or 0483:df11\n"
			"4. on a real bus: it has another bit rate than the "
			"bus (usually 1000000), or bad wiring",
	},
	[CAUSE_APPLICATION] = {
		.outcome = KCAN_OUTCOME_STILL_APPLICATION,
		.reason = "Klipper {appversion} runs on it and reported this "
			  "UUID on nodeid {asked}; {request}; an MCU of its "
			  "type ({appmcu}) {mcureason}",
		.next = "{mcuremedy}",
		.back = HOST_AGAIN,
	},
	[CAUSE_APPLICATION_UNREAD] = {
		.outcome = KCAN_OUTCOME_STILL_APPLICATION,
		.reason = "Klipper {appversion} answered on nodeid {asked}, "
			  "which only this UUID was given, but {detail}; "
			  "{request}; an MCU of its type ({appmcu}) "
			  "{mcureason}",
		.next = "{mcuremedy}",
		.back = HOST_AGAIN,
	},
	[CAUSE_APPLICATION_OTHER] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = SILENT "; on nodeid {asked} Klipper answered with "
				 "UUID {other}",
		.next = "likely two nodes share a nodeid: switch the boards off and "
			"on, then ask again",
	},
	[CAUSE_QUERY_SILENT] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "no unassigned node answered on {on}",
		.next = "a node that has a nodeid, from a Klipper host or a "
			"flash that broke off, never answers: missing here "
			"does not mean gone; to hear it: canbootreq -i {if} "
			"--listen{others}",
	},
	[CAUSE_UNHEARD] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "no node was heard on {if} within {timeout} s",
		.next = "a node is silent until a host gives it a nodeid, and "
			"in Katapult until it is asked: unless the bus is in "
			"use, list those with --query\n"
			"if a host has nodes on {if}: look for power, wiring, "
			"termination and bit rate{others}",
	},
};

const struct words *words_of_silence(enum cause cause)
{
	return &rows[cause];
}
