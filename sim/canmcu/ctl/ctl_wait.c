// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Commands that wait for something to be so, or to happen. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_command.h"
#include "util/array.h"
#include "util/number.h"

#define WAIT_MS_DEFAULT 5000
#define WAIT_MS_MAX 3600000
#define SINCE "since="

/* What can be so: a state, or a nodeid. */
struct ctl_condition {
	const char *name;
	bool (*holds)(const struct mcu *m, int arg);
	int arg;
};

static bool is_in_state(const struct mcu *m, int state)
{
	return (int)m->state == state;
}

static bool is_assigned(const struct mcu *m, int assigned)
{
	return (mcu_nodeid(m) >= 0) == assigned;
}

static const struct ctl_condition conditions[] = {
	{ "klipper", is_in_state, MCU_KLIPPER },
	{ "shutdown", is_in_state, MCU_SHUTDOWN },
	{ "katapult", is_in_state, MCU_KATAPULT },
	{ "rom", is_in_state, MCU_ROM },
	{ "boot", is_in_state, MCU_BOOT },
	{ "off", is_in_state, MCU_OFF },
	{ "dead", is_in_state, MCU_DEAD },
	{ "assigned", is_assigned, true },
	{ "unassigned", is_assigned, false },
};

static const struct ctl_condition *find_condition(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++)
		if (!strcmp(conditions[i].name, name))
			return &conditions[i];
	return NULL;
}

/* When the wait ends that has this timeout; NULL: the usual one. */
static int read_timeout(struct ctl_request *r, const char *word)
{
	uint64_t ms = WAIT_MS_DEFAULT;

	if (word && (util_parse_number(word, &ms) || ms > WAIT_MS_MAX))
		return ctl_refuse(
			r, "timeout '%s': give milliseconds from 0 to %d", word,
			WAIT_MS_MAX);
	r->result->wait.deadline_us = r->now_us + ms * 1000u;
	return 0;
}

/* The first event after number SEQ, which has to be kept, or to come yet. */
static int read_since(struct ctl_request *r, const char *word, uint64_t *first)
{
	const struct ctl_log *log = r->ctl->log;
	uint64_t since;

	if (util_parse_number(word + strlen(SINCE), &since))
		return ctl_refuse(r, "'%s': give the number of an event", word);
	if (since > log->last)
		return ctl_refuse(r,
				  "'%s': the last event so far is %" PRIu64
				  ", give that or an earlier one",
				  word, log->last);
	if (since + 1 < log->first)
		return ctl_refuse(r,
				  "'%s': events before %" PRIu64
				  " are forgotten, give since=%" PRIu64
				  " or a later one",
				  word, log->first, log->first - 1);
	*first = since + 1;
	return 0;
}

static bool is_since(const char *word)
{
	return !strncmp(word, SINCE, strlen(SINCE));
}

int ctl_cmd_wait(struct ctl_request *r)
{
	const struct ctl_condition *c = find_condition(r->args[1]);

	if (!c)
		return ctl_refuse(r,
				  "state '%s': give klipper, shutdown, "
				  "katapult, rom, boot, off, dead, assigned or "
				  "unassigned",
				  r->args[1]);
	r->result->wait = (struct ctl_wait){ .mcu = r->mcu, .condition = c };
	if (read_timeout(r, r->args[2]))
		return -EINVAL;
	r->result->waiting = true;
	return 0;
}

static int refuse_event(struct ctl_request *r, const char *name)
{
	char names[512] = "";

	for (int i = 0; i < EVENT_COUNT; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names),
			 "%s%s", i ? ", " : "", event_name(i));
	return ctl_refuse(r, "there is no event '%.40s': give one of %s", name,
			  names);
}

/* What follows the event's name, in any order. */
static int read_wait_options(struct ctl_request *r, char **words, size_t len)
{
	const char *timeout = NULL;

	for (size_t i = 0; i < len; i++) {
		if (!is_since(words[i]))
			timeout = words[i];
		else if (read_since(r, words[i], &r->result->wait.seq))
			return -EINVAL;
	}
	return read_timeout(r, timeout);
}

