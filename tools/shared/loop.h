/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_LOOP_H
#define SHARED_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "streams.h"

/** Waiting for one descriptor, the clock and the signals that end us. */
struct loop {
	int signals;		     /* signalfd */
	int signal;		     /* the one that came; 0: none yet */
	uint64_t now_us;	     /* when the clock was last looked at */
	struct say_streams *streams; /* written to while waiting */
	bool trace;		     /* show there what happens */
};

/**
 * loop_init() - take the signals that would end us, see util_wait_signals()
 * @streams: have to stay
 *
 * Return: 0 or a negative errno.
 */
int loop_init(struct loop *l, struct say_streams *streams, bool trace);

/** Look at the clock: monotonic. Return: @l->now_us. */
uint64_t loop_now(struct loop *l);

/**
 * loop_wait() - wait for a descriptor, a signal or the deadline
 * @fd: -1: none
 * @deadline_us: past means: look, but do not wait; counted from @l->now_us,
 *         which is set anew; UINT64_MAX: never
 *
 * Return: 1 when @fd is readable or has failed, 0, or a negative errno.
 */
int loop_wait(struct loop *l, int fd, uint64_t deadline_us);

/** Begin a line that shows what happens, with the time of day. */
FILE *loop_trace(const struct loop *l);

#endif
