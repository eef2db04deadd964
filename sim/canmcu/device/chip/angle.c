// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Angle sensors by their data sheets, of a motor that stands at a quarter turn. */
#include <string.h>

#include "util/array.h"
#include "wires.h"

#define QUARTER 0x4000u /* of 16 bits */
#define REGISTERS 64

struct angle {
	struct device_wires wires; /* first */
	const struct angle_model *model;
	uint16_t regs[REGISTERS]; /* of a TLE5012B */
};

struct angle_model {
	const char *sensor_type;
	void (*talk)(struct angle *a, const struct device_message *message,
		     uint64_t now_us);
};

static void put16(uint8_t *in, unsigned int value)
{
	in[0] = (uint8_t)(value >> 8);
	in[1] = (uint8_t)value;
}

static unsigned int parity(unsigned int value)
{
	return (unsigned int)__builtin_parity(value);
}

/* 15 bits behind a 0 */
static void talk_a1333(struct angle *a, const struct device_message *message,
		       uint64_t now_us)
{
	(void)a;
	(void)now_us;
	if (message->in_len >= 2)
		put16(message->in, QUARTER >> 1);
}

/* 14 bits, and the uppermost one makes the parity even. */
static void talk_as5047d(struct angle *a, const struct device_message *message,
			 uint64_t now_us)
{
	unsigned int value = QUARTER >> 2;

	(void)a;
	(void)now_us;
	if (message->in_len >= 2)
		put16(message->in, value | parity(value) << 15);
}

/* 14 bits, whether there is no magnet, and a bit that makes the parity even. */
static void talk_mt6816(struct angle *a, const struct device_message *message,
			uint64_t now_us)
{
	(void)a;
	(void)now_us;
	if (message->in_len >= 3)
		put16(message->in + 1, QUARTER | parity(QUARTER));
}

static uint8_t crc(uint8_t first, uint8_t polynomial, const uint8_t *bytes,
		   size_t len)
{
	uint8_t crc = first;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		bool carry = (crc >> 7) ^ (bytes[bit / 8] >> (7 - bit % 8) & 1);

		crc = (uint8_t)(crc << 1 ^ (carry ? polynomial : 0));
	}
	return crc;
}

/* From register 3 on: 15 bits, a status without a fault, and a checksum. */
static void talk_mt6826s(struct angle *a, const struct device_message *message,
			 uint64_t now_us)
{
	uint8_t *in = message->in;

	(void)a;
	(void)now_us;
	memset(in, 0, message->in_len);
	if (message->in_len < 6 || message->out[1] != 0x03)
		return;
	put16(in + 2, QUARTER);
	in[5] = crc(0, 0x07, in + 2, 3);
}

/* AVAL, and the counter of frames in FSYNC, of 42.7 us each */
static uint16_t read_tle5012b(const struct angle *a, unsigned int reg,
			      uint64_t now_us)
{
	if (reg == 0x02)
		return 0x8000 | QUARTER >> 1;
	if (reg == 0x04)
		return (uint16_t)((now_us * 3 / 128 & 0x3f) << 9);
	return a->regs[reg % REGISTERS];
}

/*
 * A command, words, and a last one with the state and the inverted checksum of all
 * before. In a command: whether it reads, the register, and how many words.
 */
static void talk_tle5012b(struct angle *a, const struct device_message *message,
			  uint64_t now_us)
{
	const uint8_t *out = message->out;
	unsigned int reg = (out[0] << 8 | out[1]) >> 4 & 0x3f;
	uint8_t told[16] = { out[0], out[1] }, *in = message->in;
	size_t words = out[1] & 7u, len = 2 + 2 * words;

	if (message->in_len < len + 2 || len > sizeof(told))
		return;
	for (size_t i = 2; i < len; i += 2, reg++) {
		if (!(out[0] & 0x80))
			a->regs[reg % REGISTERS] =
				(uint16_t)(out[i] << 8 | out[i + 1]);
		put16(told + i, read_tle5012b(a, reg, now_us));
		memcpy(in + i, out[0] & 0x80 ? told + i : out + i, 2);
		memcpy(told + i, in + i, 2);
	}
	in[len] = 0xf0;
	in[len + 1] = crc(0xff, 0x1d, told, len) ^ 0xff;
}

static const struct angle_model models[] = {
	{ "a1333", talk_a1333 },       { "as5047d", talk_as5047d },
	{ "tle5012b", talk_tle5012b }, { "mt6816", talk_mt6816 },
	{ "mt6826s", talk_mt6826s },
};

static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct angle *a = self;

	if (message->out_len >= 2)
		a->model->talk(a, message, now_us);
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	const char *type = device_value(source, "sensor_type");
	struct angle *a = self;

	for (size_t i = 0; type && i < ARRAY_SIZE(models); i++)
		if (!strcmp(models[i].sensor_type, type))
			a->model = &models[i];
	return a->model && device_is(source, "angle") &&
	       wires_spi(source, "cs_pin", &a->wires);
}

static const char *const keys[] = { "sensor_type", "cs_pin", NULL };

const struct device_kind device_angle = {
	.size = sizeof(struct angle),
	.keys = keys,
	.make = make,
	.talk = talk,
};
