// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/family.c sim/canmcu/board/pins.c
// needs: sim/canmcu/board/flash.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/flash_write.c
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
	/* c: on CAN, u: on USB, b: a bridge, k: Katapult, K: also on CAN */
	const char *builds;
	uint32_t mhz; /* CLOCK_FREQ of src/.../Kconfig of Klipper */
} expectations[] = {
	{ "stm32f042x6", "stm32f042x6", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20001800, "cubkK", 48 },
	{ "stm32f070xb", "stm32f070xb", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20004000, "uk", 48 },
	{ "stm32f072xb", "stm32f072xb", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20004000, "cubkK", 48 },
	{ "stm32f103x6", "stm32f103xe", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20002800, "cukK", 72 },
	{ "stm32f103xb", "stm32f103xe", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20005000, "cukK", 72 },
	{ "stm32f103xe", "stm32f103xe", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20005000, "cukK", 72 },
	{ "stm32f207xx", "stm32f207xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8008000, 0x20020000, "cubk", 120 },
	{ "stm32f401xc", "stm32f401xc", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8008000, 0x20010000, "uk", 84 },
	{ "stm32f405xx", "stm32f405xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8008000, 0x20020000, "cubkK", 168 },
	{ "stm32f407xx", "stm32f407xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8008000, 0x20020000, "cubkK", 168 },
	{ "stm32f429xx", "stm32f429xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8008000, 0x20020000, "cubkK", 168 },
	{ "stm32f446xx", "stm32f446xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8008000, 0x20020000, "cubkK", 180 },
	{ "stm32g070xx", "stm32g070xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0, 0, "", 64 },
	{ "stm32g071xx", "stm32g071xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0, 0, "", 64 },
	{ "stm32g0b0xx", "stm32g0b0xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20024000, "uk", 64 },
	{ "stm32g0b1xx", "stm32g0b1xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20024000, "cubkK", 64 },
	{ "stm32g431xx", "stm32g431xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20008000, "cubkK", 170 },
	{ "stm32g474xx", "stm32g474xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8002000, 0x20020000, "cub", 170 },
	{ "stm32h723xx", "stm32h723xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8020000, 0x20020000, "cubkK", 520 },
	{ "stm32h743xx", "stm32h743xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8020000, 0x20020000, "cubkK", 400 },
	{ "stm32h750xx", "stm32h750xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_KATAPULT, 12, 3, 0x8008000, 0x20020000, "cub", 480 },
	{ "stm32l412xx", "stm32l412xx", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_IMPOSSIBLE, 12, 3, 0x8002000, 0x2000a000, "u", 80 },
	{ "rp2040", "rp2040", REQUEST_ROM, REQUEST_ROM, REQUEST_KATAPULT, 8, 4,
	  0x10004000, 0x20042000, "cubkK", 12 },
	{ "rp2350", "rp2350", REQUEST_ROM, REQUEST_ROM, REQUEST_KATAPULT, 8, 4,
	  0x10004000, 0x20082000, "cubkK", 150 },
	{ "lpc1768", "lpc1768", REQUEST_IGNORED, REQUEST_ROM, REQUEST_KATAPULT,
	  16, 3, 0x4000, 0x10007fe0, "cubk", 100 },
	{ "lpc1769", "lpc1769", REQUEST_IGNORED, REQUEST_ROM, REQUEST_KATAPULT,
	  16, 3, 0x4000, 0x10007fe0, "cubk", 120 },
	{ "samc21", "samc21g18a", REQUEST_IGNORED, REQUEST_RESET,
	  REQUEST_IMPOSSIBLE, 16, 3, 0, 0, "c", 48 },
	{ "same51", "same51j19a", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_IMPOSSIBLE, 16, 3, 0, 0, "cub", 120 },
	{ "same54", "same54p20a", REQUEST_IGNORED, REQUEST_ROM,
	  REQUEST_IMPOSSIBLE, 16, 3, 0, 0, "cub", 120 },
	{ "same70", "same70q20b", REQUEST_ROM_FOR_GOOD, REQUEST_ROM_FOR_GOOD,
	  REQUEST_IMPOSSIBLE, 16, 3, 0, 0, "cub", 300 },
};

static unsigned int builds_of(const char *letters)
{
	static const char all[] = "cubkK";
	static const unsigned int bits[] = { TYPE_CAN, TYPE_USB, TYPE_BRIDGE,
					     TYPE_KATAPULT, TYPE_KATAPULT_CAN };
	unsigned int builds = 0;

	for (; *letters; letters++)
		builds |= bits[strchr(all, *letters) - all];
	return builds;
}

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
	assert_int_equal(t->builds, builds_of(e->builds));
	assert_int_equal(t->clock_hz, e->mhz * 1000000u);
}

static void test_every_chip_of_the_table_is_expected_here(void **state)
{
	size_t n = 0;

	(void)state;
	while (mcu_type_at(n))
		n++;
	assert_int_equal(n, ARRAY_SIZE(expectations));
}

/* What both Kconfigs call it is what the library knows its RAM by. */
static void test_the_library_knows_every_chip(void **state)
{
	const struct mcu_type *type;

	(void)state;
	for (size_t i = 0; (type = mcu_type_at(i)); i++) {
		const struct kcan_chip *chip =
			kcan_chip_find(type->connect_name);

		assert_non_null(chip);
		if (type->flash_map)
			assert_int_equal(chip->flash.start,
					 type->flash_map->start);
		assert_int_equal(chip->katapult->len != 0,
				 (type->builds & TYPE_KATAPULT) != 0);
	}
}

static void test_other_chips_are_unknown(void **state)
{
	(void)state;
	assert_null(mcu_type_find("stm32f031x6"));
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
		cmocka_unit_test(test_the_library_knows_every_chip),
		cmocka_unit_test(test_other_chips_are_unknown),
		cmocka_unit_test(test_bootloader_names),
	};
	struct CMUnitTest tests[ARRAY_SIZE(expectations) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(expectations, test_chip);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
