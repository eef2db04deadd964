// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* How stages end that a board on a serial port alone has, in words. */
#include "tell.h"

#include <string.h>

static bool is_loader(const struct words_facts *facts)
{
	return kcan_usbdev_is_loader(&facts->usb) &&
	       kcan_usbdev_info(&facts->usb)->kind != KCAN_USBDEV_KATAPULT;
}

static void tell(struct board *b, enum kcan_outcome outcome,
		 const struct words *words)
{
	char text[SAY_SENTENCE_LEN];

	words_expand(text, words->reason, &b->port->facts);
	end_with(&b->end, outcome, "%.600s", text);
	if (!words->next)
		return;
	words_expand(text, words->next, &b->port->facts);
	end_next(&b->end, "%.1500s", text);
}

/* Katapult's device is there, as a name or its ids tell, but ... */
static void tell_katapult(struct board *b)
{
	const struct words_facts *facts = &b->port->facts;
	const struct kcan_usbdev *dev = &facts->usb;

	if (facts->cause == CAUSE_USB_MAYBE) {
		tell(b, KCAN_OUTCOME_UNPROVEN, words_of(facts->cause));
		end_next(&b->end, "if it is that board: katflash -d %s FILE",
			 dev->tty[0] ? dev->tty : "DEVICE");
	} else if (!dev->tty[0]) {
		tell(b, KCAN_OUTCOME_LOCAL_ERROR, words_of(facts->cause));
	} else if (words_of(facts->cause)->outcome == KCAN_OUTCOME_NO_ANSWER) {
		end_with(&b->end, KCAN_OUTCOME_NO_ANSWER,
			 "Katapult is on USB port %s as %s, but did not answer "
			 "within %g s; nothing was written",
			 facts->port, facts->device,
			 (double)facts->timeout_us / 1e6);
		end_next(&b->end, WORDS_LIKELY "1. " WORDS_STUCK);
	} else {
		tell(b, words_of(facts->cause)->outcome,
		     words_of(facts->cause));
	}
}

void end_port(struct board *b)
{
	const struct words_facts *facts = &b->port->facts;
	const struct words *words = words_of(facts->cause);

	b->port->facts.signal = b->loop->signal;
	if (kcan_usbdev_info(&facts->usb)->kind == KCAN_USBDEV_KATAPULT)
		tell_katapult(b);
	else if (is_loader(facts)) /* nothing that this program could flash */
		tell(b, KCAN_OUTCOME_UNPROVEN, words);
	else
		tell(b, words->outcome, words);
	b->end.signal = b->loop->signal;
}

void end_unwatched(struct board *b, int err)
{
	struct words_facts *facts = &b->port->facts;

	facts->cause = CAUSE_UNWATCHED;
	snprintf(facts->detail, sizeof(facts->detail), "%s", strerror(-err));
	tell(b, words_of(facts->cause)->outcome, words_of(facts->cause));
}

void end_elsewhere(struct board *b)
{
	const struct words_facts *facts = &b->port->facts;
	const struct kcan_usbdev_info *info = kcan_usbdev_info(&facts->usb);
	char why[256];

	if (b->loop->signal) {
		end_start(b, KCAN_RUNNING_ABORTED);
		return;
	}
	snprintf(why, sizeof(why),
		 "no Klipper came up on USB port %s within %g s: there is %s",
		 facts->port, (double)facts->timeout_us / 1e6, info->what);
	end_not_seen(b, why);
	if (info->kind == KCAN_USBDEV_NONE)
		end_next(&b->end, "likely it is built for another chip, pins "
				  "or crystal: build it for this board, press "
				  "reset twice within half a second, and flash "
				  "that");
}

void end_unopened(struct board *b)
{
	const struct words_facts *facts = &b->port->facts;
	char reason[SAY_SENTENCE_LEN], why[512];

	words_expand(reason, words_of(facts->cause)->reason, facts);
	snprintf(why, sizeof(why),
		 "its port %.100s was not opened to see it "
		 "run: %.300s",
		 facts->device, reason);
	end_not_seen(b, why);
}

void end_rate(struct board *b)
{
	char why[160];

	snprintf(why, sizeof(why),
		 "its port does not support the %u baud that it runs at",
		 b->port->rate_bps);
	end_not_seen(b, why);
	end_next(&b->end, "use another adapter, or build it for a rate that "
			  "this one supports");
}
