// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "report.h"

#include "util/hex.h"

#define PROGRAM "serialbootreq"

bool report_open(struct report *r, bool json, struct words_facts *facts)
{
	report_start(r, PROGRAM, words_slots);
	if (!json || report_load_json(r, facts->detail, sizeof(facts->detail)))
		return true;
	facts->cause = CAUSE_NO_JANSSON;
	return false;
}

void report_usage(struct report *r, bool json, const char *sentence)
{
	struct words_facts facts = { .cause = CAUSE_USAGE };

	report_open(r, json, &(struct words_facts){ 0 });
	snprintf(facts.detail, sizeof(facts.detail), "%s", sentence);
	report_end(r, &facts);
}

static void say_end(struct report *r, const struct words_facts *facts)
{
	const struct words *words = words_of(facts->cause);
	char device[SAY_SENTENCE_LEN], reason[SAY_SENTENCE_LEN];

	words_expand(reason, words->reason, facts);
	if (facts->device)
		fprintf(r->streams.out, "%s: %s: %s\n",
			words_expand(device, "{dev}", facts),
			kcan_outcome_get(words->outcome)->name, reason);
	else
		fprintf(r->streams.err, PROGRAM ": %s\n", reason);
	report_say(r, "warning: ", words_warning(facts), facts);
	report_say(r, words->back ? "next: " : "", words->next, facts);
	report_say(r, "back: ", words->back, facts);
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
	char reason[SAY_SENTENCE_LEN], next[SAY_SENTENCE_LEN],
		back[SAY_SENTENCE_LEN];
	char device[SAY_SENTENCE_LEN];

	return say_json_dump(
		&r->lib,
		r->lib.pack("{s:i, s:s*, s:s, s:i, s:s, s:s*, s:s*, s:o*, "
			    "s:o*, s:o*, s:o*, s:s*, s:o*, s:s*, s:o*}",
			    "schema", SAY_JSON_SCHEMA, "device",
			    words_expand(device, facts->device ? "{dev}" : NULL,
					 facts),
			    "outcome", kcan_outcome_get(words->outcome)->name,
			    "code", words_code(words, facts->signal), "reason",
			    words_expand(reason, words->reason, facts), "way",
			    ways[facts->way], "request",
			    !facts->device   ? NULL :
			    facts->requested ? "handed-over" :
					       "none",
			    "elapsed_ms",
			    say_json_number(&r->lib, facts->elapsed_us,
					    facts->elapsed_us / 1000),
			    "katapult",
			    say_json_katapult(&r->lib, facts->identified,
					      &facts->katapult),
			    "usb",
			    say_json_usb(&r->lib, facts->port, &facts->usb),
			    "warnings", pack_warnings(r, facts), "next",
			    words_expand(next, words->next, facts), "next_argv",
			    say_json_command(&r->lib, words->next, words_slots,
					     facts),
			    "back", words_expand(back, words->back, facts),
			    "back_argv",
			    say_json_command(&r->lib, words->back, words_slots,
					     facts)));
}

void report_end(struct report *r, const struct words_facts *facts)
{
	if (r->json)
		report_line(r, json_end(r, facts));
	else
		say_end(r, facts);
	report_note_code(r, words_code(words_of(facts->cause), facts->signal));
}

void report_dry_run(struct report *r)
{
	char hex[2 * KCAN_SERIALREQ_LEN + 1];

	util_hex_encode(hex, (const uint8_t *)KCAN_SERIALREQ_STRING,
			KCAN_SERIALREQ_LEN);
	if (r->json)
		report_line(r, say_json_dump(&r->lib,
					     r->lib.pack("{s:i, s:s}", "schema",
							 SAY_JSON_SCHEMA,
							 "bytes", hex)));
	else
		fprintf(r->streams.out, "%s\n", hex);
}
