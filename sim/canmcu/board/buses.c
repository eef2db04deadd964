// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "buses.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/array.h"

#define WORD_MAX 64

/*
 * "spi2_PB14_PB15_PB13/spi2": a bus, whose pins are in its name, and its older name.
 * "spi2=PB14,PB15,PB13": a bus whose name does not tell its pins. They are in the
 * order of their numbers.
 */
#define SPI_OLD \
	"spi2_PB14_PB15_PB13/spi2 spi1_PA6_PA7_PA5/spi1 spi1_PB4_PB5_PB3/spi1a "
#define SPI_2A "spi2_PC2_PC3_PB10/spi2a "
#define SPI_F4                                                            \
	SPI_OLD SPI_2A "spi3_PB4_PB5_PB3/spi3 spi3_PC11_PC12_PC10/spi3a " \
		       "spi2_PI2_PI3_PI1/spi2b "
#define SPI_4 "spi4_PE13_PE14_PE12/spi4 "
#define SPI_6 "spi6_PG12_PG14_PG13 "
#define SPI_G0 SPI_OLD SPI_2A "spi2_PB2_PB11_PB10 spi2_PB6_PB7_PB8 "
#define I2C_G0                                                    \
	"i2c1_PB6_PB7 i2c1_PB8_PB9 i2c1_PA9_PA10 i2c2_PB10_PB11 " \
	"i2c2_PB13_PB14 i2c2_PA7_PA6 "
#define I2C_G4                                                     \
	"i2c1_PA13_PA14 i2c1_PA15_PA14 i2c1_PB8_PB7 i2c1_PB8_PB9 " \
	"i2c2_PA9_PA8 i2c2_PC4_PF0 i2c3_PC8_PC9 i2c3_PC8_PC11"
#define SPI_G4                                              \
	SPI_OLD "spi2_PA10_PA11_PF1 spi3_PB4_PB5_PB3/spi3 " \
		"spi3_PC11_PC12_PC10/spi3a "
#define I2C_1 "i2c1=PB6,PB7 i2c1a=PB8,PB9 i2c2=PB10,PB11 "
#define I2C_3 "i2c3=PA8,PC9 "
#define I2C_MORE "i2c2a=PH4,PH5 i2c3a=PH7,PH8 i2c2_PF1_PF0 "
#define SERCOMS \
	"sercom0 sercom1 sercom2 sercom3 sercom4 sercom5 sercom6 sercom7"

static const char spi_rp2[] =
	"spi0_gpio0_gpio3_gpio2/spi0a spi0_gpio4_gpio7_gpio6/spi0b "
	"spi0_gpio16_gpio19_gpio18/spi0c spi0_gpio20_gpio23_gpio22/spi0d "
	"spi0_gpio4_gpio3_gpio2 spi1_gpio8_gpio11_gpio10/spi1a "
	"spi1_gpio12_gpio15_gpio14/spi1b spi1_gpio24_gpio27_gpio26/spi1c "
	"spi1_gpio12_gpio11_gpio10";
static const char i2c_rp2[] =
	"i2c0a=gpio0,gpio1 i2c0b=gpio4,gpio5 i2c0c=gpio8,gpio9 "
	"i2c0d=gpio12,gpio13 i2c0e=gpio16,gpio17 i2c0f=gpio20,gpio21 "
	"i2c0g=gpio24,gpio25 i2c0h=gpio28,gpio29 i2c1a=gpio2,gpio3 "
	"i2c1b=gpio6,gpio7 i2c1c=gpio10,gpio11 i2c1d=gpio14,gpio15 "
	"i2c1e=gpio18,gpio19 i2c1f=gpio22,gpio23 i2c1g=gpio26,gpio27";

/* What its Klipper calls a list of them, and says of a number without one. */
static const struct platform {
	const char *enumerations[BUS_KINDS];
	const char *refusals[BUS_KINDS];
} stm32 = { { "spi_bus", "i2c_bus" },
	    { "Invalid spi bus", "Unsupported i2c bus" } },
  rp2 = { { "spi_bus", "i2c_bus" }, { "Invalid spi bus", "Invalid i2c bus" } },
  lpc176x = { { "spi_bus", "i2c_bus" },
	      { "Invalid spi_setup parameters", "Invalid i2c bus" } },
  same70 = { { "spi_bus", "i2c_bus" },
	     { "Invalid spi bus", "Invalid i2c_setup parameters!" } },
  sercom = { { "bus", "bus" }, { "Invalid SERCOM bus", "Invalid SERCOM bus" } };

/*
 * As src/stm32 and the like of Klipper list them. The first row whose name fits
 * counts.
 */
