// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The chips, as flashing.md, sections 1.1 and 3.1, has them. */
#include "../support/unit.h"

#include <string.h>

#include <kcan/chip.h>

/* Word 0 of an image is the end of the RAM; offsets end with the first 0. */
static const struct row {
	const char *name;
	uint32_t word0;
	uint32_t flash;
	uint32_t kib; /* of flash, by Kconfig */
	uint32_t katapult[3];
	uint32_t klipper[12];
	bool unaided; /* Klipper offers 0, too */
} rows[] = {
	{ "stm32f042x6",
	  0x20001800,
	  0x08000000,
	  32,
	  { 0x2000, 0x1000 },
	  { 0x2000, 0x1000 },
	  true },
	{ "stm32f070xb",
	  0x20004000,
	  0x08000000,
	  128,
	  { 0x2000, 0x1000 },
	  { 0x2000, 0x1000 },
	  true },
	{ "stm32f072xb",
	  0x20004000,
	  0x08000000,
	  128,
	  { 0x2000, 0x1000 },
	  { 0x2000, 0x1000, 0x4000 },
	  true },
	{ "stm32f103xe",
	  0x20005000,
	  0x08000000,
	  64,
	  { 0x2000, 0x1000 },
	  { 0x2000, 0x5000, 0x7000, 0x8000, 0x8800, 0x9000, 0x10000, 0x800,
	    0x1000, 0x4000 },
	  true },
	{ "stm32f207xx",
	  0x20020000,
	  0x08000000,
	  256,
	  { 0x8000, 0x4000 },
	  { 0x8000, 0x4000 },
	  true },
	{ "stm32f401xc",
	  0x20010000,
	  0x08000000,
	  256,
	  { 0x8000, 0x4000 },
	  { 0x8000, 0xc000, 0x10000, 0x4000 },
	  true },
	{ "stm32f405xx",
	  0x20020000,
	  0x08000000,
	  512,
	  { 0x8000, 0x4000 },
	  { 0x8000, 0x20200, 0xc000, 0x10000, 0x4000 },
	  true },
	{ "stm32f407xx",
	  0x20020000,
	  0x08000000,
	  512,
	  { 0x8000, 0x4000 },
	  { 0x8000, 0x20200, 0xc000, 0x10000, 0x4000 },
	  true },
	{ "stm32f429xx",
	  0x20020000,
	  0x08000000,
	  512,
	  { 0x8000, 0x4000 },
	  { 0x8000, 0x20200, 0xc000, 0x10000, 0x4000 },
	  true },
	{ "stm32f446xx",
	  0x20020000,
	  0x08000000,
	  512,
	  { 0x8000, 0x4000 },
	  { 0x8000, 0x10000 },
	  true },
	{ "stm32g070xx", 0x20009000, 0x08000000, 128, { 0 }, { 0x2000 }, true },
	{ "stm32g071xx", 0x20009000, 0x08000000, 128, { 0 }, { 0x2000 }, true },
	{ "stm32g0b0xx",
	  0x20024000,
	  0x08000000,
	  128,
	  { 0x2000, 0x1000 },
	  { 0x2000 },
	  true },
	{ "stm32g0b1xx",
	  0x20024000,
	  0x08000000,
	  128,
	  { 0x2000, 0x1000 },
	  { 0x2000 },
	  true },
	{ "stm32g431xx",
	  0x20008000,
	  0x08000000,
	  128,
	  { 0x2000 },
	  { 0x2000 },
	  true },
	{ "stm32g474xx", 0x20020000, 0x08000000, 256, { 0 }, { 0x2000 }, true },
	{ "stm32h723xx",
	  0x20020000,
	  0x08000000,
	  256,
	  { 0x20000 },
	  { 0x20000 },
	  true },
	{ "stm32h743xx",
	  0x20020000,
	  0x08000000,
	  2048,
	  { 0x20000 },
	  { 0x20000 },
	  true },
	{ "stm32h750xx",
	  0x20020000,
	  0x08000000,
	  128,
	  { 0 },
	  { 0x8000, 0x20000 },
	  true },
	{ "stm32l412xx", 0x2000a000, 0x08000000, 64, { 0 }, { 0 }, true },
	{ "rp2040",
	  0x20042000,
	  0x10000000,
	  2048,
	  { 0x4000 },
	  { 0x4000, 0x100 },
	  false },
	{ "rp2350", 0x20082000, 0x10000000, 2048, { 0x4000 }, { 0x4000 }, true },
	{ "lpc1768", 0x10007fe0, 0, 512, { 0x4000 }, { 0x4000 }, true },
	{ "lpc1769", 0x10007fe0, 0, 512, { 0x4000 }, { 0x4000 }, true },
	{ "samc21g18a", 0x20008000, 0, 256, { 0 }, { 0x4000 }, true },
	{ "same51j19a", 0x20030000, 0, 512, { 0 }, { 0x4000 }, true },
	{ "same51n19a", 0x20030000, 0, 512, { 0 }, { 0x4000 }, true },
	{ "same54p20a", 0x20040000, 0, 1024, { 0 }, { 0x4000 }, true },
	{ "same70q20b", 0x20420000, 0, 128, { 0 }, { 0 }, true },
};

