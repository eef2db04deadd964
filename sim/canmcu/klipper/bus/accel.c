// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Accelerometers with a FIFO, read in bulk: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "accel.h"
#include "bulk.h"
#include "bus.h"
#include "util/array.h"

enum {
	CONFIG_ADXL345,
	QUERY_ADXL345,
	QUERY_ADXL345_STATUS,
	CONFIG_LIS2DW,
	QUERY_LIS2DW,
	QUERY_LIS2DW_STATUS,
	CONFIG_MPU9250,
	QUERY_MPU9250,
	QUERY_MPU9250_STATUS,
	CONFIG_ICM20948,
	QUERY_ICM20948,
	QUERY_ICM20948_STATUS,
	CONFIG_BMI160,
	QUERY_BMI160,
	QUERY_BMI160_STATUS,
};

#define INVALID_BUS "bus_type invalid"
#define INVALID_MODEL "model type invalid"

#define BLOCK 48      /* bytes that most of them are read in */
#define SPI_READ 0x80 /* in the first byte */
#define AGAIN_US 200  /* until the next report, when there is enough for it */

struct accel {
	struct klipper_timer timer;
	const struct accel_chip *chip;
	const struct klipper_spi *spi; /* NULL: it is on I2C */
	const struct klipper_i2c *i2c;
	uint32_t rest_ticks;
	uint32_t pending; /* bytes known to be in the FIFO */
	uint8_t oid;
	struct klipper_bulk bulk;
};

/* Read @len registers from @reg on. Return: as a command. */
static const char *read_regs(struct klipper *k, const struct accel *a,
			     uint8_t reg, uint8_t *out, size_t len,
			     uint64_t now_us)
{
	uint8_t bytes[1 + KLIPPER_BULK_MAX] = { 0 };
	struct device_message message = {
		.out = &reg, .out_len = 1, .in = out, .in_len = len
	};

	if (a->spi) {
		bytes[0] = reg | SPI_READ | (len > 1 ? a->chip->spi_more : 0);
		klipper_spi_transfer(k, a->spi, bytes, 1 + len, now_us);
		memcpy(out, bytes + 1, len);
		return NULL;
	}
	if (len > a->chip->status_len)
		reg |= a->chip->i2c_more;
	return klipper_i2c_reason(
		klipper_i2c_transfer(k, a->i2c, &message, now_us));
}

static const char *look(struct klipper *k, struct accel *a, uint64_t now_us)
{
	uint8_t status[2] = { 0 };
	bool lost = false;
	const char *reason = read_regs(k, a, a->chip->status_reg, status,
				       a->chip->status_len, now_us);

	a->pending = a->chip->pending(status, &lost);
	a->bulk.overflows += lost;
	return reason;
}

