/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_COMMAND_H
#define SHARED_COMMAND_H

#include "sentence.h"

#define SAY_COMMAND_WORDS 24

/** A command as execvp() takes it; the words point into @text. */
struct say_command {
	char text[SAY_SENTENCE_LEN];
	const char *words[SAY_COMMAND_WORDS];
	size_t len; /* words; 0: there is no command */
};

/**
 * say_command() - take apart the command that is the first line of a sentence
 * @sentence: may be NULL
 * @tables:   as for say_expand()
 * @home:     of the user, put for a ~; NULL: unknown
 *
 * What a slot holds is one word, or part of one, whatever its bytes are. There
 * is no command when the line says more than one, when something for a shell
 * is in it, and when a word is not known in full: it was cut, has bytes that
 * cannot be shown, or is a placeholder like DEVICE.
 */
void say_command(struct say_command *out, const char *sentence,
		 const struct say_slots *tables, const void *facts,
		 const char *home);

#endif
