/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_CLEAN_H
#define UTIL_CLEAN_H

#include <stddef.h>

/*
 * What comes from a command line, a file, a wire or another program may hold bytes
 * that command a terminal. All such text goes through here before it is shown.
 */

/** Make a text printable: each byte that is not ASCII, or no sign, becomes '?'. */
void util_clean(char *text);

/** Likewise for bytes that may be several lines, with tabs. */
void util_clean_lines(char *text, size_t len);

/**
 * util_say() - write one line, made printable, to a descriptor
 * @format: as for printf(), without a newline at its end
 *
 * At most UTIL_SAY_MAX bytes of it. May be called between fork() and exec().
 */
#define UTIL_SAY_MAX 8192
__attribute__((format(printf, 2, 3))) void util_say(int fd, const char *format,
						    ...);

#endif
