/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_SENTENCE_H
#define SHARED_SENTENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** One slot of a sentence, and what is put there: one of three. */
struct say_slot {
	const char *name; /* "{tty}" */
	size_t offset;	  /* of @from in what the table is about; 0: it all */
	/* what this writes, which need not be printable */
	void (*put)(char *out, size_t size, const void *from);
	/* sentences of ours, which may have slots and lines; NULL is "" */
	const char *(*sentence)(const void *from);
	/* likewise, for a bool or a text: when it is false or "", and when not */
	const char *either[2];
};

/** A table of slots; the last row has no name. */
struct say_slots {
	const struct say_slot *slots;
	size_t offset; /* of what they are about, in the facts */
};

/* Of a sentence whose slots are filled; all of ours fit. */
#define SAY_SENTENCE_LEN 2400

/**
 * say_expand() - fill the {slots} of a sentence
 * @out: always NUL-terminated; what is unprintable in a slot becomes '?', as
 *       it may come from anywhere and goes to terminals and into JSON
 * @sentence: may be NULL
 * @tables: the last one is NULL
 *
 * Return: @out; NULL when there is no sentence.
 */
const char *say_expand(char *out, size_t size, const char *sentence,
		       const struct say_slots *tables, const void *facts);

/** A slot that a sentence has. */
struct say_found {
	const struct say_slot *slot;
	const void *from; /* what it is about */
	size_t len;	  /* of its name */
};

/** Return: whether a slot begins at @at, and which in @out. */
bool say_find(struct say_found *out, const char *at,
	      const struct say_slots *tables, const void *facts);

/** Return: what a slot that has no put() stands for; NULL: nothing. */
const char *say_inner(const struct say_found *found);

/**
 * say_quote() - write a word as a shell takes it
 * @out: the word, in quotes where it needs them; cut to @size, 16 at least
 *
 * Return: @out.
 */
const char *say_quote(char *out, size_t size, const char *word);

/**
 * say_lines() - print what may have several lines
 * @text:    expanded; taken apart
 * @program: begins each line
 * @head:    follows it in the first line; in others two blanks do
 */
void say_lines(FILE *to, const char *program, const char *head, char *text);

#endif
