/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_TELL_WORDS_H
#define KATFLASH_TELL_WORDS_H

#include "../board.h"

/* What sentences of several stages have in common. */

#define UNKNOWN "an unknown version"
#define BRING_UP "bring %.15s up, then type the same command again%s"
#define POWER "switch the board's power off and on"

static inline const char *file_of(const struct board *b)
{
	return b->firmware->path;
}

/* @unknown: of an image that does not tell */
static inline const char *version_of(const struct board *b, const char *unknown)
{
	return b->firmware->dictionary.len ? b->firmware->dictionary.version :
					     unknown;
}

/* What was cut short by a signal ends with that. */
static inline void note_signal(struct board *b, bool cut_short)
{
	int signal = b->loop->signal;

	if (!signal || !cut_short)
		return;
	b->end.outcome = KCAN_OUTCOME_INTERRUPTED;
	b->end.signal = signal;
}

#endif
