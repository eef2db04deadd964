// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What Katapult erases and writes of which chip, and the RAM there is: flashing.md,
 * sections 3.1 and 3.3.
 */
#include "../support/unit.h"

#include <kcan/chip.h>

/* What follows is written out from sections 3.1 and 3.3. */
static const struct erase_row {
	const char *name;
	const char *chip;
	uint32_t address;
	uint32_t size;
} erases[] = {
	{ "erase: 1 KiB on an F042", "stm32f042x6", 0x08001000, 1024 },
	{ "erase: 2 KiB on an F070", "stm32f070xb", 0x08002000, 2048 },
	{ "erase: 2 KiB on an F072", "stm32f072xb", 0x08002000, 2048 },
	{ "erase: 2 KiB on an F103, where it may be 1", "stm32f103xe",
	  0x08002000, 2048 },
	{ "erase: 2 KiB on a G0", "stm32g0b1xx", 0x08002000, 2048 },
	{ "erase: 2 KiB on a G4", "stm32g431xx", 0x08002000, 2048 },
	{ "erase: 16 KiB on an F4", "stm32f446xx", 0x08004000, 16384 },
	{ "erase: 16 KiB, to the last byte", "stm32f446xx", 0x0800ffff, 16384 },
	{ "erase: then 64 KiB", "stm32f446xx", 0x08010000, 65536 },
	{ "erase: 64 KiB, to the last byte", "stm32f407xx", 0x0801ffff, 65536 },
	{ "erase: then 128 KiB", "stm32f207xx", 0x08020000, 131072 },
	{ "erase: 128 KiB up to the end of an F4", "stm32f429xx", 0x081fffff,
	  131072 },
	{ "erase: 128 KiB on an H7", "stm32h743xx", 0x08020000, 131072 },
	{ "erase: 4 KiB on an RP2040", "rp2040", 0x10004000, 4096 },
	{ "erase: 4 KiB on an RP2350", "rp2350", 0x10004000, 4096 },
	{ "erase: 4 KiB on an LPC176x", "lpc1769", 0x4000, 4096 },
	{ "erase: 32 KiB there from 64 KiB on", "lpc1768", 0x10000, 32768 },
	{ "erase: nothing without Katapult", "same51j19a", 0x4000, 0 },
	{ "erase: nothing below the flash", "stm32g0b1xx", 0x07ffffff, 0 },
};

static void test_erase(void **state)
{
	const struct erase_row *row = *state;

	assert_int_equal(
		kcan_chip_erase_size(kcan_chip_find(row->chip), row->address),
		row->size);
}

static void test_each_family_is_written_in_its_way(void **state)
{
	(void)state;
	assert_int_equal(kcan_chip_find("stm32f446xx")->layout->write,
			 KCAN_CHIP_WRITE_DIRECT);
	assert_int_equal(kcan_chip_find("rp2350")->layout->write,
			 KCAN_CHIP_WRITE_PAGES);
	assert_int_equal(kcan_chip_find("lpc1768")->layout->write,
			 KCAN_CHIP_WRITE_IN_ORDER);
}

/*
 * What Katapult can write, in KiB, and the largest RAM: of the largest part of that
 * name, by the data sheets; two are less than that by katapult-protocol.md, section
 * 5.
 */
#define ROOM(chip) "room: " chip, chip

static const struct room_row {
	const char *name;
	const char *chip;
	uint32_t writable_kib;
	uint32_t ram_largest;
} rooms[] = {
	{ ROOM("stm32f042x6"), 32, 6144 },
	{ ROOM("stm32f070xb"), 128, 16384 },
	{ ROOM("stm32f072xb"), 128, 16384 },
	{ ROOM("stm32f103xe"), 512, 65536 },
	{ ROOM("stm32f207xx"), 1024, 131072 },
	{ ROOM("stm32f401xc"), 512, 98304 },
	{ ROOM("stm32f405xx"), 1024, 131072 },
	{ ROOM("stm32f407xx"), 1024, 131072 },
	{ ROOM("stm32f429xx"), 2048, 196608 },
	{ ROOM("stm32f446xx"), 512, 131072 },
	{ ROOM("stm32g070xx"), 128, 36864 },
	{ ROOM("stm32g071xx"), 128, 36864 },
	{ ROOM("stm32g0b0xx"), 512, 147456 },
	{ ROOM("stm32g0b1xx"), 512, 147456 },
	{ ROOM("stm32g431xx"), 128, 32768 },
	{ ROOM("stm32g474xx"), 512, 131072 },
	{ ROOM("stm32h723xx"), 1024, 131072 },
	{ ROOM("stm32h743xx"), 1024, 131072 },
	{ ROOM("stm32h750xx"), 128, 131072 },
	{ ROOM("stm32l412xx"), 128, 40960 },
	{ ROOM("rp2040"), 2048, 270336 },
	{ ROOM("rp2350"), 2048, 532480 },
	{ ROOM("lpc1768"), 512, 32736 },
	{ ROOM("lpc1769"), 512, 32736 },
	{ ROOM("samc21g18a"), 256, 32768 },
	{ ROOM("same51j19a"), 512, 196608 },
	{ ROOM("same51n19a"), 512, 196608 },
	{ ROOM("same54p20a"), 1024, 262144 },
	{ ROOM("same70q20b"), 1024, 393216 },
};

static void test_room(void **state)
{
	const struct room_row *row = *state;
	const struct kcan_chip *chip = kcan_chip_find(row->chip);

	assert_int_equal(chip->writable, row->writable_kib * 1024);
	assert_int_equal(chip->ram_largest, row->ram_largest);
}

/* Section 0, fact 1. */
static void test_cells_of_g0_g4_and_h7_are_programmed_once(void **state)
{
	static const char *const ecc[] = { "stm32g0b0xx", "stm32g0b1xx",
					   "stm32g431xx", "stm32h723xx",
					   "stm32h743xx" };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; kcan_chip_at(i); i++)
		n += kcan_chip_at(i)->layout->ecc;
	assert_int_equal(n, ARRAY_SIZE(ecc));
	for (size_t i = 0; i < ARRAY_SIZE(ecc); i++)
		assert_true(kcan_chip_find(ecc[i])->layout->ecc);
}

/* The limits that Katapult has itself: katapult-protocol.md, section 5. */
static void test_katapult_cannot_write_everything(void **state)
{
	const struct kcan_chip *rp2040 = kcan_chip_find("rp2040");

	(void)state;
	assert_int_equal(rp2040->flash.start + rp2040->writable, 0x10200000);
	assert_int_equal(kcan_chip_find("stm32h743xx")->writable, 0x100000);
}

static void test_an_h7_has_two_memories_for_a_stack(void **state)
{
	const struct kcan_chip *chip = kcan_chip_find("stm32h743xx");

	(void)state;
	assert_int_equal(chip->ram[1].start, 0x24000000);
	assert_int_equal(chip->ram[1].start + chip->ram[1].size, 0x24080000);
	assert_int_equal(kcan_chip_find("stm32g0b1xx")->ram[1].size, 0);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(erases) + ARRAY_SIZE(rooms) + 4] = {
		cmocka_unit_test(test_each_family_is_written_in_its_way),
		cmocka_unit_test(
			test_cells_of_g0_g4_and_h7_are_programmed_once),
		cmocka_unit_test(test_katapult_cannot_write_everything),
		cmocka_unit_test(test_an_h7_has_two_memories_for_a_stack),
	};
	size_t n = 4;

	ROWS(erases, test_erase);
	ROWS(rooms, test_room);
	return _cmocka_run_group_tests("chip_flash", tests, n, NULL, NULL);
}
