// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Which bus an MCU is on, when it is not told. */
#include <string.h>

#include "../ports/names.h"
#include "boards.h"

/* What MCUs are on that are on no CAN bus. */
#define SERIAL_BUS ":serial"

/* Klipper's name of the interface; that of a bridge is the one it makes. */
static const char *klipper_interface(const struct board_group *g)
{
	return g->board.canbus_interface ? g->board.canbus_interface : "can0";
}

/* In a printer.cfg, what is on the interface of a bridge is behind it. */
static const struct board_group *bridge_of(const struct boards *boards,
					   const struct board_group *g)
{
	const struct board_group *other;

	if (g->board.cfg.link == MCU_LINK_BRIDGE)
		return g;
	for (size_t i = 0; g->from_file && i < boards->len; i++) {
		other = &boards->groups[i];
		if (other->board.cfg.link == MCU_LINK_BRIDGE &&
		    other->printer == g->printer &&
		    !strcmp(klipper_interface(other), klipper_interface(g)))
			return other;
	}
	return NULL;
}

/* The one behind a bridge that has nobody else, unless somebody is told to be there. */
static const char *own_bus(struct boards *boards, const struct board_group *g)
{
	char text[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&g->board.cfg.uuid, text);
	return util_texts_add(&boards->texts, "%c%s", PORT_NAME_INTERNAL, text);
}

const char *boards_bus_name(struct boards *boards, const struct board_group *g)
{
	const struct board_group *bridge;

	if (mcu_link_is_serial(g->board.cfg.link))
		return SERIAL_BUS;
	if (g->board.interface)
		return g->board.interface;
	bridge = bridge_of(boards, g);
	if (bridge && bridge->board.interface)
		return bridge->board.interface;
	if (bridge)
		return own_bus(boards, bridge);
	return g->from_file ? klipper_interface(g) : "vcan0";
}
