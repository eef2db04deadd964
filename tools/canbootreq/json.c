// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "json.h"

#include <dlfcn.h>
#include <string.h>

#define SCHEMA 1
#define SENTENCE_LEN 900

bool json_load(struct json_lib *lib, const char **why)
{
	void *so = dlopen("libjansson.so.4", RTLD_NOW);

	if (so) {
		lib->pack = dlsym(so, "json_pack");
		lib->dumps = dlsym(so, "json_dumps");
		lib->del = dlsym(so, "json_delete");
	}
	if (so && lib->pack && lib->dumps && lib->del)
		return true;
	*why = dlerror();
	if (!*why)
		*why = "libjansson.so.4 is another library";
	return false;
}

/* Takes the only reference to @value. */
static char *dump(const struct json_lib *lib, json_t *value)
{
	char *line;

	if (!value)
		return NULL;
	line = lib->dumps(value, JSON_COMPACT);
	lib->del(value);
	return line;
}

/* NULL, which leaves the key out, when there is no such sentence. */
static const char *expand(char *buf, const char *sentence,
			  const struct words_facts *facts)
{
	if (!sentence)
		return NULL;
	words_expand(buf, SENTENCE_LEN, sentence, facts);
	return buf;
}

static json_t *pack_warnings(const struct json_lib *lib,
			     const struct words_facts *facts)
{
	char buf[WARNING_COUNT][SENTENCE_LEN];
	const char *w[WARNING_COUNT];

	if (!facts->warnings)
		return NULL;
	for (int i = 0; i < WARNING_COUNT; i++)
		w[i] = facts->warnings & 1u << i ?
			       expand(buf[i], words_warning((enum warning)i),
				      facts) :
			       NULL;
	_Static_assert(WARNING_COUNT == 8, "one s* for each");
	return lib->pack("[s*, s*, s*, s*, s*, s*, s*, s*]", w[0], w[1], w[2],
			 w[3], w[4], w[5], w[6], w[7]);
}

static json_t *pack_katapult(const struct json_lib *lib,
			     const struct words_facts *facts)
{
	const struct kcan_kat_ident *ident = &facts->katapult;
	char mcu[SENTENCE_LEN], version[SENTENCE_LEN], start[SENTENCE_LEN];

	if (!facts->identified)
		return NULL;
	return lib->pack(
		"{s:s*, s:s*, s:s}", "mcu",
		expand(mcu, ident->mcu[0] ? "{mcu}" : NULL, facts), "version",
		expand(version, ident->version[0] ? "{version}" : NULL, facts),
		"application_start", expand(start, "{start}", facts));
}

static json_t *pack_number(const struct json_lib *lib, bool known,
			   uint64_t value)
{
	return known ? lib->pack("I", (json_int_t)value) : NULL;
}

char *json_end(const struct json_lib *lib, const struct words_facts *facts)
{
	const struct words *words = words_of(facts->cause);
	char reason[SENTENCE_LEN], next[SENTENCE_LEN], back[SENTENCE_LEN];
	char uuid[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&facts->uuid, uuid);
	return dump(
		lib,
		lib->pack(
			"{s:i, s:s*, s:s, s:i, s:s, s:s*, s:o*, s:s*, s:o*, "
			"s:o*, s:o*, s:s*, s:s*}",
			"schema", SCHEMA, "uuid", facts->has_uuid ? uuid : NULL,
			"outcome", kcan_outcome_get(words->outcome)->name,
			"code", words_code(facts), "reason",
			expand(reason, words->reason, facts), "interface",
			facts->ifname, "nodeid",
			pack_number(lib, facts->nodeid, facts->nodeid),
			"request", words_request(facts->request), "elapsed_ms",
			pack_number(lib, facts->elapsed_us,
				    facts->elapsed_us / 1000),
			"katapult", pack_katapult(lib, facts), "warnings",
			pack_warnings(lib, facts), "next",
			expand(next, words->next, facts), "back",
			expand(back, words->back, facts)));
}

char *json_node(const struct json_lib *lib, const char *ifname,
		const char *uuid, const char *application)
{
	return dump(lib, lib->pack("{s:i, s:s, s:s, s:s}", "schema", SCHEMA,
				   "uuid", uuid, "application", application,
				   "interface", ifname));
}

char *json_dry_run(const struct json_lib *lib, const char *uuid,
		   const char *frame)
{
	return dump(lib, lib->pack("{s:i, s:s, s:s}", "schema", SCHEMA, "uuid",
				   uuid, "frame", frame));
}
