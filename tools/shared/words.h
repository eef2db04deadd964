/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_WORDS_H
#define SHARED_WORDS_H

#include <kcan/outcome.h>

#include "sentence.h"

/** What is said of one cause: sentences with {slots}; NULL: there is none. */
struct words {
	enum kcan_outcome outcome;
	const char *reason; /* one line */
	const char *next;   /* what to do; lines */
	const char *back;   /* the way back */
};

/** Return: exit status of an outcome; @signal counts when that interrupted it. */
int words_outcome_code(enum kcan_outcome outcome, int signal);

/** Return: exit status of an end; @signal counts when that interrupted it. */
int words_code(const struct words *words, int signal);

/** The slots of a program's sentences: each program has its own. */
extern const struct say_slots words_slots[];

/** say_expand() with these. */
static inline const char *words_expand(char out[static SAY_SENTENCE_LEN],
				       const char *sentence, const void *facts)
{
	return say_expand(out, SAY_SENTENCE_LEN, sentence, words_slots, facts);
}

/* For a Katapult whose receiver is stuck: nothing else helps. */
#define WORDS_POWER_CYCLE "switch the board's power off and on, then ask again"

#define WORDS_STUCK                                                         \
	"its Katapult is stuck, as after a flash or a call that broke off " \
	"inside a block: " WORDS_POWER_CYCLE

/* Reasons that were not observed: a list, of which each line has a number. */
#define WORDS_LIKELY "likely reasons, likeliest first:\n"
#define WORDS_DOUBLE_RESET                                                  \
	"press reset twice within half a second, for which most Katapults " \
	"stay, then ask again"
#define WORDS_NO_KATAPULT                                                     \
	"no Katapult on the board: put it there once (by boot button, debug " \
	"probe or SD card), and build Klipper with the offset for it"
#define WORDS_NO_OFFSET                                                             \
	"Klipper was built without the offset of its Katapult: " WORDS_DOUBLE_RESET \
	", and flash one that was built with it"

/* Rows that all requesters have. */
#define WORDS_PENDING                                \
	{                                            \
		.outcome = KCAN_OUTCOME_LOCAL_ERROR, \
		.reason = "ended without a result",  \
	}
#define WORDS_INTERRUPTED                                    \
	{                                                    \
		.outcome = KCAN_OUTCOME_INTERRUPTED,         \
		.reason = "ended by {signal} before it was " \
			  "decided; {request}",              \
	}
#define WORDS_USAGE(program)                                   \
	{                                                      \
		.outcome = KCAN_OUTCOME_USAGE,                 \
		.reason = "{detail} (see " program " --help)", \
	}
#define WORDS_NO_JANSSON                                             \
	{                                                            \
		.outcome = KCAN_OUTCOME_LOCAL_ERROR,                 \
		.reason = "--json needs the library jansson, which " \
			  "is not installed ({detail})",             \
		.next = "install it: sudo apt install libjansson4",  \
	}
#define WORDS_LOCAL                                                        \
	{                                                                  \
		.outcome = KCAN_OUTCOME_LOCAL_ERROR, .reason = "{detail}", \
	}

#endif
