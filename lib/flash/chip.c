// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Sections are those of flashing.md. Names, RAM, sizes and starts are from the
 * table of section 1.1, erase units from section 3.1.
 */
#include <kcan/chip.h>

#include <string.h>

#include "util/array.h"

/* clang-format off */
#define STARTS(...) ((const struct kcan_chip_start[]){ __VA_ARGS__ })
#define MENU(...) { STARTS(__VA_ARGS__), ARRAY_SIZE(STARTS(__VA_ARGS__)) }

/* Entries of Klipper's menu. */
#define AT_0        { 0x0,     "No bootloader" }
#define AT_BOOT2    { 0x100,   "No bootloader" } /* behind the second stage */
#define AT_2K       { 0x800,   "2KiB bootloader" }
#define AT_4K       { 0x1000,  "4KiB bootloader" }
#define AT_8K       { 0x2000,  "8KiB bootloader" }
#define AT_16K      { 0x4000,  "16KiB bootloader" }
#define AT_20K      { 0x5000,  "20KiB bootloader" }
#define AT_28K      { 0x7000,  "28KiB bootloader" }
#define AT_32K      { 0x8000,  "32KiB bootloader" }
#define AT_34K      { 0x8800,  "34KiB bootloader" }
#define AT_36K      { 0x9000,  "36KiB bootloader" }
#define AT_48K      { 0xc000,  "48KiB bootloader" }
#define AT_64K      { 0x10000, "64KiB bootloader" }
#define AT_128K     { 0x20000, "128KiB bootloader" }
#define AT_128K_512 { 0x20200, "128KiB bootloader with 512 byte offset" }

static const struct kcan_chip_menu
	klipper_none = MENU(AT_0),
	klipper_f0 = MENU(AT_8K, AT_4K, AT_0),
	klipper_f072 = MENU(AT_8K, AT_4K, AT_16K, AT_0),
	klipper_f103 = MENU(AT_8K, AT_20K, AT_28K, AT_32K, AT_34K, AT_36K,
			    AT_64K, AT_2K, AT_4K, AT_16K, AT_0),
	klipper_f207 = MENU(AT_32K, AT_16K, AT_0),
	klipper_f401 = MENU(AT_32K, AT_48K, AT_64K, AT_16K, AT_0),
	klipper_f4x5 = MENU(AT_32K, AT_128K_512, AT_48K, AT_64K, AT_16K, AT_0),
	klipper_f446 = MENU(AT_32K, AT_64K, AT_0),
	klipper_g = MENU(AT_8K, AT_0),
	klipper_h7 = MENU(AT_128K, AT_0),
	klipper_h750 = MENU(AT_32K, AT_128K, AT_0),
	klipper_rp2040 = MENU(AT_16K, AT_BOOT2),
	klipper_16k = MENU(AT_16K, AT_0); /* RP2350, LPC176x, SAM */

static const struct kcan_chip_menu
	katapult_none = { NULL, 0 },
	katapult_f0 = MENU({ 0x2000, "8KiB offset" }, { 0x1000, "4KiB offset" }),
	katapult_f4 = MENU({ 0x8000, "32KiB offset" },
			   { 0x4000, "16KiB offset" }),
	katapult_g4 = MENU({ 0x2000, "8KiB offset" }),
	katapult_h7 = MENU({ 0x20000, "128KiB offset" }),
	katapult_16k = MENU({ 0x4000, NULL }); /* RP2, LPC176x */
/* clang-format on */

#define KIB 1024u

static const struct kcan_chip_layout no_katapult;
static const struct kcan_chip_layout pages_1k = { .erase = { { 0, KIB } } };
static const struct kcan_chip_layout pages_2k = { .erase = { { 0, 2 * KIB } } };
static const struct kcan_chip_layout pages_ecc = {
	.erase = { { 0, 2 * KIB } },
	.ecc = true,
};
static const struct kcan_chip_layout sectors_f4 = {
	.erase = { { 64 * KIB, 16 * KIB },
		   { 128 * KIB, 64 * KIB },
		   { 0, 128 * KIB } },
};
static const struct kcan_chip_layout sectors_h7 = {
	.erase = { { 0, 128 * KIB } },
	.ecc = true,
};
static const struct kcan_chip_layout sectors_rp2 = {
	.erase = { { 0, 4 * KIB } },
	.write = KCAN_CHIP_WRITE_PAGES,
};
static const struct kcan_chip_layout sectors_lpc = {
	.erase = { { 64 * KIB, 4 * KIB }, { 0, 32 * KIB } },
	.write = KCAN_CHIP_WRITE_IN_ORDER,
};

