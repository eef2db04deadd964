// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Whether there are such boards. */
#include <errno.h>
#include <string.h>

#include "boards.h"

/* What there is of a chip: can-admin-channel.md, section 8.1. */

static int check_build(const struct board_group *g, char *error)
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

/* What it was told to be. */

static int check_blank(const struct board_group *g, char *error)
{
	const struct mcu_cfg *cfg = &g->board.cfg;

	if (!cfg->blank)
		return 0;
	if (cfg->bootloader != BOOTLOADER_KATAPULT)
		return group_refuse(error, g,
				    "with no application it needs bootloader "
				    "'katapult', not '%s'",
				    bootloader_name(cfg->bootloader));
	if (cfg->state != MCU_KATAPULT && cfg->state != MCU_OFF)
		return group_refuse(error, g,
				    "there is no application to start in "
				    "state '%s'; give state 'katapult' or "
				    "'off'",
				    mcu_state_name(cfg->state));
	return 0;
}

static int check_start(const struct board_group *g, char *error)
{
	const struct mcu_cfg *cfg = &g->board.cfg;

	if (cfg->state == MCU_KATAPULT &&
	    cfg->bootloader != BOOTLOADER_KATAPULT)
		return group_refuse(error, g,
				    "state 'katapult' needs bootloader "
				    "'katapult', not '%s'",
				    bootloader_name(cfg->bootloader));
	if (cfg->state == MCU_OFF && cfg->nodeid >= 0)
		return group_refuse(error, g,
				    "in state 'off' it has no nodeid; leave "
				    "one of the two away");
	if (cfg->state == MCU_KATAPULT && cfg->link == MCU_LINK_BRIDGE &&
	    cfg->nodeid >= 0)
		return group_refuse(
			error, g,
			"the Katapult of a bridge is on USB, and "
			"has no nodeid; leave state or nodeid away");
	if (cfg->nodeid >= 0 && (size_t)cfg->nodeid + g->count > 256)
		return group_refuse(error, g,
				    "%zu nodeids from %d on go beyond 255",
				    g->count, cfg->nodeid);
	return check_blank(g, error);
}

static int check_usb(const struct board_group *g, char *error)
{
	if (!mcu_link_is_usb(g->board.cfg.link))
		return 0;
	if (!g->board.cfg.usb.serial[0])
		return group_refuse(error, g,
				    "the USB serial number of a board is its "
				    "chip id, which does not follow from a "
				    "UUID; give a chip id, or any text as usb "
				    "serial");
	if (g->count > 1)
		return group_refuse(error, g,
				    "%zu MCUs on USB cannot have one serial "
				    "number; give each its own",
				    g->count);
	return 0;
}

static int check_link(const struct board_group *g, char *error)
{
	const struct mcu_cfg *cfg = &g->board.cfg;
	const char *link = mcu_link_name(cfg->link);

	if (!mcu_link_is_serial(cfg->link))
		return 0;
	if (cfg->nodeid >= 0)
		return group_refuse(error, g,
				    "with '%s' it has no nodeid; leave one of "
				    "the two away",
				    link);
	if (cfg->klipper_bps || cfg->katapult_bps)
		return group_refuse(error, g,
				    "with '%s' it has no bit rate of CAN; "
				    "leave one of the two away",
				    link);
	if (cfg->link == MCU_LINK_UART && g->count > 1)
		return group_refuse(error, g,
				    "'%s' is one line for %zu MCUs; each MCU "
				    "needs its own",
				    cfg->uart, g->count);
	return 0;
}

int boards_check(struct board_group *g, char error[static OPTS_ERROR_MAX])
{
	struct mcu_cfg *cfg = &g->board.cfg;

	if (!cfg->baud)
		cfg->baud = MCU_BAUD_USUAL;
	if (!cfg->katapult_baud)
		cfg->katapult_baud = cfg->baud;
	if (!g->board.has_bootloader)
		cfg->bootloader = mcu_usual_bootloader(cfg->type, cfg->link);
	return check_link(g, error) || check_build(g, error) ||
			       check_katapult(g, error) ||
			       check_chip_id(g, error) ||
			       check_application(g, error) ||
			       check_usb(g, error) || check_start(g, error) ?
		       -EINVAL :
		       0;
}
