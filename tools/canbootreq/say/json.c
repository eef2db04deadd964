// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "json.h"

json_t *json_warnings(const struct say_json *lib,
		      const struct words_facts *facts)
{
	json_t *all = facts->warnings ? lib->pack("[]") : NULL;
	char text[SAY_SENTENCE_LEN];

	for (int i = 0; i < WARNING_COUNT && all; i++) {
		if (!(facts->warnings & 1u << i))
			continue;
		words_expand(text, words_warning((enum warning)i), facts);
		all = say_json_append(lib, all, lib->pack("s", text));
	}
	return all;
}

static json_t *pack_application(const struct say_json *lib,
				const struct words_facts *facts)
{
	const struct words *words = words_of(facts->cause);
	char mcu[SAY_SENTENCE_LEN], version[SAY_SENTENCE_LEN];
	const struct application *app = &facts->application;

	if (words->outcome != KCAN_OUTCOME_STILL_APPLICATION || facts->port[0])
		return NULL;
	return lib->pack(
		"{s:s*, s:s*, s:i}", "mcu",
		words_expand(mcu, app->mcu[0] ? "{appmcu}" : NULL, facts),
		"version",
		words_expand(version, app->version[0] ? "{appversion}" : NULL,
			     facts),
		"nodeid", (int)facts->asked);
}

static json_t *pack_command(const struct say_json *lib, const char *sentence,
			    const struct words_facts *facts)
{
	return say_json_command(lib, sentence, words_slots, facts);
}

char *json_end(const struct say_json *lib, const struct words_facts *facts)
{
	const struct words *words = words_of(facts->cause);
	char reason[SAY_SENTENCE_LEN], next[SAY_SENTENCE_LEN],
		back[SAY_SENTENCE_LEN];
	char uuid[KCAN_UUID_STR_LEN + 1], name[SAY_SENTENCE_LEN];

	kcan_uuid_format(&facts->uuid, uuid);
	return say_json_dump(
		lib,
		lib->pack(
			"{s:i, s:s*, s:s, s:i, s:s, s:s*, s:s*, s:o*, s:s*, "
			"s:o*, s:o*, s:o*, s:o*, s:o*, s:s*, s:o*, s:s*, s:o*}",
			"schema", SAY_JSON_SCHEMA, "uuid",
			facts->has_uuid ? uuid : NULL, "outcome",
			kcan_outcome_get(words->outcome)->name, "code",
			words_code(words, facts->signal), "reason",
			words_expand(reason, words->reason, facts), "interface",
			facts->ifname, "name",
			words_expand(name, facts->name ? "{name}" : NULL,
				     facts),
			"nodeid",
			say_json_number(lib, facts->nodeid, facts->nodeid),
			"request", words_request(facts->request), "elapsed_ms",
			say_json_number(lib, facts->elapsed_us,
					facts->elapsed_us / 1000),
			"katapult",
			say_json_katapult(lib, facts->identified,
					  &facts->katapult),
			"application", pack_application(lib, facts), "usb",
			say_json_usb(lib, facts->port, &facts->usb), "warnings",
			json_warnings(lib, facts), "next",
			words_expand(next, words->next, facts), "next_argv",
			pack_command(lib, words->next, facts), "back",
			words_expand(back, words->back, facts), "back_argv",
			pack_command(lib, words->back, facts)));
}

char *json_node(const struct say_json *lib, const char *ifname,
		const char *uuid, const char *application)
{
	return say_json_dump(lib, lib->pack("{s:i, s:s, s:s, s:s}", "schema",
					    SAY_JSON_SCHEMA, "uuid", uuid,
					    "application", application,
					    "interface", ifname));
}

char *json_dry_run(const struct say_json *lib, const char *uuid,
		   const char *frame)
{
	return say_json_dump(lib, lib->pack("{s:i, s:s, s:s}", "schema",
					    SAY_JSON_SCHEMA, "uuid", uuid,
					    "frame", frame));
}

static json_t *pack_commands(const struct say_json *lib,
			     const uint32_t commands[KCAN_LISTEN_COMMANDS])
{
	const char *name[KCAN_LISTEN_COMMANDS];
	json_t *count[KCAN_LISTEN_COMMANDS];

	for (unsigned int i = 0; i < KCAN_LISTEN_COMMANDS; i++) {
		name[i] = nodelist_command(i);
		count[i] = say_json_number(lib, commands[i], commands[i]);
	}
	_Static_assert(KCAN_LISTEN_COMMANDS == 6, "one s:o* for each");
	return lib->pack("{s:o*, s:o*, s:o*, s:o*, s:o*, s:o*}", name[0],
			 count[0], name[1], count[1], name[2], count[2],
			 name[3], count[3], name[4], count[4], name[5],
			 count[5]);
}

/* Whether it is alive; nothing where that cannot be told. */
static json_t *pack_life(const struct say_json *lib, enum kcan_listen_life life)
{
	return life == KCAN_LISTEN_NOT_HEARD ?
		       NULL :
		       lib->pack("b", life == KCAN_LISTEN_ALIVE);
}

