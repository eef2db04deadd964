// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board
/*
 * Buses by their names, numbers and pins, as src/stm32/spi.c, src/rp2040/i2c.c and
 * the like of Klipper list them.
 */
#include "../../support/unit.h"

#include <errno.h>

#include "../../../sim/canmcu/board/buses.h"

static const struct row {
	const char *name;
	const char *type;
	enum bus_kind kind;
	const char *bus;
	int id;
	const char *pins;
} rows[] = {
	{ "of an F0", "stm32f072xb", BUS_SPI, "spi2_PC2_PC3_PB10", 3,
	  "PC2,PC3,PB10" },
	{ "the older name of it", "stm32f072xb", BUS_SPI, "spi2a", 3,
	  "PC2,PC3,PB10" },
	{ "of an F103", "stm32f103xe", BUS_SPI, "spi3", 3, "PB4,PB5,PB3" },
	{ "of an F446", "stm32f446xx", BUS_SPI, "spi4", 7, "PE13,PE14,PE12" },
	{ "an F407 has no fourth one", "stm32f407xx", BUS_SPI, "spi4", -ENOENT,
	  NULL },
	{ "of an F429", "stm32f429xx", BUS_SPI, "spi6_PG12_PG14_PG13", 8,
	  "PG12,PG14,PG13" },
	{ "of an F401", "stm32f401xc", BUS_SPI, "spi4", 7, "PE13,PE14,PE12" },
	{ "an F401 has no sixth one", "stm32f401xc", BUS_SPI,
	  "spi6_PG12_PG14_PG13", -ENOENT, NULL },
	{ "of a G071", "stm32g071xx", BUS_SPI, "spi2_PB6_PB7_PB8", 5,
	  "PB6,PB7,PB8" },
	{ "a G071 has no third one", "stm32g071xx", BUS_SPI, "spi3", -ENOENT,
	  NULL },
	{ "of a G0B0", "stm32g0b0xx", BUS_SPI, "spi3", 6, "PB4,PB5,PB3" },
	{ "of a G474", "stm32g474xx", BUS_SPI, "spi4", 6, "PE13,PE14,PE12" },
	{ "of an L4", "stm32l412xx", BUS_SPI, "spi2a", 3, "PC2,PC3,PB10" },
	{ "I2C of an L4", "stm32l412xx", BUS_I2C, "i2c3_PA7_PB4", 5,
	  "PA7,PB4" },
	{ "I2C of an F401", "stm32f401xc", BUS_I2C, "i2c3", 3, "PA8,PC9" },
	{ "I2C of a G070: no third one", "stm32g070xx", BUS_I2C, "i2c3_PC0_PC1",
	  -ENOENT, NULL },
	{ "I2C of a G474", "stm32g474xx", BUS_I2C, "i2c3_PC8_PC11", 7,
	  "PC8,PC11" },
	{ "of a G0B1", "stm32g0b1xx", BUS_SPI, "spi2_PB2_PB11_PB10", 4,
	  "PB2,PB11,PB10" },
	{ "with one name only", "stm32g0b1xx", BUS_SPI, "spi3_PC11_PC12_PC10",
	  7, "PC11,PC12,PC10" },
	{ "of a G431", "stm32g431xx", BUS_SPI, "spi2_PA10_PA11_PF1", 3,
	  "PA10,PA11,PF1" },
	{ "of an H7", "stm32h723xx", BUS_SPI, "spi5a", 7, "PH7,PF11,PH6" },
	{ "of an RP2040", "rp2040", BUS_SPI, "spi1b", 6,
	  "gpio12,gpio15,gpio14" },
	{ "of an LPC176x", "lpc1769", BUS_SPI, "ssp1", 1, "P0.8,P0.9,P0.7" },
	{ "of a SAME70", "same70", BUS_SPI, "usart1", 3, "PA21,PB4,PA23" },
	{ "a SERCOM has no pins of its own", "same51", BUS_SPI, "sercom1", 1,
	  "" },
	{ "I2C of an F103", "stm32f103xe", BUS_I2C, "i2c2", 2, "PB10,PB11" },
	{ "an F103 has no third one", "stm32f103xe", BUS_I2C, "i2c3", -ENOENT,
	  NULL },
	{ "I2C of an F446", "stm32f446xx", BUS_I2C, "i2c3", 3, "PA8,PC9" },
	{ "I2C of an F407", "stm32f407xx", BUS_I2C, "i2c2_PF1_PF0", 6,
	  "PF1,PF0" },
	{ "I2C of a G0B1", "stm32g0b1xx", BUS_I2C, "i2c3_PC0_PC1", 7,
	  "PC0,PC1" },
	{ "I2C of an RP2350", "rp2350", BUS_I2C, "i2c1g", 14, "gpio26,gpio27" },
	{ "none is called so", "rp2040", BUS_I2C, "i2c", -ENOENT, NULL },
	{ "no name", "rp2040", BUS_I2C, "", -ENOENT, NULL },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct mcu_type *type = mcu_type_find(row->type);
	struct bus_name bus;

	assert_int_equal(bus_find(type, row->kind, row->bus), row->id);
	if (row->id < 0)
		return;
	assert_true(bus_at(type, row->kind, (unsigned int)row->id, &bus));
	assert_string_equal(bus.pins, row->pins);
}

static void test_each_chip_has_a_first_one_and_words_for_others(void **state)
{
	const struct mcu_type *type;
	struct bus_name bus;

	(void)state;
	for (size_t i = 0; (type = mcu_type_at(i)); i++)
		for (int kind = 0; kind < BUS_KINDS; kind++) {
			assert_true(bus_at(type, (enum bus_kind)kind, 0, &bus));
			assert_false(
				bus_at(type, (enum bus_kind)kind, 15, &bus));
			assert_true(*bus_refusal(type, (enum bus_kind)kind));
		}
}

int main(void)
{
	struct CMUnitTest tests[48] = {
		cmocka_unit_test(
			test_each_chip_has_a_first_one_and_words_for_others),
	};
	size_t n = 1;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("buses", tests, n, NULL, NULL);
}