static void check_menu(const struct kcan_chip_menu *menu,
		       const uint32_t *offsets, bool unaided)
{
	size_t n = 0;

	for (; offsets[n]; n++) {
		assert_true(n < menu->len);
		assert_int_equal(menu->starts[n].offset, offsets[n]);
	}
	assert_int_equal(menu->len, n + unaided);
	if (unaided)
		assert_int_equal(menu->starts[n].offset, 0);
}

static void test_a_chip_is_that_of_the_table(void **state)
{
	const struct row *row = *state;
	const struct kcan_chip *chip = kcan_chip_find(row->name);

	assert_non_null(chip);
	assert_string_equal(chip->name, row->name);
	assert_int_equal(chip->ram[0].start + chip->ram[0].size, row->word0);
	/* the largest of its family is no smaller, and in the same place */
	assert_true(chip->ram_largest >= chip->ram[0].size);
	assert_int_equal(chip->ram_largest % 32, 0);
	if (!strncmp(row->name, "lpc", 3))
		assert_int_equal(chip->ram_largest, 32 * 1024 - 32);
	assert_int_equal(chip->flash.start, row->flash);
	assert_int_equal(chip->flash.size, row->kib * 1024);
	check_menu(chip->katapult, row->katapult, false);
	check_menu(chip->klipper, row->klipper, row->unaided);
}

static void test_the_table_has_these_chips_and_no_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(kcan_chip_at(i)->name, rows[i].name);
	assert_null(kcan_chip_at(ARRAY_SIZE(rows)));
	assert_null(kcan_chip_at(SIZE_MAX));
}

static void test_a_name_is_compared_to_its_end(void **state)
{
	(void)state;
	assert_null(kcan_chip_find(""));
	assert_null(kcan_chip_find("stm32g0b1"));
	assert_null(kcan_chip_find("stm32g0b1xx0"));
	assert_null(kcan_chip_find("STM32G0B1XX"));
}

static const struct menu_row {
	const char *name;
	const char *chip;
	uint32_t address;
	const char *text; /* of Klipper's menu */
} menus[] = {
	{ "menu: 8 KiB", "stm32g0b1xx", 0x08002000, "8KiB bootloader" },
	{ "menu: without a bootloader", "stm32g0b1xx", 0x08000000,
	  "No bootloader" },
	{ "menu: none for 4 KiB on a G0", "stm32g0b1xx", 0x08001000, NULL },
	{ "menu: none for 16 KiB on an F446", "stm32f446xx", 0x08004000, NULL },
	{ "menu: but for 32 KiB", "stm32f446xx", 0x08008000,
	  "32KiB bootloader" },
	{ "menu: 4 KiB on an F0", "stm32f072xb", 0x08001000,
	  "4KiB bootloader" },
	{ "menu: half a KiB behind 128", "stm32f407xx", 0x08020200,
	  "128KiB bootloader with 512 byte offset" },
	{ "menu: behind boot2 of an RP2040", "rp2040", 0x10000100,
	  "No bootloader" },
	{ "menu: where boot2 itself is", "rp2040", 0x10000000, NULL },
	{ "menu: below the flash", "stm32g0b1xx", 0x07ffe000, NULL },
};

static void test_menu(void **state)
{
	const struct menu_row *row = *state;
	const struct kcan_chip *chip = kcan_chip_find(row->chip);
	const struct kcan_chip_start *start =
		kcan_chip_menu_find(chip, chip->klipper, row->address);

	if (row->text)
		assert_string_equal(start->text, row->text);
	else
		assert_null(start);
}

/* Section 1.1, in bold: these two and their like, and no others. */
static void test_three_starts_of_katapult_have_no_entry(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; kcan_chip_at(i); i++) {
		const struct kcan_chip *chip = kcan_chip_at(i);

		for (size_t k = 0; k < chip->katapult->len; k++)
			n += !kcan_chip_menu_find(
				chip, chip->klipper,
				chip->flash.start +
					chip->katapult->starts[k].offset);
	}
	/* F446 at 16 KiB; G0B0 and G0B1 at 4 KiB */
	assert_int_equal(n, 3);
}

/* flashing.md, section 2. */
static void test_chips_that_differ_by_name_only(void **state)
{
	(void)state;
	assert_true(kcan_chip_is_alike("stm32f405xx", "stm32f429xx"));
	assert_true(kcan_chip_is_alike("stm32f407xx", "stm32f405xx"));
	assert_false(kcan_chip_is_alike("stm32f405xx", "stm32f446xx"));
	assert_false(kcan_chip_is_alike("stm32g0b0xx", "stm32g0b1xx"));
	assert_false(kcan_chip_is_alike("", "stm32f405xx"));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(menus) + 4] = {
		cmocka_unit_test(test_the_table_has_these_chips_and_no_others),
		cmocka_unit_test(test_a_name_is_compared_to_its_end),
		cmocka_unit_test(test_three_starts_of_katapult_have_no_entry),
		cmocka_unit_test(test_chips_that_differ_by_name_only),
	};
	size_t n = 4;

	ROWS(rows, test_a_chip_is_that_of_the_table);
	ROWS(menus, test_menu);
	return _cmocka_run_group_tests("chip", tests, n, NULL, NULL);
}
