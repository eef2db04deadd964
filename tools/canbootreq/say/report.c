// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "report.h"

#include <string.h>

#include <kcan/admin.h>

#include "../../canbus/trace.h"

#define PROGRAM "canbootreq"

/* These are about one node; the others are about the bus. */
#define NODE_WARNINGS                                                     \
	(1u << WARNING_NODEID_HELD | 1u << WARNING_STILL_QUEUED |         \
	 1u << WARNING_TORN | 1u << WARNING_TWINS | 1u << WARNING_TAKEN | \
	 1u << WARNING_HEATERS | 1u << WARNING_UNPROVEN |                 \
	 1u << WARNING_LEFT_AGAIN)

bool report_open(struct report *r, bool json)
{
	struct words_facts facts = { .cause = CAUSE_NO_JANSSON };

	report_start(r, PROGRAM, words_slots);
	if (!json || report_load_json(r, facts.detail, sizeof(facts.detail)))
		return true;
	report_end(r, &facts);
	return false;
}

void report_usage(struct report *r, bool json, const char *sentence)
{
	struct words_facts facts = { .cause = CAUSE_USAGE };
	char missing[sizeof(facts.detail)];

	report_start(r, PROGRAM, words_slots);
	snprintf(facts.detail, sizeof(facts.detail), "%s", sentence);
	report_end(r, &facts);
	/* the sentence is what matters: without jansson it stands alone */
	if (json && report_load_json(r, missing, sizeof(missing)))
		report_end(r, &facts);
}

void report_warning(struct report *r, enum warning warning,
		    const struct words_facts *facts)
{
	unsigned int bit = 1u << warning;

	if (r->json || r->warned & bit & ~NODE_WARNINGS)
		return;
	r->warned |= bit;
	report_say(r, "warning: ", words_warning(warning), facts);
}

/* A command differs for each UUID; a list of reasons does not. */
static bool is_news(const struct report *r, const char *sentence,
		    const struct words_facts *facts)
{
	return sentence &&
	       (r->advised != (int)facts->cause || strstr(sentence, "{uuid}"));
}

static void advise(struct report *r, const struct words_facts *facts)
{
	const struct words *words = words_of(facts->cause);

	if (is_news(r, words->next, facts))
		report_say(r, words->back ? "next: " : "", words->next, facts);
	if (is_news(r, words->back, facts))
		report_say(r, "back: ", words->back, facts);
	r->advised = (int)facts->cause;
}

void report_warnings(struct report *r, const struct words_facts *facts)
{
	for (int i = 0; i < WARNING_COUNT; i++)
		if (facts->warnings & 1u << i)
			report_warning(r, (enum warning)i, facts);
}

/* No result, but an error: one line with its remedy. */
static void say_error(struct report *r, const struct words_facts *facts)
{
	const struct words *words = words_of(facts->cause);
	char text[SAY_SENTENCE_LEN];

	report_warnings(r, facts);
	words_expand(text, words->reason, facts);
	fprintf(r->streams.err, PROGRAM ": %s", text);
	words_expand(text, words->next, facts);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		fprintf(r->streams.err, "; %s", line);
	fputc('\n', r->streams.err);
}

static void say_line(struct report *r, const struct words_facts *facts)
{
	const struct words *words = words_of(facts->cause);
	char uuid[KCAN_UUID_STR_LEN + 1];
	char reason[SAY_SENTENCE_LEN], name[SAY_SENTENCE_LEN];

	words_expand(reason, words->reason, facts);
	words_expand(name, facts->name ? " ({name})" : "", facts);
	kcan_uuid_format(&facts->uuid, uuid);
	fprintf(r->streams.out, "%s%s: %s: %s\n", uuid, name,
		kcan_outcome_get(words->outcome)->name, reason);
}

static void say_result(struct report *r, const struct words_facts *facts)
{
	if (!facts->said)
		say_line(r, facts);
	report_warnings(r, facts);
	advise(r, facts);
}

void report_end(struct report *r, const struct words_facts *facts)
{
	report_note_code(r, words_code(words_of(facts->cause), facts->signal));
	if (r->json)
		report_line(r, json_end(&r->lib, facts));
	else if (facts->has_uuid)
		say_result(r, facts);
	else
		say_error(r, facts);
}

void report_early(struct report *r, struct words_facts *facts)
{
	if (r->json)
		return;
	say_line(r, facts);
	facts->said = true;
}

void report_node(struct report *r, const char *ifname,
		 const struct kcan_uuid *uuid, uint8_t app, bool tell)
{
	const struct nodelist_program *name = nodelist_app(app);
	char text[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(uuid, text);
	if (r->json)
		report_line(r, json_node(&r->lib, ifname, text, name->key));
	else
		fprintf(r->streams.out, "%s: %s%s%s\n", text, name->text,
			tell ? " on " : "", tell ? ifname : "");
}

void report_nodelist(struct report *r, const struct nodelist *list,
		     const struct words_facts *facts)
{
	if (!facts->elsewhere)
		report_note_code(
			r, words_code(words_of(facts->cause), facts->signal));
	if (r->json) {
		report_line(r, json_nodelist(&r->lib, list, facts));
		return;
	}
	nodelist_print(r->streams.out, list);
	if (facts->cause != CAUSE_HEARD && !facts->elsewhere) {
		say_error(r, facts);
		return;
	}
	report_warnings(r, facts);
	if (!facts->elsewhere)
		advise(r, facts);
}

void report_dry_run(struct report *r, const struct kcan_uuid *uuid)
{
	char text[KCAN_UUID_STR_LEN + 1];
	char frame_text[TRACE_FRAME_LEN];
	struct can_frame frame;

	kcan_admin_encode(&frame, &(struct kcan_admin_msg){
					  .cmd = KCAN_ADMIN_REQUEST_BOOTLOADER,
					  .uuid = *uuid });
	trace_format(frame_text, &frame);
	kcan_uuid_format(uuid, text);
	if (r->json)
		report_line(r, json_dry_run(&r->lib, text, frame_text));
	else
		fprintf(r->streams.out, "%s\n", frame_text);
}
