// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "list_json.h"

static json_t *pack_text(const struct say_json *lib, const char *text)
{
	return text ? say_json_text(lib, text) : NULL;
}

static json_t *pack_uuid(const struct say_json *lib,
			 const struct words_facts *facts)
{
	char text[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&facts->uuid, text);
	return facts->has_uuid ? lib->pack("s", text) : NULL;
}

/* What is on a USB port. Return: NULL when nothing is. */
static json_t *pack_device(const struct say_json *lib,
			   const struct words_facts *facts)
{
	struct inventory_words what = inventory_what(&facts->usb);
	char text[SAY_SENTENCE_LEN];

	if (!facts->usb.devnum)
		return NULL;
	return lib->pack("{s:o, s:s, s:s, s:o*, s:o*, s:o*}", "usb",
			 say_json_usb(lib, facts->port, &facts->usb), "kind",
			 what.key, "what", words_expand(text, what.text, facts),
			 "serial_number", say_json_text(lib, facts->usb.serial),
			 "uuid", pack_uuid(lib, facts), "name",
			 pack_text(lib, facts->name));
}

char *list_json_interface(const struct say_json *lib,
			  const struct inventory_interface *interface)
{
	const struct kcan_link *link = &interface->link;
	struct words_facts facts;

	inventory_interface_facts(interface, &facts);
	return say_json_dump(
		lib,
		lib->pack("{s:i, s:s, s:o*, s:o*, s:b, s:s, s:o*, s:o*, s:o*, "
			  "s:o*, s:o*, s:I, s:b, s:o*, s:o*}",
			  "schema", SAY_JSON_SCHEMA, "item", "interface",
			  "interface", say_json_text(lib, link->name), "driver",
			  say_json_text(lib, link->driver), "up", link->up,
			  "state", kcan_link_state_name(link->state),
			  "bitrate_bps",
			  say_json_number(lib, link->bitrate_bps,
					  link->bitrate_bps),
			  "sample_point_percent",
			  link->sample_point ?
				  lib->pack("f",
					    (double)link->sample_point / 10) :
				  NULL,
			  "tx_errors",
			  say_json_number(lib, link->has_counters,
					  link->tx_errors),
			  "rx_errors",
			  say_json_number(lib, link->has_counters,
					  link->rx_errors),
			  "restart_ms",
			  say_json_number(lib, kcan_link_has_bitrate(link),
					  link->restart_ms),
			  "txqueuelen", (json_int_t)link->txqueuelen,
			  "klipper_host", interface->klipper_host, "adapter",
			  pack_device(lib, &facts), "warnings",
			  json_warnings(lib, &facts)));
}

char *list_json_board(const struct say_json *lib,
		      const struct inventory_board *board)
{
	struct words_facts facts;

	inventory_board_facts(board, &facts);
	return say_json_dump(
		lib, lib->pack("{s:i, s:s, s:o, s:o*, s:o*}", "schema",
			       SAY_JSON_SCHEMA, "item", "board", "device",
			       pack_device(lib, &facts), "interface",
			       say_json_text(lib, facts.usb.ifname), "warnings",
			       json_warnings(lib, &facts)));
}

char *list_json_mcu(const struct say_json *lib, const struct inventory *all,
		    const struct inventory_mcu *mcu)
{
	const struct inventory_words *why = inventory_where(mcu->where);
	char reason[SAY_SENTENCE_LEN];
	struct words_facts facts;

	inventory_mcu_facts(all, mcu, &facts);
	return say_json_dump(
		lib,
		lib->pack("{s:i, s:s, s:o*, s:s, s:s, s:o*, s:o*, s:o*}",
			  "schema", SAY_JSON_SCHEMA, "item", "mcu", "name",
			  pack_text(lib, facts.name), "where", why->key,
			  "reason", words_expand(reason, why->text, &facts),
			  "uuid", pack_uuid(lib, &facts), "interface",
			  pack_text(lib, facts.ifname), "serial",
			  pack_text(lib, mcu->mcu->serial.text)));
}
