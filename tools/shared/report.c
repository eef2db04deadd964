// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/clean.h"

void report_start(struct report *r, const char *program,
		  const struct say_slots *slots)
{
	*r = (struct report){ .program = program, .slots = slots };
	say_streams_open(&r->streams, STDOUT_FILENO, STDERR_FILENO);
}

bool report_load_json(struct report *r, char *out, size_t size)
{
	const char *reason;

	r->json = say_json_load(&r->lib, &reason);
	if (!r->json)
		snprintf(out, size, "%s", reason);
	return r->json;
}

void report_say(struct report *r, const char *head, const char *sentence,
		const void *facts)
{
	char text[SAY_SENTENCE_LEN];

	say_expand(text, sizeof(text), sentence, r->slots, facts);
	if (*text)
		say_lines(r->streams.err, r->program, head, text);
}

void report_note(struct report *r, const char *format, ...)
{
	char text[SAY_SENTENCE_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	util_clean(text);
	fprintf(r->streams.err, "%s: %s\n", r->program, text);
}

void report_line(struct report *r, char *line)
{
	if (line)
		fprintf(r->streams.out, "%s\n", line);
	else
		r->unmade = ENOMEM;
	free(line);
}

void report_note_code(struct report *r, int code)
{
	if (code > r->code)
		r->code = code;
}

int report_close(struct report *r)
{
	if (!say_streams_close(&r->streams, r->program, r->unmade, SAY_END_US))
		report_note_code(r, 1);
	return r->code;
}
