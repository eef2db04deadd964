// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "words.h"

int words_outcome_code(enum kcan_outcome outcome, int signal)
{
	int code = kcan_outcome_get(outcome)->code;

	return outcome == KCAN_OUTCOME_INTERRUPTED ? code + signal : code;
}

int words_code(const struct words *words, int signal)
{
	return words_outcome_code(words->outcome, signal);
}
