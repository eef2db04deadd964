/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_INTERFACES_H
#define CANBOOTREQ_INTERFACES_H

#include <net/if.h>

#include "../../canbus/bus.h"
#include "../opts.h"
#include "../say/report.h"

/** The CAN interfaces that a call is about. */
struct interfaces {
	struct opts *list; /* its options for each; they name it */
	size_t len;	   /* 1 to BUS_GROUP_MAX */
	char names[BUS_GROUP_MAX][IF_NAMESIZE];
};

/**
 * interfaces_open() - all that are up with -i any; else the one that is named
 * @out:  must stay where it is
 * @opts: whose texts have to stay
 *
 * That none is up, or more than BUS_GROUP_MAX, or that memory is short, is
 * reported here.
 *
 * Return: false after that; else end it with interfaces_close().
 */
bool interfaces_open(struct interfaces *out, const struct opts *opts,
		     struct report *r);

void interfaces_close(struct interfaces *list);

/** Report that nothing can be asked, because of this negative errno. */
void interfaces_fail(const struct opts *opts, struct report *r, int err);

/**
 * Adds "can0", or ", can1", to @facts->where; " and more", once, when there is no
 * room for it.
 */
void interfaces_add(struct words_facts *facts, const char *ifname);

#endif
