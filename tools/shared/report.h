/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_REPORT_H
#define SHARED_REPORT_H

#include "json.h"
#include "sentence.h"
#include "streams.h"

/** Where results go, and what has been said already. */
struct report {
	const char *program; /* begins each line beside the results */
	const struct say_slots *slots;
	struct say_streams streams;
	bool json;
	struct say_json lib; /* when @json */
	unsigned int warned; /* bits: warnings that come once per call */
	int advised;	     /* a cause, whose advice is not repeated */
	int unmade;	     /* errno: a result could not be put into words */
	int code;	     /* highest so far */
};

/**
 * report_start() - get ready for text
 * @r: must stay where it is
 */
void report_start(struct report *r, const char *program,
		  const struct say_slots *slots);

/** Get ready for JSON. Return: false, and why in @out: there is no jansson. */
bool report_load_json(struct report *r, char *out, size_t size);

/** Say a sentence beside the results; nothing, when it is NULL or empty. */
void report_say(struct report *r, const char *head, const char *sentence,
		const void *facts);

/**
 * report_note() - say something beside the results that is in no table
 *
 * One line; what is unprintable in it becomes '?'.
 */
__attribute__((format(printf, 2, 3))) void report_note(struct report *r,
						       const char *format, ...);

/** A line of JSON. Takes @line; NULL: out of memory. */
void report_line(struct report *r, char *line);

/** An end has this exit status. */
void report_note_code(struct report *r, int code);

/**
 * report_close() - write what still waits for a reader
 *
 * Return: the exit status; results that could not be written count.
 */
int report_close(struct report *r);

#endif
