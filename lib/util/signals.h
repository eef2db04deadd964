/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_SIGNALS_H
#define UTIL_SIGNALS_H

/**
 * util_signals_open() - from now on, signals that end a program are read
 *
 * SIGINT, SIGQUIT, SIGTERM and, unless it was ignored, SIGHUP do nothing by
 * themselves any more. SIGPIPE is ignored: a reader that has left does not keep
 * a program from leaving things in order.
 *
 * Return: a descriptor above those of the standard streams, which may be
 * closed, or a negative errno.
 */
int util_signals_open(void);

/** Return: the number of a signal that came, or 0. */
int util_signals_take(int fd);

/** Return: "SIGINT" ... for those above. */
const char *util_signal_name(int number);

#endif
