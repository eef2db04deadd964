/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_SETUP_PRINTER_BENCH_H
#define UNIT_SETUP_PRINTER_BENCH_H

/* The machine of a printer.cfg that is a text. */
#include "../../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/setup/printer.h"

struct bench {
	struct printer printer;
	struct util_texts *texts;
	const char *text;
};

static inline int load(void *ctx, const char *path, char **data, size_t *len)
{
	const struct bench *b = ctx;

	(void)path;
	*data = strdup(b->text);
	*len = strlen(b->text);
	return 0;
}

static inline enum config_take take(void *ctx, const char *section,
				    const char *key)
{
	(void)ctx;
	return config_is_mcu(section) ? CONFIG_IGNORE :
					printer_take(section, key);
}

static inline int set(void *ctx, const struct config_line *line,
		      char error[static CONFIG_SENTENCE_MAX])
{
	struct bench *b = ctx;

	(void)error;
	return printer_set(&b->printer, &b->texts, line);
}

static inline void start(struct bench *b, const char *text)
{
	const struct config_files files = { load, NULL, b };
	const struct config_sink sink = { take, set, b };
	char error[CONFIG_ERROR_MAX] = "";

	*b = (struct bench){ .text = text };
	if (config_read(&files, &sink, "p", error))
		fail_msg("%s", error);
}

static inline void end(struct bench *b)
{
	printer_fini(&b->printer);
	util_texts_free(&b->texts);
}

#endif
