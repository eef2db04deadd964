// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Accelerometers with a FIFO, read in bulk: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "accel.h"
#include "bulk.h"
#include "bus.h"
#include "util/array.h"

#define INVALID_BUS "bus_type invalid"
#define INVALID_MODEL "model type invalid"

#define BLOCK 48      /* bytes that most of them are read in */
#define SPI_READ 0x80 /* in the first byte */
#define AGAIN_US 200  /* until the next report, when there is enough for it */

struct accel {
	struct klipper_bulk bulk;
	const struct accel_chip *chip;
	const struct klipper_spi *spi; /* NULL: it is on I2C */
	const struct klipper_i2c *i2c;
	uint32_t pending; /* bytes known to be in the FIFO */
};

/* Read @len registers from @reg on. Return: as a command. */
static const char *read_regs(const struct klipper_call *c, uint8_t reg,
			     uint8_t *out, size_t len)
{
	const struct accel *a = c->object;
	uint8_t bytes[1 + KLIPPER_BULK_MAX] = { 0 };
	struct device_message message = {
		.out = &reg, .out_len = 1, .in = out, .in_len = len
	};

	if (a->spi) {
		bytes[0] = reg | SPI_READ | (len > 1 ? a->chip->spi_more : 0);
		klipper_spi_transfer(c, a->spi, bytes, 1 + len);
		memcpy(out, bytes + 1, len);
		return NULL;
	}
	if (len > a->chip->status_len)
		reg |= a->chip->i2c_more;
	return klipper_i2c_reason(klipper_i2c_transfer(c, a->i2c, &message));
}

static const char *look(const struct klipper_call *c)
{
	struct accel *a = c->object;
	uint8_t status[2] = { 0 };
	bool lost = false;
	const char *reason =
		read_regs(c, a->chip->status_reg, status, a->chip->status_len);

	a->pending = a->chip->pending(status, &lost);
	a->bulk.overflows += lost;
	return reason;
}

/* Read a block, if there is one. */
static const char *read_block(const struct klipper_call *c)
{
	struct accel *a = c->object;
	const char *reason = NULL;

	if (a->pending < BLOCK)
		reason = look(c);
	if (reason || a->pending < BLOCK)
		return reason;
	reason = read_regs(c, a->chip->fifo_reg,
			   klipper_bulk_add(&a->bulk, BLOCK), BLOCK);
	if (reason)
		return reason;
	a->pending -= BLOCK;
	klipper_bulk_report(c, BLOCK);
	return NULL;
}

/* The ADXL345: a sample in eight registers, and five bytes of a report. */
#define ADXL_DATA 0x32
#define ADXL_LEN 8
#define ADXL_FIFO_CTL 0x90 /* as it was set up */

/* The uppermost bits are all the sign. */
static bool is_sign(uint8_t high)
{
	return !(high & 0xf0) || (high & 0xf0) == 0xf0;
}

static void pack_adxl(const uint8_t *d, uint8_t *out)
{
	out[0] = d[0];
	out[1] = d[2];
	out[2] = d[4];
	out[3] = (uint8_t)((d[1] & 0x1f) | d[5] << 5);
	out[4] = (uint8_t)((d[3] & 0x1f) | (d[5] << 2 & 0x60));
}

/* Return: how many were in the FIFO. */
static unsigned int read_adxl(const struct klipper_call *c)
{
	struct accel *a = c->object;
	uint8_t d[ADXL_LEN], *out = klipper_bulk_add(&a->bulk, ADXL_SAMPLE);
	unsigned int entries;

	read_regs(c, ADXL_DATA, d, sizeof(d));
	entries = d[7] & ADXL_ENTRIES;
	if (!is_sign(d[1]) || !is_sign(d[3]) || !is_sign(d[5]) ||
	    d[6] != ADXL_FIFO_CTL || entries > ADXL_ENTRIES_MAX) {
		memset(out, 0xff, ADXL_SAMPLE);
		return 0;
	}
	pack_adxl(d, out);
	a->bulk.overflows += entries >= ADXL_ENTRIES_MAX - 1;
	return entries;
}

/* At most one report at once. Return: whether there is more. */
static bool read_samples(const struct klipper_call *c)
{
	const struct accel *a = c->object;
	unsigned int entries;

	do
		entries = read_adxl(c);
	while (entries > 1 && a->bulk.len + ADXL_SAMPLE <= KLIPPER_BULK_MAX);
	klipper_bulk_report(c, ADXL_SAMPLE);
	return entries > 1;
}

static const char *fire(const struct klipper_call *c)
{
	struct accel *a = c->object;
	const char *reason = NULL;
	uint64_t ticks;
	bool more;

	if (a->chip->fifo_reg) {
		reason = read_block(c);
		more = a->pending >= BLOCK;
	} else {
		more = read_samples(c);
	}
	if (reason)
		return reason;
	ticks = klipper_clock(c->k, c->now_us) + a->bulk.rest_ticks;
	klipper_timer_set(c->k, &a->bulk.timer,
			  more ? c->now_us + AGAIN_US :
				 klipper_when_us(c->k, ticks));
	return NULL;
}

