// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Accelerometers that Klipper reads, by their data sheets: registers, and a FIFO
 * that fills as time goes by.
 */
#include <math.h>

#include "wires.h"

#define READ 0x80 /* in the first byte of SPI */
#define REGISTER 0x7f
#define REGISTERS 128
#define AXES 3
#define SAMPLE (2 * AXES) /* bytes */

/* What is felt on a toolhead: its frame is struck twice a second, and rings. */
#define BLOW_US 500000
#define BLOW_G 0.5
#define DAMPING 0.1
#define X_HZ 55
#define Y_HZ 42

/* One with a FIFO; what does not apply is 0. */
struct accel_model {
	struct device_model match;
	double per_g;	 /* a value of 1 g, in the range that Klipper sets */
	uint8_t shift;	 /* of a value in its two bytes */
	bool big_endian; /* the upper one is first */
	bool spi;
	uint8_t spi_more; /* the bit of an address for more than one register */
	uint8_t address;  /* of I2C; 0: it has none */
	struct {
		uint8_t reg;  /* where samples are read, and in how many */
		uint8_t regs; /* of one, there are bytes to be counted */
		uint8_t end;  /* what follows a sample; 0: the next one */
		uint16_t depth;
		uint8_t count; /* the register that tells how many there are */
		uint8_t none;  /* what it tells then */
		uint8_t all; /* what it tells when it is full; 0: the number */
	} fifo;
	/* It measures while one of the bits of each of two registers is set, */
	uint8_t on[4];	 /* a register and its bits, and the same again */
	uint8_t off_reg; /* and all of these are clear. */
	uint8_t off_bits;
	/* Samples a second: by the upper half of a register, or hz. */
	uint8_t rate_reg;
	const double *rates;
	double hz; /* doubled as often as its lower half tells, if there is one */
	const char *resets; /* as for wires_reset() */
	/* A register was written. Return: whether that empties the FIFO. */
	bool (*written)(uint8_t *regs, uint8_t reg);
};

static const double rates_lis2dw[16] = { 0,   12.5, 12.5, 25,  50,
					 100, 200,  400,  800, 1600 };
static const double rates_lis3dh[16] = { 0,   1,   10,	25,   50,
					 100, 200, 400, 1600, 1344 };

/* FIFO_RST of USER_CTRL goes back by itself. */
static bool written_mpu9250(uint8_t *regs, uint8_t reg)
{
	bool reset = reg == 0x6a && regs[0x6a] & 0x04;

	regs[0x6a] &= (uint8_t)~0x04;
	return reset;
}

/* CMD: acc_set_pmu_mode, which PMU_STATUS tells, and fifo_flush. */
static bool written_bmi160(uint8_t *regs, uint8_t reg)
{
	uint8_t command = regs[0x7e];

	regs[0x7e] = 0;
	if (reg != 0x7e)
		return false;
	if (command == 0x10 || command == 0x11)
		regs[0x03] = command == 0x11 ? 0x10 : 0;
	return command == 0xb0;
}

#define FIFO(...) .fifo = { __VA_ARGS__ }
#define ON(...) .on = { __VA_ARGS__ }
#define OFF(reg, bits) .off_reg = (reg), .off_bits = (bits)

static const struct accel_model models[] = {
	{ CHIP("adxl345"), 256, FIFO(0x32, SAMPLE, 0x38, 32, 0x39),
	  ON(0x2d, 0x08, 0x38, 0xc0), .spi = true, .spi_more = 0x40,
	  .rate_reg = 0x2c, .hz = 3200 / 32768.0,
	  .resets = "00=e5 2c=0a 30=02" },
	{ CHIP("lis2dw"), 1000 / 1.952,
	  FIFO(0x28, SAMPLE, 0, 32, 0x2f, 0, 0x60), ON(0x2e, 0xe0), .shift = 2,
	  .spi = true, .address = 0x19, .rate_reg = 0x20, .rates = rates_lis2dw,
	  .resets = "0f=44 21=04" },
	{ CHIP("lis3dh"), 1000 / 11.718,
	  FIFO(0x28, SAMPLE, 0, 32, 0x2f, 0x20, 0x5f),
	  ON(0x24, 0x40, 0x2e, 0xc0), .shift = 4, .spi = true, .spi_more = 0x40,
	  .address = 0x19, .rate_reg = 0x20, .rates = rates_lis3dh,
	  .resets = "0f=33 20=07" },
	/* whose siblings differ in the number that they tell */
	{ CHIP("mpu9250"), 4096, FIFO(0x74, 1, 0, 85, 0x72),
	  ON(0x23, 0x08, 0x6a, 0x40), OFF(0x6b, 0x40), .big_endian = true,
	  .address = 0x68, .hz = 4000, .resets = "75=71 6b=01",
	  .written = written_mpu9250 },
	/* what is written in other banks is not told apart */
	{ CHIP("icm20948"), 2048, FIFO(0x72, 1, 0, 85, 0x70),
	  ON(0x67, 0x10, 0x03, 0x40), OFF(0x06, 0x40), .big_endian = true,
	  .address = 0x68, .hz = 4500, .resets = "00=ea 06=41" },
	{ CHIP("bmi160"), 2048, FIFO(0x24, 1, 0, 170, 0x22),
	  ON(0x03, 0x10, 0x47, 0x40), .spi = true, .address = 0x69,
	  .rate_reg = 0x40, .hz = 100 / 256.0,
	  .resets = "00=d1 40=28 41=03 47=10", .written = written_bmi160 },
};

