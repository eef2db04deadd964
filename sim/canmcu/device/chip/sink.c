// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Chips that are told something and read little or not at all: a row for each. */
#include "wires.h"

#define REGISTERS 256

/* Of a register that is read, there is what was written to it. */
static const struct sink_model {
	struct device_model match;
	uint8_t address; /* of I2C, when the section tells none */
	uint8_t width;	 /* bytes of a register; 0: it has none */
} models[] = {
	{ { "mcp4018" }, 0x2f, 0 },	    { { "mcp4451" }, 44, 0 },
	{ { "mcp4728" }, 0x60, 0 },	    { { "pca9533" }, 98, 1 },
	{ { "pca9632" }, 98, 1 },	    { { "sx1509" }, 62, 1 },
	{ { "ads1x1x" }, 0x48, 2 },	    { { "display", "ssd1306" }, 60, 0 },
	{ { "display", "sh1106" }, 60, 0 },
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

static bool make(void *self, const struct device_source *source)
{
	struct sink *s = self;

	s->model = DEVICE_MODEL(source, models);
	return s->model && wires_i2c(source, s->model->address, &s->wires);
}

const struct device_kind device_sink = {
	.size = sizeof(struct sink),
	.keys = "lcd_type " WIRES_I2C_KEYS,
	.make = make,
	.talk = talk,
};
