// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "words.h"

#define FLASH                                                             \
	"python3 ~/katapult/scripts/flashtool.py -d {dev} -b {kbaud} -f " \
	"~/klipper/out/klipper.bin"
#define RESET                                                              \
	"press the board's reset button, or switch its power off and on: " \
	"without a request Katapult starts the application"
#define AGAIN "{retry}"
#define NOT_HERE                                                             \
	"its Katapult was built for USB or CAN, or it waits in its USB ROM:" \
	" look with lsusb for 1d50:6177, 2e8a:0003, 2e8a:000f or 0483:df11"
#define OTHER_RATE                                                       \
	"its Katapult has another rate than {kbaud} baud: name it with " \
	"--katapult-baud"
#define WIRING                                                               \
	"another device, or wiring: TX and RX have to cross, and the board " \
	"needs power"

static const struct words rows[CAUSE_COUNT] = {
	[CAUSE_PENDING] = WORDS_PENDING,
	[CAUSE_ALREADY] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "it was in Katapult already, which answered at "
			  "{kbaud} baud ({katapult}); {request}",
		.next = FLASH,
		.back = RESET,
	},
	[CAUSE_PROVEN] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "Katapult answered at {kbaud} baud ({katapult})",
		.next = FLASH,
		.back = RESET,
	},
	[CAUSE_APPLICATION] = {
		.outcome = KCAN_OUTCOME_STILL_APPLICATION,
		.reason = "Klipper still answers at {baud} baud; {request}",
		.next = WORDS_LIKELY
			"1. " WORDS_NO_KATAPULT "\n"
			"2. " WORDS_NO_OFFSET "\n"
			"3. Klipper is too old to know the request, or to "
			"start its Katapult: the same reset, then update it",
	},
	[CAUSE_SILENT] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "no answer came, neither before the request nor "
			  "within {timeout} s after it; {request}",
		.next = WORDS_LIKELY
			"1. Klipper has another rate than {baud} baud: look "
			"for baud in printer.cfg, and name it with -b\n"
			"2. " WIRING "\n"
			"3. " WORDS_STUCK "\n"
			"4. " NOT_HERE "\n"
			"5. " OTHER_RATE,
	},
	[CAUSE_SILENT_SINCE] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "Klipper answered at first, but neither Klipper nor "
			  "Katapult answered within {timeout} s after the "
			  "request; {request}",
		.next = WORDS_LIKELY
			"1. " NOT_HERE "\n"
			"2. " OTHER_RATE "\n"
			"3. noise on the line has stuck its Katapult: "
			WORDS_POWER_CYCLE,
	},
	[CAUSE_NOISE] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "bytes came, but neither Katapult's at {kbaud} baud "
			  "nor Klipper's at {baud}; {request}",
		.next = WORDS_LIKELY
			"1. one of them has another rate: look for baud in "
			"printer.cfg; name it with -b, Katapult's with "
			"--katapult-baud\n"
			"2. something other than Klipper is on this port",
	},
	[CAUSE_ECHO] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "only what was written came back; {request}",
		.next = "likely TX and RX are connected to each other: look "
			"at the wiring",
	},
	[CAUSE_GARBLED] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "Katapult's blocks came, but no answer to what was "
			  "asked; {request}",
		.next = "an adapter may have kept old answers: ask again: "
			AGAIN "\n"
			"if this persists, likely its Katapult is stuck: "
			WORDS_POWER_CYCLE,
	},
	[CAUSE_LOST] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "it failed while waiting for proof ({detail}); "
			  "{request}",
		.next = "if its adapter was unplugged, plug it in; then ask "
			"again: " AGAIN,
	},
	[CAUSE_LOST_UNSENT] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "it vanished before the request was sent ({detail})",
		.next = "if its adapter was unplugged, plug it in; then ask "
			"again: " AGAIN,
	},
	[CAUSE_NOT_TAKEN] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "it does not take what is written ({detail}); "
			  "{request}",
		.next = "unplug the adapter and plug it in again",
	},
	[CAUSE_USB_ALREADY] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "it was in the bootloader already: {usbwhat} is on "
			  "USB port {port} ({usbid}){usbas}; {request}",
		.next = "{usbnext}",
		.back = "{usbback}",
	},
	[CAUSE_USB_KATAPULT] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "Katapult came up on USB port {port} ({usbid}) as "
			  "{tty}",
		.next = "{usbnext}",
		.back = "{usbback}",
	},
	[CAUSE_USB_NO_TTY] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "Katapult came up on USB port {port} ({usbid}), but "
			  "no tty for it within {timeout} s",
		.next = "{usbnext}",
		.back = "{usbback}",
	},
	[CAUSE_USB_LOADER] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "{usbwhat} came up on USB port {port} ({usbid})",
		.next = "{usbnext}",
		.back = "{usbback}",
	},
	[CAUSE_USB_STAYED] = {
		.outcome = KCAN_OUTCOME_STILL_APPLICATION,
		.reason = "{usbwhat} did not leave USB port {port} within "
			  "{timeout} s; {request}",
		.next = "{usbstayed}",
	},
	[CAUSE_USB_BACK] = {
		.outcome = KCAN_OUTCOME_STILL_APPLICATION,
		.reason = "it left USB port {port} and came back there as it "
			  "was: {usbwhat}, as {again}; {request}",
		.next = WORDS_LIKELY
			"1. its bootloader did not stay: put Katapult on the "
			"board, or use the way of its maker\n"
			"2. something else has reset it, or it was plugged in "
			"again: ask again",
	},
	[CAUSE_USB_EMPTY] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "it left USB port {port}, and nothing came up there "
			  "within {timeout} s; {request}",
		.next = WORDS_LIKELY
			"1. its Katapult was built for CAN or a UART: ask it "
			"there\n"
			"2. it takes longer: look with lsusb\n"
			"3. it was unplugged, or its cable or hub is bad: "
			"look with dmesg",
	},
	[CAUSE_USB_OTHER] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "{usbwhat} came up on USB port {port} ({usbid}); "
			  "{request}",
		.next = "see what it is: lsusb -v -d {usbid}",
	},
	[CAUSE_USB_BRIDGE] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "it is a USB-to-CAN bridge now: {usbif}, {theuuid}, "
			  "on USB port {port} ({usbid}); {request}",
		.next = "{usbask}",
	},
	[CAUSE_USB_RENAMED] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "this board has another name now: {usbwhat} is on "
			  "USB port {port} ({usbid}){usbas}; {request}",
		.next = "{usbask}",
	},
	[CAUSE_USB_MAYBE] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "there is no such device ({detail}); likely it is in "
			  "its bootloader, {usbwhat} on USB port {port} "
			  "({usbid}){usbas}, which this name does not prove; "
			  "{request}",
		.next = "{usbnext}",
		.back = "{usbback}",
	},
	[CAUSE_USB_LOST] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "it vanished while it was being asked ({detail}), "
			  "and on USB port {port} there is {usbwhat}",
		.next = "if it was unplugged, plug it in; then ask again",
	},
	[CAUSE_UNWATCHED] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "USB port {port} cannot be watched ({detail}); "
			  "{request}",
		.next = "end other programs: likely no descriptors are left",
	},
	[CAUSE_INTERRUPTED] = WORDS_INTERRUPTED,
	[CAUSE_USAGE] = WORDS_USAGE("serialbootreq"),
	[CAUSE_NO_DEVICE] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "there is no such device ({detail})",
		.next = "see which there are: ls /dev/serial/by-id/ "
			"/dev/ttyS* /dev/ttyAMA*\n"
			"a board that is in Katapult already has another name "
			"there; see whether a missing one is plugged in "
			"(lsusb, dmesg)",
	},
	[CAUSE_NOT_TTY] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "it is not a serial port",
		.next = "see which there are: ls /dev/serial/by-id/ "
			"/dev/ttyS* /dev/ttyAMA*",
	},
	[CAUSE_PERMISSION] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "this user may not open it, members of the group "
			  "{group} may",
		.next = "join the group, then log out and in again: sudo "
			"usermod -a -G {group} \"$USER\"",
	},
	[CAUSE_PERMISSION_ROOT] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "only its owner may open it",
		.next = "ask as root, with sudo in front: " AGAIN,
	},
	[CAUSE_HELD] = {
		.outcome = KCAN_OUTCOME_BUSY,
		.reason = "{holder} (pid {pid}) has it open; {request}",
		.next = "end that program, and the print with it; Klipper's "
			"host: sudo systemctl stop klipper",
	},
	[CAUSE_HELD_UNSEEN] = {
		.outcome = KCAN_OUTCOME_BUSY,
		.reason = "a program that this user cannot see has it open; "
			  "{request}",
		.next = "see which: sudo fuser -v {dev}\n"
			"Klipper's host: sudo systemctl stop klipper",
	},
	[CAUSE_RATE] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "it does not support {detail} baud; {request}",
		.next = "use another adapter, or build Klipper and Katapult "
			"for a rate that it supports",
	},
	[CAUSE_NOT_USB] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "it is not behind a USB port, so --usb has no "
			  "meaning",
		.next = "ask as a UART is asked: " AGAIN,
	},
	[CAUSE_NO_JANSSON] = WORDS_NO_JANSSON,
	[CAUSE_LOCAL] = WORDS_LOCAL,
};

const struct words *words_of(enum cause cause)
{
	return &rows[cause < CAUSE_COUNT ? cause : CAUSE_PENDING];
}

bool words_has(enum kcan_outcome outcome)
{
	for (int i = 0; i < CAUSE_COUNT; i++)
		if (rows[i].outcome == outcome)
			return true;
	return false;
}

const char *words_warning(const struct words_facts *facts)
{
	if (words_of(facts->cause)->outcome != KCAN_OUTCOME_IN_BOOTLOADER &&
	    facts->cause != CAUSE_USB_MAYBE)
		return NULL;
	return kcan_usbdev_info(&facts->usb)->warning;
}