struct accel {
	struct device_wires wires; /* first */
	const struct accel_model *model;
	uint8_t regs[REGISTERS];
	uint64_t since_us; /* when the first sample was counted from */
	double rate;	   /* samples a second since then; 0: none */
	uint64_t taken;	   /* read, or lost */
	uint8_t sample[SAMPLE];
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
	if (made > a->taken + a->model->fifo.depth)
		a->taken = made - a->model->fifo.depth;
	return made > a->taken ? (uint32_t)(made - a->taken) : 0;
}

static double ring(double hz, double s)
{
	double omega = 2 * M_PI * hz;

	return BLOW_G * exp(-DAMPING * omega * s) * sin(omega * s);
}

static void put16(const struct accel *a, uint8_t *at, long value)
{
	at[a->model->big_endian] = (uint8_t)value;
	at[!a->model->big_endian] = (uint8_t)(value >> 8);
}

static void take_sample(struct accel *a, uint64_t now_us)
{
	double s, g[AXES];

	if (!fill(a, now_us))
		return;
	s = (double)(sample_us(a, a->taken++) % BLOW_US) / 1e6;
	g[0] = ring(X_HZ, s);
	g[1] = ring(Y_HZ, s);
	g[2] = 1; /* what all things weigh */
	for (int axis = 0; axis < AXES; axis++)
		put16(a, a->sample + 2 * axis,
		      lround(g[axis] * a->model->per_g) *
			      (1L << a->model->shift));
}

static double rate_of(const struct accel *a)
{
	const struct accel_model *m = a->model;
	uint8_t told = m->rate_reg ? a->regs[m->rate_reg] : 0;

	for (size_t i = 0; i < ARRAY_SIZE(m->on) && m->on[i + 1]; i += 2)
		if (!(a->regs[m->on[i]] & m->on[i + 1]))
			return 0;
	if (a->regs[m->off_reg] & m->off_bits)
		return 0;
	return m->rates ? m->rates[told >> 4] : ldexp(m->hz, told & 0x0f);
}

static void measure(struct accel *a, uint64_t now_us, bool again)
{
	double rate = rate_of(a);

	if (rate == a->rate && !again)
		return;
	a->rate = rate;
	a->since_us = now_us;
	a->taken = 0;
}

static void write_reg(struct accel *a, uint8_t reg, uint8_t value,
		      uint64_t now_us)
{
	bool (*written)(uint8_t *, uint8_t) = a->model->written;

	a->regs[reg] = value;
	measure(a, now_us, written && written(a->regs, reg));
}

static void count(struct accel *a, uint32_t samples)
{
	const struct accel_model *m = a->model;
	uint8_t *at = a->regs + m->fifo.count;

	if (m->fifo.regs == 1)
		put16(a, at, samples * SAMPLE);
	else if (samples >= m->fifo.depth && m->fifo.all)
		*at = m->fifo.all;
	else
		*at = samples ? (uint8_t)samples : m->fifo.none;
}

/* The FIFO goes on where it was; the others follow each other. */
static void read_regs(struct accel *a, uint8_t reg, uint8_t *in, size_t len,
		      uint64_t now_us)
{
	const struct accel_model *m = a->model;
	unsigned int place = (unsigned int)reg - m->fifo.reg;
	size_t i = 0;

	if (place >= m->fifo.regs)
		place = SAMPLE; /* no part of one */
	for (; i < len && place < SAMPLE; i++) {
		if (!place)
			take_sample(a, now_us);
		in[i] = a->sample[place++];
		if (place == SAMPLE && m->fifo.end)
			reg = m->fifo.end;
		else if (place == SAMPLE)
			place = 0;
	}
	count(a, fill(a, now_us));
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

static bool make(void *self, const struct device_source *source)
{
	const struct accel_model *m = DEVICE_MODEL(source, models);
	struct accel *a = self;
	unsigned int reg, value;

	if (!m)
		return false;
	a->model = m;
	for (const char *at = m->resets; wires_reset(&at, &reg, &value);)
		a->regs[reg] = (uint8_t)value;
	if (m->spi && device_value(source, "cs_pin"))
		return wires_spi(source, "cs_pin", &a->wires);
	return m->address && wires_i2c(source, m->address, &a->wires);
}

const struct device_kind device_accel = {
	.size = sizeof(struct accel),
	.keys = "cs_pin " WIRES_I2C_KEYS,
	.make = make,
	.talk = talk,
};
