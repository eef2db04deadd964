// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "words.h"

#define FLASH                                                        \
	"python3 ~/katapult/scripts/flashtool.py -i {if} -u {uuid} " \
	"-f ~/klipper/out/klipper.bin"
#define FLUSH                                                              \
	"discard the queued frame, or it is sent later: sudo ip link set " \
	"{if} down && sudo {up}"
#define AGAIN                                                               \
	"bring {if} up again (if it is gone, plug its adapter in before): " \
	"sudo {up}"
#define DOWN_UP "sudo ip link set {if} down && sudo {up}"
#define RESTART                                                           \
	"restart it: " DOWN_UP "\n"                                       \
	"if it recurs, likely: wrong bit rate, CAN-H and CAN-L swapped, " \
	"or no termination"
#define CHECK_BUS                                                       \
	"check power, wiring, 120 ohm termination, and that all nodes " \
	"have the same bit rate"
#define WIRING "likely no other node acknowledges: " CHECK_BUS
#define LONGER_QUEUE "sudo ip link set {if} txqueuelen 128"

#define LEAVE "canbootreq -i {if} --leave -u {uuid}"

static const struct words rows[CAUSE_COUNT] = {
	[CAUSE_PENDING] = WORDS_PENDING,
	[CAUSE_PROVEN] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "Katapult answered on {if} with this UUID{katapult}",
		.next = FLASH,
		.back = LEAVE "\n"
			"that starts the application in it; without one it "
			"stays in Katapult, which waits without a time limit",
	},
	[CAUSE_REQUESTED] = {
		.outcome = KCAN_OUTCOME_REQUESTED,
		.reason = "not verified; {request}",
		.next = FLASH,
		.back = LEAVE "\n"
			"if it is in Katapult now, it stays there until then, "
			"or until its power is switched off and on",
	},
	[CAUSE_LEFT] = {
		.outcome = KCAN_OUTCOME_LEFT_BOOTLOADER,
		.reason = "Katapult acknowledged and no longer answers on "
			  "{if}{katapult}",
		.next = "start Klipper's host again: sudo systemctl start "
			"klipper\n"
			"whether the application runs well cannot be seen from "
			"here",
		.back = "canbootreq -i {if} -u {uuid}",
	},
	[CAUSE_BLANK] = {
		.outcome = KCAN_OUTCOME_NO_APPLICATION,
		.reason = "its flash holds no application, so it was left in "
			  "Katapult on {if}{katapult}",
		.next = "flash one: " FLASH,
	},
	[CAUSE_UNANSWERED] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "Katapult answered with this UUID on {if}, but did "
			  "not answer what came after; {request}",
		.next = "try again: " LEAVE "\n"
			"if this persists: switch the board's power off and on",
	},
	[CAUSE_STAYED] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "Katapult still answers on {if}; {request}",
		.next = "try again: " LEAVE "\n"
			"if this persists: make sure that its boot button is "
			"not held, and switch the board's power off and on",
	},
	[CAUSE_UNSURE] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "there is no proof that Katapult on {if} has left; "
			  "{request}",
		.next = "look again: " LEAVE "\n"
			"that ends as no-answer once it has left",
	},
	[CAUSE_TWICE] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "Katapult answered with this UUID on each of "
			  "{where}; {request}",
		.next = "likely two boards have this UUID, or those interfaces "
			"are on one bus: ask again with -i and one of them",
	},
	[CAUSE_NOT_QUEUED] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "the transmit queue of {if} stayed full; no request "
			  "was sent",
		.next = WIRING "\n"
			"then empty the queue: sudo ip link set {if} down && "
			"sudo {up}\n"
			"a short queue (now {queue}) fills sooner: "
			LONGER_QUEUE,
	},
	[CAUSE_BEHIND] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "{if} never confirmed an earlier frame of this call, "
			  "so no request was sent for this one",
		.next = FLUSH "\n" WIRING,
	},
	[CAUSE_UNCONFIRMED] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "{if} never confirmed {frame}: it is still queued "
			  "and will be sent when another node acknowledges it",
		.next = FLUSH "\n" WIRING,
	},
	[CAUSE_NODEID_TAKEN] = {
		.outcome = KCAN_OUTCOME_BUSY,
		.reason = "a Klipper node owns nodeid {nodeid} on {if}, so the "
			  "proof was stopped; {request}",
		.next = "ask again, which draws another nodeid: canbootreq -i "
			"{if} {leave}-u {uuid}",
	},
	[CAUSE_WRONG_UUID] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "a Katapult with UUID {other} answered on our nodeid "
			  "{nodeid}; {request}",
		.next = "likely two nodes share a nodeid: ask again, which "
			"draws another one, or switch that board off and on",
	},
	[CAUSE_NACKED] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "Katapult answered NACK and then nothing; {request}",
		.next = "likely its receiver is stuck, and only a reset "
			"helps: " WORDS_POWER_CYCLE,
	},
	[CAUSE_REFUSED] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "Katapult answered, but does not know the question "
			  "for its UUID (likely a very old one); {request}",
		.next = "update Katapult on this node, or go on without "
			"proof: " FLASH,
	},
	[CAUSE_GARBLED] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "answers on our nodeid {nodeid} begin like "
			  "Katapult's, but none was a complete and correct "
			  "answer to a confirmed question; {request}",
		.next = "likely frames get lost or mixed: look at the error "
			"counters (ip -details -statistics link show {if}), then ask "
			"again",
	},
	[CAUSE_UUID_RESERVED] = {
		.outcome = KCAN_OUTCOME_BUSY,
		.reason = "{holder} is busy with this MCU on {if}; no request "
			  "was sent",
		.next = "wait until it has ended, then ask again, or go on "
			"nevertheless with --force",
	},
	[CAUSE_NO_NODEID] = {
		.outcome = KCAN_OUTCOME_BUSY,
		.reason = "no nodeid from 192 to 254 is free on {if}: other "
			  "canbootreq processes hold them, or frames were "
			  "heard on them; {request}",
		.next = "see who sends there: canbootreq -i {if} --listen\n"
			"ask again once they have ended, or with --force, "
			"which takes those on which nothing was heard",
	},
	[CAUSE_FLASHING] = {
		.outcome = KCAN_OUTCOME_BUSY,
		.reason = "another program is flashing a node over {if}; no "
			  "request was sent",
		.next = "wait until the flashing tool has ended, or go on "
			"nevertheless with --force",
	},
	[CAUSE_LOST] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "{if} {detail} while waiting for proof; {request}",
		.next = AGAIN,
	},
	[CAUSE_LOST_UNSENT] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "{if} {detail} before {message} was confirmed",
		.next = AGAIN,
	},
	[CAUSE_INTERRUPTED] = WORDS_INTERRUPTED,
	[CAUSE_USAGE] = WORDS_USAGE("canbootreq"),
	[CAUSE_NO_CAN] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "this kernel has no CAN support ({detail})",
		.next = "load it: sudo modprobe can-raw; to try things out "
			"without it: vcan-run -- canbootreq -i vcan0 ...",
	},
	[CAUSE_NO_INTERFACE] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "there is no interface {if}{place}; {detail}",
		.next = "see what there is: canbootreq --list; name another "
			"one with -i, or see whether its adapter is plugged "
			"in (lsusb, dmesg)",
	},
	[CAUSE_NONE_UP] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "no CAN interface is up; {detail}",
		.next = "bring it up, or another one: sudo {up}{guess}",
	},
	[CAUSE_NONE_HERE] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "no CAN interface exists on this machine",
		.next = "see whether an adapter is plugged in: canbootreq "
			"--list",
	},
	[CAUSE_NOT_CAN] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "{if}{place} is not a CAN interface; {detail}",
		.next = "name a CAN interface with -i",
	},
	[CAUSE_NOTHING_HERE] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "this machine has no CAN interface, and no board on "
			  "USB that runs Klipper or is in a bootloader",
		.next = "plug one in and see whether the kernel finds it "
			"(lsusb, dmesg)\n"
			"if it does: sudo modprobe -a gs_usb cdc-acm",
	},
	[CAUSE_PERMISSION] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "this process may not open CAN sockets ({detail})",
		.next = "raw CAN needs no root on a plain system: likely a "
			"sandbox, container or security module forbids it "
			"here",
	},
	[CAUSE_DOWN] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "{if} is down; no request was sent",
		.next = "bring it up: sudo {up}{guess}{others}",
	},
	[CAUSE_BUS_OFF] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "{if} is in state BUS-OFF{health}; no request was "
			  "sent",
		.next = RESTART,
	},
	[CAUSE_NO_JANSSON] = WORDS_NO_JANSSON,
	[CAUSE_NO_ZLIB] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "--diagnose needs the libraries zlib and jansson, "
			  "one of which is not installed ({detail})",
		.next = "install them: sudo apt install zlib1g libjansson4",
	},
	[CAUSE_LOCAL] = WORDS_LOCAL,
	[CAUSE_QUERY_LOST] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "{if} {detail} while waiting for answers",
		.next = AGAIN,
	},
	[CAUSE_HEARD] = {
		.outcome = KCAN_OUTCOME_HEARD,
		.reason = "{detail} heard on {if}",
		.next = "a node that has a nodeid answers no query; its UUID "
			"is heard only while the nodeid is given\n"
			"Klipper's host counts nodeids from 4, in the order of "
			"canbus_uuid in printer.cfg; console.py takes 64, "
			"flashtool.py 129",
	},
	[CAUSE_UNHEARD_OFF] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "{if} is in state BUS-OFF, so no node was heard",
		.next = RESTART,
	},
	[CAUSE_CUT_SHORT] = {
		.outcome = KCAN_OUTCOME_INTERRUPTED,
		.reason = "ended by {signal} before {timeout} s were over",
		.next = "a Klipper node reports every 5 s: one that is not "
			"listed may be alive",
	},
	[CAUSE_LISTEN_LOST] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "{if} {detail} while listening",
		.next = AGAIN,
	},
	[CAUSE_LISTEN_DOWN] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "{if} is down, so nothing can be heard",
		.next = "bring it up: sudo {up}{guess}{others}",
	},
};

