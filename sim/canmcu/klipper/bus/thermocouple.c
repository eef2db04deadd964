// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Thermometers on SPI that the MCU watches: klipper-mcu-protocol.md, section 20.2. */
#include "bus.h"
#include "util/array.h"

enum { THERMOCOUPLE_RESULT = 2 };

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

/* Return: what the chip tells from byte @from on, the uppermost one first. */
static uint32_t read_bytes(const struct klipper_call *c, uint8_t first,
			   size_t from, size_t len)
{
	const struct thermocouple *t = c->object;
	uint8_t bytes[4] = { first };
	uint32_t value = 0;

	klipper_spi_transfer(c, t->spi, bytes, len);
	for (size_t i = from; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* Return: @len bytes from @reg on. */
static uint32_t read_reg(const struct klipper_call *c, uint8_t reg, size_t len)
{
	return read_bytes(c, reg, 1, 1 + len);
}

static struct reading read_max31855(const struct klipper_call *c)
{
	uint32_t value = read_bytes(c, 0, 0, 4);

	return (struct reading){ value, value & 0x07 };
}

static struct reading read_max31856(const struct klipper_call *c)
{
	uint32_t value = read_reg(c, 0x0c, 3);

	return (struct reading){ value, (uint8_t)read_reg(c, 0x0f, 1) };
}

static struct reading read_max31865(const struct klipper_call *c)
{
	uint32_t value = read_reg(c, 0x01, 2);
	uint32_t fault = read_reg(c, 0x07, 1);

	return (struct reading){ value,
				 (uint8_t)((fault & ~3u) | (value & 1)) };
}

static struct reading read_max6675(const struct klipper_call *c)
{
	uint32_t value = read_bytes(c, 0, 0, 2);

	return (struct reading){ value, value & 0x06 };
}

static const char *const names[] = { "MAX31855", "MAX31856", "MAX31865",
				     "MAX6675" };

/* In the same order. */
static struct reading (*const reads[])(const struct klipper_call *c) = {
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

static const char *fire(const struct klipper_call *c)
{
	struct thermocouple *t = c->object;
	struct reading r = reads[t->chip](c);
	const char *reason;

	t->due_ticks += t->rest_ticks;
	KLIPPER_RESPOND(c->k, &klipper_thermocouples, THERMOCOUPLE_RESULT,
			NUM(t->oid), NUM(t->due_ticks), NUM(r.value),
			NUM(r.fault));
	reason = judge(t, &r);
	return reason ? reason :
			klipper_timer_at(c->k, &t->timer, t->due_ticks,
					 c->now_us);
}

static const struct klipper_kind kind = { .size = sizeof(struct thermocouple) };

static const char *config_thermocouple(const struct klipper_call *c)
{
	struct thermocouple *t;
	const char *reason;
	void *object;

	if ((uint8_t)c->v[2].num >= ARRAY_SIZE(names))
		return INVALID_CHIP;
	reason = klipper_oid_new(c->k, (uint8_t)c->v[0].num, &kind, &object);
	if (reason)
		return reason;
	t = object;
	t->timer.fire = fire;
	t->oid = (uint8_t)c->v[0].num;
	t->chip = (uint8_t)c->v[2].num;
	t->spi = klipper_spi_find(c->k, (uint8_t)c->v[1].num);
	return t->spi ? NULL : KLIPPER_INVALID_OID;
}

static const char *query_thermocouple(const struct klipper_call *c)
{
	struct thermocouple *t = c->object;
	const char *reason;

	klipper_timer_stop(c->k, &t->timer);
	t->rest_ticks = c->v[2].num;
	if (!t->rest_ticks)
		return NULL;
	reason = klipper_check_period(c->k, t->rest_ticks);
	if (reason)
		return reason;
	t->min = c->v[3].num;
	t->max = c->v[4].num;
	t->invalid_max = (uint8_t)c->v[5].num;
	t->invalid = 0;
	t->due_ticks = klipper_clock_near(c->k, c->v[1].num, c->now_us);
	return klipper_timer_at(c->k, &t->timer, t->due_ticks, c->now_us);
}

static int describe(const struct klipper_dictionary *d)
{
	return klipper_describe_names(d, "thermocouple_type", names,
				      ARRAY_SIZE(names));
}

static const struct klipper_message messages[] = {
	{ "config_thermocouple oid=%c spi_oid=%c thermocouple_type=%c",
	  config_thermocouple },
	{ "query_thermocouple oid=%c clock=%u rest_ticks=%u min_value=%u "
	  "max_value=%u max_invalid_count=%c",
	  query_thermocouple, &kind },
	[THERMOCOUPLE_RESULT] = { "thermocouple_result oid=%c next_clock=%u "
				  "value=%u fault=%c" },
};

const struct klipper_module klipper_thermocouples = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(FAULT, INVALID_CHIP),
	.describe = describe,
};
