// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Which USB device an MCU is: can-admin-channel.md, sections 8.5 and 9. */
#include <stdio.h>
#include <string.h>

#include "../usb/bootrom.h"
#include "hotplug.h"
#include "util/cursor.h"
#include "util/hex.h"

#define STM32_ID_LEN 12 /* bytes */
/* What the ROM needs at least for a write or an erase. */
#define ROM_BUSY_US 1000

static void copy_serial(char *out, size_t size, const struct mcu_cfg *cfg)
{
	snprintf(out, size, "%s", cfg->usb.serial);
}

/* What ST's own code makes of the chip id: two of its words, and half of one. */
static void rom_serial(char *out, size_t size, const struct mcu_cfg *cfg)
{
	uint8_t id[STM32_ID_LEN] = { 0 };
	struct util_cursor c = util_cursor_reading(id, sizeof(id));
	uint32_t first, second, third;

	if (strlen(cfg->usb.serial) == 2 * sizeof(id))
		util_hex_decode(id, cfg->usb.serial, 2 * sizeof(id));
	first = util_get_le32(&c);
	second = util_get_le32(&c);
	third = util_get_le32(&c);
	snprintf(out, size, "%08X%04X", first + third, second >> 16);
}

static void rp2040_serial(char *out, size_t size, const struct mcu_cfg *cfg)
{
	(void)cfg;
	snprintf(out, size, "%s", BOOTROM_RP2040_SERIAL);
}

static const struct identity {
	const char *name;
	const char *manufacturer;
	const char *product; /* NULL: the chip */
	void (*serial)(char *out, size_t size, const struct mcu_cfg *cfg);
} identities[USB_KIND_COUNT] = {
	[USB_GSUSB] = { "gs_usb", "Klipper", NULL, copy_serial },
	[USB_CDC_KLIPPER] = { "klipper", "Klipper", NULL, copy_serial },
	[USB_CDC_KATAPULT] = { "katapult", "katapult", NULL, copy_serial },
	[USB_DFUSE] = { "dfu", "STMicroelectronics", "STM32  BOOTLOADER",
			rom_serial },
	[USB_RP2040] = { "rp2040", "Raspberry Pi", "RP2 Boot", rp2040_serial },
	[USB_RP2350] = { "rp2350", "Raspberry Pi", "RP2350 Boot", copy_serial },
};

const char *hotplug_kind_name(enum usb_kind kind)
{
	return identities[kind].name;
}

/* Nothing is USB_KIND_COUNT. */
static enum usb_kind kind_of(const struct mcu *m)
{
	static const enum usb_kind roms[] = {
		[FAMILY_ROM_OTHER] = USB_KIND_COUNT,
		[FAMILY_ROM_DFUSE] = USB_DFUSE,
		[FAMILY_ROM_RP2040] = USB_RP2040,
		[FAMILY_ROM_RP2350] = USB_RP2350,
	};
	bool bridge = m->cfg.link == MCU_LINK_BRIDGE;

	if (m->state == MCU_ROM)
		return roms[m->cfg.type->rom];
	if (!mcu_runs(m))
		return USB_KIND_COUNT;
	if (m->state == MCU_KATAPULT)
		return USB_CDC_KATAPULT;
	return bridge ? USB_GSUSB : USB_CDC_KLIPPER;
}

static void put_memory(struct usb_link_plug *plug, const struct mcu_type *type)
{
	char text[DFUSE_MEMORY_TEXT_MAX];

	plug->memory = (struct dfuse_cfg){ .start = type->flash_map->start,
					   .size = type->flash_size,
					   .busy_us = ROM_BUSY_US };
	dfuse_memory_text(text, type->flash_map, type->flash_size);
	snprintf(plug->strings[USB_STRING_INTERFACE], USB_LINK_TEXT_MAX, "%s",
		 text);
}

bool hotplug_device(struct usb_link_plug *out, const struct mcu *m)
{
	enum usb_kind kind = kind_of(m);
	const struct identity *identity = &identities[kind];

	memset(out, 0, sizeof(*out));
	if (kind == USB_KIND_COUNT)
		return false;
	out->kind = kind;
	snprintf(out->strings[USB_STRING_MANUFACTURER], USB_LINK_TEXT_MAX, "%s",
		 identity->manufacturer);
	snprintf(out->strings[USB_STRING_PRODUCT], USB_LINK_TEXT_MAX, "%s",
		 identity->product ? identity->product :
				     m->cfg.type->connect_name);
	identity->serial(out->strings[USB_STRING_SERIAL], USB_LINK_TEXT_MAX,
			 &m->cfg);
	if (kind == USB_DFUSE)
		put_memory(out, m->cfg.type);
	return true;
}
