// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Thermometers on SPI that the MCU watches: klipper-mcu-protocol.md, section 20.2. */
#include "bus.h"
#include "util/array.h"

enum { CONFIG_THERMOCOUPLE, QUERY_THERMOCOUPLE, THERMOCOUPLE_RESULT };

#define FAULT "Thermocouple reader fault"
#define INVALID_CHIP "Invalid thermocouple chip type"

/* What a chip told. */
struct reading {
	uint32_t value;
	uint8_t fault; /* 0: none */
};

struct thermocouple {
	struct klipper_timer timer;
	const struct klipper_spi *spi;
	uint64_t due_ticks;
	uint32_t rest_ticks;
	uint32_t min, max;
	uint8_t invalid_max;
	uint8_t invalid; /* readings in a row */
	uint8_t chip;
	uint8_t oid;
};

/* Return: @len bytes from @reg on, the first one uppermost. */
static uint32_t read_reg(struct klipper *k, const struct thermocouple *t,
			 uint8_t reg, size_t len, uint64_t now_us)
{
	uint8_t bytes[4] = { reg };
	uint32_t value = 0;

	klipper_spi_transfer(k, t->spi, bytes, 1 + len, now_us);
	for (size_t i = 1; i <= len; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* The same of chips that have no registers. */
static uint32_t read_all(struct klipper *k, const struct thermocouple *t,
			 size_t len, uint64_t now_us)
{
	uint8_t bytes[4] = { 0 };
	uint32_t value = 0;

	klipper_spi_transfer(k, t->spi, bytes, len, now_us);
	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

static struct reading
read_max31855(struct klipper *k, const struct thermocouple *t, uint64_t now_us)
{
	uint32_t value = read_all(k, t, 4, now_us);

	return (struct reading){ value, value & 0x07 };
}

static struct reading
read_max31856(struct klipper *k, const struct thermocouple *t, uint64_t now_us)
{
	uint32_t value = read_reg(k, t, 0x0c, 3, now_us);

	return (struct reading){ value,
				 (uint8_t)read_reg(k, t, 0x0f, 1, now_us) };
}

static struct reading
read_max31865(struct klipper *k, const struct thermocouple *t, uint64_t now_us)
{
	uint32_t value = read_reg(k, t, 0x01, 2, now_us);
	uint32_t fault = read_reg(k, t, 0x07, 1, now_us);

	return (struct reading){ value,
				 (uint8_t)((fault & ~3u) | (value & 1)) };
}

static struct reading
read_max6675(struct klipper *k, const struct thermocouple *t, uint64_t now_us)
{
	uint32_t value = read_all(k, t, 2, now_us);

	return (struct reading){ value, value & 0x06 };
}

static const char *const names[] = { "MAX31855", "MAX31856", "MAX31865",
				     "MAX6675" };

/* In the same order. */
static struct reading (*const reads[])(struct klipper *k,
				       const struct thermocouple *t,
				       uint64_t now_us) = {
	read_max31855,
	read_max31856,
	read_max31865,
	read_max6675,
};

static const char *judge(struct thermocouple *t, const struct reading *r)
{
	if (!r->fault && r->value >= t->min && r->value <= t->max) {
		t->invalid = 0;
		return NULL;
	}
	if (++t->invalid < t->invalid_max)
		return NULL;
	t->invalid = 0;
	return FAULT;
}

static const char *fire(struct klipper *k, struct klipper_timer *timer,
			uint64_t now_us)
{
	/* it is the first member */
	struct thermocouple *t = (struct thermocouple *)timer;
	struct reading r = reads[t->chip](k, t, now_us);
	const char *reason;

	t->due_ticks += t->rest_ticks;
	klipper_respond(k, &klipper_thermocouples, THERMOCOUPLE_RESULT,
			(struct kcan_klp_value[]){
				{ .num = t->oid },
				{ .num = (uint32_t)t->due_ticks },
				{ .num = r.value },
				{ .num = r.fault },
			});
	reason = judge(t, &r);
	return reason ? reason :
			klipper_timer_at(k, timer, t->due_ticks, now_us);
}

static const struct klipper_kind kind = { .size = sizeof(struct thermocouple) };

static const char *config_thermocouple(struct klipper *k,
				       const struct kcan_klp_value *v,
				       uint64_t now_us)
{
	struct thermocouple *t;
	const char *reason;
	void *object;

	(void)now_us;
	if ((uint8_t)v[2].num >= ARRAY_SIZE(names))
		return INVALID_CHIP;
	reason = klipper_oid_new(k, (uint8_t)v[0].num, &kind, &object);
	if (reason)
		return reason;
	t = object;
	t->timer.fire = fire;
	t->oid = (uint8_t)v[0].num;
	t->chip = (uint8_t)v[2].num;
	t->spi = klipper_spi_find(k, (uint8_t)v[1].num);
	return t->spi ? NULL : KLIPPER_INVALID_OID;
}

static const char *query_thermocouple(struct klipper *k, void *object,
				      const struct kcan_klp_value *v,
				      uint64_t now_us)
{
	struct thermocouple *t = object;
	const char *reason;

	klipper_timer_stop(k, &t->timer);
	t->rest_ticks = v[2].num;
	if (!t->rest_ticks)
		return NULL;
	reason = klipper_check_period(k, t->rest_ticks);
	if (reason)
		return reason;
	t->min = v[3].num;
	t->max = v[4].num;
	t->invalid_max = (uint8_t)v[5].num;
	t->invalid = 0;
	t->due_ticks = klipper_clock_near(k, v[1].num, now_us);
	return klipper_timer_at(k, &t->timer, t->due_ticks, now_us);
}

static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	(void)config;
	(void)build;
	return klipper_describe_names(enumerations, "thermocouple_type", names,
				      ARRAY_SIZE(names));
}

static const struct klipper_message messages[] = {
	[CONFIG_THERMOCOUPLE] = { "config_thermocouple oid=%c spi_oid=%c "
				  "thermocouple_type=%c",
				  config_thermocouple },
	[QUERY_THERMOCOUPLE] = { "query_thermocouple oid=%c clock=%u "
				 "rest_ticks=%u min_value=%u max_value=%u "
				 "max_invalid_count=%c",
				 KLIPPER_ON(kind, query_thermocouple) },
	[THERMOCOUPLE_RESULT] = { "thermocouple_result oid=%c next_clock=%u "
				  "value=%u fault=%c" },
};

static const char *const strings[] = { FAULT, INVALID_CHIP };

const struct klipper_module klipper_thermocouples = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
	.describe = describe,
};
