// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/pins.c sim/canmcu/board/family.c
/* Pins by the names that Klipper's MCUs give them. */
#include "../../support/unit.h"

#include <errno.h>

#include "../../../sim/canmcu/board/family.h"

static const struct name_row {
	const char *name;
	const char *type;
	const char *pin;
	int want;
} name_rows[] = {
	/* PA0 to PA15 are 0 to 15: klipper-mcu-protocol.md, section 8.1 */
	{ "PA0", "stm32g0b1xx", "PA0", 0 },
	{ "PA15", "stm32g0b1xx", "PA15", 15 },
	{ "PB0", "stm32g0b1xx", "PB0", 16 },
	{ "PC13", "stm32f446xx", "PC13", 45 },
	{ "PI15", "stm32h743xx", "PI15", 143 },
	/* ports by the headers of the chips, as src/stm32/gpio.c asks them */
	{ "PD0 is none of an F042", "stm32f042x6", "PD0", -ENOENT },
	{ "PF1 of an F042", "stm32f042x6", "PF1", 81 },
	{ "PE0 is none of an F070", "stm32f070xb", "PE0", -ENOENT },
	{ "PE0 of an F072", "stm32f072xb", "PE0", 64 },
	{ "PH0 is none of an F103", "stm32f103xe", "PH0", -ENOENT },
	{ "PH1 of an F401", "stm32f401xc", "PH1", 113 },
	{ "PF0 is none of an F401", "stm32f401xc", "PF0", -ENOENT },
	{ "PI0 is none of an F446", "stm32f446xx", "PI0", -ENOENT },
	{ "PI0 of an F405", "stm32f405xx", "PI0", 128 },
	{ "PE0 is none of a G071", "stm32g071xx", "PE0", -ENOENT },
	{ "PG15 of a G431", "stm32g431xx", "PG15", 111 },
	{ "PI0 is none of an H723", "stm32h723xx", "PI0", -ENOENT },
	{ "PI0 of an H750", "stm32h750xx", "PI0", 128 },
	{ "PH1 of an L412", "stm32l412xx", "PH1", 113 },
	{ "PE0 is none of an L412", "stm32l412xx", "PE0", -ENOENT },
	{ "PC0 is none of a SAMC21", "samc21", "PC0", -ENOENT },
	{ "PD31 of a SAME54", "same54", "PD31", 127 },
	{ "PE0 is none of a SAME54", "same54", "PE0", -ENOENT },
	{ "PE5 of a SAME70", "same70", "PE5", 133 },
	{ "PA16 is none", "stm32g0b1xx", "PA16", -ENOENT },
	{ "PA00 is none", "stm32g0b1xx", "PA00", -ENOENT },
	{ "PA is none", "stm32g0b1xx", "PA", -ENOENT },
	{ "PJ0 is none", "stm32g0b1xx", "PJ0", -ENOENT },
	{ "pa0 is none", "stm32g0b1xx", "pa0", -ENOENT },
	{ "no name", "stm32g0b1xx", "", -ENOENT },
	{ "the sensor of the chip", "stm32g0b1xx", "ADC_TEMPERATURE", 254 },
	{ "gpio0", "rp2040", "gpio0", 0 },
	{ "gpio29", "rp2040", "gpio29", 29 },
	{ "gpio30 is none of an RP2040", "rp2040", "gpio30", -ENOENT },
	{ "gpio30 of an RP2350", "rp2350", "gpio30", 30 },
	{ "P0.0", "lpc1768", "P0.0", 0 },
	{ "P1.31", "lpc1769", "P1.31", 63 },
	{ "P1.32 is none", "lpc1769", "P1.32", -ENOENT },
	{ "PA31", "same51", "PA31", 31 },
	{ "PB0 of a SAM", "samc21", "PB0", 32 },
};

static void test_name(void **state)
{
	const struct name_row *row = *state;
	const struct pin_range *pins = mcu_type_find(row->type)->pins;
	int pin = pins_find(pins, row->pin);

	assert_int_equal(pin, row->want);
	if (pin >= 0) {
		char name[16];

		assert_true(pins_has(pins, (uint32_t)pin));
		assert_true(pins_name(pins, (uint32_t)pin, name, sizeof(name)));
		assert_string_equal(name, row->pin);
	}
}

static void test_pins_that_are_not_there(void **state)
{
	const struct pin_range *pins = mcu_type_find("rp2040")->pins;

	(void)state;
	assert_true(pins_has(pins, 29));
	assert_false(pins_has(pins, 30));
	assert_false(pins_has(pins, 255));
	assert_false(pins_has(pins, UINT32_MAX));
}

static void test_every_type_has_pins(void **state)
{
	const struct mcu_type *type;

	(void)state;
	for (size_t i = 0; (type = mcu_type_at(i)); i++)
		assert_non_null(type->pins);
}

static void test_levels(void **state)
{
	struct pins pins = { 0 };
	float level = 7;

	(void)state;
	assert_false(pins_read(&pins, 3, &level));
	assert_int_equal(pins_put(&pins, 3, 0.5F), 0);
	assert_true(pins_read(&pins, 3, &level));
	assert_true(level == 0.5F);
	assert_int_equal(pins_put(&pins, 3, 0), 0);
	assert_true(pins_read(&pins, 3, &level));
	assert_true(level == 0);
	assert_false(pins_read(&pins, 255, &level));
	pins_fini(&pins);
	assert_false(pins_read(&pins, 3, &level));
}

int main(void)
{
	struct CMUnitTest tests[48] = {
		cmocka_unit_test(test_pins_that_are_not_there),
		cmocka_unit_test(test_every_type_has_pins),
		cmocka_unit_test(test_levels),
	};
	size_t n = 3;

	ROWS(name_rows, test_name);
	return _cmocka_run_group_tests("pins", tests, n, NULL, NULL);
}