int ctl_cmd_wait_event(struct ctl_request *r)
{
	struct ctl_wait *wait = &r->result->wait;
	struct kcan_uuid uuid;
	size_t at = 0;

	*wait = (struct ctl_wait){ .seq = r->ctl->log->last + 1 };
	if (strchr(r->args[0], '#') || !kcan_uuid_parse(&uuid, r->args[0])) {
		if (ctl_find_mcu(r, r->args[at++], &wait->mcu))
			return -EINVAL;
		if (at == r->args_len)
			return refuse_event(r, "");
	}
	if (!event_find(&wait->event, r->args[at]))
		return refuse_event(r, r->args[at]);
	at++;
	if (read_wait_options(r, r->args + at, r->args_len - at))
		return -EINVAL;
	r->result->waiting = true;
	return 0;
}

/* How the reply of a wait begins; NULL: it is not over. */
static json_t *outcome(const struct ctl_wait *wait, bool holds, uint64_t now_us)
{
	const char *name = wait->condition ? wait->condition->name :
					     event_name(wait->event);

	if (holds)
		return json_pack("{s:b}", "ok", 1);
	if (now_us < wait->deadline_us)
		return NULL;
	return json_pack("{s:b,s:o}", "ok", 0, "error",
			 json_sprintf("timeout: not '%s' yet", name));
}

static json_t *state_reply(const struct ctl_wait *wait, uint64_t now_us)
{
	const struct ctl_condition *c = wait->condition;
	json_t *reply = outcome(wait, c->holds(wait->mcu, c->arg), now_us);

	if (reply)
		json_object_set_new(reply, "mcu", ctl_describe(wait->mcu));
	return reply;
}

static json_t *event_reply(struct ctl_wait *wait, const struct ctl_log *log,
			   uint64_t now_us)
{
	struct kcan_uuid uuid;
	struct ctl_filter filter = { .type = (int)wait->event };
	const char *event;
	json_t *reply;

	if (wait->mcu) {
		uuid = wait->mcu->cfg.uuid;
		filter.uuids = &uuid;
		filter.uuids_len = 1;
	}
	event = ctl_log_find(log, &filter, &wait->seq, log->last);
	reply = outcome(wait, event, now_us);
	if (event)
		json_object_set_new(reply, "event", json_loads(event, 0, NULL));
	return reply;
}

char *ctl_wait_reply(struct ctl_wait *wait, const struct ctl *ctl,
		     uint64_t now_us)
{
	return ctl_text(wait->condition ? state_reply(wait, now_us) :
					  event_reply(wait, ctl->log, now_us));
}

/* The words of "subscribe", into @s, whose list has room for all of them. */
static int read_subscription(struct ctl_request *r, struct ctl_subscription *s)
{
	char *rest = r->args[0], *word;
	const struct mcu *m;

	while ((word = ctl_next_word(&rest, false))) {
		if (is_since(word)) {
			if (read_since(r, word, &s->next))
				return -EINVAL;
			continue;
		}
		if (ctl_find_mcu(r, word, &m))
			return -EINVAL;
		s->filter.uuids[s->filter.uuids_len++] = m->cfg.uuid;
	}
	return 0;
}

int ctl_cmd_subscribe(struct ctl_request *r)
{
	size_t len = r->args_len ? strlen(r->args[0]) : 0;
	size_t words = len / (KCAN_UUID_STR_LEN + 1) + 1;
	struct ctl_subscription s = {
		.filter = { .uuids = calloc(words, sizeof(*s.filter.uuids)),
			    .type = -1 },
		.next = r->ctl->log->last + 1,
	};

	if (!s.filter.uuids)
		return ctl_refuse(r, "out of memory: name fewer MCUs");
	if (read_subscription(r, &s)) {
		ctl_subscription_end(&s);
		return -EINVAL;
	}
	r->result->subscription = s;
	return 0;
}
