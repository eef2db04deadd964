// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ctl_log_entry {
	enum event_type type;
	bool has_uuid;
	struct kcan_uuid uuid;
	char json[];
};

static struct ctl_log_entry **place(struct ctl_log *log, uint64_t seq)
{
	return &log->ring[seq % CTL_LOG_LEN];
}

static void drop_before(struct ctl_log *log, uint64_t seq)
{
	while (log->first < seq && log->first <= log->last) {
		free(*place(log, log->first));
		*place(log, log->first++) = NULL;
	}
	log->first = seq;
}

void ctl_log_fini(struct ctl_log *log)
{
	drop_before(log, log->last + 1);
}

static struct ctl_log_entry *new_entry(const struct event *event)
{
	char json[EVENT_LINE_MAX];
	struct ctl_log_entry *e;
	size_t size;

	if (!event_format(json, event, true))
		return NULL;
	size = strlen(json) + 1;
	e = malloc(sizeof(*e) + size);
	if (!e)
		return NULL;
	*e = (struct ctl_log_entry){ .type = event->type,
				     .has_uuid = event->uuid };
	if (event->uuid)
		e->uuid = *event->uuid;
	memcpy(e->json, json, size);
	return e;
}

void ctl_log_add(struct ctl_log *log, const struct event *event)
{
	struct ctl_log_entry *e = new_entry(event);
	uint64_t seq = event->seq;

	if (!e)
		drop_before(log, seq + 1);
	else if (!log->last)
		log->first = seq;
	else if (seq - log->first >= CTL_LOG_LEN)
		drop_before(log, seq - CTL_LOG_LEN + 1);
	log->last = seq;
	if (e)
		*place(log, seq) = e;
}

static bool is_wanted(const struct ctl_filter *f, const struct ctl_log_entry *e)
{
	if (f->type >= 0 && (int)e->type != f->type)
		return false;
	for (size_t i = 0; i < f->uuids_len; i++)
		if (e->has_uuid && kcan_uuid_equal(&f->uuids[i], &e->uuid))
			return true;
	return !f->uuids_len;
}

const char *ctl_log_find(const struct ctl_log *log,
			 const struct ctl_filter *filter, uint64_t *seq,
			 uint64_t end)
{
	if (end > log->last)
		end = log->last;
	if (*seq < log->first)
		*seq = log->first;
	for (; *seq <= end; ++*seq) {
		const struct ctl_log_entry *e = log->ring[*seq % CTL_LOG_LEN];

		if (is_wanted(filter, e))
			return e->json;
	}
	return NULL;
}

static char *report_missed(struct ctl_subscription *s, uint64_t first)
{
	char *text;

	if (asprintf(&text,
		     "{\"event\":\"missed\",\"seq\":%" PRIu64
		     ",\"events\":%" PRIu64 "}",
		     first - 1, first - s->next) < 0)
		return NULL;
	s->next = first;
	return text;
}

char *ctl_subscription_next(struct ctl_subscription *s,
			    const struct ctl_log *log, uint64_t end)
{
	const char *json;
	char *text;

	if (!s->next)
		return NULL;
	if (s->next < log->first)
		return report_missed(s, log->first);
	json = ctl_log_find(log, &s->filter, &s->next, end);
	text = json ? strdup(json) : NULL;
	if (text)
		s->next++;
	return text;
}

bool ctl_subscription_pending(const struct ctl_subscription *s,
			      const struct ctl_log *log)
{
	return s->next && s->next <= log->last;
}

void ctl_subscription_end(struct ctl_subscription *s)
{
	free(s->filter.uuids);
	*s = (struct ctl_subscription){ 0 };
}
