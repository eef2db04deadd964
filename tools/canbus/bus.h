/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBUS_BUS_H
#define CANBUS_BUS_H

#include <string.h>

#include <kcan/bus.h>

#include "../shared/loop.h"

#define BUS_BATCH 32 /* frames per turn: timers and signals get theirs */
#define BUS_GROUP_MAX 128
#define BUS_NOW 0 /* a deadline: look, and do not wait */

/** One bus, and the loop that waits for its frames. */
struct bus {
	struct loop *loop; /* set by the owner, as is @ifname */
	const char *ifname;
	struct kcan_bus *socket; /* set by bus_open() */
	bool sent;		 /* since the last turn */
	unsigned int unwaited;	 /* turns in a row that did not wait */
};

/**
 * Open the bus with these filters; errors as kcan_bus_open(). NULL: all there
 * is, error frames too, which other programs take for a flashing tool: for
 * who only listens.
 */
int bus_open(struct bus *bus, const struct can_filter *filters, size_t len);

/**
 * bus_open_nodeids() - for admin messages, and all that nodeids are drawn for
 * @pinned: a nodeid that may lie outside of nodeids.h, in use, too; 0: none
 *
 * What is in use there is heard, so that it is not drawn.
 */
int bus_open_nodeids(struct bus *bus, uint8_t pinned);

/** Are these one frame, as sent and as confirmed? */
static inline bool bus_is_same_frame(const struct can_frame *a,
				     const struct can_frame *b)
{
	return a->can_id == b->can_id && a->can_dlc == b->can_dlc &&
	       !memcmp(a->data, b->data, a->can_dlc);
}

/** It may be opened again. */
void bus_close(struct bus *bus);

/** kcan_bus_send(), traced; @bus->loop->now_us is when it was done. */
int bus_send(struct bus *bus, const struct can_frame *frame);

/** kcan_bus_send_all(), likewise. */
int bus_send_all(struct bus *bus, const struct can_frame *frames, size_t n);

/**
 * bus_turn() - wait for frames, a signal or the deadline, whichever is first
 * @rx:   filled with up to BUS_BATCH frames
 * @deadline_us: as in loop_wait(), or BUS_NOW
 *
 * Return: how many frames came, or a negative errno as kcan_bus_recv().
 */
int bus_turn(struct bus *bus, struct kcan_bus_rx rx[static BUS_BATCH],
	     uint64_t deadline_us);

/** Several open buses that share a loop. */
struct bus_group {
	struct bus *list[BUS_GROUP_MAX];
	size_t len;
	int fd; /* epoll; -1: of one bus, which needs none */
};

/**
 * bus_group_open() - get ready to wait for all of them at once
 * @g: its list and length set, 1 to BUS_GROUP_MAX; the buses have to stay open
 *
 * Return: 0 or a negative errno.
 */
int bus_group_open(struct bus_group *g);

void bus_group_close(struct bus_group *g);

/**
 * bus_group_wait() - wait for a frame on any bus, a signal or the deadline
 * @deadline_us: becomes the one for bus_turn() of each bus
 *
 * Does not wait where a confirmation may be there already. Of one bus it leaves
 * the waiting to bus_turn().
 *
 * Return: 0 or a negative errno.
 */
int bus_group_wait(struct bus_group *g, uint64_t *deadline_us);

#endif