/* clang-format off */
#define STM32(kib) { 0x08000000, (kib) * KIB }
#define RP2 { 0x10000000, 2048 * KIB }
#define OTHER(kib) { 0, (kib) * KIB }
#define SRAM 0x20000000
/* The second one is that of other firmware, and of Katapult. */
#define RAM_H7 { { SRAM, 128 * KIB }, { 0x24000000, 512 * KIB } }
#define RAM_LPC { { 0x10000000, 32 * KIB - 32 } }

/* flash by Kconfig, what Katapult can write, RAM by Kconfig, the largest one */
static const struct kcan_chip chips[] = {
	{ "stm32f042x6", STM32(32), 32 * KIB, { { SRAM, 6 * KIB } }, 6 * KIB,
	  &pages_1k, &katapult_f0, &klipper_f0 },
	{ "stm32f070xb", STM32(128), 128 * KIB, { { SRAM, 16 * KIB } }, 16 * KIB,
	  &pages_2k, &katapult_f0, &klipper_f0 },
	{ "stm32f072xb", STM32(128), 128 * KIB, { { SRAM, 16 * KIB } }, 16 * KIB,
	  &pages_2k, &katapult_f0, &klipper_f072 },
	/* every F103, and every clone; the largest RAM is that of N32G45x */
	{ "stm32f103xe", STM32(64), 512 * KIB, { { SRAM, 20 * KIB } }, 64 * KIB,
	  &pages_2k, &katapult_f0, &klipper_f103 },
	{ "stm32f207xx", STM32(256), 1024 * KIB, { { SRAM, 128 * KIB } },
	  128 * KIB, &sectors_f4, &katapult_f4, &klipper_f207 },
	{ "stm32f401xc", STM32(256), 512 * KIB, { { SRAM, 64 * KIB } }, 96 * KIB,
	  &sectors_f4, &katapult_f4, &klipper_f401 },
	{ "stm32f405xx", STM32(512), 1024 * KIB, { { SRAM, 128 * KIB } },
	  128 * KIB, &sectors_f4, &katapult_f4, &klipper_f4x5 },
	{ "stm32f407xx", STM32(512), 1024 * KIB, { { SRAM, 128 * KIB } },
	  128 * KIB, &sectors_f4, &katapult_f4, &klipper_f4x5 },
	{ "stm32f429xx", STM32(512), 2048 * KIB, { { SRAM, 128 * KIB } },
	  192 * KIB, &sectors_f4, &katapult_f4, &klipper_f4x5 },
	{ "stm32f446xx", STM32(512), 512 * KIB, { { SRAM, 128 * KIB } },
	  128 * KIB, &sectors_f4, &katapult_f4, &klipper_f446 },
	{ "stm32g070xx", STM32(128), 128 * KIB, { { SRAM, 36 * KIB } }, 36 * KIB,
	  &no_katapult, &katapult_none, &klipper_g },
	{ "stm32g071xx", STM32(128), 128 * KIB, { { SRAM, 36 * KIB } }, 36 * KIB,
	  &no_katapult, &katapult_none, &klipper_g },
	{ "stm32g0b0xx", STM32(128), 512 * KIB, { { SRAM, 144 * KIB } },
	  144 * KIB, &pages_ecc, &katapult_f0, &klipper_g },
	{ "stm32g0b1xx", STM32(128), 512 * KIB, { { SRAM, 144 * KIB } },
	  144 * KIB, &pages_ecc, &katapult_f0, &klipper_g },
	{ "stm32g431xx", STM32(128), 128 * KIB, { { SRAM, 32 * KIB } }, 32 * KIB,
	  &pages_ecc, &katapult_g4, &klipper_g },
	{ "stm32g474xx", STM32(256), 512 * KIB, { { SRAM, 128 * KIB } },
	  128 * KIB, &no_katapult, &katapult_none, &klipper_g },
	{ "stm32h723xx", STM32(256), 1024 * KIB, RAM_H7, 128 * KIB,
	  &sectors_h7, &katapult_h7, &klipper_h7 },
	/* Katapult reaches the first of its two banks */
	{ "stm32h743xx", STM32(2048), 1024 * KIB, RAM_H7, 128 * KIB,
	  &sectors_h7, &katapult_h7, &klipper_h7 },
	{ "stm32h750xx", STM32(128), 128 * KIB, RAM_H7, 128 * KIB,
	  &no_katapult, &katapult_none, &klipper_h750 },
	{ "stm32l412xx", STM32(64), 128 * KIB, { { SRAM, 40 * KIB } }, 40 * KIB,
	  &no_katapult, &katapult_none, &klipper_none },
	{ "rp2040", RP2, 2048 * KIB, { { SRAM, 264 * KIB } }, 264 * KIB,
	  &sectors_rp2, &katapult_16k, &klipper_rp2040 },
	{ "rp2350", RP2, 2048 * KIB, { { SRAM, 520 * KIB } }, 520 * KIB,
	  &sectors_rp2, &katapult_16k, &klipper_16k },
	/* the last 32 bytes of the RAM are those of the chip's ROM */
	{ "lpc1768", OTHER(512), 512 * KIB, RAM_LPC, 32 * KIB - 32,
	  &sectors_lpc, &katapult_16k, &klipper_16k },
	{ "lpc1769", OTHER(512), 512 * KIB, RAM_LPC, 32 * KIB - 32,
	  &sectors_lpc, &katapult_16k, &klipper_16k },
	{ "samc21g18a", OTHER(256), 256 * KIB, { { SRAM, 32 * KIB } }, 32 * KIB,
	  &no_katapult, &katapult_none, &klipper_16k },
	{ "same51j19a", OTHER(512), 512 * KIB, { { SRAM, 192 * KIB } },
	  192 * KIB, &no_katapult, &katapult_none, &klipper_16k },
	{ "same51n19a", OTHER(512), 512 * KIB, { { SRAM, 192 * KIB } },
	  192 * KIB, &no_katapult, &katapult_none, &klipper_16k },
	{ "same54p20a", OTHER(1024), 1024 * KIB, { { SRAM, 256 * KIB } },
	  256 * KIB, &no_katapult, &katapult_none, &klipper_16k },
	{ "same70q20b", OTHER(128), 1024 * KIB, { { 0x20400000, 128 * KIB } },
	  384 * KIB, &no_katapult, &katapult_none, &klipper_none },
};
/* clang-format on */

