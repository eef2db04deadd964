/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_DEVICE_SECTION_H
#define UNIT_DEVICE_SECTION_H

/* Sections of a printer.cfg as they come here: pins are a digit, "!" in front. */
#include "../../support/unit.h"

#include <string.h>

#include "../../../sim/canmcu/device/devices.h"

#define SECTION_KEYS 6

struct section {
	struct device_source source; /* first; only .section is to be set */
	struct {
		const char *key;
		const char *value;
	} told[SECTION_KEYS];
};

static inline const char *section_value(const struct device_source *source,
					const char *section, const char *key)
{
	const struct section *s = (const struct section *)source;

	assert_string_equal(section, source->section);
	for (size_t i = 0; i < SECTION_KEYS && s->told[i].key; i++)
		if (!strcmp(s->told[i].key, key))
			return s->told[i].value;
	return NULL;
}

static inline bool section_pin(const struct device_source *source,
			       const char *text, struct device_pin *out)
{
	(void)source;
	out->inverted = *text == '!';
	out->number = (uint8_t)(text[out->inverted] - '0');
	return out->number <= 9;
}

/* "i2c3" is the bus of number 3. */
static inline int section_bus(const struct device_source *source,
			      enum bus_kind kind, const char *name)
{
	(void)source;
	if (!name)
		return 0;
	return strncmp(name, kind == BUS_I2C ? "i2c" : "spi", 3) ?
		       -1 :
		       name[3] - '0';
}

/* Put what @section tells of on a board that has nothing else. */
static inline void section_try(struct devices *d, struct section section)
{
	section.source.value = section_value;
	section.source.pin = section_pin;
	section.source.mcu = "mcu";
	section.source.bus = section_bus;
	*d = (struct devices){ 0 };
	assert_int_equal(devices_make(d, &section.source), 0);
}

/* The same, of what is there for sure. */
static inline void section_make(struct devices *d, struct section section)
{
	section_try(d, section);
	assert_int_equal(d->len, 1);
}

#endif
