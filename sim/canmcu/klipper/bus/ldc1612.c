// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The converter of eddy current probes: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "bulk.h"
#include "bus.h"
#include "trigger.h"
#include "util/array.h"

enum {
	CONFIG_LDC1612,
	CONFIG_LDC1612_WITH_INTB,
	LDC1612_ATTACH_TRIGGER_ANALOG,
	QUERY_LDC1612,
	QUERY_STATUS_LDC1612,
};

enum error { SENSOR_ERROR, I2C_STATUS, I2C_DATA, INVALID_DATA };

#define SAMPLE 4 /* bytes: two registers */
#define DATA0_MSB 0x00
#define DATA0_LSB 0x01
#define STATUS 0x18
#define UNREAD 0x08	/* in the lower half of it */
#define ERROR_BITS 0xe0 /* of the first byte of a sample */
#define VALUE_BITS 0x0fffffff

struct ldc1612 {
	struct klipper_timer timer;
	const struct klipper_i2c *i2c;
	struct klipper_trigger *trigger;
	uint64_t due_ticks;
	uint32_t rest_ticks;
	uint8_t oid;
	uint8_t intb_pin; /* low when there is a sample */
	bool has_intb;
	struct klipper_bulk bulk;
};

/* Return: whether it was read. */
static bool read_reg(struct klipper *k, const struct ldc1612 *l, uint8_t reg,
		     uint8_t *out, uint64_t now_us)
{
	struct device_message message = {
		.out = &reg, .out_len = 1, .in = out, .in_len = 2
	};

	return klipper_i2c_transfer(k, l->i2c, &message, now_us) ==
	       KLIPPER_I2C_SUCCESS;
}

static bool is_ready(struct klipper *k, const struct ldc1612 *l,
		     uint64_t now_us)
{
	return !klipper_pin_read(k, l->intb_pin, now_us);
}

static void put_error(struct klipper *k, struct ldc1612 *l, uint8_t *out,
		      enum error error, uint64_t now_us)
{
	memcpy(out, (uint8_t[]){ 0xff, 0xff, 0, (uint8_t)error }, SAMPLE);
	klipper_trigger_error(k, l->trigger, (uint8_t)error, now_us);
}

static void take(struct klipper *k, struct ldc1612 *l, uint8_t *out,
		 uint64_t now_us)
{
	uint32_t value;

	if (!read_reg(k, l, DATA0_MSB, out, now_us) ||
	    !read_reg(k, l, DATA0_LSB, out + 2, now_us)) {
		put_error(k, l, out, I2C_DATA, now_us);
		return;
	}
	if (out[0] == 0xff && out[1] == 0xff) {
		put_error(k, l, out, INVALID_DATA, now_us);
		return;
	}
	value = (uint32_t)out[0] << 24 | (uint32_t)out[1] << 16 |
		(uint32_t)out[2] << 8 | out[3];
	if (out[0] & ERROR_BITS)
		klipper_trigger_error(k, l->trigger, SENSOR_ERROR, now_us);
	else
		klipper_trigger_update(k, l->trigger,
				       (int32_t)(value & VALUE_BITS), now_us);
}

static void measure(struct klipper *k, struct ldc1612 *l, uint64_t now_us)
{
	uint8_t status[2];
	bool told = read_reg(k, l, STATUS, status, now_us);

	if (told && !(status[1] & UNREAD))
		return;
	if (told)
		take(k, l, klipper_bulk_add(&l->bulk, SAMPLE), now_us);
	else
		put_error(k, l, klipper_bulk_add(&l->bulk, SAMPLE), I2C_STATUS,
			  now_us);
	klipper_bulk_report(k, &l->bulk, l->oid, SAMPLE);
}

static const char *fire(struct klipper *k, struct klipper_timer *t,
			uint64_t now_us)
{
	/* it is the first member */
	struct ldc1612 *l = (struct ldc1612 *)t;

	if (!l->has_intb || is_ready(k, l, now_us))
		measure(k, l, now_us);
	l->due_ticks += l->rest_ticks;
	return klipper_timer_at(k, t, l->due_ticks, now_us);
}

