/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_OUTLET_H
#define SHARED_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

/** What a text is, and so what becomes of it while it cannot be written. */
enum say_kind {
	SAY_RESULT,   /* waits; to lose it is an error */
	SAY_NOTE,     /* waits */
	SAY_TRACE,    /* lines that wait while there is room, or are counted */
	SAY_PROGRESS, /* only the latest waits, and is not missed */
};

/**
 * struct say_outlet - a place where texts go, in their order
 *
 * Nothing here waits for a reader: what the place does not take at once is
 * kept in memory. The flags of the descriptor are never changed, as it is
 * shared with others: a pipe or terminal is opened once more and written to
 * there; on a socket each message says that it must not wait. Where opening is
 * refused (to another user, or without /proc), everything is kept until
 * say_outlet_step().
 */
struct say_outlet;

/**
 * say_outlet_open() - texts for an open descriptor
 * @fd: has to stay open; one that is not is an error of what is put there
 *
 * Return: release with say_outlet_close(); NULL: no memory.
 */
struct say_outlet *say_outlet_open(int fd);

/** NULL is fine. Texts that wait are gone without a word. */
void say_outlet_close(struct say_outlet *o);

/**
 * say_outlet_shares() - do two descriptors lead to the same reader?
 *
 * Then texts for both belong into one outlet, or their order would be lost. Not
 * so for files: they never keep anything waiting, and each has its position.
 */
bool say_outlet_shares(const struct say_outlet *o, int fd);

/** Return: whether it is a terminal, where somebody may watch as it goes on. */
bool say_outlet_is_watched(const struct say_outlet *o);

/** Write a text, or keep a copy of it; a trace is whole lines. */
void say_outlet_put(struct say_outlet *o, enum say_kind kind, const char *text,
		    size_t len);

/** Write of what waits as much as is taken at once. */
void say_outlet_flush(struct say_outlet *o);

/* For the end, when there is time to wait a little. */

/** Return: what to poll for POLLOUT while something waits, or -1. */
int say_outlet_fd(const struct say_outlet *o);

/**
 * say_outlet_step() - write of what waits, once
 *
 * The descriptor was found ready. Nevertheless this may wait, when it is not
 * our own, until a signal comes.
 */
void say_outlet_step(struct say_outlet *o);

/** Return: whether say_outlet_step() may have to wait for something to write. */
bool say_outlet_may_block(const struct say_outlet *o);

/** Lose the traces that wait. */
void say_outlet_drop_trace(struct say_outlet *o);

/** Lose everything that waits, for a reason (errno). */
void say_outlet_give_up(struct say_outlet *o, int err);

/** Return: why a result was lost (errno), 0: none was. */
int say_outlet_lost(const struct say_outlet *o);

/** Return: how many lines of traces were lost. */
unsigned long say_outlet_dropped(const struct say_outlet *o);

#endif
