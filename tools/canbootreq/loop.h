/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_LOOP_H
#define CANBOOTREQ_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <kcan/bus.h>

#include "../shared/streams.h"

#define LOOP_BATCH 32 /* frames per turn: timers and signals get theirs */

/** One bus, the signals that end us, and time. */
struct loop {
	const char *ifname;
	struct kcan_bus *bus;	     /* set by loop_listen() */
	int signals;		     /* signalfd */
	int signal;		     /* the one that came; 0: none yet */
	uint64_t now_us;	     /* when the last turn ended */
	bool sent;		     /* since the last turn */
	unsigned int unwaited;	     /* turns in a row that did not wait */
	struct say_streams *streams; /* written to while waiting */
	bool trace;		     /* show frames there */
};

/**
 * loop_init() - take the signals that would end us, see util_wait_signals()
 * @streams: have to stay
 *
 * Return: 0 or a negative errno.
 */
int loop_init(struct loop *l, const char *ifname, struct say_streams *streams,
	      bool trace);

/**
 * Open @l's bus with these filters; errors as kcan_bus_open(). NULL: all there
 * is, error frames too, which other programs take for a flashing tool: for
 * who only listens.
 */
int loop_listen(struct loop *l, const struct can_filter *filters, size_t len);

/** Close the bus; it may be opened again. */
void loop_deafen(struct loop *l);

/** Look at the clock: monotonic microseconds. Return: @l->now_us. */
uint64_t loop_now(struct loop *l);

/** kcan_bus_send(), traced. */
int loop_send(struct loop *l, const struct can_frame *frame);

/**
 * loop_wait() - wait for a descriptor, a signal or the deadline
 * @deadline_us: as in loop_turn()
 *
 * Return: 1 when @fd is readable or has failed, 0, or a negative errno.
 */
int loop_wait(struct loop *l, int fd, uint64_t deadline_us);

/**
 * loop_turn() - wait for frames, a signal or the deadline, whichever is first
 * @rx:   filled with up to LOOP_BATCH frames
 * @deadline_us: past means: look, but do not wait; counted from @l->now_us,
 *         which is set anew
 *
 * Return: how many frames came, or a negative errno as kcan_bus_recv().
 */
int loop_turn(struct loop *l, struct kcan_bus_rx rx[static LOOP_BATCH],
	      uint64_t deadline_us);

#endif
