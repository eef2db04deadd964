// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "span.h"
#include "util/array.h"
#include "util/clean.h"

#define INCLUDE "include "

/* What the whole call shares. */
struct reading {
	const struct config_files *files;
	const struct config_sink *sink;
	bool (*is_strict)(const char *section);
	char *error;
	int files_read;
	size_t bytes_read;
	unsigned int lines_read;
	size_t names_left;		 /* to be looked at for patterns */
	char *missing[CONFIG_FILES_MAX]; /* includes that were left out */
	int missing_len;
};

/* A file that is being read, and where. */
struct source {
	struct reading *all;
	struct source *parent; /* that includes it; NULL: named by the user */
	int depth;
	const char *path;
	const char *at, *end;
	unsigned int line;
	int err;
	bool in_section;
	bool strict;   /* the section is */
	bool in_value; /* what is indented deeper belongs to the value */
	size_t indent; /* of the line that the value began on */
	enum config_take take; /* of the value */
	char *section;
	char *key; /* of the value */
};

static int read_file(struct reading *all, struct source *parent,
		     const char *path);

/* Set s->err, and say why. */
#define refuse(s, ...)                                               \
	do {                                                         \
		char sentence_[CONFIG_SENTENCE_MAX];                 \
                                                                     \
		snprintf(sentence_, sizeof(sentence_), __VA_ARGS__); \
		say((s), -EINVAL, sentence_);                        \
	} while (0)

static void describe(const struct source *s, char out[static CONFIG_ERROR_MAX],
		     const char *sentence)
{
	snprintf(out, CONFIG_ERROR_MAX, "%s:%u: %s", s->path, s->line,
		 sentence);
}

static void say(struct source *s, int err, const char *sentence)
{
	s->err = err;
	describe(s, s->all->error, sentence);
}

/* Spans. */

static bool begins(struct span t, const char *with)
{
	return t.len >= strlen(with) && !memcmp(t.at, with, strlen(with));
}

/*
 * klippy cuts a line at its first #, wherever that is; configparser at a ; that
 * begins the line or has a blank before it.
 */
static struct span cut_comment(struct span t)
{
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] == '#' ||
		    (t.at[i] == ';' &&
		     (!i || strchr(SPAN_BLANKS, t.at[i - 1]))))
			t.len = i;
	return t;
}

static bool next_line(struct source *s, struct span *line)
{
	const char *newline;

	if (s->err || s->at == s->end)
		return false;
	newline = memchr(s->at, '\n', (size_t)(s->end - s->at));
	line->at = s->at;
	line->len = (size_t)((newline ? newline : s->end) - s->at);
	s->at = newline ? newline + 1 : s->end;
	s->line++;
	if (memchr(line->at, '\0', line->len))
		refuse(s, "here is a NUL byte: give a text file");
	else if (s->all->lines_read++ == CONFIG_LINES_MAX)
		refuse(s,
		       "more than %d lines are no printer.cfg: give its path",
		       CONFIG_LINES_MAX);
	return !s->err;
}

/* Includes. */

static int include_one(void *arg, const char *path)
{
	struct source *s = arg;

	return read_file(s->all, s, path);
}

static void include_pattern(struct source *s, const char *pattern)
{
	struct reading *all = s->all;
	int err = all->files->match(all->files->ctx, pattern, &all->names_left,
				    include_one, s);

	if (err == -E2BIG)
		refuse(s,
		       "'%s' is about more than %d files and folders: name "
		       "those that are meant",
		       pattern, CONFIG_NAMES_MAX);
	else
		s->err = err;
}

static void include(struct source *s, struct span spec)
{
	char *text = strndup(spec.at, spec.len);
	char *path = text ? config_beside(s->path, text) : NULL;

	if (!path)
		s->err = -ENOMEM;
	else if (!*text)
		refuse(s, "include what? give a file, like [include mcu.cfg]");
	else if (strpbrk(text, "*?["))
		include_pattern(s, path);
	else
		s->err = include_one(s, path);
	free(text);
	free(path);
}

/* Lines. */

static void keep(struct source *s, char **to, struct span t)
{
	free(*to);
	*to = strndup(t.at, t.len);
	if (!*to)
		s->err = -ENOMEM;
}

static void begin_section(struct source *s, struct span header)
{
	s->in_section = !begins(header, INCLUDE);
	s->in_value = false;
	if (!s->in_section) {
		header.at += strlen(INCLUDE);
		header.len -= strlen(INCLUDE);
		include(s, span_strip(header));
		return;
	}
	keep(s, &s->section, header);
	s->strict = !s->err && s->all->is_strict(s->section);
	if (s->strict)
		keep(s, &s->section, span_strip(header));
}

