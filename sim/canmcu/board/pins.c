// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "pins.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 16
/* clang-format off */
#define TEMPERATURE { "ADC_TEMPERATURE", PINS_TEMPERATURE, 1 }
#define PORTS_A_C { "PA0", 0, 16 }, { "PB0", 16, 16 }, { "PC0", 32, 16 }
#define PORT_D { "PD0", 48, 16 }
#define PORT_E { "PE0", 64, 16 }
#define PORT_F { "PF0", 80, 16 }
#define PORT_G { "PG0", 96, 16 }
#define PORT_H { "PH0", 112, 16 }
#define PORT_I { "PI0", 128, 16 }
#define SAM_AB { "PA0", 0, 32 }, { "PB0", 32, 32 }
#define SAM_CD { "PC0", 64, 32 }, { "PD0", 96, 32 }

const struct pin_range
	pins_abcf[] = { PORTS_A_C, PORT_F, TEMPERATURE, { 0 } },
	pins_abcdf[] = { PORTS_A_C, PORT_D, PORT_F, TEMPERATURE, { 0 } },
	pins_abcdh[] = { PORTS_A_C, PORT_D, PORT_H, TEMPERATURE, { 0 } },
	pins_abcdeh[] = { PORTS_A_C, PORT_D, PORT_E, PORT_H, TEMPERATURE, { 0 } },
	pins_a_f[] = { PORTS_A_C, PORT_D, PORT_E, PORT_F, TEMPERATURE, { 0 } },
	pins_a_g[] = { PORTS_A_C, PORT_D, PORT_E, PORT_F, PORT_G, TEMPERATURE, { 0 } },
	pins_a_h[] = { PORTS_A_C, PORT_D, PORT_E, PORT_F, PORT_G, PORT_H,
		       TEMPERATURE, { 0 } },
	pins_stm32[] = { PORTS_A_C, PORT_D, PORT_E, PORT_F, PORT_G, PORT_H,
			 PORT_I, TEMPERATURE, { 0 } },
	pins_samc21[] = { SAM_AB, TEMPERATURE, { 0 } },
	pins_same5[] = { SAM_AB, SAM_CD, TEMPERATURE, { 0 } },
	pins_same70[] = { SAM_AB, SAM_CD, { "PE0", 128, 32 }, TEMPERATURE,
			  { 0 } };
/* clang-format on */
const struct pin_range pins_rp2040[] = { { "gpio0", 0, 30 },
					 TEMPERATURE,
					 { 0 } };
const struct pin_range pins_rp2350[] = { { "gpio0", 0, 48 },
					 TEMPERATURE,
					 { 0 } };
const struct pin_range pins_lpc176x[] = {
	{ "P0.0", 0, 32 },  { "P1.0", 32, 32 },	 { "P2.0", 64, 32 },
	{ "P3.0", 96, 32 }, { "P4.0", 128, 32 }, { 0 },
};

/* "PB0" of 16 is PB0 to PB15: klipper-mcu-protocol.md, section 8.1. */
static void name_of(const struct pin_range *range, int index, char *out,
		    size_t size)
{
	size_t stem = strlen(range->name);

	if (range->count == 1) {
		snprintf(out, size, "%s", range->name);
		return;
	}
	while (stem && isdigit((unsigned char)range->name[stem - 1]))
		stem--;
	snprintf(out, size, "%.*s%d", (int)stem, range->name, index);
}

static int find_in(const struct pin_range *range, const char *name)
{
	char text[NAME_MAX_LEN];

	for (int i = 0; i < range->count; i++) {
		name_of(range, i, text, sizeof(text));
		if (!strcmp(text, name))
			return range->first + i;
	}
	return -ENOENT;
}

int pins_find(const struct pin_range *ranges, const char *name)
{
	int pin = -ENOENT;

	for (; ranges->name && pin < 0; ranges++)
		pin = find_in(ranges, name);
	return pin;
}

static const struct pin_range *range_of(const struct pin_range *ranges,
					uint32_t pin)
{
	for (; ranges->name; ranges++)
		if (pin >= ranges->first && pin - ranges->first < ranges->count)
			return ranges;
	return NULL;
}

bool pins_name(const struct pin_range *ranges, uint32_t pin, char *out,
	       size_t size)
{
	const struct pin_range *range = range_of(ranges, pin);

	if (range)
		name_of(range, (int)(pin - range->first), out, size);
	return range != NULL;
}

bool pins_has(const struct pin_range *ranges, uint32_t pin)
{
	return range_of(ranges, pin) != NULL;
}

int pins_put(struct pins *p, uint8_t pin, float level)
{
	if (!p->levels) {
		p->levels = malloc(PINS_MAX * sizeof(*p->levels));
		if (!p->levels)
			return -ENOMEM;
		for (size_t i = 0; i < PINS_MAX; i++)
			p->levels[i] = PINS_FREE;
	}
	p->levels[pin] = level;
	return 0;
}

bool pins_read(const struct pins *p, uint8_t pin, float *level)
{
	if (!p->levels || p->levels[pin] < 0)
		return false;
	*level = p->levels[pin];
	return true;
}

void pins_fini(struct pins *p)
{
	free(p->levels);
	p->levels = NULL;
}
