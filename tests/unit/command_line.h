/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_COMMAND_LINE_H
#define UNIT_COMMAND_LINE_H

/* Include the opts.h of the program before. */
#include "../support/unit.h"

#define WORDS_MAX 300 /* the longest command line that is tested */

/* @args ends with NULL. Return: what opts_parse() does. */
static inline int parse(struct opts *out, const char *const args[])
{
	char *argv[WORDS_MAX + 2] = { (char *)"program" };
	int argc = 1;

	for (; args[argc - 1]; argc++) {
		assert_in_range(argc, 1, WORDS_MAX);
		argv[argc] = (char *)args[argc - 1];
	}
	return opts_parse(out, argc, argv);
}

#endif
