/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_WAIT_H
#define UTIL_WAIT_H

#include <stddef.h>
#include <stdint.h>

#define UTIL_SIGNAL_NAME_LEN 16 /* "SIGRTMIN+30" and its NUL fit */

/** Return: monotonic microseconds. */
uint64_t util_now_us(void);

/**
 * util_wait_signals() - from now on, signals that end a program are read
 *
 * All those that end one by default and can be caught, the real-time ones among
 * them, do nothing by themselves any more: SIGINT, SIGQUIT and SIGTERM always,
 * others unless they were ignored, as nohup(1) does with SIGHUP. What a fault of
 * the program itself raises (SIGSEGV and the like) is left alone, and abort()
 * ends it as ever.
 *
 * SIGPIPE, SIGXFSZ and SIGTTOU are ignored: a reader that has left, a full file
 * and a terminal that belongs to others are errors of a write, and do not keep a
 * program from leaving things in order.
 *
 * Return: a descriptor above those of the standard streams, which may be
 * closed, for util_wait(); or a negative errno.
 */
int util_wait_signals(void);

/** From now on, the signals of util_wait_signals() end the program at once. */
void util_obey_signals(void);

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

/** Put "SIGINT", "SIGRTMIN+3" ... into @out: UTIL_SIGNAL_NAME_LEN is enough. */
void util_signal_name(char *out, size_t size, int number);

#endif
