// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "family.h"

#include <string.h>

#include "util/array.h"

/* What is done with a bootloader of none, one off CAN, Katapult. */
static const struct family stm32 = {
	{ REQUEST_IGNORED, REQUEST_ROM, REQUEST_KATAPULT }, 12, 3
};
static const struct family stm32l4 = {
	{ REQUEST_IGNORED, REQUEST_ROM, REQUEST_IMPOSSIBLE }, 12, 3
};
static const struct family rp2 = {
	{ REQUEST_ROM, REQUEST_ROM, REQUEST_KATAPULT }, 8, 4
};
static const struct family lpc176x = {
	{ REQUEST_IGNORED, REQUEST_ROM, REQUEST_KATAPULT }, 16, 3
};
/* a plain reset without the loader's magic: it starts Klipper again */
static const struct family samc21 = {
	{ REQUEST_IGNORED, REQUEST_RESET, REQUEST_IMPOSSIBLE }, 16, 3
};
static const struct family same5x = {
	{ REQUEST_IGNORED, REQUEST_ROM, REQUEST_IMPOSSIBLE }, 16, 3
};
static const struct family same70 = {
	{ REQUEST_ROM_FOR_GOOD, REQUEST_ROM_FOR_GOOD, REQUEST_IMPOSSIBLE },
	16,
	3
};

/* katapult-protocol.md, section 5.4; the default application start */
#define STM32_FLASH 0x08000000
#define KIB 1024u
#define UNITS(bytes) .erase[0].size = (bytes)
static const struct flash_map pages_1k = { STM32_FLASH, 0x08002000,
					   UNITS(KIB) };
static const struct flash_map pages_2k = { STM32_FLASH, 0x08002000,
					   UNITS(2 * KIB) };
/* A double word of theirs, and a flash word of H7, is programmed as a whole. */
static const struct flash_map pages_2k_ecc = { STM32_FLASH, 0x08002000,
					       UNITS(2 * KIB), .cell = 8 };
static const struct flash_map sectors_f4 = {
	STM32_FLASH,
	0x08008000,
	{ { 64 * KIB, 16 * KIB }, { 128 * KIB, 64 * KIB }, { 0, 128 * KIB } }
};
static const struct flash_map sectors_h7 = { STM32_FLASH, 0x08020000,
					     UNITS(128 * KIB), .last_unit = 7,
					     .cell = 32 };
/* Katapult starts nothing there, and Klipper is behind another bootloader. */
static const struct flash_map sector_h750 = { STM32_FLASH, 0x08008000,
					      UNITS(128 * KIB), .cell = 32 };
static const struct flash_map sectors_lpc = { 0,
					      0x00004000,
					      { { 64 * KIB, 4 * KIB },
						{ 0, 32 * KIB } },
					      .in_order = true };
static const struct flash_map sectors_rp2 = { 0x10000000, 0x10004000,
					      UNITS(4 * KIB),
					      .buffered = 2048 * KIB };

static const struct kcan_chip_range ram_10k[KCAN_CHIP_RAMS] = {
	{ 0x20000000, 10 * KIB },
};

/* What there are builds for, by both Kconfigs. */
#define NO_KATAPULT (TYPE_CAN | TYPE_USB | TYPE_BRIDGE)
#define SERIAL_KATAPULT (NO_KATAPULT | TYPE_KATAPULT)
#define EVERYTHING (SERIAL_KATAPULT | TYPE_KATAPULT_CAN)
#define NO_BRIDGE (EVERYTHING & ~TYPE_BRIDGE)
#define NO_CAN (TYPE_USB | TYPE_KATAPULT)

/* clang-format off */
#define MHZ 1000000u
#define DFUSE FAMILY_ROM_DFUSE