static const struct klipper_kind kind = { .size = sizeof(struct accel) };

static const char *query(const struct klipper_call *c)
{
	struct accel *a = c->object;
	uint32_t rest_ticks = c->v[1].num;

	a->pending = 0;
	return klipper_bulk_query(c, rest_ticks,
				  klipper_clock(c->k, c->now_us) + rest_ticks);
}

/* An answer that cannot be is none: the host asks again. */
static const char *query_status(const struct klipper_call *c)
{
	struct accel *a = c->object;
	const char *reason;
	uint8_t lost = 0;

	reason = a->chip->lost_reg ? read_regs(c, a->chip->lost_reg, &lost, 1) :
				     NULL;
	a->bulk.overflows += (lost & a->chip->lost_bits) != 0;
	if (!reason)
		reason = look(c);
	if (reason || a->pending == UINT32_MAX)
		return reason;
	klipper_bulk_status(c, a->pending);
	return NULL;
}

enum bus_oid_type { ON_SPI, ON_I2C };

static const char *config(const struct klipper_call *c, uint8_t bus,
			  const struct accel_chip *chip)
{
	struct accel *a = c->object;

	a->bulk.timer.fire = fire;
	a->bulk.oid = (uint8_t)c->v[0].num;
	a->chip = chip;
	if (bus > ON_I2C)
		return INVALID_BUS;
	if (bus == ON_SPI)
		a->spi = klipper_spi_find(c->k, (uint8_t)c->v[1].num);
	else
		a->i2c = klipper_i2c_find(c->k, (uint8_t)c->v[1].num);
	return a->spi || a->i2c ? NULL : KLIPPER_INVALID_OID;
}

static const char *config_adxl345(const struct klipper_call *c)
{
	return config(c, ON_SPI, &accel_adxl345);
}

static const char *config_lis2dw(const struct klipper_call *c)
{
	uint8_t model = (uint8_t)c->v[3].num;
	bool known = model <= 1;
	const char *reason = config(c, (uint8_t)c->v[2].num,
				    model ? &accel_lis3dh : &accel_lis2dw);

	return reason || known ? reason : INVALID_MODEL;
}

static const char *config_mpu9250(const struct klipper_call *c)
{
	return config(c, ON_I2C, &accel_mpu9250);
}

static const char *config_icm20948(const struct klipper_call *c)
{
	return config(c, ON_I2C, &accel_icm20948);
}

static const char *config_bmi160(const struct klipper_call *c)
{
	return config(c, (uint8_t)c->v[2].num, &accel_bmi160);
}

static int describe(const struct klipper_dictionary *d)
{
	static const char *const types[] = { "spi", "i2c" };
	static const char *const chips[] = { "LIS2DW", "LIS3DH" };

	return klipper_describe_names(d, "bus_oid_type", types,
				      ARRAY_SIZE(types)) |
	       klipper_describe_names(d, "lis_chip_type", chips,
				      ARRAY_SIZE(chips));
}

static const struct klipper_message messages[] = {
	{ "config_adxl345 oid=%c spi_oid=%c", config_adxl345, .makes = &kind },
	{ "query_adxl345 oid=%c rest_ticks=%u", query, &kind },
	{ "query_adxl345_status oid=%c", query_status, &kind },
	{ "config_lis2dw oid=%c bus_oid=%c bus_oid_type=%c lis_chip_type=%c",
	  config_lis2dw, .makes = &kind },
	{ "query_lis2dw oid=%c rest_ticks=%u", query, &kind },
	{ "query_lis2dw_status oid=%c", query_status, &kind },
	{ "config_mpu9250 oid=%c i2c_oid=%c", config_mpu9250, .makes = &kind },
	{ "query_mpu9250 oid=%c rest_ticks=%u", query, &kind },
	{ "query_mpu9250_status oid=%c", query_status, &kind },
	{ "config_icm20948 oid=%c i2c_oid=%c", config_icm20948,
	  .makes = &kind },
	{ "query_icm20948 oid=%c rest_ticks=%u", query, &kind },
	{ "query_icm20948_status oid=%c", query_status, &kind },
	{ "config_bmi160 oid=%c bus_oid=%c bus_oid_type=%c", config_bmi160,
	  .makes = &kind },
	{ "query_bmi160 oid=%c rest_ticks=%u", query, &kind },
	{ "query_bmi160_status oid=%c", query_status, &kind },
};

const struct klipper_module klipper_accels = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(INVALID_BUS, INVALID_MODEL),
	.describe = describe,
};
