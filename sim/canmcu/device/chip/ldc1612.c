// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The LDC1612 of an eddy current probe, by its data sheet: a bed is metal. */
#include <math.h>
#include <string.h>

#include "../probe.h"
#include "wires.h"

#define REGISTERS 128
#define DATA0_MSB 0x00
#define STATUS 0x18
#define UNREADCONV0 0x0008
#define CONFIG 0x1a
#define SLEEP 0x2000 /* in it, and after switching on */
#define CONVERSION_US 4000
#define FAR 0x02000000 /* an eighth of the reference's frequency */
#define NEAR 0x200000  /* more than that, at the bed */
#define REACH_MM 2.0   /* it is less, by a factor of e, each time */

struct ldc1612 {
	struct probe probe; /* first; its pin is INTB */
	uint16_t regs[REGISTERS];
	uint8_t reg;	/* that the next read is of */
	uint64_t taken; /* the last conversion that was told */
	uint32_t data;	/* of the last conversion that was read */
};

static bool is_ready(const struct ldc1612 *l, uint64_t now_us)
{
	return !(l->regs[CONFIG] & SLEEP) && now_us / CONVERSION_US > l->taken;
}

static float level(const void *self, uint64_t now_us)
{
	return !is_ready(self, now_us);
}

static uint32_t convert(const struct ldc1612 *l, uint64_t now_us)
{
	double mm = motion_height(l->probe.motion, l->probe.beside_mm, now_us);

	return (uint32_t)lround(FAR + NEAR * exp(-fmax(mm, 0) / REACH_MM));
}

static uint16_t read_reg(struct ldc1612 *l, uint64_t now_us)
{
	uint16_t status = is_ready(l, now_us) ? UNREADCONV0 : 0;

	/* its other half waits until it is read */
	if (l->reg == DATA0_MSB)
		l->data = convert(l, now_us);
	if (l->reg == DATA0_MSB || l->reg == DATA0_MSB + 1)
		return (uint16_t)(l->data >> (l->reg == DATA0_MSB ? 16 : 0));
	if (l->reg != STATUS)
		return l->regs[l->reg];
	if (status)
		l->taken = now_us / CONVERSION_US;
	return status;
}

static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct ldc1612 *l = self;
	const uint8_t *out = message->out;

	if (message->out_len)
		l->reg = out[0] % REGISTERS;
	if (message->out_len >= 3)
		l->regs[l->reg] = (uint16_t)wires_get(out + 1, 2);
	if (message->in_len >= 2)
		wires_put(message->in, 2, read_reg(l, now_us));
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	struct ldc1612 *l = self;
	const char *type = device_value(source, "sensor_type");

	if (!type || strcmp(type, "ldc1612") ||
	    !wires_i2c(source, 0x2a, &l->probe.base.wires))
		return false;
	probe_read(&l->probe, source, "intb_pin");
	l->probe.base.moves = false;
	l->regs[CONFIG] = SLEEP;
	l->regs[0x7e] = 0x5449;
	l->regs[0x7f] = 0x3055;
	return true;
}

const struct device_kind device_ldc1612 = {
	.size = sizeof(struct ldc1612),
	.keys = "sensor_type intb_pin " WIRES_I2C_KEYS,
	.make = make,
	.level = level,
	.talk = talk,
};
