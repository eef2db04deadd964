/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_TTY_H
#define CANMCU_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/tty.h"

/**
 * struct tty - a serial line of this machine, or one end of a line made here
 *
 * A line that is made is a pty with a symlink to its other end, which its owner
 * alone may open. The link is taken away in the end; one that was left behind
 * is replaced, and nothing else ever is.
 */
struct tty {
	int fd;		       /* does not block */
	struct kcan_tty *port; /* NULL: it is a pty, made here */
	int lock;	       /* of the link, while this process runs */
	const char *link;      /* NULL: there is none (any more) */
	unsigned int number;   /* of the pty */
};

/**
 * tty_open() - open a line, or make one
 * @line:     "pty:PATH" or the path of a tty; must outlive @t
 * @baud:     any, also those that have no constant; of a pty it is what its
 *            user finds, and may change
 * @sentence: on failure: what was observed, and what to do about it
 *
 * The line is raw: 8N1, no echo, no flow control.
 *
 * Return: 0 or a negative errno; tty_close() is to be called in any case.
 */
int tty_open(struct tty *t, const char *line, uint32_t baud, char *sentence,
	     size_t size);

void tty_close(struct tty *t);

static inline bool tty_is_pty(const struct tty *t)
{
	return !t->port;
}

/** Return: what the user of a pty has set, in baud; 0: not to be had. */
uint32_t tty_speed(const struct tty *t);

/** Return: whether nobody has the other end of a pty open. */
bool tty_alone(const struct tty *t);

/** Throw away what was sent on a pty, and that nobody has read. */
void tty_forget_sent(struct tty *t);

#endif
