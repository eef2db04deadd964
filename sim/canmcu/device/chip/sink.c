// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Chips that are told something and read little or not at all: a row for each. */
#include <string.h>

#include "util/array.h"
#include "wires.h"

#define REGISTERS 256

/* Of a register that is read, there is what was written to it. */
static const struct sink_model {
	const char *section; /* of a printer.cfg */
	const char *key;     /* that tells more, and what; NULL: none */
	const char *value;
	uint8_t address; /* of I2C, when the section tells none */
	uint8_t width;	 /* bytes of a register; 0: it has none */
} models[] = {
	{ "mcp4018", NULL, NULL, 0x2f, 0 },
	{ "mcp4451", NULL, NULL, 44, 0 },
	{ "mcp4728", NULL, NULL, 0x60, 0 },
	{ "pca9533", NULL, NULL, 98, 1 },
	{ "pca9632", NULL, NULL, 98, 1 },
	{ "sx1509", NULL, NULL, 62, 1 },
	{ "ads1x1x", NULL, NULL, 0x48, 2 },
	{ "display", "lcd_type", "ssd1306", 60, 0 },
	{ "display", "lcd_type", "sh1106", 60, 0 },
};

struct sink {
	struct device_wires wires; /* first */
	const struct sink_model *model;
	uint8_t bytes[REGISTERS];
	uint8_t reg; /* that the next read is of */
};

/* Registers of two bytes have the upper one first. */
static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct sink *s = self;
	size_t width = s->model->width, at;

	(void)now_us;
	if (width && message->out_len)
		s->reg = message->out[0];
	at = s->reg * width;
	for (size_t i = 1; width && i < message->out_len; i++)
		s->bytes[at++ % REGISTERS] = message->out[i];
	at = s->reg * width;
	for (size_t i = 0; i < message->in_len; i++)
		message->in[i] = s->bytes[at++ % REGISTERS];
	return true;
}

static const struct sink_model *find_model(const struct device_source *source)
{
	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		const struct sink_model *m = &models[i];
		const char *value = m->key ? device_value(source, m->key) :
					     NULL;

		if (device_is(source, m->section) &&
		    (!m->key || (value && !strcmp(value, m->value))))
			return m;
	}
	return NULL;
}

static bool make(void *self, const struct device_source *source)
{
	struct sink *s = self;

	s->model = find_model(source);
	return s->model && wires_i2c(source, s->model->address, &s->wires);
}

static const char *const keys[] = { "lcd_type", WIRES_I2C_KEYS, NULL };

const struct device_kind device_sink = {
	.size = sizeof(struct sink),
	.keys = keys,
	.make = make,
	.talk = talk,
};