static const struct chip_buses {
	const char *types; /* what the names of the chips begin with */
	const struct platform *platform;
	const char *spi;
	const char *i2c;
} chips[] = {
	{ "stm32f0", &stm32, SPI_OLD SPI_2A,
	  "i2c1_PB6_PB7/i2c1 i2c1_PF1_PF0/i2c1a i2c1_PB8_PB9 "
	  "i2c1_PB8_PB7" },
	{ "stm32f1", &stm32, SPI_OLD "spi3_PB4_PB5_PB3/spi3", I2C_1 },
	{ "stm32f2", &stm32, SPI_OLD SPI_2A "spi3_PB4_PB5_PB3/spi3",
	  I2C_1 I2C_3 I2C_MORE },
	{ "stm32f429", &stm32, SPI_F4 SPI_4 SPI_6, I2C_1 I2C_3 },
	{ "stm32f446", &stm32, SPI_F4 SPI_4, I2C_1 I2C_3 },
	{ "stm32f401", &stm32, SPI_F4 SPI_4, I2C_1 I2C_3 },
	{ "stm32f4", &stm32, SPI_F4, I2C_1 I2C_3 I2C_MORE },
	{ "stm32g07", &stm32, SPI_G0, I2C_G0 },
	{ "stm32g0", &stm32, SPI_G0 "spi3_PB4_PB5_PB3/spi3 spi3_PC11_PC12_PC10",
	  I2C_G0 "i2c3_PB3_PB4 i2c3_PC0_PC1 i2c3_PA7_PA6" },
	{ "stm32g474", &stm32, SPI_G4 SPI_4, I2C_G4 },
	{ "stm32g4", &stm32, SPI_G4, I2C_G4 },
	{ "stm32l4", &stm32, SPI_OLD SPI_2A,
	  "i2c1_PB6_PB7 i2c1_PB8_PB9 i2c1_PA9_PA10 "
	  "i2c2_PB10_PB11 i2c2_PB13_PB14 i2c3_PA7_PB4" },
	{ "stm32h7", &stm32,
	  "spi2=PB14,PB15,PB13 spi1=PA6,PA7,PA5 spi1a=PB4,PB5,PB3 "
	  "spi2a=PC2,PC3,PB10 spi3a=PC11,PC12,PC10 spi4=PE13,PE14,PE12 "
	  "spi5=PF8,PF9,PF7 spi5a=PH7,PF11,PH6 spi6=PG12,PG14,PG13 "
	  "spi2b=PI2,PI3,PI1",
	  "i2c1_PB6_PB7 i2c1_PB8_PB9 i2c2_PB10_PB11 i2c3_PA8_PC9" },
	{ "rp2", &rp2, spi_rp2, i2c_rp2 },
	{ "lpc176", &lpc176x, "ssp0=P0.17,P0.18,P0.15 ssp1=P0.8,P0.9,P0.7",
	  "i2c1=P0.1,P0.0 i2c1a=P0.20,P0.19 i2c0=P0.28,P0.27 "
	  "i2c2=P0.11,P0.10" },
	{ "same70", &same70,
	  "spi0=PD20,PD21,PD22 spi1 usart0=PB0,PB1,PB13 "
	  "usart1=PA21,PB4,PA23 usart2=PD15,PD16,PD17",
	  "twihs0=PA4,PA3 twihs1=PB5,PB4 twihs2=PD28,PD27" },
	{ "same5", &sercom, SERCOMS, SERCOMS },
	{ "samc21", &sercom, SERCOMS, SERCOMS },
};

static const struct chip_buses *chip_of(const struct mcu_type *type)
{
	const struct chip_buses *c = chips;

	while (c < chips + ARRAY_SIZE(chips) - 1 &&
	       strncmp(type->name, c->types, strlen(c->types)) != 0)
		c++;
	return c;
}

static void copy(char *out, const char *text)
{
	snprintf(out, BUS_NAME_MAX, "%.*s", BUS_NAME_MAX - 1, text);
}

/* "spi2_PB14_PB15_PB13" tells three pins. */
static void pins_of_name(struct bus_name *bus)
{
	const char *pins = strchr(bus->name, '_');

	copy(bus->pins, pins ? pins + 1 : "");
	for (char *c = bus->pins; (c = strchr(c, '_'));)
		*c = ',';
}

static void take_apart(char *word, struct bus_name *out)
{
	char *pins = strchr(word, '='), *old = strchr(word, '/');

	if (pins)
		*pins++ = '\0';
	if (old)
		*old++ = '\0';
	copy(out->name, word);
	copy(out->old_name, old ? old : "");
	pins_of_name(out);
	if (pins)
		copy(out->pins, pins);
}

bool bus_at(const struct mcu_type *type, enum bus_kind kind, unsigned int id,
	    struct bus_name *out)
{
	const struct chip_buses *chip = chip_of(type);
	const char *list = kind == BUS_SPI ? chip->spi : chip->i2c;
	char word[WORD_MAX];
	int used;

	for (; sscanf(list, " %63s%n", word, &used) == 1; list += used) {
		if (id--)
			continue;
		take_apart(word, out);
		return true;
	}
	return false;
}

int bus_find(const struct mcu_type *type, enum bus_kind kind, const char *name)
{
	struct bus_name bus;

	for (unsigned int id = 0; bus_at(type, kind, id, &bus); id++)
		if (!strcmp(bus.name, name) ||
		    (*bus.old_name && !strcmp(bus.old_name, name)))
			return (int)id;
	return -ENOENT;
}

const char *bus_enumeration(const struct mcu_type *type, enum bus_kind kind)
{
	return chip_of(type)->platform->enumerations[kind];
}

const char *bus_refusal(const struct mcu_type *type, enum bus_kind kind)
{
	return chip_of(type)->platform->refusals[kind];
}
