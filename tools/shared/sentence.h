/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_SENTENCE_H
#define SHARED_SENTENCE_H

#include <stddef.h>
#include <stdio.h>

#include <kcan/kat.h>

/**
 * say_expand() - fill the {slots} of a sentence
 * @out: always NUL-terminated; what is unprintable in a slot becomes '?', as
 *       it may come from anywhere and goes to terminals and into JSON
 * @put: writes what stands for the slot that begins at @at, which is a '{'
 *       Return: the length of the slot in the sentence; 0: it is no slot
 */
void say_expand(char *out, size_t size, const char *sentence,
		size_t (*put)(char *out, size_t size, const char *at,
			      const void *facts),
		const void *facts);

/** Make a text printable: each byte that is not ASCII, or no sign, becomes '?'. */
void say_clean(char *text);

/**
 * say_lines() - print what may have several lines
 * @text:    expanded; taken apart
 * @program: begins each line
 * @head:    follows it in the first line; in others two blanks do
 */
void say_lines(FILE *to, const char *program, const char *head, char *text);

/**
 * say_katapult() - what Katapult told of itself, as people read it
 *
 * It tells no version before protocol 1.1, and may have no name set.
 */
void say_katapult(char *out, size_t size, const struct kcan_kat_ident *ident);

#endif
