/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

/*
 * One text of the dialect, line by line: sections, keys and their values. What it
 * includes is left to who reads it.
 */
#include <errno.h>
#include <stdio.h>

#include "config.h"
#include "span.h"

/** What all texts of a call share. */
struct config_call {
	const struct config_sink *sink;
	bool (*is_strict)(const char *section);
	char *error; /* of CONFIG_ERROR_MAX */
	unsigned int lines_read;
};

/** A text that is being read, and where. */
struct config_text {
	struct config_call *call;
	const char *path;
	const char *at, *end;
	unsigned int line;
	int err; /* once it is set, no more is read */
	bool in_section;
	bool strict;   /* the section is */
	bool in_value; /* what is indented deeper belongs to the value */
	size_t indent; /* of the line that the value began on */
	enum config_take take; /* of the value */
	char *section;
	char *key; /* of the value */
};

/** Begin to read @data, which has to outlive it; @call and @path are set. */
void config_text_begin(struct config_text *t, const char *data, size_t len);

/**
 * config_text_read() - tell the sink of what is there, up to an include
 * @include: set to what is to be included, a piece of the text
 *
 * Return: false at the end, or after an error, which is in @t->err.
 */
bool config_text_read(struct config_text *t, struct span *include);

/** Release what it holds. Return: its error. */
int config_text_end(struct config_text *t);

/** Write "file:line: sentence", of the line that was read last. */
void config_text_describe(const struct config_text *t,
			  char out[static CONFIG_ERROR_MAX],
			  const char *sentence);

/** End it with @err, and say so in the call's error. */
void config_text_fail(struct config_text *t, int err, const char *sentence);

/** The same, for what the file holds. */
#define config_refuse(t, ...)                                        \
	do {                                                         \
		char sentence_[CONFIG_SENTENCE_MAX];                 \
                                                                     \
		snprintf(sentence_, sizeof(sentence_), __VA_ARGS__); \
		config_text_fail((t), -EINVAL, sentence_);           \
	} while (0)

#endif
