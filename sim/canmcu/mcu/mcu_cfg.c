// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What states and links are called. */
#include "mcu_cfg.h"

#include <string.h>

static const char *const state_names[MCU_STATE_COUNT] = {
	[MCU_OFF] = "off",	     [MCU_BOOT] = "boot",
	[MCU_KLIPPER] = "klipper",   [MCU_SHUTDOWN] = "shutdown",
	[MCU_KATAPULT] = "katapult", [MCU_ROM] = "rom",
	[MCU_DEAD] = "dead",
};

const char *mcu_link_name(enum mcu_link link)
{
	static const char *const names[MCU_LINK_COUNT] = {
		[MCU_LINK_CAN] = "can",
		[MCU_LINK_BRIDGE] = "bridge",
		[MCU_LINK_USB] = "usb",
		[MCU_LINK_UART] = "uart",
	};

	return names[link];
}

const char *mcu_state_name(enum mcu_state state)
{
	return state_names[state];
}

bool mcu_state_find(enum mcu_state *out, const char *name)
{
	for (int i = 0; i < MCU_STATE_COUNT; i++) {
		if (strcmp(state_names[i], name) != 0)
			continue;
		*out = (enum mcu_state)i;
		return true;
	}
	return false;
}

bool mcu_link_has_klipper(const struct mcu_type *type, enum mcu_link link)
{
	static const unsigned int needs[MCU_LINK_COUNT] = {
		[MCU_LINK_CAN] = TYPE_CAN,
		[MCU_LINK_BRIDGE] = TYPE_BRIDGE,
		[MCU_LINK_USB] = TYPE_USB,
	};

	return !(needs[link] & ~type->builds);
}

/* That of a bridge is on USB, too. */
bool mcu_link_has_katapult(const struct mcu_type *type, enum mcu_link link)
{
	return type->builds &
	       (link == MCU_LINK_CAN ? TYPE_KATAPULT_CAN : TYPE_KATAPULT);
}

enum bootloader mcu_usual_bootloader(const struct mcu_type *type,
				     enum mcu_link link)
{
	return mcu_link_has_katapult(type, link) ? BOOTLOADER_KATAPULT :
						   BOOTLOADER_NONE;
}

bool mcu_starts_first(const struct mcu_cfg *cfg)
{
	return cfg->bootloader != BOOTLOADER_KATAPULT &&
	       mcu_link_is_usb(cfg->link);
}

bool mcu_same_flash(const struct mcu_cfg *a, const struct mcu_cfg *b)
{
	return a->type == b->type && a->app_start == b->app_start &&
	       a->blank == b->blank && a->flash_image == b->flash_image;
}

bool mcu_same_board(const struct mcu_cfg *a, const struct mcu_cfg *b)
{
	return kcan_uuid_equal(&a->uuid, &b->uuid) && a->bus == b->bus &&
	       a->bootloader == b->bootloader && a->clock_hz == b->clock_hz &&
	       !strcmp(a->usb.serial, b->usb.serial) && mcu_same_flash(a, b);
}
