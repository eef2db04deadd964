// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Facts: usbip-gsusb-bridge.md, sections 4.5 and 5; can-admin-channel.md, 11.1. */
#include "ask.h"

#include <errno.h>
#include <string.h>

#include "../shared/usb.h"
#include "trace.h"

#define TOUCH_BPS 1200

/*
 * Klipper compares when either setting arrives, and may still see the old rate
 * then: so DTR falls last, while it is 1200. The port is closed before the
 * device can come back, or that would get another tty.
 */
static int touch(struct kcan_tty *tty)
{
	int err = kcan_tty_dtr(tty, true);

	if (!err)
		err = kcan_tty_speed(tty, TOUCH_BPS);
	if (!err)
		err = kcan_tty_dtr(tty, false);
	return err;
}

static enum cause cause_of(const struct kcan_usbfollow *f, bool touched)
{
	static const enum cause causes[] = USB_CAUSES;
	enum cause cause = causes[f->verdict];

	if (cause == CAUSE_USB_KATAPULT && !f->seen.tty[0])
		return CAUSE_USB_NO_TTY;
	/* what came up proves itself, however it came to that */
	if (touched || cause == CAUSE_USB_KATAPULT || cause == CAUSE_USB_LOADER)
		return cause;
	return cause == CAUSE_INTERRUPTED ? cause : CAUSE_USB_LOST;
}

static void explain(struct words_facts *facts, int err, enum cause cause)
{
	facts->cause = cause;
	if (err)
		snprintf(facts->detail, sizeof(facts->detail), "%s",
			 strerror(-err));
}

/*
 * What was opened may have come after it was looked for: only what comes after
 * this one was brought up by the touch. Return: whether it can be touched.
 */
static bool look_again(struct words_facts *facts, struct kcan_usbport *port)
{
	struct kcan_usbdev seen;

	kcan_usbport_look(port, &seen);
	if (seen.devnum)
		facts->usb = seen;
	if (!kcan_usbdev_is_loader(&facts->usb))
		return true;
	facts->cause = CAUSE_USB_ALREADY;
	return false;
}

void ask_usb(struct words_facts *facts, struct loop *l,
	     struct kcan_usbport *port)
{
	int err = kcan_usbport_watch(port);
	struct kcan_usbfollow f;
	struct kcan_tty *tty;
	uint64_t end_us;

	facts->way = WAY_USB;
	if (err)
		explain(facts, err, CAUSE_UNWATCHED);
	tty = err ? NULL : ask_open(facts);
	if (!tty)
		return;
	if (!look_again(facts, port)) {
		kcan_tty_close(tty);
		return;
	}
	trace_text(l, "DTR on, 1200 baud, DTR off");
	err = touch(tty);
	kcan_tty_close(tty);
	facts->requested = !err;
	end_us = loop_now(l) + facts->timeout_us;
	kcan_usbfollow_init(&f, &facts->usb, end_us, end_us);
	usb_follow(port, &f, l, trace_device);
	facts->usb = f.seen;
	if (f.verdict == KCAN_USBFOLLOW_BACK ||
	    kcan_usbdev_flashed_by_tty(&facts->usb))
		usb_wait_for_name(port, &facts->usb, l);
	explain(facts, err, cause_of(&f, !err));
}
