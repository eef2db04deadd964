/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBUS_NODEIDS_H
#define CANBUS_NODEIDS_H

#include <linux/can.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/array.h"

/* Where nobody else gives nodeids out: all ids from 280 to 2FD. */
#define NODEIDS_FIRST 192
#define NODEIDS_LAST 254
#define NODEIDS_COUNT (NODEIDS_LAST - NODEIDS_FIRST + 1)

/** The pool of one bus, and what is in use there, as seen since it was opened. */
struct nodeids {
	unsigned int ifindex;
	struct util_set in_use;
	struct util_set
		others; /* of those: somebody else speaks to a node there */
	struct util_set spare; /* of those: given back, and silent since */
	bool force;	       /* draw what others have reserved when all is */
	int error; /* negative errno: drawing failed, none was left */
};

/** What one exchange draws with: the context of nodeids_draw(). */
struct nodeids_draw {
	struct nodeids *pool;
	uint8_t pinned; /* to be drawn first; 0: none */
};

/** A frame of somebody else; those that are no node's are ignored. */
void nodeids_note(struct nodeids *pool, const struct can_frame *frame);

/**
 * nodeids_draw() - draw at random, and reserve until this process ends
 * @draw: a struct nodeids_draw
 *
 * For struct kcan_bootreq_cfg. What is in use, was drawn before, or is reserved
 * by any canbootreq on this interface, is not drawn; what was given back is, when
 * nothing else is free.
 *
 * Return: a nodeid, or 0: none is left, or @draw->pool->error says why.
 */
uint8_t nodeids_draw(void *draw);

/**
 * nodeids_give_back() - the node that had it is known to have another one
 * @nodeid: as drawn; 0: there was none
 *
 * It stays reserved. Somebody who is heard on it from now on keeps it, as does
 * somebody who has spoken to a node there before.
 */
void nodeids_give_back(struct nodeids *pool, uint8_t nodeid);

#endif
