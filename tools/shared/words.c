// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "words.h"

int words_code(const struct words *words, int signal)
{
	int code = kcan_outcome_get(words->outcome)->code;

	return words->outcome == KCAN_OUTCOME_INTERRUPTED ? code + signal :
							    code;
}
