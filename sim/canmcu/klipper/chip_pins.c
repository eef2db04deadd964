// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "chip_pins.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

#define NAME_MAX_LEN 16
#define TEMPERATURE " ADC_TEMPERATURE"
#define PWM_FINE 32768
#define PWM_COARSE 255

/* of all STM32F4, around those of port B */
#define PWM_F4 "PA0-3 PA5-11 PA15 "
#define PWM_F4_MORE " PB14-15 PC6-9 PD12-15 PE5-6 PE9 PE11 PE13-14 PF7-9"
#define ADC_F4 "PA0-7 PB0-1 PC0-5 PF3-10" TEMPERATURE
#define ADC_G0 "PA0-7 PB0-2 PB10-12 PC4-5" TEMPERATURE
#define ADC_H7 "PA0-7 PB0-1 PC0-5 PF3-14 PH2-5" TEMPERATURE
#define PWM_H7                                                                 \
	"PA0-3 PA5-11 PA15 PB0-1 PB3-11 PB14-15 PC6-9 PC12 PD12-15 PE5-6 PE9 " \
	"PE11 PE13-14 PF6-9 PH6 PH9-12"

/* NULL also where there is no such build. */
static const struct link_pins stm32_links = { "PA11,PA12", "PB8,PB9",
					      "PA11,PA12", "PA10,PA9" };
static const struct link_pins rp2_links = { "gpio4,gpio5", "gpio4,gpio5" };
static const struct link_pins lpc_links = { "P0.0,P0.1", "P0.0,P0.1",
					    "P0.30,P0.29,P2.9", "P0.3,P0.2" };
static const struct link_pins samc21_links = { "PA23,PA22" };
static const struct link_pins same5x_links = { "PA23,PA22", "PA23,PA22",
					       "PA24,PA25", "PA11,PA10" };
static const struct link_pins same70_links = { "PC12,PD12", "PC12,PD12", NULL,
					       "PD25,PD26" };

/*
 * Voltages, also at the two temperatures of the words, are typical ones of the
 * data sheets. The words are where temperature_mcu.py of Klipper reads them.
 */
static const struct chip_sensor f0_sensor = {
	0.43998F, /* 1.43 V at 30 degrees C, -4.3 mV/K */
	{ { 0x1ffff7b8, 1775, 2 }, { 0x1ffff7c2, 1348, 2 } },
};
static const struct chip_sensor f1_sensor = { 0.43333F, { { 0 } } };
static const struct chip_sensor f2_sensor = { 0.23030F, { { 0 } } };
static const struct chip_sensor f4_sensor = {
	0.23040F, /* 0.76 V at 25 degrees C, 2.5 mV/K */
	{ { 0x1fff7a2c, 959, 2 }, { 0x1fff7a2e, 1207, 2 } },
};
static const struct chip_sensor g_sensor = {
	0.22642F, /* 0.76 V at 30 degrees C, 2.5 mV/K; told for 3.0 V */
	{ { 0x1fff75a8, 1037, 2 }, { 0x1fff75ca, 1379, 2 } },
};
static const struct chip_sensor h723_sensor = {
	0.18475F, /* 0.62 V at 30 degrees C, 2 mV/K */
	{ { 0x1ff1e820, 769, 2 }, { 0x1ff1e840, 1018, 2 } },
};
static const struct chip_sensor h7_sensor = {
	0.18485F, /* the same, of 16 bits */
	{ { 0x1ff1e820, 12313, 2 }, { 0x1ff1e840, 15490, 2 } },
};
static const struct chip_sensor rp2_sensor = { 0.21498F, { { 0 } } };
static const struct chip_sensor same5x_sensor = {
	0.20606F, /* 0.68 V at 25.0 degrees C, 0.824 V at 85.0 */
	{ { 0x00800100, 0x00055019, 4 }, { 0x00800104, 0xd2eae100, 4 } },
};
static const struct chip_sensor same70_sensor = { 0.21818F, { { 0 } } };

/*
 * As gpio_adc_setup() and gpio_pwm_setup() of Klipper know them, in src/stm32 and
 * the like. The first row whose name fits counts.
 */