const struct kcan_chip *kcan_chip_at(size_t index)
{
	return index < ARRAY_SIZE(chips) ? &chips[index] : NULL;
}

static bool is_one_of_many(const char *name)
{
	static const char *const names[] = { "stm32f405xx", "stm32f407xx",
					     "stm32f429xx" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

bool kcan_chip_is_alike(const char *a, const char *b)
{
	return is_one_of_many(a) && is_one_of_many(b);
}

const struct kcan_chip *kcan_chip_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(chips); i++)
		if (!strcmp(chips[i].name, name))
			return &chips[i];
	return NULL;
}

uint32_t kcan_chip_erase_size(const struct kcan_chip *chip, uint32_t address)
{
	uint32_t offset = address - chip->flash.start;
	size_t i = 0;

	if (address < chip->flash.start)
		return 0;
	while (chip->layout->erase[i].below &&
	       offset >= chip->layout->erase[i].below)
		i++;
	return chip->layout->erase[i].size;
}

const struct kcan_chip_start *
kcan_chip_menu_find(const struct kcan_chip *chip,
		    const struct kcan_chip_menu *menu, uint32_t address)
{
	for (size_t i = 0; i < menu->len; i++)
		if (menu->starts[i].offset == address - chip->flash.start)
			return &menu->starts[i];
	return NULL;
}
