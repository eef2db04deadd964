/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_SETUP_CONFIG_BENCH_H
#define UNIT_SETUP_CONFIG_BENCH_H

/*
 * What of a file reaches the keys: "[section] key=value @file:line" and a
 * newline for each; the keys here are "one", "two" and "fault", which may have
 * lines.
 */
#include "../../support/unit.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "../../../sim/canmcu/setup/config.h"

struct file {
	const char *path;
	const char *text; /* NULL: is not there */
};

struct bench {
	const struct file *files; /* up to a path that is NULL */
	char told[4096];
	bool tolerant; /* tell of missing includes, too */
};

static inline int load(void *ctx, const char *path, char **data, size_t *len)
{
	const struct bench *b = ctx;

	for (const struct file *f = b->files; f->path; f++) {
		if (strcmp(f->path, path) != 0 || !f->text)
			continue;
		*data = strdup(f->text);
		*len = strlen(f->text);
		return 0;
	}
	return -ENOENT;
}

/* The files of a row stand in the order of their paths. */
static inline int match(void *ctx, const char *pattern, size_t *left,
			int (*each)(void *arg, const char *path), void *arg)
{
	const struct bench *b = ctx;
	int err = 0;

	assert_int_equal(*left, CONFIG_NAMES_MAX);
	for (const struct file *f = b->files; f->path && !err; f++)
		if (!fnmatch(pattern, f->path, FNM_PATHNAME | FNM_NOESCAPE))
			err = each(arg, f->path);
	return err;
}

static inline enum config_take take(void *ctx, const char *section,
				    const char *key)
{
	(void)ctx;
	if (!config_is_mcu(section))
		return strcmp(section, "heater") || strcmp(key, "one") ?
			       CONFIG_IGNORE :
			       CONFIG_LINES;
	if (!strcmp(key, "fault"))
		return CONFIG_LINES;
	return !strcmp(key, "one") || !strcmp(key, "two") ? CONFIG_ONE :
							    CONFIG_IGNORE;
}

static inline int set(void *ctx, const struct config_line *line,
		      char error[static CONFIG_SENTENCE_MAX])
{
	struct bench *b = ctx;
	size_t len = strlen(b->told);

	if (!strncmp(line->value, "bad", 3)) {
		snprintf(error, CONFIG_SENTENCE_MAX, "%s is bad", line->value);
		return -EINVAL;
	}
	snprintf(b->told + len, sizeof(b->told) - len, "[%s] %s=%s @%s:%u\n",
		 line->section, line->key, line->value, line->file, line->line);
	return 0;
}

#endif
