// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "adapter.h"

#include <stdio.h>
#include <string.h>

#include "../../canbus/up.h"
#include "../../shared/usb.h"

#define LEAVE_US 1000000 /* a bus that was lost is gone soon, or stays */

void adapter_find(struct adapter *a, const struct opts *opts, struct report *r)
{
	*a = (struct adapter){ 0 };
	if (kcan_usbport_of_interface(&a->port, opts->ifname))
		return;
	kcan_usbport_look(a->port, &a->dev);
	if (opts->verbose)
		fprintf(r->streams.trace,
			"canbootreq: %s: USB port %s, %04x:%04x, %s\n",
			opts->ifname, kcan_usbport_name(a->port), a->dev.vendor,
			a->dev.product, kcan_usbdev_info(&a->dev)->what);
	if (!a->dev.devnum)
		adapter_forget(a);
}

void adapter_forget(struct adapter *a)
{
	kcan_usbport_close(a->port);
	a->port = NULL;
}

size_t adapter_match(struct adapter *a, const struct opts *opts)
{
	enum kcan_usbdev_match one;

	for (size_t i = 0; a->port && i < opts->uuids_len; i++) {
		one = kcan_usbdev_match(&a->dev, &opts->uuids[i]);
		if (one != KCAN_USBDEV_MATCH_NO)
			a->match = one;
		if (one != KCAN_USBDEV_MATCH_YES)
			continue;
		/* before it is asked, so that no event is missed */
		if (opts->verify)
			kcan_usbport_watch(a->port);
		return i;
	}
	return opts->uuids_len;
}

static void follow(struct adapter *a, struct loop *l, struct words_facts *facts,
		   struct kcan_usbfollow *f)
{
	kcan_usbport_watch(a->port);
	usb_follow(a->port, f, l, NULL);
	snprintf(facts->port, sizeof(facts->port), "%s",
		 kcan_usbport_name(a->port));
	facts->usb = f->seen;
	facts->usb_up = canbus_is_up(f->seen.ifname);
	facts->followed = f->verdict;
	facts->signal = l->signal;
}

static bool has_lost(const struct job *job)
{
	return job->facts.cause == CAUSE_LOST ||
	       job->facts.cause == CAUSE_LOST_UNSENT;
}

static bool is_asked_adapter(const struct job *job)
{
	return job->is_adapter && job->facts.cause == CAUSE_REQUESTED;
}

static bool is_in_bootloader(const struct words_facts *facts)
{
	return facts->followed == KCAN_USBFOLLOW_KATAPULT ||
	       facts->followed == KCAN_USBFOLLOW_LOADER;
}

/* Is what the port shows the work of a request? */
static bool is_about(const struct adapter *a, const struct job *job,
		     const struct words_facts *seen)
{
	/* never with the kernel, or flushed when somebody set the bus down */
	if (job->facts.request == REQUEST_NONE ||
	    (job->facts.cause == CAUSE_LOST_UNSENT &&
	     seen->followed == KCAN_USBFOLLOW_STAYED))
		return false;
	return job->is_adapter || (a->match == KCAN_USBDEV_MATCH_UNKNOWN &&
				   is_in_bootloader(seen));
}

static enum cause cause_of(const struct words_facts *seen)
{
	static const enum cause causes[] = USB_CAUSES;

	if (seen->followed == KCAN_USBFOLLOW_KATAPULT && !seen->usb.tty[0])
		return CAUSE_USB_NO_TTY;
	return causes[seen->followed];
}

static void conclude_own(struct words_facts *facts,
			 const struct words_facts *seen)
{
	/* what a reset has made an end of */
	facts->warnings &= ~(1u << WARNING_NODEID_HELD | 1u << WARNING_TORN |
			     1u << WARNING_STILL_QUEUED);
	facts->cause = cause_of(seen);
	if (seen->followed == KCAN_USBFOLLOW_LOADER)
		facts->warnings |= 1u << WARNING_HEATERS;
	if (is_in_bootloader(seen) &&
	    facts->match == KCAN_USBDEV_MATCH_UNKNOWN &&
	    kcan_usbdev_match(&seen->usb, &facts->uuid) !=
		    KCAN_USBDEV_MATCH_YES)
		facts->warnings |= 1u << WARNING_UNPROVEN;
}

static void conclude(const struct adapter *a, struct job *job,
		     const struct words_facts *seen)
{
	struct words_facts *facts = &job->facts;

	memcpy(facts->port, seen->port, sizeof(facts->port));
	facts->usb = seen->usb;
	facts->usb_up = seen->usb_up;
	facts->followed = seen->followed;
	facts->match = a->match;
	facts->signal = seen->signal;
	facts->elapsed_us = seen->elapsed_us;
	if (is_about(a, job, seen))
		conclude_own(facts, seen);
	else if (!seen->followed)
		facts->cause = CAUSE_INTERRUPTED;
	else
		facts->cause = facts->cause == CAUSE_LOST ?
				       CAUSE_ADAPTER_LOST :
				       CAUSE_ADAPTER_LOST_UNSENT;
}

static bool is_flashed_by_tty(const struct words_facts *facts)
{
	return (facts->cause == CAUSE_USB_KATAPULT ||
		facts->cause == CAUSE_USB_LOADER) &&
	       kcan_usbdev_flashed_by_tty(&facts->usb);
}

/* When to decide, and until when the adapter has to have left. */
static void begin(struct kcan_usbfollow *f, const struct adapter *a,
		  const struct run *run, const struct opts *opts)
{
	uint64_t now_us = run->bus->loop->now_us;
	uint64_t end_us = run->start_us + opts->timeout_us;

	/* a request that was confirmed has all the time from then on */
	if (!run->lost)
		end_us = now_us + opts->timeout_us;
	kcan_usbfollow_init(f, &a->dev,
			    run->lost && now_us + LEAVE_US < end_us ?
				    now_us + LEAVE_US :
				    end_us,
			    end_us);
}

void adapter_conclude(struct adapter *a, struct run *run,
		      const struct opts *opts, struct report *r)
{
	struct words_facts seen = { 0 };
	struct kcan_usbfollow f;
	struct job *last = NULL;

	for (size_t i = 0; i < run->len; i++)
		if (has_lost(&run->jobs[i]) || is_asked_adapter(&run->jobs[i]))
			last = &run->jobs[i];
	if (!last || !a->port)
		return;
	if (last->is_adapter && !opts->verify &&
	    last->facts.request != REQUEST_NONE) {
		snprintf(last->facts.port, sizeof(last->facts.port), "%s",
			 kcan_usbport_name(a->port));
		last->facts.usb = a->dev;
		last->facts.cause = CAUSE_USB_REQUESTED;
		return;
	}
	bus_close(run->bus);
	begin(&f, a, run, opts);
	follow(a, run->bus->loop, &seen, &f);
	if (opts->wait_iface && seen.followed == KCAN_USBFOLLOW_BACK)
		seen.usb_up = canbus_wait_up(run->bus->loop, seen.usb.ifname,
					     f.end_us);
	seen.elapsed_us = run->bus->loop->now_us - run->start_us;
	for (size_t i = 0; i < run->len; i++)
		if (has_lost(&run->jobs[i]) || is_asked_adapter(&run->jobs[i]))
			conclude(a, &run->jobs[i], &seen);
	if (!is_flashed_by_tty(&last->facts))
		return;
	report_early(r, &last->facts);
	if (!usb_wait_for_name(a->port, &last->facts.usb, run->bus->loop))
		last->facts.warnings |= 1u << WARNING_LEFT_AGAIN;
}
