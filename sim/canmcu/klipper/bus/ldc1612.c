// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The converter of eddy current probes: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "bulk.h"
#include "bus.h"
#include "trigger.h"
#include "util/array.h"

enum error { SENSOR_ERROR, I2C_STATUS, I2C_DATA, INVALID_DATA };

#define SAMPLE 4 /* bytes: two registers */
#define DATA0_MSB 0x00
#define DATA0_LSB 0x01
#define STATUS 0x18
#define UNREAD 0x08	/* in the lower half of it */
#define ERROR_BITS 0xe0 /* of the first byte of a sample */
#define VALUE_BITS 0x0fffffff

struct ldc1612 {
	struct klipper_bulk bulk;
	const struct klipper_i2c *i2c;
	struct klipper_trigger *trigger;
	uint8_t intb_pin; /* low when there is a sample */
	bool has_intb;
};

/* Return: whether it was read. */
static bool read_reg(const struct klipper_call *c, uint8_t reg, uint8_t *out)
{
	const struct ldc1612 *l = c->object;
	struct device_message message = {
		.out = &reg, .out_len = 1, .in = out, .in_len = 2
	};

	return klipper_i2c_transfer(c, l->i2c, &message) == KLIPPER_I2C_SUCCESS;
}

static bool is_ready(const struct klipper_call *c, const struct ldc1612 *l)
{
	return !klipper_pin_read(c->k, l->intb_pin, c->now_us);
}

static void put_error(const struct klipper_call *c, struct ldc1612 *l,
		      uint8_t *out, enum error error)
{
	memcpy(out, (uint8_t[]){ 0xff, 0xff, 0, (uint8_t)error }, SAMPLE);
	klipper_trigger_error(c, l->trigger, (uint8_t)error);
}

static void take(const struct klipper_call *c, struct ldc1612 *l, uint8_t *out)
{
	uint32_t value;

	if (!read_reg(c, DATA0_MSB, out) || !read_reg(c, DATA0_LSB, out + 2)) {
		put_error(c, l, out, I2C_DATA);
		return;
	}
	if (out[0] == 0xff && out[1] == 0xff) {
		put_error(c, l, out, INVALID_DATA);
		return;
	}
	value = (uint32_t)out[0] << 24 | (uint32_t)out[1] << 16 |
		(uint32_t)out[2] << 8 | out[3];
	if (out[0] & ERROR_BITS)
		klipper_trigger_error(c, l->trigger, SENSOR_ERROR);
	else
		klipper_trigger_update(c, l->trigger,
				       (int32_t)(value & VALUE_BITS));
}

static void measure(const struct klipper_call *c, struct ldc1612 *l)
{
	uint8_t status[2];
	bool told = read_reg(c, STATUS, status);

	if (told && !(status[1] & UNREAD))
		return;
	if (told)
		take(c, l, klipper_bulk_add(&l->bulk, SAMPLE));
	else
		put_error(c, l, klipper_bulk_add(&l->bulk, SAMPLE), I2C_STATUS);
	klipper_bulk_report(c, SAMPLE);
}

static const char *fire(const struct klipper_call *c)
{
	struct ldc1612 *l = c->object;

	if (!l->has_intb || is_ready(c, l))
		measure(c, l);
	return klipper_bulk_again(c, 1);
}

static const struct klipper_kind kind = { .size = sizeof(struct ldc1612) };

static const char *config_ldc1612(const struct klipper_call *c)
{
	struct ldc1612 *l = c->object;

	l->bulk.timer.fire = fire;
	l->bulk.oid = (uint8_t)c->v[0].num;
	l->i2c = klipper_i2c_find(c->k, (uint8_t)c->v[1].num);
	return l->i2c ? NULL : KLIPPER_INVALID_OID;
}

static const char *config_ldc1612_with_intb(const struct klipper_call *c)
{
	const char *reason = config_ldc1612(c);
	struct ldc1612 *l = c->object;

	if (!reason)
		reason = klipper_pin_setup(c->k, (uint8_t)c->v[2].num,
					   KLIPPER_PIN_PULL_UP);
	if (reason)
		return reason;
	l->intb_pin = (uint8_t)c->v[2].num;
	l->has_intb = true;
	return NULL;
}

static const char *attach(const struct klipper_call *c)
{
	struct ldc1612 *l = c->object;

	l->trigger = klipper_trigger_find(c->k, (uint8_t)c->v[1].num);
	return l->trigger ? NULL : KLIPPER_INVALID_OID;
}

static const char *query(const struct klipper_call *c)
{
	uint32_t rest_ticks = c->v[1].num;

	return klipper_bulk_query(c, rest_ticks,
				  klipper_clock(c->k, c->now_us) + rest_ticks);
}

/* Without an answer of the chip there is none to the host, who asks again. */
static const char *query_status(const struct klipper_call *c)
{
	struct ldc1612 *l = c->object;
	uint8_t status[2] = { 0 };
	bool waits;

	if (!l->has_intb && !read_reg(c, STATUS, status))
		return NULL;
	waits = l->has_intb ? is_ready(c, l) : status[1] & UNREAD;
	klipper_bulk_status(c, waits ? SAMPLE : 0);
	return NULL;
}

/* The colon belongs to the name. */
static int describe(const struct klipper_dictionary *d)
{
	static const char *const errors[] = { "SENSOR_REPORTS_ERROR",
					      "I2C_STATUS_ERROR",
					      "I2C_DATA_ERROR",
					      "INVALID_READ_DATA" };

	return klipper_describe_names(d, "ldc1612_error:", errors,
				      ARRAY_SIZE(errors));
}

static const struct klipper_message messages[] = {
	{ "config_ldc1612 oid=%c i2c_oid=%c", config_ldc1612, .makes = &kind },
	{ "config_ldc1612_with_intb oid=%c i2c_oid=%c intb_pin=%c",
	  config_ldc1612_with_intb, .makes = &kind },
	{ "ldc1612_attach_trigger_analog oid=%c trigger_analog_oid=%c", attach,
	  &kind },
	{ "query_ldc1612 oid=%c rest_ticks=%u", query, &kind },
	{ "query_status_ldc1612 oid=%c", query_status, &kind },
};

const struct klipper_module klipper_ldc1612s = {
	KLIPPER_MESSAGES(messages),
	.describe = describe,
};