static const struct chip_pins chips[] = {
	{ "stm32f042", "PA0-7 PB0-1 PC0-5" TEMPERATURE, "PB4", PWM_FINE,
	  &stm32_links, &f0_sensor },
	{ "stm32f070", "PA0-7 PB0-1 PC0-5" TEMPERATURE,
	  "PA2-4 PA6-11 PB0-1 PB4-5 PB8-9 PB14-15 PC6-9", PWM_FINE,
	  &stm32_links, &f0_sensor },
	{ "stm32f0", "PA0-7 PB0-1 PC0-5" TEMPERATURE,
	  "PA1-4 PA6-11 PB0-1 PB3-5 PB8-11 PB14-15 PC6-9 PE0-1 PE3-6 PE9 PE11 "
	  "PE13-14 PF9-10",
	  PWM_FINE, &stm32_links, &f0_sensor },
	{ "stm32f1", "PA0-7 PB0-1 PC0-5" TEMPERATURE,
	  "PA0-3 PA6-7 PA15 PB0-1 PB3 PB6-11 PC6-9 PD12-15", PWM_FINE,
	  &stm32_links, &f1_sensor },
	{ "stm32f2", "PA0-7 PB0-1 PC0-5" TEMPERATURE, "", 0, &stm32_links,
	  &f2_sensor },
	{ "stm32f401", "PA0-7 PB0-1 PC0-5" TEMPERATURE,
	  PWM_F4 "PB0-1 PB3-11 PC6-9 PD12-15 PE5-6 PE9 PE11 PE13-14", PWM_FINE,
	  &stm32_links, &f4_sensor },
	{ "stm32f446", ADC_F4, PWM_F4 "PB0-11" PWM_F4_MORE, PWM_FINE,
	  &stm32_links, &f4_sensor },
	{ "stm32f4", ADC_F4, PWM_F4 "PB0-1 PB3-11" PWM_F4_MORE, PWM_FINE,
	  &stm32_links, &f4_sensor },
	{ "stm32g07", ADC_G0,
	  "PA2-4 PA6-11 PB0-1 PB3-5 PB14-15 PC1-2 PC6-12 PD0-1 PF0 PF12-13",
	  PWM_FINE, &stm32_links, &g_sensor },
	{ "stm32g0", ADC_G0,
	  "PA2-4 PA6-11 PB0-1 PB3-9 PB14-15 PC1-2 PC6-12 PD0-1 PD12-15 PE3-6 "
	  "PE9 PE11 PE13-14 PF0 PF12-13",
	  PWM_FINE, &stm32_links, &g_sensor },
	{ "stm32g4", "PA0-7 PB0-2 PB11-12 PB14-15 PC0-5 PF0-1" TEMPERATURE,
	  "PB0-1 PB4-11 PB14-15", PWM_FINE, &stm32_links, &g_sensor },
	{ "stm32h723", ADC_H7, PWM_H7, PWM_FINE, &stm32_links, &h723_sensor },
	{ "stm32h7", ADC_H7, PWM_H7, PWM_FINE, &stm32_links, &h7_sensor },
	{ "stm32l4", "PA0-7 PB0-1 PC0-5" TEMPERATURE, "", 0, &stm32_links,
	  &g_sensor },
	{ "rp2040", "gpio26-29" TEMPERATURE, "gpio0-29", PWM_FINE, &rp2_links,
	  &rp2_sensor },
	/* which of them depends on the package */
	{ "rp2350", "gpio26-29 gpio40-47" TEMPERATURE, "gpio0-29", PWM_FINE,
	  &rp2_links, &rp2_sensor },
	{ "lpc176", "P0.2-3 P0.23-26 P1.30-31",
	  "P1.18 P1.20-21 P1.23-24 P1.26 P2.0-5 P3.25-26", PWM_COARSE,
	  &lpc_links, NULL },
	{ "samc21", "PA2-11 PB0-9", "PA4-13 PA16-19 PA24-25 PA30-31 PB30-31",
	  PWM_COARSE, &samc21_links, NULL },
	{ "same70",
	  "PA17-21 PB0-3 PC0 PC12-13 PC15 PC26-27 PC29-31 PD30 PE0 PE3-5" TEMPERATURE,
	  "", 0, &same70_links, &same70_sensor },
	{ "same5", "PA2-11 PB0-9 PC0-3 PC30-31 PD0-1" TEMPERATURE, "", 0,
	  &same5x_links, &same5x_sensor },
};

const struct chip_pins *chip_pins_of(const struct mcu_type *type)
{
	const struct chip_pins *c = chips;

	while (c < chips + ARRAY_SIZE(chips) - 1 &&
	       strncmp(type->name, c->types, strlen(c->types)) != 0)
		c++;
	return c;
}

bool chip_sensor_read(const struct chip_sensor *sensor, uint32_t addr,
		      uint8_t *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(sensor->words); i++) {
		uint32_t at = addr - sensor->words[i].addr;

		if (at >= sensor->words[i].len)
			continue;
		*out = (uint8_t)(sensor->words[i].value >> 8 * at);
		return true;
	}
	return false;
}

/* Return: the number at the end of a pin's name. */
static int number_of(const char *name)
{
	const char *end = name + strlen(name);

	while (end > name && isdigit((unsigned char)end[-1]))
		end--;
	return atoi(end);
}

bool chip_pins_have(const struct mcu_type *type, const char *list, uint32_t pin)
{
	char name[NAME_MAX_LEN];
	int used;

	for (; sscanf(list, " %15[^- ]%n", name, &used) == 1; list += used) {
		int first = pins_find(type->pins, name), count = 1;

		list += used;
		used = 0;
		if (sscanf(list, "-%d%n", &count, &used) == 1)
			count += 1 - number_of(name);
		if (first >= 0 && pin >= (uint32_t)first &&
		    pin - (uint32_t)first < (uint32_t)count)
			return true;
	}
	return false;
}