static const char *const warnings[WARNING_COUNT] = {
	[WARNING_KLIPPER_HOST] =
		"a Klipper host has nodes open on {if}, and losing one ends "
		"its print; stop it, for example: sudo systemctl stop klipper",
	[WARNING_FORCED] = "another program is flashing over {if}; going on "
			   "because of --force",
	[WARNING_RESERVED] = "{holder} is busy with {uuid} on {if}; going on "
			     "because of --force",
	[WARNING_DOWN] = "{if} is down; bring it up: sudo {up}{guess}",
	[WARNING_STATE] =
		"{if} is in state {state}{health}: {trouble}: " DOWN_UP,
	[WARNING_DROPPED] = "{if} is so busy that frames were lost here; a "
			    "confirmation may have been among them",
	[WARNING_NODEID_HELD] =
		"the node may still hold nodeid {nodeid}, as it answered on it "
		"or handing it back was not confirmed; a power cycle or "
		"flashtool.py clears it",
	[WARNING_STILL_QUEUED] = FLUSH,
	[WARNING_TORN] =
		"the node may have received half a command, which blocks "
		"its Katapult: switch its power off and on before "
		"anything else",
	[WARNING_TWINS] =
		"Katapult answered more often than it was asked, so likely "
		"two boards have this UUID, and neither can be flashed while "
		"both are on {if}: take one of them off",
	[WARNING_TAKEN] =
		"asking Klipper gives a node that runs it nodeid {asked}: a "
		"Klipper host that was using the node has lost it, shuts down "
		"within seconds and ends its print; restart that host to take "
		"the node back",
	[WARNING_NO_DRIVER] = "no driver uses {usbwhat} on USB port {port}: "
			      "sudo modprobe -a gs_usb cdc-acm",
	[WARNING_HEATERS] = "{usbwarning}",
	[WARNING_UNPROVEN] =
		"the serial number of the adapter does not yield its "
		"UUID: only its leaving after the request shows that it "
		"is this MCU",
	[WARNING_LEFT_AGAIN] =
		"what came up on USB port {port} has left it again: see what "
		"is there now, lsusb -t",
	[WARNING_UNACKNOWLEDGED] =
		"no node acknowledges what is sent on {if}{health}: " CHECK_BUS,
	[WARNING_SHORT_QUEUE] =
		"the transmit queue of {if} is short ({queue} frames): bursts "
		"of Klipper's host do not fit and come late; make it "
		"longer: " LONGER_QUEUE,
	[WARNING_RESTART] =
		"restart-ms is set on {if}, but its driver gs_usb cannot "
		"restart it: at the next bus-off the kernel can crash; take "
		"it back: sudo ip link set {if} down && sudo ip link set {if} "
		"type can restart-ms 0 && sudo {up}",
	[WARNING_QUEUE_FULL] = "the transmit queue of {if} ({queue} frames) "
			       "was full at times: some frames were sent late",
};

static const char *const requests[] = {
	[REQUEST_NONE] = "none",
	[REQUEST_UNCONFIRMED] = "unconfirmed",
	[REQUEST_HANDED_OVER] = "handed-over",
	[REQUEST_ACKNOWLEDGED] = "acknowledged",
};

const struct words *words_of(enum cause cause)
{
	if (cause >= CAUSE_SILENT && cause <= CAUSE_UNHEARD)
		return words_of_silence(cause);
	if (cause >= CAUSE_USB_KATAPULT && cause < CAUSE_COUNT)
		return words_of_usb(cause);
	return &rows[cause < CAUSE_COUNT ? cause : CAUSE_PENDING];
}

const char *words_warning(enum warning warning)
{
	return warnings[warning];
}

const char *words_request(enum request request)
{
	return requests[request];
}
