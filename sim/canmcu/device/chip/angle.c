// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Angle sensors by their data sheets, of a motor that stands at a quarter turn. */
#include <string.h>

#include "wires.h"

#define QUARTER 0x4000u /* of 16 bits */
#define REGISTERS 64

struct angle {
	struct device_wires wires; /* first */
	const struct angle_model *model;
	uint16_t regs[REGISTERS]; /* of a TLE5012B */
};

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
	wires_put(in + 2, 2, QUARTER);
	in[5] = wires_crc(0, 0x07, in + 2, 3);
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
		wires_put(told + i, 2, read_tle5012b(a, reg, now_us));
		memcpy(in + i, out[0] & 0x80 ? told + i : out + i, 2);
		memcpy(told + i, in + i, 2);
	}
	in[len] = 0xf0;
	in[len + 1] = wires_crc(0xff, 0x1d, told, len) ^ 0xff;
}

static const struct angle_model {
	struct device_model match;
	void (*talk)(struct angle *a, const struct device_message *message,
		     uint64_t now_us);
	/* Of one that has no registers: what is read, and where it begins. */
	uint16_t value;
	uint8_t at;
} models[] = {
	/* 15 bits behind a 0 */
	{ { "angle", "a1333" }, NULL, QUARTER >> 1, 0 },
	/* 14 bits, and the uppermost one makes the parity even */
	{ { "angle", "as5047d" }, NULL, 0x8000 | QUARTER >> 2, 0 },
	/* 14 bits, whether there is no magnet, and a bit for an even parity */
	{ { "angle", "mt6816" }, NULL, QUARTER | 1, 1 },
	{ { "angle", "mt6826s" }, talk_mt6826s },
	{ { "angle", "tle5012b" }, talk_tle5012b },
};

static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct angle *a = self;

	if (message->out_len < 2)
		return true;
	if (a->model->talk)
		a->model->talk(a, message, now_us);
	else if (message->in_len >= a->model->at + 2u)
		wires_put(message->in + a->model->at, 2, a->model->value);
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	struct angle *a = self;

	a->model = DEVICE_MODEL(source, models);
	return a->model && wires_spi(source, "cs_pin", &a->wires);
}

const struct device_kind device_angle = {
	.size = sizeof(struct angle),
	.keys = "sensor_type cs_pin",
	.make = make,
	.talk = talk,
};
