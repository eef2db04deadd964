/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_BUS_H
#define CANBOOTREQ_BUS_H

#include <kcan/bus.h>

#include "../../shared/loop.h"

#define BUS_BATCH 32 /* frames per turn: timers and signals get theirs */

/** One bus, and the loop that waits for its frames. */
struct bus {
	struct loop loop;
	const char *ifname;
	struct kcan_bus *socket; /* set by bus_open() */
	bool sent;		 /* since the last turn */
	unsigned int unwaited;	 /* turns in a row that did not wait */
};

/** loop_init() for @bus->loop, which traces frames too. */
int bus_init(struct bus *bus, const char *ifname, struct say_streams *streams,
	     bool trace);

/**
 * Open the bus with these filters; errors as kcan_bus_open(). NULL: all there
 * is, error frames too, which other programs take for a flashing tool: for
 * who only listens.
 */
int bus_open(struct bus *bus, const struct can_filter *filters, size_t len);

/** It may be opened again. */
void bus_close(struct bus *bus);

/** kcan_bus_send(), traced; @bus->loop.now_us is when it was done. */
int bus_send(struct bus *bus, const struct can_frame *frame);

/**
 * bus_turn() - wait for frames, a signal or the deadline, whichever is first
 * @rx:   filled with up to BUS_BATCH frames
 * @deadline_us: as in loop_wait()
 *
 * Return: how many frames came, or a negative errno as kcan_bus_recv().
 */
int bus_turn(struct bus *bus, struct kcan_bus_rx rx[static BUS_BATCH],
	     uint64_t deadline_us);

#endif
