// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The converters HX711, HX717 and ADS1220 of load cells, by their data sheets. */
#include <string.h>

#include "load.h"
#include "util/array.h"
#include "wires.h"

#define VALUE_LEN 3

/* Commands of an ADS1220; its registers are four. */
#define RESET 0x06
#define READ 0x20
#define WRITE 0x40
#define KIND_BITS 0xf0
#define REGISTERS 4

static const struct load_cell_model {
	const char *sensor_type;
	bool spi;
	double rate; /* samples a second, when the section tells none */
} models[] = {
	{ "hx711", false, 80 },
	{ "hx717", false, 320 },
	{ "ads1220", true, 660 },
};

struct load_cell {
	struct device_wires wires; /* first */
	struct load load;
	double rate;
	uint64_t taken; /* the last sample that was read, and all before */
	uint8_t ready_pin;
	uint8_t regs[REGISTERS];
};

static uint64_t last_sample(const struct load_cell *l, uint64_t now_us)
{
	return (uint64_t)((double)now_us * l->rate / 1e6);
}

static bool read_level(const void *self, uint8_t pin, uint64_t now_us,
		       float *level)
{
	const struct load_cell *l = self;

	if (pin != l->ready_pin)
		return false;
	*level = last_sample(l, now_us) > l->taken ? 0 : 1;
	return true;
}

static void put_value(struct load_cell *l, uint8_t *in, uint64_t now_us)
{
	uint32_t value;

	l->taken = last_sample(l, now_us);
	value = load_counts(&l->load, l->taken, now_us);
	for (int i = 0; i < VALUE_LEN; i++)
		in[i] = (uint8_t)(value >> 8 * (VALUE_LEN - 1 - i));
}

/* "0x40 | register << 2 | count - 1", and what is written or read. */
static void talk_spi(struct load_cell *l, const struct device_message *message,
		     uint64_t now_us)
{
	uint8_t command = message->out[0], reg = command >> 2 & 3;
	size_t count = (command & 3u) + 1;

	memset(message->in, 0, message->in_len);
	if (command == RESET)
		memset(l->regs, 0, sizeof(l->regs));
	for (size_t i = 0; i < count && 1 + i < message->out_len; i++, reg++) {
		if ((command & KIND_BITS) == WRITE)
			l->regs[reg % REGISTERS] = message->out[1 + i];
		if ((command & KIND_BITS) == READ)
			message->in[1 + i] = l->regs[reg % REGISTERS];
	}
	if (!command && message->in_len == VALUE_LEN)
		put_value(l, message->in, now_us);
}

static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct load_cell *l = self;

	if (l->wires.bus == DEVICE_SPI && message->out_len)
		talk_spi(l, message, now_us);
	else if (message->in_len == VALUE_LEN)
		put_value(l, message->in, now_us);
	return true;
}

static const struct load_cell_model *
find_model(const struct device_source *source)
{
	const char *type = device_value(source, "sensor_type");

	for (size_t i = 0; type && i < ARRAY_SIZE(models); i++)
		if (!strcmp(models[i].sensor_type, type))
			return &models[i];
	return NULL;
}

static bool make(void *self, const struct device_source *source)
{
	const struct load_cell_model *m = find_model(source);
	struct load_cell *l = self;
	uint8_t clock;

	if (!m)
		return false;
	load_read(&l->load, source);
	l->rate = device_positive(device_value(source, "sample_rate"), m->rate);
	if (m->spi)
		return wires_spi(source, "cs_pin", &l->wires) &&
		       device_pin(source, "data_ready_pin", &l->ready_pin,
				  NULL);
	if (!device_pin(source, "dout_pin", &l->ready_pin, NULL) ||
	    !device_pin(source, "sclk_pin", &clock, NULL))
		return false;
	l->wires = (struct device_wires){ DEVICE_BITS, clock, l->ready_pin };
	return true;
}

static const char *const keys[] = { "sensor_type", "cs_pin",   "data_ready_pin",
				    "dout_pin",	   "sclk_pin", "sample_rate",
				    LOAD_KEYS,	   NULL };

const struct device_kind device_load_cell = {
	.size = sizeof(struct load_cell),
	.keys = keys,
	.make = make,
	.read = read_level,
	.talk = talk,
};
