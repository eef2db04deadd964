/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_STREAMS_H
#define SHARED_STREAMS_H

#include <stdint.h>
#include <stdio.h>

#include "outlet.h"

/** What is to be given out at the end gets so much time. */
#define SAY_END_US 1000000

/**
 * struct say_streams - a program's standard output and error, for printf()
 *
 * They never keep it waiting before say_streams_close(), see outlet.h. A line is
 * written when it is complete, so what was said first stands first, also where
 * both lead to the same place.
 */
struct say_streams {
	FILE *out;   /* results */
	FILE *err;   /* what is said beside them */
	FILE *trace; /* lines of -v, on standard error */
	/* on standard error while somebody may watch it, or NULL; unbuffered */
	FILE *progress;

	/* private; without these the streams above are anybody's */
	struct say_outlet *outlets[2]; /* the second one may be NULL */
	struct say_front {
		struct say_outlet *to;
		enum say_kind kind;
	} fronts[4];
};

/**
 * say_streams_open() - open the streams
 * @s:   must stay where it is
 * @out: descriptor of the results
 * @err: of all else
 *
 * Without memory they are those of libc, which may have to wait.
 */
void say_streams_open(struct say_streams *s, int out, int err);

/** Write what has to wait, as far as that is possible now. */
void say_streams_flush(struct say_streams *s);

/**
 * say_streams_close() - write what waits, say what was lost, and close
 * @program:  the name that begins a sentence
 * @err:      errno, when results are known to be lost; or 0
 * @limit_us: so long a reader is waited for; signals end that, and the program
 *            with it
 *
 * In the last half of that time traces no longer keep results waiting.
 *
 * Return: whether all results were written.
 */
bool say_streams_close(struct say_streams *s, const char *program, int err,
		       uint64_t limit_us);

#endif
