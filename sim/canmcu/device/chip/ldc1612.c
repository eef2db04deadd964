// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The LDC1612 of an eddy current probe, by its data sheet, far from any metal. */
#include <string.h>

#include "wires.h"

#define REGISTERS 128
#define DATA0_MSB 0x00
#define STATUS 0x18
#define UNREADCONV0 0x0008
#define CONFIG 0x1a
#define SLEEP 0x2000 /* in it, and after switching on */
#define CONVERSION_US 4000
#define FAR 0x04000000u /* a quarter of the reference's frequency */

struct ldc1612 {
	struct device_wires wires; /* first */
	uint16_t regs[REGISTERS];
	uint8_t reg;	/* that the next read is of */
	uint64_t taken; /* the last conversion that was told */
	uint8_t intb_pin;
	bool has_intb;
};

static bool is_ready(const struct ldc1612 *l, uint64_t now_us)
{
	return !(l->regs[CONFIG] & SLEEP) && now_us / CONVERSION_US > l->taken;
}

static bool read_level(const void *self, const struct device_board *board,
		       uint8_t pin, uint64_t now_us, float *level)
{
	const struct ldc1612 *l = self;

	(void)board;
	if (!l->has_intb || pin != l->intb_pin)
		return false;
	*level = is_ready(l, now_us) ? 0 : 1;
	return true;
}

static uint16_t read_reg(struct ldc1612 *l, uint64_t now_us)
{
	uint16_t status = is_ready(l, now_us) ? UNREADCONV0 : 0;

	if (l->reg == DATA0_MSB || l->reg == DATA0_MSB + 1)
		return (uint16_t)(FAR >> (l->reg == DATA0_MSB ? 16 : 0));
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
	uint16_t value;

	if (message->out_len)
		l->reg = out[0] % REGISTERS;
	if (message->out_len >= 3)
		l->regs[l->reg] = (uint16_t)(out[1] << 8 | out[2]);
	if (message->in_len < 2)
		return true;
	value = read_reg(l, now_us);
	message->in[0] = (uint8_t)(value >> 8);
	message->in[1] = (uint8_t)value;
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	struct ldc1612 *l = self;
	const char *type = device_value(source, "sensor_type");

	if (!type || strcmp(type, "ldc1612") ||
	    !wires_i2c(source, 0x2a, &l->wires))
		return false;
	l->has_intb = device_pin(source, "intb_pin", &l->intb_pin, NULL);
	l->regs[CONFIG] = SLEEP;
	l->regs[0x7e] = 0x5449;
	l->regs[0x7f] = 0x3055;
	return true;
}

static const char *const keys[] = { "sensor_type", "intb_pin", WIRES_I2C_KEYS,
				    NULL };

const struct device_kind device_ldc1612 = {
	.size = sizeof(struct ldc1612),
	.keys = keys,
	.make = make,
	.read = read_level,
	.talk = talk,
};