static json_t *pack_node(const struct say_json *lib,
			 const struct nodelist *list,
			 const struct kcan_listen_node *node)
{
	char uuid[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&node->uuid, uuid);
	return lib->pack(
		"{s:i, s:b, s:o*, s:s*, s:s*, s:I, s:o*, s:s*, s:o*, s:I, s:I, "
		"s:b, s:o}",
		"nodeid", node->nodeid, "heard", node->frames > 0, "alive",
		pack_life(lib, kcan_listen_life(node, list->end_us)), "program",
		node->frames ? nodelist_program(node->program)->key : NULL,
		"uuid", node->has_uuid ? uuid : NULL, "frames",
		(json_int_t)node->frames, "last_ms",
		say_json_number(lib, node->frames,
				(list->end_us - node->last_us) / 1000),
		"shutdown", nodelist_shutdown(node->shutdown), "shutdown_ms",
		say_json_number(lib, node->shutdown,
				(list->end_us - node->shutdown_us) / 1000),
		"asked", (json_int_t)node->asked, "asked_here",
		(json_int_t)node->asked_here, "flash",
		kcan_listen_is_flash(node), "commands",
		pack_commands(lib, node->commands));
}

static json_t *pack_admin(const struct say_json *lib,
			  const struct kcan_listen_admin *admin)
{
	const struct kcan_admin_msg *msg = &admin->msg;
	char uuid[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&msg->uuid, uuid);
	return lib->pack(
		"{s:s, s:s*, s:o*, s:s*, s:I, s:I}", "command",
		nodelist_admin(msg->cmd), "uuid",
		nodelist_has_uuid(msg->cmd) ? uuid : NULL, "nodeid",
		say_json_number(lib, nodelist_is_set(msg->cmd), msg->nodeid),
		"program",
		msg->cmd == KCAN_ADMIN_NEED_NODEID ?
			nodelist_app(msg->app)->key :
			NULL,
		"count", (json_int_t)admin->count, "here",
		(json_int_t)admin->here);
}

static json_t *pack_nodes(const struct say_json *lib,
			  const struct nodelist *list)
{
	const struct kcan_listen_node *node;
	json_t *all = lib->pack("[]");

	for (unsigned int n = 0; n < NODELIST_NODEIDS && all; n++) {
		node = kcan_listen_node(list->listen, (uint8_t)n);
		if (node)
			all = say_json_append(lib, all,
					      pack_node(lib, list, node));
	}
	return all;
}

static json_t *pack_admins(const struct say_json *lib,
			   const struct nodelist *list)
{
	const struct kcan_listen_admin *admin;
	json_t *all = lib->pack("[]");

	for (size_t i = 0; all && (admin = kcan_listen_admin(list->listen, i));
	     i++)
		all = say_json_append(lib, all, pack_admin(lib, admin));
	return all;
}

static json_t *pack_rate(const struct say_json *lib, bool known, double value)
{
	return known ? lib->pack("f", value) : NULL;
}

/* What is known of the bus itself. */
static json_t *pack_bus(const struct say_json *lib, const struct nodelist *list)
{
	const struct kcan_listen_totals *t = kcan_listen_totals(list->listen);
	const struct kcan_link *link = &list->link;

	return lib->pack(
		"{s:s, s:o*, s:I, s:I, s:f, s:f, s:o*, s:I, s:I, s:I, s:o*, "
		"s:o*, s:I, s:I}",
		"state", kcan_link_state_name(link->state), "bitrate_bps",
		say_json_number(lib, link->bitrate_bps, link->bitrate_bps),
		"frames", (json_int_t)t->frames, "bytes", (json_int_t)t->bytes,
		"frames_per_s", nodelist_rate(list, t->frames), "bytes_per_s",
		nodelist_rate(list, t->bytes), "load_percent",
		pack_rate(lib, link->bitrate_bps, nodelist_load(list)),
		"error_frames", (json_int_t)t->errors, "bus_off",
		(json_int_t)t->bus_offs, "unacknowledged",
		(json_int_t)t->unacknowledged, "tx_errors",
		say_json_number(lib, link->has_counters, link->tx_errors),
		"rx_errors",
		say_json_number(lib, link->has_counters, link->rx_errors),
		"txqueuelen", (json_int_t)link->txqueuelen, "dropped",
		(json_int_t)list->dropped);
}

char *json_nodelist(const struct say_json *lib, const struct nodelist *list,
		    const struct words_facts *facts)
{
	const struct words *words = words_of(facts->cause);
	uint64_t unlisted = kcan_listen_totals(list->listen)->unlisted;
	char reason[SAY_SENTENCE_LEN], next[SAY_SENTENCE_LEN];

	return say_json_dump(
		lib,
		lib->pack("{s:i, s:s, s:i, s:s*, s:s, s:I, s:o, s:o, s:o, "
			  "s:o*, s:o*, s:s*}",
			  "schema", SAY_JSON_SCHEMA, "outcome",
			  kcan_outcome_get(words->outcome)->name, "code",
			  words_code(words, facts->signal), "reason",
			  words_expand(reason, words->reason, facts),
			  "interface", facts->ifname, "elapsed_ms",
			  (json_int_t)(list->elapsed_us / 1000), "bus",
			  pack_bus(lib, list), "nodes", pack_nodes(lib, list),
			  "admin", pack_admins(lib, list), "unlisted",
			  say_json_number(lib, unlisted, unlisted), "warnings",
			  json_warnings(lib, facts), "next",
			  words_expand(next, words->next, facts)));
}
