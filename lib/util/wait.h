/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_WAIT_H
#define UTIL_WAIT_H

#include <stdint.h>

/** Return: monotonic microseconds. */
uint64_t util_now_us(void);

/**
 * util_wait_signals() - from now on, signals that end a program are read
 *
 * SIGINT, SIGQUIT, SIGTERM and, unless it was ignored, SIGHUP do nothing by
 * themselves any more. SIGPIPE is ignored: a reader that has left does not keep
 * a program from leaving things in order.
 *
 * Return: a descriptor above those of the standard streams, which may be
 * closed, for util_wait(); or a negative errno.
 */
int util_wait_signals(void);

/**
 * util_wait() - until a descriptor is readable, a signal came or time is up
 * @fd:      -1: none
 * @signals: of util_wait_signals()
 * @wait_us: UINT64_MAX: for ever
 * @signal:  set to the number of the first one that came, if it was 0
 *
 * Return: 1 when @fd is readable or has failed, 0, or a negative errno.
 */
int util_wait(int fd, int signals, uint64_t wait_us, int *signal);

/** Return: "SIGINT" ... for those above. */
const char *util_signal_name(int number);

#endif