static const struct klipper_kind kind = { .size = sizeof(struct ldc1612) };

static const char *config_ldc1612(struct klipper *k, void *object,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	struct ldc1612 *l = object;

	(void)now_us;
	l->timer.fire = fire;
	l->oid = (uint8_t)v[0].num;
	l->i2c = klipper_i2c_find(k, (uint8_t)v[1].num);
	return l->i2c ? NULL : KLIPPER_INVALID_OID;
}

static const char *config_ldc1612_with_intb(struct klipper *k, void *object,
					    const struct kcan_klp_value *v,
					    uint64_t now_us)
{
	const char *reason = config_ldc1612(k, object, v, now_us);
	struct ldc1612 *l = object;

	if (!reason)
		reason = klipper_pin_setup(k, (uint8_t)v[2].num,
					   KLIPPER_PIN_PULL_UP);
	if (reason)
		return reason;
	l->intb_pin = (uint8_t)v[2].num;
	l->has_intb = true;
	return NULL;
}

static const char *attach(struct klipper *k, void *object,
			  const struct kcan_klp_value *v, uint64_t now_us)
{
	struct ldc1612 *l = object;

	(void)now_us;
	l->trigger = klipper_trigger_find(k, (uint8_t)v[1].num);
	return l->trigger ? NULL : KLIPPER_INVALID_OID;
}

static const char *query(struct klipper *k, void *object,
			 const struct kcan_klp_value *v, uint64_t now_us)
{
	struct ldc1612 *l = object;
	const char *reason = klipper_check_period(k, v[1].num);

	klipper_timer_stop(k, &l->timer);
	if (!v[1].num || reason)
		return v[1].num ? reason : NULL;
	l->rest_ticks = v[1].num;
	klipper_bulk_reset(&l->bulk);
	l->due_ticks = klipper_clock(k, now_us) + l->rest_ticks;
	return klipper_timer_at(k, &l->timer, l->due_ticks, now_us);
}

/* Without an answer of the chip there is none to the host, who asks again. */
static const char *query_status(struct klipper *k, void *object,
				const struct kcan_klp_value *v, uint64_t now_us)
{
	struct ldc1612 *l = object;
	uint8_t status[2] = { 0 };
	bool waits;

	(void)v;
	if (!l->has_intb && !read_reg(k, l, STATUS, status, now_us))
		return NULL;
	waits = l->has_intb ? is_ready(k, l, now_us) : status[1] & UNREAD;
	klipper_bulk_status(k, &l->bulk, l->oid, waits ? SAMPLE : 0, now_us);
	return NULL;
}

/* The colon belongs to the name. */
static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	static const char *const errors[] = { "SENSOR_REPORTS_ERROR",
					      "I2C_STATUS_ERROR",
					      "I2C_DATA_ERROR",
					      "INVALID_READ_DATA" };

	(void)config;
	(void)build;
	return klipper_describe_names(enumerations, "ldc1612_error:", errors,
				      ARRAY_SIZE(errors));
}

static const struct klipper_message messages[] = {
	[CONFIG_LDC1612] = { "config_ldc1612 oid=%c i2c_oid=%c",
			     KLIPPER_MAKES(kind, config_ldc1612) },
	[CONFIG_LDC1612_WITH_INTB] = { "config_ldc1612_with_intb oid=%c "
				       "i2c_oid=%c intb_pin=%c",
				       KLIPPER_MAKES(kind,
						     config_ldc1612_with_intb) },
	[LDC1612_ATTACH_TRIGGER_ANALOG] = { "ldc1612_attach_trigger_analog "
					    "oid=%c trigger_analog_oid=%c",
					    KLIPPER_ON(kind, attach) },
	[QUERY_LDC1612] = { "query_ldc1612 oid=%c rest_ticks=%u",
			    KLIPPER_ON(kind, query) },
	[QUERY_STATUS_LDC1612] = { "query_status_ldc1612 oid=%c",
				   KLIPPER_ON(kind, query_status) },
};

const struct klipper_module klipper_ldc1612s = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.describe = describe,
};
