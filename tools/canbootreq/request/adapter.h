/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_ADAPTER_H
#define CANBOOTREQ_ADAPTER_H

#include "../opts.h"
#include "../say/report.h"
#include "io/usbport.h"
#include "proto/usbfollow.h"
#include "run.h"

/** What is behind the interface. */
struct adapter {
	struct kcan_usbport *port;    /* NULL: it is not on USB */
	struct kcan_usbdev dev;	      /* as found */
	enum kcan_usbdev_match match; /* is it one that is to be asked? */
};

/** Never fails: what cannot be found is not on USB. */
void adapter_find(struct adapter *a, const struct opts *opts, struct report *r);

void adapter_forget(struct adapter *a);

/**
 * adapter_match() - which of the MCUs that are to be asked is the adapter?
 *
 * Sets @a->match for all of them: UNKNOWN when one may be it, and none is it for
 * certain.
 *
 * Return: its place in @opts->uuids, or @opts->uuids_len. Pure.
 */
size_t adapter_match(struct adapter *a, const struct opts *opts);

/**
 * adapter_conclude() - see what became of it, where that matters
 *
 * After run_all(). A job that is the adapter, and was asked, ends with what came
 * up on the port; the others that lost their bus end with what the
 * adapter did. Closes the bus for that. Else nothing is done.
 *
 * Reports Katapult at once and in part, before it waits for the name that udev
 * makes.
 */
void adapter_conclude(struct adapter *a, struct run *run,
		      const struct opts *opts, struct report *r);

#endif
