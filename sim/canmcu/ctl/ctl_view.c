// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl_view.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/clean.h"

/* A table that is cut still has so many lines for MCUs. */
#define ROWS_MIN 8
#define HOME "\033[H"
#define REST_OF_LINE "\033[K"
#define REST_OF_SCREEN "\033[J"

/* From the simulator. */

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

static void nodeid_of(const json_t *mcu, char out[static 24])
{
	const json_t *nodeid = json_object_get(mcu, "nodeid");

	if (json_is_integer(nodeid))
		snprintf(out, 24, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(nodeid));
	else
		snprintf(out, 24, "-");
}

static const char *name_of(const json_t *mcu)
{
	const char *name = text_of(mcu, "name");

	return *name ? name : text_of(mcu, "mcu_name");
}

/* Events. */

static bool is_heading(const char *key)
{
	return !strcmp(key, "event") || !strcmp(key, "uuid") ||
	       !strcmp(key, "time_us") || !strcmp(key, "seq");
}

static void append(char *out, const char *word)
{
	size_t used = strlen(out);

	snprintf(out + used, CTL_VIEW_LINE_MAX - used, "%s%s", used ? " " : "",
		 word);
}

void ctl_view_event(struct ctl_view_events *events, const json_t *event)
{
	json_t *o = (json_t *)event, *value;
	const char *key;
	char *line;

	if (events->len == CTL_VIEW_EVENTS)
		memmove(events->lines[0], events->lines[1],
			sizeof(events->lines[0]) * --events->len);
	line = events->lines[events->len++];
	*line = '\0';
	if (*text_of(event, "uuid"))
		append(line, text_of(event, "uuid"));
	append(line, text_of(event, "event"));
	json_object_foreach(o, key, value)
	{
		char number[24];

		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(value));
		if (!is_heading(key))
			append(line, json_is_integer(value) ?
					     number :
					     text_of(event, key));
	}
	util_clean(line);
}

/* A terminal. */

struct screen {
	FILE *to;
	struct ctl_view_size size;
	unsigned int used; /* rows */
	unsigned int end;  /* no row from here on is for what comes now */
	size_t hidden;	   /* lines that had none */
};

__attribute__((format(printf, 2, 3))) static void print(struct screen *s,
							const char *format, ...)
{
	char line[CTL_VIEW_LINE_MAX];
	va_list args;

	if (s->used >= s->end) {
		s->hidden++;
		return;
	}
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	util_clean(line);
	/* erased first: behind a line that is full, its end would be */
	fprintf(s->to, "%s" REST_OF_LINE "%.*s", s->used++ ? "\n" : HOME,
		(int)s->size.columns, line);
}

static void print_mcu(struct screen *s, const json_t *mcu)
{
	const json_t *devices = json_object_get(mcu, "devices"), *device;
	char nodeid[24];
	size_t i;

	nodeid_of(mcu, nodeid);
	print(s, "%-12s  %-9s  %6s  %-12s  %s", text_of(mcu, "uuid"),
	      text_of(mcu, "state"), nodeid, text_of(mcu, "mcu_type"),
	      name_of(mcu));
	json_array_foreach(devices, i, device)
		print(s, "    %-26s  %s", text_of(device, "section"),
		      text_of(device, "shows"));
}

void ctl_view_screen(FILE *to, const json_t *mcus,
		     const struct ctl_view_events *events,
		     struct ctl_view_size size)
{
	/* as many rows of events as leave some for MCUs, and one for "more" */
	unsigned int spare = size.rows > ROWS_MIN ? size.rows - ROWS_MIN : 0;
	unsigned int shown = events->len < spare ? (unsigned int)events->len :
						   spare;
	struct screen s = { to, size, 0, size.rows, 0 };
	const json_t *mcu;
	size_t i;

	s.end = size.rows > shown + 1 ? size.rows - shown - 1 : 1;
	print(&s, "%-12s  %-9s  %6s  %-12s  %s", "UUID", "STATE", "NODEID",
	      "CHIP", "NAME");
	json_array_foreach(mcus, i, mcu) print_mcu(&s, mcu);
	s.end = size.rows;
	if (s.hidden)
		print(&s, "... and %zu lines more", s.hidden);
	else
		print(&s, "%s", "");
	for (i = events->len - shown; i < events->len; i++)
		print(&s, "%s", events->lines[i]);
	fputs(REST_OF_SCREEN, to);
}

/* A pipe. */

static void print_change(FILE *to, const json_t *mcu, const char *what,
			 const char *was, const char *now)
{
	char line[CTL_VIEW_LINE_MAX];

	if (was && !strcmp(was, now))
		return;
	snprintf(line, sizeof(line), "%s %s: %s", text_of(mcu, "uuid"), what,
		 now);
	util_clean(line);
	fprintf(to, "%s\n", line);
}

static const char *was_of(const json_t *was, const char *key)
{
	return was ? text_of(was, key) : NULL;
}

/* Return: the first row of a section from *@at on, which then is behind it. */
static const json_t *find(const json_t *devices, size_t *at,
			  const char *section)
{
	for (size_t i = *at; i < json_array_size(devices); i++) {
		const json_t *device = json_array_get(devices, i);

		if (strcmp(text_of(device, "section"), section) != 0)
			continue;
		*at = i + 1;
		return device;
	}
	return NULL;
}

/* Of some devices nothing is seen but that they are unplugged. */
static void print_devices(FILE *to, const json_t *mcu, const json_t *others)
{
	const json_t *devices = json_object_get(mcu, "devices"), *device;
	size_t i, at = 0;

	json_array_foreach(devices, i, device)
	{
		const char *section = text_of(device, "section");

		print_change(to, mcu, section,
			     was_of(find(others, &at, section), "shows"),
			     text_of(device, "shows"));
	}
	json_array_foreach(others, i, device)
	{
		const char *section = text_of(device, "section");

		at = 0;
		if (!find(devices, &at, section))
			print_change(to, mcu, section, NULL, "plugged in");
	}
}

void ctl_view_changes(FILE *to, const json_t *was, const json_t *mcus)
{
	const json_t *mcu;
	size_t i;

	json_array_foreach(mcus, i, mcu)
	{
		const json_t *old = json_array_get(was, i);
		char before[24], nodeid[24];

		nodeid_of(old, before);
		nodeid_of(mcu, nodeid);
		print_change(to, mcu, "state", was_of(old, "state"),
			     text_of(mcu, "state"));
		print_change(to, mcu, "nodeid", old ? before : NULL, nodeid);
		print_devices(to, mcu, json_object_get(old, "devices"));
	}
}

/* jansson's ASCII has DEL in it. */
void ctl_view_json(FILE *to, const json_t *look)
{
	json_t *copy = json_copy((json_t *)look);
	char *text;

	json_object_del(copy, "ok");
	text = json_dumps(copy, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (text) {
		util_clean(text);
		fprintf(to, "%s\n", text);
	}
	free(text);
	json_decref(copy);
}
