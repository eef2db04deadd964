// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/pins.c sim/canmcu/board/family.c
// needs: sim/canmcu/klipper/chip_pins.c
/* What Klipper can do with a pin: src/stm32, src/rp2040 and the like. */
#include "../../support/unit.h"

#include <string.h>

#include "../../../sim/canmcu/klipper/chip_pins.h"

static const struct row {
	const char *name;
	const char *type;
	const char *pin;
	bool adc, pwm;
} rows[] = {
	{ "PA0 of a G0", "stm32g0b1xx", "PA0", true, false },
	{ "PA2 of a G0", "stm32g0b1xx", "PA2", true, true },
	{ "PB3 of a G0", "stm32g0b1xx", "PB3", false, true },
	{ "PB10 of a G0", "stm32g0b1xx", "PB10", true, false },
	{ "PB13 of a G0", "stm32g0b1xx", "PB13", false, false },
	{ "PC0 of a G0", "stm32g0b1xx", "PC0", false, false },
	{ "the sensor of a G0", "stm32g0b1xx", "ADC_TEMPERATURE", true, false },
	{ "PB6 of a G071", "stm32g071xx", "PB6", false, false },
	{ "PB6 of a G0B0", "stm32g0b0xx", "PB6", false, true },
	{ "PB12 of a G070", "stm32g070xx", "PB12", true, false },
	{ "PC9 of an F070", "stm32f070xb", "PC9", false, true },
	{ "PA1 of an F070", "stm32f070xb", "PA1", true, false },
	{ "PE6 of an F401", "stm32f401xc", "PE6", false, true },
	{ "PB14 of an F401", "stm32f401xc", "PB14", false, false },
	{ "PC5 of an F401", "stm32f401xc", "PC5", true, false },
	{ "PB1 of an L4", "stm32l412xx", "PB1", true, false },
	{ "the sensor of an L4", "stm32l412xx", "ADC_TEMPERATURE", true,
	  false },
	{ "PB11 of a G474", "stm32g474xx", "PB11", true, true },
	{ "PB4 of an F042", "stm32f042x6", "PB4", false, true },
	{ "PA8 of an F042", "stm32f042x6", "PA8", false, false },
	{ "PA8 of an F072", "stm32f072xb", "PA8", false, true },
	{ "PC5 of an F1", "stm32f103xe", "PC5", true, false },
	{ "PD15 of an F1", "stm32f103x6", "PD15", false, true },
	{ "PA0 of an F2", "stm32f207xx", "PA0", true, false },
	{ "PB2 of an F405", "stm32f405xx", "PB2", false, false },
	{ "PB2 of an F446", "stm32f446xx", "PB2", false, true },
	{ "PF10 of an F4", "stm32f407xx", "PF10", true, false },
	{ "PB14 of a G4", "stm32g431xx", "PB14", true, true },
	{ "PB13 of a G4", "stm32g431xx", "PB13", false, false },
	{ "PF14 of an H7", "stm32h743xx", "PF14", true, false },
	{ "PH12 of an H7", "stm32h723xx", "PH12", false, true },
	{ "gpio25 of an RP2040", "rp2040", "gpio25", false, true },
	{ "gpio29 of an RP2040", "rp2040", "gpio29", true, true },
	{ "gpio30 of an RP2350", "rp2350", "gpio30", false, false },
	{ "gpio47 of an RP2350", "rp2350", "gpio47", true, false },
	{ "P0.23 of an LPC", "lpc1768", "P0.23", true, false },
	{ "P1.22 of an LPC", "lpc1769", "P1.22", false, false },
	{ "P1.23 of an LPC", "lpc1769", "P1.23", false, true },
	{ "PA4 of a SAMC21", "samc21", "PA4", true, true },
	/* it has no sensor that Klipper reads, though there is the name */
	{ "the sensor of a SAMC21", "samc21", "ADC_TEMPERATURE", false, false },
	{ "PD1 of a SAME5", "same54", "PD1", true, false },
	{ "PE4 of a SAME70", "same70", "PE4", true, false },
	{ "PE2 of a SAME70", "same70", "PE2", false, false },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct mcu_type *type = mcu_type_find(row->type);
	const struct chip_pins *chip = chip_pins_of(type);
	int pin = pins_find(type->pins, row->pin);

	assert_in_range(pin, 0, PINS_MAX - 1);
	assert_int_equal(chip_pins_have(type, chip->adc, (uint32_t)pin),
			 row->adc);
	assert_int_equal(chip_pins_have(type, chip->pwm, (uint32_t)pin),
			 row->pwm);
}

