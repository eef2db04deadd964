// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../shared/sentence.h"
#include "util/hex.h"

#define PROGRAM "serialbootreq"
#define SCHEMA 1
#define SENTENCE_LEN 1600

bool report_open(struct report *r, bool json, struct words_facts *facts)
{
	const char *why;

	*r = (struct report){ 0 };
	say_streams_open(&r->streams, STDOUT_FILENO, STDERR_FILENO);
	if (!json)
		return true;
	r->json = say_json_load(&r->lib, &why);
	if (!r->json) {
		facts->cause = CAUSE_NO_JANSSON;
		snprintf(facts->detail, sizeof(facts->detail), "%s", why);
	}
	return r->json;
}

/* NULL, which leaves the key out, when there is no such sentence. */
static const char *expand(char buf[static SENTENCE_LEN], const char *sentence,
			  const struct words_facts *facts)
{
	return words_expand(buf, SENTENCE_LEN, sentence, facts);
}

static void say(struct report *r, const char *head, const char *sentence,
		const struct words_facts *facts)
{
	char text[SENTENCE_LEN];

	if (expand(text, sentence, facts) && *text)
		say_lines(r->streams.err, PROGRAM, head, text);
}

static void say_end(struct report *r, const struct words_facts *facts)
{
	const struct words *words = words_of(facts->cause);
	char device[SENTENCE_LEN], reason[SENTENCE_LEN];

	expand(reason, words->reason, facts);
	if (facts->device)
		fprintf(r->streams.out, "%s: %s: %s\n",
			expand(device, "{dev}", facts),
			kcan_outcome_get(words->outcome)->name, reason);
	else
		fprintf(r->streams.err, PROGRAM ": %s\n", reason);
	say(r, "warning: ", words_warning(facts), facts);
	say(r, words->back ? "next: " : "", words->next, facts);
	say(r, "back: ", words->back, facts);
}

static json_t *pack_warnings(const struct report *r,
			     const struct words_facts *facts)
{
	const char *warning = words_warning(facts);

	return warning ? r->lib.pack("[s]", warning) : NULL;
}

static char *json_end(const struct report *r, const struct words_facts *facts)
{
	static const char *const ways[] = { NULL, "usb", "uart" };
	const struct words *words = words_of(facts->cause);
	char reason[SENTENCE_LEN], next[SENTENCE_LEN], back[SENTENCE_LEN];
	char device[SENTENCE_LEN];

	return say_json_dump(
		&r->lib,
		r->lib.pack(
			"{s:i, s:s*, s:s, s:i, s:s, s:s*, s:s*, s:o*, "
			"s:o*, s:o*, s:o*, s:s*, s:s*}",
			"schema", SCHEMA, "device",
			expand(device, facts->device ? "{dev}" : NULL, facts),
			"outcome", kcan_outcome_get(words->outcome)->name,
			"code", words_code(facts), "reason",
			expand(reason, words->reason, facts), "way",
			ways[facts->way], "request",
			!facts->device	 ? NULL :
			facts->requested ? "handed-over" :
					   "none",
			"elapsed_ms",
			say_json_number(&r->lib, facts->elapsed_us,
					facts->elapsed_us / 1000),
			"katapult",
			say_json_katapult(&r->lib, facts->identified,
					  &facts->katapult),
			"usb", say_json_usb(&r->lib, facts->port, &facts->usb),
			"warnings", pack_warnings(r, facts), "next",
			expand(next, words->next, facts), "back",
			expand(back, words->back, facts)));
}

int report_close(struct report *r, int code)
{
	if (say_streams_close(&r->streams, PROGRAM, r->unmade, SAY_END_US))
		return code;
	return code > 1 ? code : 1;
}

/* Takes @line; NULL: out of memory. */
static void put_line(struct report *r, char *line)
{
	if (line)
		fprintf(r->streams.out, "%s\n", line);
	else
		r->unmade = ENOMEM;
	free(line);
}

int report_end(struct report *r, const struct words_facts *facts)
{
	if (r->json)
		put_line(r, json_end(r, facts));
	else
		say_end(r, facts);
	return report_close(r, words_code(facts));
}

int report_dry_run(struct report *r)
{
	char hex[2 * KCAN_SERIALREQ_LEN + 1];

	util_hex_encode(hex, (const uint8_t *)KCAN_SERIALREQ_STRING,
			KCAN_SERIALREQ_LEN);
	if (r->json)
		put_line(r, say_json_dump(&r->lib,
					  r->lib.pack("{s:i, s:s}", "schema",
						      SCHEMA, "bytes", hex)));
	else
		fprintf(r->streams.out, "%s\n", hex);
	return report_close(r, 0);
}
