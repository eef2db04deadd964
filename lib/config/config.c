// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text.h"
#include "util/array.h"
#include "util/clean.h"

/* One call. */
struct reading {
	struct config_call call;
	const struct config_files *files;
	int files_read;
	size_t bytes_read;
	size_t names_left;		 /* to be looked at for patterns */
	char *missing[CONFIG_FILES_MAX]; /* includes that were left out */
	int missing_len;
};

/* A file that is being read. */
struct source {
	struct config_text text;
	struct reading *all;
	struct source *parent; /* that includes it; NULL: named by the user */
	int depth;
};

static int read_file(struct reading *all, struct source *parent,
		     const char *path);

/* Includes. */

static int include_one(void *arg, const char *path)
{
	struct source *s = arg;

	return read_file(s->all, s, path);
}

static void include_pattern(struct source *s, const char *pattern)
{
	struct config_text *t = &s->text;
	struct reading *all = s->all;
	int err = all->files->match(all->files->ctx, pattern, &all->names_left,
				    include_one, s);

	if (err == -E2BIG)
		config_refuse(
			t,
			"'%s' is about more than %d files and folders: name "
			"those that are meant",
			pattern, CONFIG_NAMES_MAX);
	else
		t->err = err;
}

static void include(struct source *s, struct span spec)
{
	struct config_text *t = &s->text;
	char *text = strndup(spec.at, spec.len);
	char *path = text ? config_beside(t->path, text) : NULL;

	if (!path)
		t->err = -ENOMEM;
	else if (!*text)
		config_refuse(
			t, "include what? give a file, like [include mcu.cfg]");
	else if (strpbrk(text, "*?["))
		include_pattern(s, path);
	else
		t->err = include_one(s, path);
	free(text);
	free(path);
}

/* Files. */

static bool is_open(const struct source *s, const char *path)
{
	for (; s; s = s->parent)
		if (!strcmp(s->text.path, path))
			return true;
	return false;
}

static const char *reason_of(int err)
{
	return err == -EFBIG   ? "more than 16 MiB" :
	       err == -ENOTSUP ? "not a regular file" :
				 strerror(-err);
}

/* Return: 0 or -ENOMEM. */
static int leave_out(struct reading *all, const struct source *parent,
		     const char *path, int err)
{
	char sentence[CONFIG_SENTENCE_MAX], line[CONFIG_ERROR_MAX];
	char **next = &all->missing[all->missing_len];

	for (int i = 0; i < all->missing_len; i++)
		if (!strcmp(all->missing[i], path))
			return 0;
	*next = strdup(path);
	if (!*next)
		return -ENOMEM;
	all->missing_len++;
	snprintf(sentence, sizeof(sentence),
		 "'%s' cannot be read (%s) and is left out", path,
		 reason_of(err));
	config_text_describe(&parent->text, line, sentence);
	util_clean(line);
	all->call.sink->missing(all->call.sink->ctx, line);
	return 0;
}

static int load_failed(struct reading *all, struct source *parent,
		       const char *path, int err)
{
	char sentence[CONFIG_SENTENCE_MAX];

	if (parent && all->call.sink->missing && err != -ENOMEM)
		return leave_out(all, parent, path, err);
	snprintf(sentence, sizeof(sentence),
		 "'%s' cannot be read (%s): give a configuration file", path,
		 reason_of(err));
	if (parent)
		config_text_fail(&parent->text, err, sentence);
	else
		snprintf(all->call.error, CONFIG_ERROR_MAX, "%s", sentence);
	return err;
}

static int check_include(struct source *s, const char *path)
{
	struct config_text *t = &s->text;

	if (is_open(s, path))
		config_refuse(t,
			      "'%s' includes itself: drop one of the includes",
			      path);
	else if (s->depth == CONFIG_DEPTH_MAX)
		config_refuse(
			t,
			"includes go deeper than %d files: does '%s' include "
			"itself?",
			CONFIG_DEPTH_MAX, path);
	else if (s->all->files_read == CONFIG_FILES_MAX)
		config_refuse(t, "more than %d files are included: name fewer",
			      CONFIG_FILES_MAX);
	else if (s->all->bytes_read > CONFIG_ALL_MAX)
		config_refuse(t,
			      "more than %u MiB are included: name fewer files",
			      CONFIG_ALL_MAX >> 20);
	return t->err;
}

static int read_text(struct source *s, const char *data, size_t len)
{
	struct span spec;

	config_text_begin(&s->text, data, len);
	while (config_text_read(&s->text, &spec))
		include(s, spec);
	return config_text_end(&s->text);
}

static int read_file(struct reading *all, struct source *parent,
		     const char *path)
{
	struct source s = { .text = { .call = &all->call, .path = path },
			    .all = all,
			    .parent = parent,
			    .depth = parent ? parent->depth + 1 : 1 };
	int err = parent ? check_include(parent, path) : 0;
	char *data;
	size_t len;

	if (err)
		return err;
	all->files_read++;
	err = all->files->load(all->files->ctx, path, &data, &len);
	if (err)
		return load_failed(all, parent, path, err);
	all->bytes_read += len;
	err = read_text(&s, data, len);
	free(data);
	return err;
}

int config_parse(const struct config_files *files,
		 const struct config_sink *sink,
		 bool (*is_strict)(const char *section), const char *path,
		 char error[static CONFIG_ERROR_MAX])
{
	struct reading all = { .call = { .sink = sink,
					 .is_strict = is_strict,
					 .error = error },
			       .files = files,
			       .names_left = CONFIG_NAMES_MAX };
	int err;

	snprintf(error, CONFIG_ERROR_MAX, "out of memory");
	err = read_file(&all, NULL, path);
	util_clean(error);
	while (all.missing_len)
		free(all.missing[--all.missing_len]);
	return err;
}

char *config_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	int folder = slash && *path != '/' ? (int)(slash + 1 - file) : 0;
	char *out;

	return asprintf(&out, "%.*s%s", folder, file, path) < 0 ? NULL : out;
}

bool config_read_switch(const char *text, bool *out)
{
	static const char *const words[] = { "off", "on", "no",	   "yes",
					     "0",   "1",  "false", "true" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasecmp(text, words[i]) != 0)
			continue;
		*out = i % 2;
		return true;
	}
	return false;
}
