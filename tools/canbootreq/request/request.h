/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_REQUEST_H
#define CANBOOTREQ_REQUEST_H

#include "call.h"

/** A call for each interface, and all of them at the same time. */
struct asking {
	struct call *calls;
	size_t len;
	struct report *r;
	bool anywhere; /* all of them ask for the same MCUs */
};

/**
 * request_on() - ask on several interfaces at once, and report
 * @list: what is to be asked on each, 1 to BUS_GROUP_MAX
 *
 * Adapters that are to be asked themselves come last, one after the other.
 */
void request_on(const struct opts *list, size_t len, struct report *r);

#endif
