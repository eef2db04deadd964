/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_REPORT_CAPTURE_H
#define UNIT_REPORT_CAPTURE_H

/*
 * What a report writes, as text. Of a program: its report.h comes before this, and
 * PROGRAM is its name.
 */
#include "../support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../tools/shared/command.h"

struct capture {
	struct report report;
	char *out, *err;
	size_t out_len, err_len;
};

static inline void capture_open(struct capture *c, bool json)
{
	const char *why;

	memset(c, 0, sizeof(*c));
	setenv("HOME", "/home/pi", true); /* goes into commands */
	c->report.program = PROGRAM;
	c->report.slots = words_slots;
	c->report.streams.out = open_memstream(&c->out, &c->out_len);
	c->report.streams.err = open_memstream(&c->err, &c->err_len);
	assert_non_null(c->report.streams.out);
	assert_non_null(c->report.streams.err);
	c->report.json = json;
	if (json)
		assert_true(say_json_load(&c->report.lib, &why));
}

/* Makes @c->out and @c->err readable. */
static inline void capture_end(struct capture *c)
{
	fclose(c->report.streams.out);
	fclose(c->report.streams.err);
}

static inline void capture_free(struct capture *c)
{
	free(c->out);
	free(c->err);
}

/* Adds what every end has. */
static inline struct words_facts complete(const struct words_facts *part);

/* A command is the first line, word for word; nothing there holds a blank. */
static inline void assert_command(const char *sentence,
				  const struct words_facts *facts, bool wanted)
{
	char line[SAY_SENTENCE_LEN], joined[SAY_SENTENCE_LEN] = "";
	struct say_command command;

	say_command(&command, sentence, words_slots, facts, "~");
	assert_int_equal(command.len > 0, wanted);
	if (!wanted)
		return;
	words_expand(line, sentence, facts);
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < command.len; i++) {
		strcat(joined, i ? " " : "");
		strcat(joined, command.words[i]);
	}
	assert_string_equal(joined, line);
}

/* How it ends, with what complete() adds. */
struct end_row {
	const char *name;
	struct words_facts facts;
	int code;
	const char *out; /* all of stdout */
	const char *err; /* a part of stderr */
};

static inline void test_end(void **state)
{
	const struct end_row *row = *state;
	const struct words_facts facts = complete(&row->facts);
	struct capture c;

	capture_open(&c, false);
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), row->code);
	capture_end(&c);
	assert_string_equal(c.out, row->out);
	if (!strstr(c.err, row->err))
		assert_string_equal(c.err, row->err);
	capture_free(&c);
}

/* How it ends, as an object. */
struct json_row {
	const char *name;
	struct words_facts facts;
	const char *out; /* all of stdout */
};

static inline void test_end_in_json(void **state)
{
	const struct json_row *row = *state;
	struct capture c;

	capture_open(&c, true);
	report_end(&c.report, &row->facts);
	report_close(&c.report);
	capture_end(&c);
	assert_string_equal(c.out, row->out);
	assert_string_equal(c.err, "");
	capture_free(&c);
}

/* A proof that cannot be written is an error, and that is told. */
static inline void check_a_full_disk(void)
{
	const struct words_facts facts =
		complete(&(struct words_facts){ .cause = CAUSE_PROVEN });
	struct capture c;

	capture_open(&c, false);
	fclose(c.report.streams.out);
	c.report.streams.out = fopen("/dev/full", "w");
	assert_non_null(c.report.streams.out);
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), 1);
	capture_end(&c);
	assert_non_null(strstr(c.err, "results could not be written: No space "
				      "left on device; give standard output a "
				      "place that takes them\n"));
	capture_free(&c);
}

#endif
