// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/family.c sim/canmcu/board/pins.c
// needs: sim/canmcu/board/flash.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
/* can-admin-channel.md, section 8.1; katapult-protocol.md, section 5.4. */
#include "../../support/unit.h"

#include <string.h>

#include "../../../sim/canmcu/board/family.h"

static const struct expectation {
	const char *name; /* of the chip */
	const char *connect_name;
	enum request_action none, rom, katapult;
	uint8_t chip_id_len;
	uint8_t tx_slots;
	uint32_t app_start;
	uint32_t stack; /* flashing.md, section 1.1 */
} expectations[] = {
	{ "stm32f042x6", "stm32f042x6", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08002000, 0x20001800 },
	{ "stm32f072xb", "stm32f072xb", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08002000, 0x20004000 },
	{ "stm32f103xe", "stm32f103xe", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08002000, 0x20005000 },
	{ "stm32f103x6", "stm32f103xe", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08002000, 0x20002800 },
	{ "stm32f207xx", "stm32f207xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_IMPOSSIBLE, 12, 3, 0 },
	{ "stm32f405xx", "stm32f405xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08008000, 0x20020000 },
	{ "stm32f407xx", "stm32f407xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08008000, 0x20020000 },
	{ "stm32f429xx", "stm32f429xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08008000, 0x20020000 },
	{ "stm32f446xx", "stm32f446xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08008000, 0x20020000 },
	{ "stm32g0b1xx", "stm32g0b1xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08002000, 0x20024000 },
	{ "stm32g431xx", "stm32g431xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08002000, 0x20008000 },
	{ "stm32h723xx", "stm32h723xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08020000, 0x20020000 },
	{ "stm32h743xx", "stm32h743xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x08020000, 0x20020000 },
	{ "rp2040", "rp2040", REQUEST_ROM, REQUEST_ROM, REQUEST_KATAPULT, 8, 4,
	  0x10004000, 0x20042000 },
	{ "rp2350", "rp2350", REQUEST_ROM, REQUEST_ROM, REQUEST_KATAPULT, 8, 4,
	  0x10004000, 0x20082000 },
	{ "lpc1768", "lpc1768", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_IMPOSSIBLE, 16, 3, 0 },
	{ "lpc1769", "lpc1769", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_IMPOSSIBLE, 16, 3, 0 },
	{ "samc21", "samc21", REQUEST_IGNORED, REQUEST_RESET,
	  REQUEST_IMPOSSIBLE, 16, 3, 0 },
	{ "same51", "same51", REQUEST_IGNORED, REQUEST_ROM, REQUEST_IMPOSSIBLE,
	  16, 3, 0 },
	{ "same54", "same54", REQUEST_IGNORED, REQUEST_ROM, REQUEST_IMPOSSIBLE,
	  16, 3, 0 },
	{ "same70", "same70", REQUEST_ROM_FOR_GOOD, REQUEST_ROM_FOR_GOOD,
	  REQUEST_IMPOSSIBLE, 16, 3, 0 },
};

static void test_chip(void **state)
{
	const struct expectation *e = *state;
	const struct mcu_type *t = mcu_type_find(e->name);

	assert_non_null(t);
	assert_string_equal(t->connect_name, e->connect_name);
	assert_int_equal(t->family->on_request[BOOTLOADER_NONE], e->none);
	assert_int_equal(t->family->on_request[BOOTLOADER_ROM], e->rom);
	assert_int_equal(t->family->on_request[BOOTLOADER_KATAPULT],
			 e->katapult);
	assert_int_equal(t->family->chip_id_len, e->chip_id_len);
	assert_int_equal(t->family->tx_slots, e->tx_slots);
	assert_int_equal(t->flash_map ? t->flash_map->app_start : 0,
			 e->app_start);
	assert_int_equal(t->flash_map ? mcu_type_stack(t) : 0, e->stack);
	assert_int_equal(family_default_bootloader(t->family),
			 e->katapult == REQUEST_KATAPULT ? BOOTLOADER_KATAPULT :
							   BOOTLOADER_NONE);
}

static void test_every_chip_of_the_table_is_expected_here(void **state)
{
	size_t n = 0;

	(void)state;
	while (mcu_type_at(n))
		n++;
	assert_int_equal(n, ARRAY_SIZE(expectations));
}

static void test_chips_without_can_are_unknown(void **state)
{
	(void)state;
	assert_null(mcu_type_find("stm32f031x6"));
	assert_null(mcu_type_find("stm32f401xc"));
	assert_null(mcu_type_find("stm32g0b1"));
	assert_null(mcu_type_find(""));
}

static void test_bootloader_names(void **state)
{
	enum bootloader b = BOOTLOADER_NONE;

	(void)state;
	assert_true(bootloader_find(&b, "katapult"));
	assert_int_equal(b, BOOTLOADER_KATAPULT);
	assert_true(bootloader_find(&b, "none"));
	assert_int_equal(b, BOOTLOADER_NONE);
	assert_false(bootloader_find(&b, "canboot"));
	assert_string_equal(bootloader_name(BOOTLOADER_ROM), "rom");
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_every_chip_of_the_table_is_expected_here),
		cmocka_unit_test(test_chips_without_can_are_unknown),
		cmocka_unit_test(test_bootloader_names),
	};
	struct CMUnitTest tests[ARRAY_SIZE(expectations) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(expectations, test_chip);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
