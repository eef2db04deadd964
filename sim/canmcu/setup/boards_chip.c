// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What there is of a chip: can-admin-channel.md, section 8.1. */
#include <errno.h>
#include <string.h>

#include "boards.h"

static int check_link(const struct board_group *g, char *error)
{
	const struct mcu_type *type = g->board.cfg.type;
	unsigned int builds = type->builds;
	const char *missing = builds & TYPE_USB ? "CAN" : "USB";

	if (mcu_link_has_klipper(type, g->board.cfg.link))
		return 0;
	if (builds & TYPE_USB && builds & TYPE_CAN)
		return group_refuse(error, g,
				    "a %s cannot have USB and CAN at a time; "
				    "give 'usb' instead of 'bridge', or "
				    "another MCU type",
				    type->name);
	if (g->board.cfg.link == MCU_LINK_CAN)
		missing = "CAN";
	return group_refuse(error, g,
			    "Klipper has no %s on a %s; give %s, or another "
			    "MCU type",
			    missing, type->name,
			    builds & TYPE_USB ? "'usb' or 'uart'" : "'uart'");
}

static int check_katapult(const struct board_group *g, char *error)
{
	const struct mcu_cfg *cfg = &g->board.cfg;

	if (cfg->bootloader != BOOTLOADER_KATAPULT ||
	    mcu_link_has_katapult(cfg->type, cfg->link))
		return 0;
	return group_refuse(error, g,
			    "there is no Katapult%s for a %s; give bootloader "
			    "'rom' or 'none'",
			    cfg->type->builds & TYPE_KATAPULT ? " on CAN" : "",
			    cfg->type->name);
}

static int check_chip_id(const struct board_group *g, char *error)
{
	const struct mcu_type *type = g->board.cfg.type;
	size_t chip_id_len = g->board.chip_id_len;

	if (!chip_id_len || chip_id_len == type->family->chip_id_len)
		return 0;
	return group_refuse(error, g,
			    "%s has a chip id of %d hex digits, not %zu; give "
			    "its own, or another MCU type",
			    type->name, 2 * type->family->chip_id_len,
			    2 * chip_id_len);
}

static int check_application(const struct board_group *g, char *error)
{
	const struct mcu_cfg *cfg = &g->board.cfg;
	const struct flash_map *map = cfg->type->flash_map;

	if (!cfg->app_start ||
	    flash_app_start_ok(map, cfg->type->flash_size, cfg->app_start))
		return 0;
	if (!map)
		return group_refuse(error, g,
				    "there is no Katapult for a %s; give no "
				    "application start",
				    cfg->type->name);
	return group_refuse(error, g,
			    "no application can start at 0x%08x; give a "
			    "multiple of %d above 0x%08x and below 0x%08x",
			    cfg->app_start, KCAN_KAT_BLOCK_SIZE, map->start,
			    map->start + cfg->type->flash_size);
}

int boards_check_chip(const struct board_group *g,
		      char error[static OPTS_ERROR_MAX])
{
	return check_link(g, error) || check_katapult(g, error) ||
			       check_chip_id(g, error) ||
			       check_application(g, error) ?
		       -EINVAL :
		       0;
}
