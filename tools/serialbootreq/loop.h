/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SERIALBOOTREQ_LOOP_H
#define SERIALBOOTREQ_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "../shared/streams.h"

/** Waiting for one descriptor, the clock and signals. */
struct loop {
	int signals;
	int signal; /* 0: none yet */
	uint64_t now_us;
	struct say_streams *streams; /* written to while waiting */
	bool trace;		     /* tell there what happens */
};

/**
 * loop_init() - take the signals that would end us, see util_wait_signals()
 * @streams: have to stay
 *
 * Return: 0 or a negative errno.
 */
int loop_init(struct loop *l, struct say_streams *streams, bool trace);

/** Look at the clock: monotonic. */
uint64_t loop_now(struct loop *l);

/**
 * loop_wait() - until @fd is readable, @deadline_us is past or a signal came
 * @fd: -1: none
 *
 * Return: whether @fd is readable, or has an error.
 */
bool loop_wait(struct loop *l, int fd, uint64_t deadline_us);

#endif
