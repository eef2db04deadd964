// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "event.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* A key that is NULL is not there; the order is that of the line. */
static const struct event_row {
	const char *name;
	const char *text_key;
	const char *count_key;
	bool has_nodeid;
	const char *detail_key;
} rows[EVENT_COUNT] = {
	[EVENT_READY] = { "ready", "interface", "mcus", false },
	[EVENT_STATE] = { "state", "state", NULL, false },
	[EVENT_ASSIGNED] = { "assigned", NULL, NULL, true },
	[EVENT_UNASSIGNED] = { "unassigned", NULL, NULL, true },
	[EVENT_CONFLICT] = { "conflict", NULL, NULL, true },
	[EVENT_SHUTDOWN] = { "shutdown", "reason", NULL, false },
	[EVENT_CRASH] = { "crash", "reason", NULL, false },
	[EVENT_REQUEST] = { "request", "action", NULL, false },
	[EVENT_RESET] = { "reset", "cause", NULL, false },
	[EVENT_POWER] = { "power", "power", NULL, false },
	[EVENT_FLASHED] = { "flashed", NULL, "pages", false },
	[EVENT_BUS_STATE] = { "bus-state", "bus_state", NULL, false },
	[EVENT_FAULT] = { "fault", "fault", "struck", false, "frame" },
	[EVENT_SEED] = { "seed", NULL, "seed", false },
	[EVENT_FLASH_ERROR] = { "flash-error", "reason", NULL, false },
	[EVENT_APPLICATION] = { "application", "version", NULL, false, "mcu" },
	[EVENT_LINK] = { "link", "link", NULL, false },
	[EVENT_DROPPED] = { "dropped", NULL, "frames", false },
	[EVENT_LOST] = { "lost", NULL, "bytes", false },
	[EVENT_PLUGGED] = { "plugged", "device", "port", false },
	[EVENT_UNPLUGGED] = { "unplugged", NULL, "port", false },
	[EVENT_LATE] = { "late", NULL, "us", false },
	[EVENT_HOST] = { "host", "host", "bitrate", false },
};

const char *event_name(enum event_type type)
{
	return rows[type].name;
}

bool event_find(enum event_type *out, const char *name)
{
	for (int i = 0; i < EVENT_COUNT; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		*out = (enum event_type)i;
		return true;
	}
	return false;
}

static bool format_json(char *out, const struct event *event)
{
	const struct event_row *row = &rows[event->type];
	char uuid[KCAN_UUID_STR_LEN + 1];
	json_t *o = json_object();
	size_t len;

	json_object_set_new(o, "event", json_string(row->name));
	json_object_set_new(o, "time_us",
			    json_integer((json_int_t)event->now_us));
	if (event->seq)
		json_object_set_new(o, "seq",
				    json_integer((json_int_t)event->seq));
	if (event->uuid) {
		kcan_uuid_format(event->uuid, uuid);
		json_object_set_new(o, "uuid", json_string(uuid));
	}
	if (row->has_nodeid)
		json_object_set_new(o, "nodeid", json_integer(event->nodeid));
	if (row->text_key)
		json_object_set_new(o, row->text_key, json_string(event->text));
	if (row->detail_key && event->detail)
		json_object_set_new(o, row->detail_key,
				    json_string(event->detail));
	if (row->count_key)
		json_object_set_new(o, row->count_key,
				    json_integer((json_int_t)event->count));
	len = json_dumpb(o, out, EVENT_LINE_MAX - 1,
			 JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(o);
	if (!len || len >= EVENT_LINE_MAX)
		len = 0;
	out[len] = '\0';
	return len;
}

static bool format_text(char *out, const struct event *event)
{
	const struct event_row *row = &rows[event->type];
	const char *detail = row->detail_key ? event->detail : NULL;
	char uuid[KCAN_UUID_STR_LEN + 1] = "";
	char nodeid[8] = "";
	char count[24] = "";
	int len;

	if (event->uuid)
		kcan_uuid_format(event->uuid, uuid);
	if (row->has_nodeid)
		snprintf(nodeid, sizeof(nodeid), " %u", event->nodeid);
	if (row->count_key)
		snprintf(count, sizeof(count), " %lld",
			 (long long)event->count);
	len = snprintf(out, EVENT_LINE_MAX, "%s%s%s%s%s%s%s%s%s", uuid,
		       event->uuid ? " " : "", row->name, nodeid,
		       row->text_key ? " " : "",
		       row->text_key ? event->text : "", detail ? " " : "",
		       detail ? detail : "", count);
	if (len < EVENT_LINE_MAX)
		return true;
	out[0] = '\0';
	return false;
}

bool event_format(char out[static EVENT_LINE_MAX], const struct event *event,
		  bool json)
{
	return json ? format_json(out, event) : format_text(out, event);
}
