// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What the sections of a printer.cfg put on the pins of an MCU. */
#include <errno.h>

#include "../board/buses.h"
#include "printer.h"
#include "util/items.h"

#define WORD_MAX 64

/* A section, and the MCU that it is asked about. */
struct source {
	struct device_source source; /* first */
	const struct printer_chip *chip;
	struct devices *out;
};

static const char *source_value(const struct device_source *source,
				const char *section, const char *key)
{
	const struct source *s = (const struct source *)source;

	return printer_value(s->chip->printer, section, key);
}

static bool source_pin(const struct device_source *source, const char *text,
		       struct device_pin *out)
{
	return printer_pin(((const struct source *)source)->chip, text, out);
}

/* Its pins are not for the link, then. */
static int source_bus(const struct device_source *source, enum bus_kind kind,
		      const char *name)
{
	const struct source *s = (const struct source *)source;
	const struct mcu_type *type = s->chip->type;
	int id = name ? bus_find(type, kind, name) : 0;
	char word[BUS_NAME_MAX];
	struct bus_name bus;
	const char *pins = bus.pins;

	if (id < 0 || !bus_at(type, kind, (unsigned int)id, &bus))
		return -ENOENT;
	while (util_next_item(&pins, word, sizeof(word))) {
		int pin = pins_find(type->pins, word);

		if (pin >= 0)
			devices_name_pin(s->out, (uint8_t)pin);
	}
	return id;
}

/* Pins of the MCU that are in a list. */
static void name_pins(const struct printer_chip *chip, const char *text,
		      struct devices *out)
{
	char word[WORD_MAX];
	struct device_pin pin;

	while (util_next_item(&text, word, sizeof(word)))
		if (printer_pin(chip, word, &pin))
			devices_name_pin(out, pin.number);
}

int printer_devices(const struct printer_chip *chip, struct devices *out)
{
	struct printer *p = chip->printer;
	struct source s = { .chip = chip,
			    .out = out,
			    .source = { .mcu = chip->mcu,
					.motion = &p->motion,
					.value = source_value,
					.pin = source_pin,
					.bus = source_bus } };
	int err = 0;

	motion_read(&p->motion, &s.source);
	for (size_t i = 0; i < p->pins.len; i++)
		name_pins(chip, p->pins.list[i].text, out);
	for (size_t i = 0; i < p->sections_len && !err; i++) {
		s.source.section = p->sections[i].name;
		err = devices_make(out, &s.source);
	}
	return err;
}
