// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The ends that an adapter on USB has to do with. */
#include "words.h"

#define ON_PORT "on USB port {port} ({usbid})"
#define AFTER "then bring {usbif} up, which is down after each plug: sudo {up}"
#define LOOK "lsusb -t"

static const struct words rows[CAUSE_COUNT] = {
	[CAUSE_USB_KATAPULT] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "Katapult came up " ON_PORT " as {usbtty}; {request}",
		.next = "{usbnext}",
		.back = "{usbback}\n" AFTER,
	},
	[CAUSE_USB_NO_TTY] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "Katapult came up " ON_PORT ", but no tty for it "
			  "within {timeout} s; {request}",
		.next = "{usbnext}",
		.back = "{usbback}\n" AFTER,
	},
	[CAUSE_USB_LOADER] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "{usbwhat} came up " ON_PORT "; {request}",
		.next = "{usbnext}",
		.back = "{usbback}\n" AFTER,
	},
	[CAUSE_USB_BACK] = {
		.outcome = KCAN_OUTCOME_STILL_APPLICATION,
		.reason = "this bridge left USB port {port} and came back "
			  "unchanged ({usbid}): it runs Klipper; {request}; "
			  "{usblink}",
		.next = "{usbup}\n" WORDS_LIKELY
			"1. no Katapult on the board, and what lies in front "
			"of Klipper did not stay: put Katapult, built for "
			"USB, on it once\n"
			"2. something else has reset it: ask again",
	},
	[CAUSE_USB_STAYED] = {
		.outcome = KCAN_OUTCOME_STILL_APPLICATION,
		.reason = "this bridge has not left USB port {port} ({usbid}) "
			  "within {timeout} s: it still runs Klipper; "
			  "{request}",
		.next = "{usbstayed}",
	},
	[CAUSE_USB_EMPTY] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "this bridge left USB port {port}, but nothing was "
			  "there {timeout} s after the request; {request}",
		.next = WORDS_LIKELY
			"1. its bootloader takes longer: look with " LOOK
			", and next time ask with a longer --timeout\n"
			"2. its Katapult was built for CAN or UART, not for "
			"USB: it waits there, out of reach through itself\n"
			"3. it hangs: switch the board's power off and on",
	},
	[CAUSE_USB_OTHER] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "this bridge left USB port {port}, where now "
			  "{usbwhat} is ({usbid} {usbmaker} {usbname}); "
			  "{request}",
		.next = "see what it is: " LOOK "\n"
			"if another board was plugged in there, ask the "
			"bridge again on its own port",
	},
	[CAUSE_USB_REQUESTED] = {
		.outcome = KCAN_OUTCOME_REQUESTED,
		.reason = "not verified; {request}, and this is the bridge "
			  "behind {if} itself, " ON_PORT,
		.next = "see what comes up on its port: " LOOK,
		.back = "switch the board's power off and on\n" AFTER,
	},
	[CAUSE_ADAPTER_LOST] = {
		.outcome = KCAN_OUTCOME_NO_ANSWER,
		.reason = "{if} {detail} while waiting for proof; {request}; "
			  "{usbstory}",
		.next = "{usbup}\nthen ask again",
	},
	[CAUSE_ADAPTER_LOST_UNSENT] = {
		.outcome = KCAN_OUTCOME_NOT_SENT,
		.reason = "{if} {detail} before {message} was confirmed; "
			  "{usbstory}",
		.next = "{usbup}\nthen ask again",
	},
	[CAUSE_USB_ALREADY] = {
		.outcome = KCAN_OUTCOME_IN_BOOTLOADER,
		.reason = "it was in the bootloader already, on USB: {usbwhat} "
			  "is " ON_PORT "{usbas}; {request}",
		.next = "{usbnext}",
		.back = "{usbback}{usbafter}",
	},
	[CAUSE_USB_CANNOT_LEAVE] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "it is not on {if}, but in its bootloader on USB: "
			  "{usbwhat} is " ON_PORT "{usbas}, which --leave "
			  "cannot end; {request}",
		.next = "{usbback}{usbafter}",
	},
	[CAUSE_ELSEWHERE] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "there is no interface {if}, and this MCU is " ON_PORT
			  ": {usbplace}; {request}",
		.next = "{usbask}",
	},
	[CAUSE_DOWN_ELSEWHERE] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "{if} is down, and this MCU is not on {if}, but " ON_PORT
			  ": {usbplace}; {request}",
		.next = "{usbask}",
	},
	[CAUSE_ADAPTER_LOADED] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "there is no interface {if}: likely the adapter of "
			  "{if} is in its bootloader " ON_PORT ": {usbwhat}"
			  "{usbas}; {detail}",
		.next = "to start it again: {usbback}{usbafter}\n"
			"or flash it: {usbnext}",
	},
	[CAUSE_MAYBE_LOADED] = {
		.outcome = KCAN_OUTCOME_UNPROVEN,
		.reason = "there is no interface {if}: likely the adapter of "
			  "{if}, which may be this MCU itself, is in its "
			  "bootloader " ON_PORT ": {usbwhat}{usbas}, whose "
			  "serial number does not yield a UUID; {detail}; "
			  "{request}",
		.next = "{usbnext}",
		.back = "{usbback}{usbafter}",
	},
	[CAUSE_MIXED] = {
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,
		.reason = "behind {if} is {usbwhat} " ON_PORT " whose serial "
			  "number '{usbserial}' does not yield its UUID: asked "
			  "before the others it would take {if} away from "
			  "them, so no request was sent",
		.next = "ask with one -u in each call, and the adapter "
			"last",
	},
};

const struct words *words_of_usb(enum cause cause)
{
	return &rows[cause];
}
