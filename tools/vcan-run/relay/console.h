/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_CONSOLE_H
#define VCAN_RUN_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#define CONSOLE_KEPT 16384 /* a panic and all that follows it */

/** The last of what a guest's kernel said; zero-initialise it. */
struct console {
	int fd;
	bool show; /* pass everything on to stderr */
	size_t len;
	char tail[CONSOLE_KEPT];
};

/**
 * console_read() - read what there is, or as much as a pipe holds
 *
 * Return: 0, or -1 at its end (fd becomes -1).
 */
int console_read(struct console *c);

/** Is this among the last of what it said? */
bool console_has(const struct console *c, const char *text);

/** Show the last lines, unless all were shown already. */
void console_print_tail(const struct console *c);

#endif