/* As temperature_mcu.py of Klipper reads the words and makes a temperature. */
static const struct sensor_row {
	const char *name;
	const char *type;
	uint32_t cold_addr, hot_addr;
	float cold, hot; /* degrees C */
	float full;	 /* of a word, at the supply of 3.3 V */
} sensor_rows[] = {
	{ "words of an F0", "stm32f042x6", 0x1ffff7b8, 0x1ffff7c2, 30, 110,
	  4095 },
	{ "words of an F4", "stm32f446xx", 0x1fff7a2c, 0x1fff7a2e, 30, 110,
	  4095 },
	{ "words of a G0", "stm32g0b1xx", 0x1fff75a8, 0x1fff75ca, 30, 130,
	  4095 * 1.1F },
	{ "words of an L4", "stm32l412xx", 0x1fff75a8, 0x1fff75ca, 30, 130,
	  4095 * 1.1F },
	{ "words of a G4", "stm32g431xx", 0x1fff75a8, 0x1fff75ca, 30, 130,
	  4095 * 1.1F },
	{ "words of an H723", "stm32h723xx", 0x1ff1e820, 0x1ff1e840, 30, 130,
	  4095 },
	{ "words of an H743", "stm32h743xx", 0x1ff1e820, 0x1ff1e840, 30, 110,
	  65535 },
};

static float word(const struct chip_sensor *sensor, uint32_t addr)
{
	uint8_t low, high;

	assert_true(chip_sensor_read(sensor, addr, &low));
	assert_true(chip_sensor_read(sensor, addr + 1, &high));
	return (float)(low | high << 8);
}

static void test_a_chip_is_at_room_temperature(void **state)
{
	const struct sensor_row *row = *state;
	const struct chip_sensor *sensor =
		chip_pins_of(mcu_type_find(row->type))->sensor;
	float cold = word(sensor, row->cold_addr) / row->full;
	float hot = word(sensor, row->hot_addr) / row->full;
	float slope = (row->hot - row->cold) / (hot - cold);

	assert_float_equal(row->cold + (sensor->room_level - cold) * slope, 25,
			   0.2F);
}

/* Volts at a temperature, of chips without words; 3.3 V is all. */
static const struct known_row {
	const char *name;
	const char *type;
	float volts, celsius, volts_per_degree;
} known_rows[] = {
	{ "an F1 at 25 degrees", "stm32f103xe", 1.43F, 25, -0.0043F },
	{ "an F2 at 25 degrees", "stm32f207xx", 0.76F, 25, 0.0025F },
	{ "an RP2040 at 25 degrees", "rp2040", 0.706F, 27, -0.001721F },
	{ "a SAME70 at 25 degrees", "same70", 0.72F, 25, 0.00233F },
	/* 0x00055019, 0xd2eae100: 2785 of 4095 at 1 V */
	{ "a SAME5x at 25 degrees", "same54", 0.6801F, 25, 0.0024F },
};

static void test_what_is_known_of_a_chip(void **state)
{
	const struct known_row *row = *state;
	const struct chip_sensor *sensor =
		chip_pins_of(mcu_type_find(row->type))->sensor;
	float volts = sensor->room_level * 3.3F;

	assert_float_equal(row->celsius +
				   (volts - row->volts) / row->volts_per_degree,
			   25, 0.2F);
}

static void test_every_chip_is_in_the_table(void **state)
{
	const struct mcu_type *type;

	(void)state;
	for (size_t i = 0; (type = mcu_type_at(i)); i++) {
		const struct chip_pins *chip = chip_pins_of(type);

		assert_memory_equal(type->name, chip->types,
				    strlen(chip->types));
		assert_int_equal(chip->pwm[0] != '\0', chip->pwm_max != 0);
	}
}

static void test_no_number_behind_the_pins(void **state)
{
	const struct mcu_type *type = mcu_type_find("stm32g0b1xx");

	(void)state;
	assert_true(chip_pins_have(type, "PA0-7", 7));
	assert_false(chip_pins_have(type, "PA0-7", 8));
	assert_false(chip_pins_have(type, "PA0-7", UINT32_MAX));
	assert_false(chip_pins_have(type, "", 0));
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(test_every_chip_is_in_the_table),
		cmocka_unit_test(test_no_number_behind_the_pins),
	};
	size_t n = 2;

	ROWS(rows, test_row);
	ROWS(sensor_rows, test_a_chip_is_at_room_temperature);
	ROWS(known_rows, test_what_is_known_of_a_chip);
	return _cmocka_run_group_tests("chip_pins", tests, n, NULL, NULL);
}