static const struct mcu_type mcu_types[] = {
	{ "stm32f042x6", "stm32f042x6", &stm32, EVERYTHING, 48 * MHZ,
	  pins_abcf, &pages_1k, 32 * KIB, DFUSE },
	/* its ROM is not asked for (8.4) */
	{ "stm32f070xb", "stm32f070xb", &stm32, NO_CAN, 48 * MHZ,
	  pins_abcdf, &pages_2k, 128 * KIB },
	{ "stm32f072xb", "stm32f072xb", &stm32, EVERYTHING, 48 * MHZ,
	  pins_a_f, &pages_2k, 128 * KIB, DFUSE },
	/* Klipper and Katapult say xe, whatever the real part is */
	{ "stm32f103x6", "stm32f103xe", &stm32, NO_BRIDGE, 72 * MHZ,
	  pins_a_g, &pages_1k, 32 * KIB, .ram = ram_10k },
	{ "stm32f103xb", "stm32f103xe", &stm32, NO_BRIDGE, 72 * MHZ,
	  pins_a_g, &pages_1k, 128 * KIB },
	{ "stm32f103xe", "stm32f103xe", &stm32, NO_BRIDGE, 72 * MHZ,
	  pins_a_g, &pages_2k, 512 * KIB },
	/* Katapult can be configured for it, but its CAN driver cannot (8.1) */
	{ "stm32f207xx", "stm32f207xx", &stm32, SERIAL_KATAPULT, 120 * MHZ,
	  pins_stm32, &sectors_f4, 1024 * KIB },
	{ "stm32f401xc", "stm32f401xc", &stm32, NO_CAN, 84 * MHZ,
	  pins_abcdeh, &sectors_f4, 256 * KIB, DFUSE },
	{ "stm32f405xx", "stm32f405xx", &stm32, EVERYTHING, 168 * MHZ,
	  pins_stm32, &sectors_f4, 1024 * KIB, DFUSE },
	{ "stm32f407xx", "stm32f407xx", &stm32, EVERYTHING, 168 * MHZ,
	  pins_stm32, &sectors_f4, 1024 * KIB, DFUSE },
	{ "stm32f429xx", "stm32f429xx", &stm32, EVERYTHING, 168 * MHZ,
	  pins_stm32, &sectors_f4, 2048 * KIB, DFUSE },
	{ "stm32f446xx", "stm32f446xx", &stm32, EVERYTHING, 180 * MHZ,
	  pins_a_h, &sectors_f4, 512 * KIB, DFUSE },
	{ "stm32g070xx", "stm32g070xx", &stm32, 0, 64 * MHZ, pins_abcdf },
	{ "stm32g071xx", "stm32g071xx", &stm32, 0, 64 * MHZ, pins_abcdf },
	{ "stm32g0b0xx", "stm32g0b0xx", &stm32, NO_CAN, 64 * MHZ,
	  pins_a_f, &pages_2k_ecc, 512 * KIB, DFUSE },
	{ "stm32g0b1xx", "stm32g0b1xx", &stm32, EVERYTHING, 64 * MHZ,
	  pins_a_f, &pages_2k_ecc, 512 * KIB, DFUSE },
	{ "stm32g431xx", "stm32g431xx", &stm32, EVERYTHING, 170 * MHZ,
	  pins_a_g, &pages_2k_ecc, 128 * KIB, DFUSE },
	{ "stm32g474xx", "stm32g474xx", &stm32, NO_KATAPULT, 170 * MHZ,
	  pins_a_g, &pages_2k_ecc, 512 * KIB, DFUSE },
	{ "stm32h723xx", "stm32h723xx", &stm32, EVERYTHING, 520 * MHZ,
	  pins_a_h, &sectors_h7, 1024 * KIB, DFUSE },
	{ "stm32h743xx", "stm32h743xx", &stm32, EVERYTHING, 400 * MHZ,
	  pins_stm32, &sectors_h7, 2048 * KIB, DFUSE },
	{ "stm32h750xx", "stm32h750xx", &stm32, NO_KATAPULT, 480 * MHZ,
	  pins_stm32, &sector_h750, 128 * KIB, DFUSE },
	{ "stm32l412xx", "stm32l412xx", &stm32l4, TYPE_USB, 80 * MHZ,
	  pins_abcdh, &pages_2k_ecc, 128 * KIB, DFUSE },
	/* that of its timer, which the RP2350 does not use */
	{ "rp2040", "rp2040", &rp2, EVERYTHING, 12 * MHZ,
	  pins_rp2040, &sectors_rp2, 2048 * KIB, FAMILY_ROM_RP2040 },
	{ "rp2350", "rp2350", &rp2, EVERYTHING, 150 * MHZ,
	  pins_rp2350, &sectors_rp2, 2048 * KIB, FAMILY_ROM_RP2350 },
	{ "lpc1768", "lpc1768", &lpc176x, SERIAL_KATAPULT, 100 * MHZ,
	  pins_lpc176x, &sectors_lpc, 512 * KIB },
	{ "lpc1769", "lpc1769", &lpc176x, SERIAL_KATAPULT, 120 * MHZ,
	  pins_lpc176x, &sectors_lpc, 512 * KIB },
	{ "samc21", "samc21g18a", &samc21, TYPE_CAN, 48 * MHZ, pins_samc21 },
	{ "same51", "same51j19a", &same5x, NO_KATAPULT, 120 * MHZ, pins_same5 },
	{ "same54", "same54p20a", &same5x, NO_KATAPULT, 120 * MHZ, pins_same5 },
	{ "same70", "same70q20b", &same70, NO_KATAPULT, 300 * MHZ, pins_same70 },
};
/* clang-format on */
#define MCU_TYPES ARRAY_SIZE(mcu_types)

static const char *const bootloader_names[BOOTLOADER_COUNT] = {
	[BOOTLOADER_NONE] = "none",
	[BOOTLOADER_ROM] = "rom",
	[BOOTLOADER_KATAPULT] = "katapult",
};

static const char *const request_action_names[] = {
	[REQUEST_IGNORED] = "ignored",	 [REQUEST_RESET] = "reset",
	[REQUEST_ROM] = "rom",		 [REQUEST_ROM_FOR_GOOD] = "rom",
	[REQUEST_KATAPULT] = "katapult", [REQUEST_IMPOSSIBLE] = "impossible",
};

const struct mcu_type *mcu_type_find(const char *name)
{
	for (size_t i = 0; i < MCU_TYPES; i++)
		if (!strcmp(mcu_types[i].name, name))
			return &mcu_types[i];
	return NULL;
}

const struct mcu_type *mcu_type_at(size_t index)
{
	return index < MCU_TYPES ? &mcu_types[index] : NULL;
}

const struct kcan_chip_range *mcu_type_ram(const struct mcu_type *type)
{
	return type->ram ? type->ram : kcan_chip_find(type->connect_name)->ram;
}

uint32_t mcu_type_stack(const struct mcu_type *type)
{
	const struct kcan_chip_range *ram = mcu_type_ram(type);

	return ram->start + ram->size;
}

const char *bootloader_name(enum bootloader bootloader)
{
	return bootloader_names[bootloader];
}

bool bootloader_find(enum bootloader *out, const char *name)
{
	for (int i = 0; i < BOOTLOADER_COUNT; i++) {
		if (strcmp(bootloader_names[i], name) != 0)
			continue;
		*out = (enum bootloader)i;
		return true;
	}
	return false;
}

const char *request_action_name(enum request_action action)
{
	return request_action_names[action];
}