static void hand_over(struct source *s, struct span value)
{
	const struct config_sink *sink = s->all->sink;
	char *text = strndup(value.at, value.len);
	const struct config_line line = { s->section, s->key, text, s->path,
					  s->line };
	char sentence[CONFIG_SENTENCE_MAX] = "out of memory";
	int err = text ? sink->set(sink->ctx, &line, sentence) : -ENOMEM;

	if (err)
		say(s, err, sentence);
	free(text);
}

static void read_key(struct source *s, struct span name)
{
	const struct config_sink *sink = s->all->sink;

	keep(s, &s->key, name);
	if (s->err)
		return;
	for (char *c = s->key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	s->take = sink->take(sink->ctx, s->section, s->key);
}

static void begin_value(struct source *s, struct span line)
{
	struct span name = line, value;

	s->in_value = true;
	s->take = CONFIG_IGNORE;
	for (name.len = 0; name.len < line.len; name.len++)
		if (strchr("=:", line.at[name.len]))
			break;
	if (name.len == line.len && s->strict)
		refuse(s, "'%.*s' is not a key: give 'key: value'",
		       (int)(line.len < 80 ? line.len : 80), line.at);
	if (name.len == line.len)
		return;
	value.at = name.at + name.len + 1;
	value.len = line.len - name.len - 1;
	value = span_strip(value);
	read_key(s, span_strip(name));
	if (s->take == CONFIG_ONE || (s->take == CONFIG_LINES && value.len))
		hand_over(s, value);
}

static void go_on_value(struct source *s, struct span value)
{
	if (s->take == CONFIG_LINES)
		hand_over(s, value);
	else if (s->take == CONFIG_ONE)
		refuse(s,
		       "this line goes on with '%s', which has one line of "
		       "value; do not indent a new key",
		       s->key);
}

/* Return: true with what stands between the brackets when @line is a header. */
static bool is_header(struct span line, struct span *header)
{
	const char *last = memrchr(line.at, ']', line.len);

	if (line.at[0] != '[' || !last || last == line.at + 1)
		return false;
	header->at = line.at + 1;
	header->len = (size_t)(last - header->at);
	return true;
}

static void read_line(struct source *s, struct span raw)
{
	struct span line = span_strip(raw), header;
	size_t indent = (size_t)(line.at - raw.at);

	if (!line.len)
		return;
	if (s->in_value && indent > s->indent) {
		go_on_value(s, line);
		return;
	}
	s->indent = indent;
	if (is_header(line, &header))
		begin_section(s, header);
	else if (s->in_section)
		begin_value(s, line);
	else
		refuse(s, "this line stands in no section: put one above it, "
			  "like [mcu]");
}

/* Files. */

static bool is_open(const struct source *s, const char *path)
{
	for (; s; s = s->parent)
		if (!strcmp(s->path, path))
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
	describe(parent, line, sentence);
	util_clean(line);
	all->sink->missing(all->sink->ctx, line);
	return 0;
}

static int load_failed(struct reading *all, struct source *parent,
		       const char *path, int err)
{
	char sentence[CONFIG_SENTENCE_MAX];

	if (parent && all->sink->missing && err != -ENOMEM)
		return leave_out(all, parent, path, err);
	snprintf(sentence, sizeof(sentence),
		 "'%s' cannot be read (%s): give a configuration file", path,
		 reason_of(err));
	if (parent)
		say(parent, err, sentence);
	else
		snprintf(all->error, CONFIG_ERROR_MAX, "%s", sentence);
	return err;
}

static int check_include(struct source *s, const char *path)
{
	if (is_open(s, path))
		refuse(s, "'%s' includes itself: drop one of the includes",
		       path);
	else if (s->depth == CONFIG_DEPTH_MAX)
		refuse(s,
		       "includes go deeper than %d files: does '%s' include "
		       "itself?",
		       CONFIG_DEPTH_MAX, path);
	else if (s->all->files_read == CONFIG_FILES_MAX)
		refuse(s, "more than %d files are included: name fewer",
		       CONFIG_FILES_MAX);
	else if (s->all->bytes_read > CONFIG_ALL_MAX)
		refuse(s, "more than %u MiB are included: name fewer files",
		       CONFIG_ALL_MAX >> 20);
	return s->err;
}

static int read_text(struct source *s, const char *data, size_t len)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct span line;

	s->at = data;
	s->end = data + len;
	if (begins((struct span){ data, len }, bom))
		s->at += strlen(bom);
	while (next_line(s, &line))
		read_line(s, cut_comment(line));
	free(s->section);
	free(s->key);
	return s->err;
}

static int read_file(struct reading *all, struct source *parent,
		     const char *path)
{
	struct source s = { .all = all,
			    .parent = parent,
			    .depth = parent ? parent->depth + 1 : 1,
			    .path = path };
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
	struct reading all = { .files = files,
			       .sink = sink,
			       .is_strict = is_strict,
			       .names_left = CONFIG_NAMES_MAX,
			       .error = error };
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
