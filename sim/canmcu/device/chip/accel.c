// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Accelerometers: registers, and a FIFO that fills as time goes by. */
#include "accel.h"

#include <math.h>

#include "vibration.h"
#include "wires.h"

#define READ 0x80 /* in the first byte of SPI */
#define REGISTER 0x7f

struct accel {
	struct device_wires wires; /* first */
	const struct accel_model *model;
	uint8_t regs[ACCEL_REGISTERS];
	uint64_t since_us; /* when the first sample was counted from */
	double rate;	   /* samples a second since then; 0: none */
	uint64_t taken;	   /* read, or lost */
	uint8_t sample[ACCEL_SAMPLE];
};

static uint64_t sample_us(const struct accel *a, uint64_t index)
{
	return a->since_us + (uint64_t)((double)(index + 1) * 1e6 / a->rate);
}

/* Samples that the FIFO has no room for push out the first ones. */
static uint32_t fill(struct accel *a, uint64_t now_us)
{
	uint64_t made, from = a->since_us;

	if (a->rate <= 0 || now_us <= from)
		return 0;
	made = (uint64_t)((double)(now_us - from) * a->rate / 1e6);
	if (made > a->taken + a->model->depth)
		a->taken = made - a->model->depth;
	return made > a->taken ? (uint32_t)(made - a->taken) : 0;
}

static void take_sample(struct accel *a, uint64_t now_us)
{
	const struct accel_model *m = a->model;
	double g[VIBRATION_AXES];

	if (!fill(a, now_us))
		return;
	vibration_at(sample_us(a, a->taken++), g);
	for (int axis = 0; axis < VIBRATION_AXES; axis++) {
		long value = lround(g[axis] * m->per_g) * (1L << m->shift);
		uint8_t *at = a->sample + 2 * axis;

		at[m->big_endian] = (uint8_t)value;
		at[!m->big_endian] = (uint8_t)(value >> 8);
	}
}

static void measure(struct accel *a, uint64_t now_us, bool again)
{
	double rate = a->model->rate(a->regs);

	if (rate == a->rate && !again)
		return;
	a->rate = rate;
	a->since_us = now_us;
	a->taken = 0;
}

static void write_reg(struct accel *a, uint8_t reg, uint8_t value,
		      uint64_t now_us)
{
	a->regs[reg] = value;
	measure(a, now_us, a->model->written(a->regs, reg));
}

/* Return: how far behind the start of a sample @reg is; or more than all of it. */
static unsigned int place_of(const struct accel *a, uint8_t reg)
{
	unsigned int place = (unsigned int)reg - a->model->fifo_reg;

	return place < a->model->fifo_regs ? place : ACCEL_SAMPLE;
}

/* The FIFO goes on where it was; the others follow each other. */
static void read_regs(struct accel *a, uint8_t reg, uint8_t *in, size_t len,
		      uint64_t now_us)
{
	const struct accel_model *m = a->model;
	unsigned int place = place_of(a, reg);
	size_t i = 0;

	for (; i < len && place < ACCEL_SAMPLE; i++) {
		if (!place)
			take_sample(a, now_us);
		in[i] = a->sample[place++];
		if (place == ACCEL_SAMPLE && m->fifo_end)
			reg = m->fifo_end;
		else if (place == ACCEL_SAMPLE)
			place = 0;
	}
	m->count(a->regs, fill(a, now_us));
	for (; i < len; i++)
		in[i] = a->regs[reg++ & REGISTER];
}

static void talk_spi(struct accel *a, const struct device_message *message,
		     uint64_t now_us)
{
	const uint8_t *out = message->out;
	uint8_t reg = out[0] & REGISTER & (uint8_t)~a->model->spi_more;

	if (out[0] & READ)
		read_regs(a, reg, message->in + 1, message->in_len - 1, now_us);
	for (size_t i = 1; i < message->out_len && !(out[0] & READ); i++)
		write_reg(a, reg++ & REGISTER, out[i], now_us);
}

static void talk_i2c(struct accel *a, const struct device_message *message,
		     uint64_t now_us)
{
	uint8_t reg = message->out_len ? message->out[0] & REGISTER : 0;

	for (size_t i = 1; i < message->out_len; i++)
		write_reg(a, reg++ & REGISTER, message->out[i], now_us);
	read_regs(a, reg, message->in, message->in_len, now_us);
}

static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct accel *a = self;

	if (a->wires.bus == DEVICE_I2C)
		talk_i2c(a, message, now_us);
	else if (message->out_len)
		talk_spi(a, message, now_us);
	return true;
}

static bool find_wires(const struct accel_model *m,
		       const struct device_source *source,
		       struct device_wires *out)
{
	if (m->spi && device_value(source, "cs_pin"))
		return wires_spi(source, "cs_pin", out);
	return m->address && wires_i2c(source, m->address, out);
}

static bool make(void *self, const struct device_source *source)
{
	const struct accel_model *m = accel_models;
	struct accel *a = self;

	while (m->section && !device_is(source, m->section))
		m++;
	if (!m->section || !find_wires(m, source, &a->wires))
		return false;
	a->model = m;
	for (const struct accel_reset *r = m->resets; r->reg != ACCEL_REGISTERS;
	     r++)
		a->regs[r->reg] = r->value;
	return true;
}

static const char *const keys[] = { "cs_pin", WIRES_I2C_KEYS, NULL };

const struct device_kind device_accel = {
	.size = sizeof(struct accel),
	.keys = keys,
	.make = make,
	.talk = talk,
};