/* Read a block, if there is one. */
static const char *read_block(struct klipper *k, struct accel *a,
			      uint64_t now_us)
{
	const char *reason = NULL;

	if (a->pending < BLOCK)
		reason = look(k, a, now_us);
	if (reason || a->pending < BLOCK)
		return reason;
	reason = read_regs(k, a, a->chip->fifo_reg,
			   klipper_bulk_add(&a->bulk, BLOCK), BLOCK, now_us);
	if (reason)
		return reason;
	a->pending -= BLOCK;
	klipper_bulk_report(k, &a->bulk, a->oid, BLOCK);
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
static unsigned int read_adxl(struct klipper *k, struct accel *a,
			      uint64_t now_us)
{
	uint8_t d[ADXL_LEN], *out = klipper_bulk_add(&a->bulk, ADXL_SAMPLE);
	unsigned int entries;

	read_regs(k, a, ADXL_DATA, d, sizeof(d), now_us);
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
static bool read_samples(struct klipper *k, struct accel *a, uint64_t now_us)
{
	unsigned int entries;

	do
		entries = read_adxl(k, a, now_us);
	while (entries > 1 && a->bulk.len + ADXL_SAMPLE <= KLIPPER_BULK_MAX);
	klipper_bulk_report(k, &a->bulk, a->oid, ADXL_SAMPLE);
	return entries > 1;
}

static void rest(struct klipper *k, struct accel *a, uint64_t now_us)
{
	uint64_t ticks = klipper_clock(k, now_us) + a->rest_ticks;

	klipper_timer_set(k, &a->timer, klipper_when_us(k, ticks));
}

static const char *fire(struct klipper *k, struct klipper_timer *t,
			uint64_t now_us)
{
	/* it is the first member */
	struct accel *a = (struct accel *)t;
	const char *reason = NULL;
	bool more;

	if (a->chip->fifo_reg) {
		reason = read_block(k, a, now_us);
		more = a->pending >= BLOCK;
	} else {
		more = read_samples(k, a, now_us);
	}
	if (reason)
		return reason;
	if (more)
		klipper_timer_set(k, t, now_us + AGAIN_US);
	else
		rest(k, a, now_us);
	return NULL;
}

static const struct klipper_kind kind = { .size = sizeof(struct accel) };

static const char *query(struct klipper *k, void *object,
			 const struct kcan_klp_value *v, uint64_t now_us)
{
	struct accel *a = object;
	const char *reason = klipper_check_period(k, v[1].num);

	klipper_timer_stop(k, &a->timer);
	if (!v[1].num || reason)
		return v[1].num ? reason : NULL;
	a->rest_ticks = v[1].num;
	a->pending = 0;
	klipper_bulk_reset(&a->bulk);
	rest(k, a, now_us);
	return NULL;
}

/* An answer that cannot be is none: the host asks again. */
static const char *query_status(struct klipper *k, void *object,
				const struct kcan_klp_value *v, uint64_t now_us)
{
	struct accel *a = object;
	const char *reason;
	uint8_t lost = 0;

	(void)v;
	reason = a->chip->lost_reg ?
			 read_regs(k, a, a->chip->lost_reg, &lost, 1, now_us) :
			 NULL;
	a->bulk.overflows += (lost & a->chip->lost_bits) != 0;
	if (!reason)
		reason = look(k, a, now_us);
	if (reason || a->pending == UINT32_MAX)
		return reason;
	klipper_bulk_status(k, &a->bulk, a->oid, a->pending, now_us);
	return NULL;
}

enum bus_oid_type { ON_SPI, ON_I2C };

static const char *config(struct klipper *k, struct accel *a,
			  const struct kcan_klp_value *v, uint8_t bus,
			  const struct accel_chip *chip)
{
	a->timer.fire = fire;
	a->oid = (uint8_t)v[0].num;
	a->chip = chip;
	if (bus > ON_I2C)
		return INVALID_BUS;
	if (bus == ON_SPI)
		a->spi = klipper_spi_find(k, (uint8_t)v[1].num);
	else
		a->i2c = klipper_i2c_find(k, (uint8_t)v[1].num);
	return a->spi || a->i2c ? NULL : KLIPPER_INVALID_OID;
}

static const char *config_adxl345(struct klipper *k, void *object,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	(void)now_us;
	return config(k, object, v, ON_SPI, &accel_adxl345);
}

static const char *config_lis2dw(struct klipper *k, void *object,
				 const struct kcan_klp_value *v,
				 uint64_t now_us)
{
	uint8_t model = (uint8_t)v[3].num;
	bool known = model <= 1;
	const char *reason = config(k, object, v, (uint8_t)v[2].num,
				    model ? &accel_lis3dh : &accel_lis2dw);

	(void)now_us;
	return reason || known ? reason : INVALID_MODEL;
}

static const char *config_mpu9250(struct klipper *k, void *object,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	(void)now_us;
	return config(k, object, v, ON_I2C, &accel_mpu9250);
}

static const char *config_icm20948(struct klipper *k, void *object,
				   const struct kcan_klp_value *v,
				   uint64_t now_us)
{
	(void)now_us;
	return config(k, object, v, ON_I2C, &accel_icm20948);
}

static const char *config_bmi160(struct klipper *k, void *object,
				 const struct kcan_klp_value *v,
				 uint64_t now_us)
{
	(void)now_us;
	return config(k, object, v, (uint8_t)v[2].num, &accel_bmi160);
}

static int describe(json_t *constants, json_t *enumerations,
		    const struct klipper_build *build)
{
	static const char *const types[] = { "spi", "i2c" };
	static const char *const chips[] = { "LIS2DW", "LIS3DH" };

	(void)constants;
	(void)build;
	return klipper_describe_names(enumerations, "bus_oid_type", types,
				      ARRAY_SIZE(types)) |
	       klipper_describe_names(enumerations, "lis_chip_type", chips,
				      ARRAY_SIZE(chips));
}

static const struct klipper_message messages[] = {
	[CONFIG_ADXL345] = { "config_adxl345 oid=%c spi_oid=%c",
			     KLIPPER_MAKES(kind, config_adxl345) },
	[QUERY_ADXL345] = { "query_adxl345 oid=%c rest_ticks=%u",
			    KLIPPER_ON(kind, query) },
	[QUERY_ADXL345_STATUS] = { "query_adxl345_status oid=%c",
				   KLIPPER_ON(kind, query_status) },
	[CONFIG_LIS2DW] = { "config_lis2dw oid=%c bus_oid=%c bus_oid_type=%c "
			    "lis_chip_type=%c",
			    KLIPPER_MAKES(kind, config_lis2dw) },
	[QUERY_LIS2DW] = { "query_lis2dw oid=%c rest_ticks=%u",
			   KLIPPER_ON(kind, query) },
	[QUERY_LIS2DW_STATUS] = { "query_lis2dw_status oid=%c",
				  KLIPPER_ON(kind, query_status) },
	[CONFIG_MPU9250] = { "config_mpu9250 oid=%c i2c_oid=%c",
			     KLIPPER_MAKES(kind, config_mpu9250) },
	[QUERY_MPU9250] = { "query_mpu9250 oid=%c rest_ticks=%u",
			    KLIPPER_ON(kind, query) },
	[QUERY_MPU9250_STATUS] = { "query_mpu9250_status oid=%c",
				   KLIPPER_ON(kind, query_status) },
	[CONFIG_ICM20948] = { "config_icm20948 oid=%c i2c_oid=%c",
			      KLIPPER_MAKES(kind, config_icm20948) },
	[QUERY_ICM20948] = { "query_icm20948 oid=%c rest_ticks=%u",
			     KLIPPER_ON(kind, query) },
	[QUERY_ICM20948_STATUS] = { "query_icm20948_status oid=%c",
				    KLIPPER_ON(kind, query_status) },
	[CONFIG_BMI160] = { "config_bmi160 oid=%c bus_oid=%c bus_oid_type=%c",
			    KLIPPER_MAKES(kind, config_bmi160) },
	[QUERY_BMI160] = { "query_bmi160 oid=%c rest_ticks=%u",
			   KLIPPER_ON(kind, query) },
	[QUERY_BMI160_STATUS] = { "query_bmi160_status oid=%c",
				  KLIPPER_ON(kind, query_status) },
};

static const char *const strings[] = { INVALID_BUS, INVALID_MODEL };

const struct klipper_module klipper_accels = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
	.describe = describe,
};
