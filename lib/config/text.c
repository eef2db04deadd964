// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define INCLUDE "include "

void config_text_describe(const struct config_text *t,
			  char out[static CONFIG_ERROR_MAX],
			  const char *sentence)
{
	snprintf(out, CONFIG_ERROR_MAX, "%s:%u: %s", t->path, t->line,
		 sentence);
}

void config_text_fail(struct config_text *t, int err, const char *sentence)
{
	t->err = err;
	config_text_describe(t, t->call->error, sentence);
}

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

static bool next_line(struct config_text *t, struct span *line)
{
	const char *newline;

	if (t->err || t->at == t->end)
		return false;
	newline = memchr(t->at, '\n', (size_t)(t->end - t->at));
	line->at = t->at;
	line->len = (size_t)((newline ? newline : t->end) - t->at);
	t->at = newline ? newline + 1 : t->end;
	t->line++;
	if (memchr(line->at, '\0', line->len))
		config_refuse(t, "here is a NUL byte: give a text file");
	else if (t->call->lines_read++ == CONFIG_LINES_MAX)
		config_refuse(
			t,
			"more than %d lines are no printer.cfg: give its path",
			CONFIG_LINES_MAX);
	return !t->err;
}

static void keep(struct config_text *t, char **to, struct span what)
{
	free(*to);
	*to = strndup(what.at, what.len);
	if (!*to)
		t->err = -ENOMEM;
}

/* Return: true with what it includes, if that is what it does. */
static bool begin_section(struct config_text *t, struct span header,
			  struct span *include)
{
	t->in_section = !begins(header, INCLUDE);
	t->in_value = false;
	if (!t->in_section) {
		header.at += strlen(INCLUDE);
		header.len -= strlen(INCLUDE);
		*include = span_strip(header);
		return true;
	}
	keep(t, &t->section, header);
	t->strict = !t->err && t->call->is_strict(t->section);
	if (t->strict)
		keep(t, &t->section, span_strip(header));
	return false;
}

static void hand_over(struct config_text *t, struct span value)
{
	const struct config_sink *sink = t->call->sink;
	char *text = strndup(value.at, value.len);
	const struct config_line line = { t->section, t->key, text, t->path,
					  t->line };
	char sentence[CONFIG_SENTENCE_MAX] = "out of memory";
	int err = text ? sink->set(sink->ctx, &line, sentence) : -ENOMEM;

	if (err)
		config_text_fail(t, err, sentence);
	free(text);
}

static void read_key(struct config_text *t, struct span name)
{
	const struct config_sink *sink = t->call->sink;

	keep(t, &t->key, name);
	if (t->err)
		return;
	for (char *c = t->key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	t->take = sink->take(sink->ctx, t->section, t->key);
}

static void begin_value(struct config_text *t, struct span line)
{
	struct span name = line, value;

	t->in_value = true;
	t->take = CONFIG_IGNORE;
	for (name.len = 0; name.len < line.len; name.len++)
		if (strchr("=:", line.at[name.len]))
			break;
	if (name.len == line.len && t->strict)
		config_refuse(t, "'%.*s' is not a key: give 'key: value'",
			      (int)(line.len < 80 ? line.len : 80), line.at);
	if (name.len == line.len)
		return;
	value.at = name.at + name.len + 1;
	value.len = line.len - name.len - 1;
	value = span_strip(value);
	read_key(t, span_strip(name));
	if (t->take == CONFIG_ONE || (t->take == CONFIG_LINES && value.len))
		hand_over(t, value);
}

static void go_on_value(struct config_text *t, struct span value)
{
	if (t->take == CONFIG_LINES)
		hand_over(t, value);
	else if (t->take == CONFIG_ONE)
		config_refuse(
			t,
			"this line goes on with '%s', which has one line of "
			"value; do not indent a new key",
			t->key);
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

/* Return: true with what it includes, if that is what it does. */
static bool read_line(struct config_text *t, struct span raw,
		      struct span *include)
{
	struct span line = span_strip(raw), header;
	size_t indent = (size_t)(line.at - raw.at);

	if (!line.len)
		return false;
	if (t->in_value && indent > t->indent) {
		go_on_value(t, line);
		return false;
	}
	t->indent = indent;
	if (is_header(line, &header))
		return begin_section(t, header, include);
	if (t->in_section)
		begin_value(t, line);
	else
		config_refuse(t, "this line stands in no section: put one "
				 "above it, like [mcu]");
	return false;
}

void config_text_begin(struct config_text *t, const char *data, size_t len)
{
	static const char bom[] = "\xef\xbb\xbf";

	t->at = data;
	t->end = data + len;
	if (begins((struct span){ data, len }, bom))
		t->at += strlen(bom);
}

bool config_text_read(struct config_text *t, struct span *include)
{
	struct span line;

	while (next_line(t, &line))
		if (read_line(t, cut_comment(line), include))
			return true;
	return false;
}

int config_text_end(struct config_text *t)
{
	free(t->section);
	free(t->key);
	return t->err;
}
