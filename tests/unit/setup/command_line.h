/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_SETUP_COMMAND_LINE_H
#define UNIT_SETUP_COMMAND_LINE_H

/* What is typed behind "canmcu", to options. */
#include "../../support/unit.h"

#include <string.h>

#include "../../../sim/canmcu/setup/opts.h"

#define ARGS_MAX 20

/* Parse "canmcu" and the words of @line, which are divided by one blank. */
static inline int parse(struct opts *out, const char *line, char *error)
{
	static char program[] = "canmcu", words[8192];
	char *argv[ARGS_MAX] = { program }, *rest = words;
	int argc = 1;

	strcpy(words, line);
	while (rest && *rest && argc < ARGS_MAX - 1)
		argv[argc++] = strsep(&rest, " ");
	return opts_parse(out, argc, argv, error);
}

#endif
