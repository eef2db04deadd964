/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SERIALBOOTREQ_LOOP_H
#define SERIALBOOTREQ_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/** Waiting for one descriptor, the clock and signals. */
struct loop {
	int signals;
	int signal; /* 0: none yet */
	uint64_t now_us;
	bool trace; /* tell what happens on stderr */
};

/** Return: 0 or a negative errno. */
int loop_init(struct loop *l, bool trace);

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
