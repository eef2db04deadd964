// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "pins.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 16
#define TEMPERATURE                                    \
	{                                              \
		"ADC_TEMPERATURE", PINS_TEMPERATURE, 1 \
	}

const struct pin_range pins_stm32[] = {
	{ "PA0", 0, 16 },
	{ "PB0", 16, 16 },
	{ "PC0", 32, 16 },
	{ "PD0", 48, 16 },
	{ "PE0", 64, 16 },
	{ "PF0", 80, 16 },
	{ "PG0", 96, 16 },
	{ "PH0", 112, 16 },
	{ "PI0", 128, 16 },
	TEMPERATURE,
	{ 0 },
};
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
const struct pin_range pins_sam[] = {
	{ "PA0", 0, 32 },
	{ "PB0", 32, 32 },
	{ "PC0", 64, 32 },
	{ "PD0", 96, 32 },
	{ "PE0", 128, 32 },
	TEMPERATURE,
	{ 0 },
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

bool pins_name(const struct pin_range *ranges, uint32_t pin, char *out,
	       size_t size)
{
	for (; ranges->name; ranges++) {
		if (pin < ranges->first || pin - ranges->first >= ranges->count)
			continue;
		name_of(ranges, (int)(pin - ranges->first), out, size);
		return true;
	}
	return false;
}

bool pins_has(const struct pin_range *ranges, uint32_t pin)
{
	for (; ranges->name; ranges++)
		if (pin >= ranges->first && pin - ranges->first < ranges->count)
			return true;
	return false;
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
