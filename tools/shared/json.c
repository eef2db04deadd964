// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "json.h"

#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "util/clean.h"
#include "util/loader.h"

#define DIGITS 6 /* of a real number */

static const struct util_symbol symbols[] = {
	UTIL_SYMBOL(json_pack, struct say_json, pack),
	UTIL_SYMBOL(json_array_append_new, struct say_json, append),
	UTIL_SYMBOL(json_dumps, struct say_json, dumps),
	UTIL_SYMBOL(json_delete, struct say_json, del),
};

UTIL_LIBRARY(jansson, symbols, "json", "Print results as JSON", "recommended",
	     "libjansson.so.4");

bool say_json_load(struct say_json *lib, const char **reason)
{
	return util_library_load(&jansson, lib, reason);
}

char *say_json_dump(const struct say_json *lib, json_t *value)
{
	char *line;

	if (!value)
		return NULL;
	line = lib->dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
	lib->del(value);
	return line;
}

json_t *say_json_append(const struct say_json *lib, json_t *array,
			json_t *value)
{
	if (!lib->append(array, value))
		return array;
	lib->del(array);
	return NULL;
}

json_t *say_json_command(const struct say_json *lib, const char *sentence,
			 const struct say_slots *tables, const void *facts)
{
	const char *home = getenv("HOME");
	struct say_command command;
	json_t *all;

	say_command(&command, sentence, tables, facts,
		    home && *home == '/' ? home : NULL);
	all = command.len ? lib->pack("[]") : NULL;
	for (size_t i = 0; i < command.len && all; i++)
		all = say_json_append(lib, all,
				      lib->pack("s", command.words[i]));
	return all;
}

json_t *say_json_number(const struct say_json *lib, bool known, uint64_t value)
{
	return known ? lib->pack("I", (json_int_t)value) : NULL;
}

/* NULL, which leaves the key out, when there is nothing. */
static const char *clean(char *buf, size_t size, const char *text)
{
	if (!*text)
		return NULL;
	snprintf(buf, size, "%s", text);
	util_clean(buf);
	return buf;
}

json_t *say_json_text(const struct say_json *lib, const char *text)
{
	char printable[SAY_SENTENCE_LEN];

	return *text ? lib->pack("s",
				 clean(printable, sizeof(printable), text)) :
		       NULL;
}

json_t *say_json_katapult(const struct say_json *lib, bool known,
			  const struct kcan_kat_ident *ident)
{
	char mcu[sizeof(ident->mcu)], version[sizeof(ident->version)];
	char start[16];

	if (!known)
		return NULL;
	snprintf(start, sizeof(start), "0x%08x", ident->app_start);
	return lib->pack("{s:s*, s:s*, s:s}", "mcu",
			 clean(mcu, sizeof(mcu), ident->mcu), "version",
			 clean(version, sizeof(version), ident->version),
			 "application_start", start);
}

json_t *say_json_usb(const struct say_json *lib, const char *port,
		     const struct kcan_usbdev *dev)
{
	char name[64], tty[sizeof(dev->tty)], by_id[sizeof(dev->by_id)];
	char id[16];

	if (!*port)
		return NULL;
	snprintf(id, sizeof(id), "%04x:%04x", dev->vendor, dev->product);
	return lib->pack("{s:s, s:s*, s:s*, s:s*}", "port",
			 clean(name, sizeof(name), port), "id",
			 dev->devnum ? id : NULL, "tty",
			 clean(tty, sizeof(tty), dev->tty), "by_id",
			 clean(by_id, sizeof(by_id), dev->by_id));
}
