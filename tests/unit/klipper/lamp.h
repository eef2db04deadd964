/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_KLIPPER_LAMP_H
#define UNIT_KLIPPER_LAMP_H

/* A module of Klipper that is made for a test. */
#include "story.h"

/* A lamp on an oid that is switched at a clock value. */
enum { LAMP_STATE = 2 };

#define TOO_LATE "The lamp is late"
#define NO_BULB "The lamp has no bulb"

struct lamp {
	struct klipper_timer timer;
	uint8_t oid;
	bool on;
	float seen;   /* on the pin of its number */
	void *memory; /* released by fini */
};

struct lamps {
	uint32_t count;
};

static const struct klipper_module lamps;

static inline void fini_lamp(struct klipper *k, void *object)
{
	struct lamp *lamp = object;

	(void)k;
	free(lamp->memory);
}

static inline void lamp_off(const struct klipper_call *c)
{
	struct lamp *lamp = c->object;

	lamp->on = false;
}

static inline void look_at_pin(const struct klipper_call *c)
{
	struct lamp *lamp = c->object;

	pins_read(&klipper_mcu(c->k)->pins, lamp->oid, &lamp->seen);
}

static const struct klipper_kind lamp_kind = {
	.size = sizeof(struct lamp),
	.fini = fini_lamp,
	.shutdown = lamp_off,
	.pin_changed = look_at_pin,
};
static const struct klipper_kind other_kind = { .size = 1 };

static inline const char *fire(const struct klipper_call *c)
{
	struct lamp *lamp = c->object;

	lamp->on = !lamp->on;
	KLIPPER_RESPOND(c->k, &lamps, LAMP_STATE, NUM(lamp->oid),
			NUM(klipper_clock(c->k, c->now_us)));
	return lamp->oid == 2 ? TOO_LATE : NULL;
}

static inline const char *config_lamp(const struct klipper_call *c)
{
	struct lamps *all = klipper_state(c->k, &lamps);
	void *object;
	const char *reason = klipper_oid_new(c->k, (uint8_t)c->v[0].num,
					     &lamp_kind, &object);
	struct lamp *lamp = object;

	if (reason)
		return reason;
	lamp->oid = (uint8_t)c->v[0].num;
	lamp->timer.fire = fire;
	lamp->timer.task = lamp->oid == 3;
	lamp->memory = malloc(1);
	all->count++;
	return lamp->oid == 4 ? NO_BULB : NULL;
}

static inline const char *switch_lamp(const struct klipper_call *c)
{
	struct lamp *lamp =
		klipper_oid_find(c->k, (uint8_t)c->v[0].num, &lamp_kind);
	uint64_t ticks = klipper_clock_near(c->k, c->v[1].num, c->now_us);

	if (!lamp)
		return KLIPPER_INVALID_OID;
	return klipper_timer_at(c->k, &lamp->timer, ticks, c->now_us);
}

static inline const char *count_lamps(const struct klipper_call *c)
{
	struct lamps *all = klipper_state(c->k, &lamps);

	KLIPPER_RESPOND(c->k, &lamps, LAMP_STATE, NUM(all->count),
			NUM(klipper_clock(c->k, c->now_us)));
	return NULL;
}

static inline int describe_lamps(const struct klipper_dictionary *d)
{
	return json_object_set_new(d->config, "LAMP_MAX", json_integer(7)) ||
	       json_object_set_new(d->enumerations, "lamp", json_object());
}

static const struct klipper_message lamp_messages[] = {
	{ "config_lamp oid=%c", config_lamp },
	{ "switch_lamp oid=%c clock=%u", switch_lamp },
	[LAMP_STATE] = { "lamp_state oid=%c clock=%u" },
	{ "count_lamps", count_lamps, .in_shutdown = true },
};

static const struct klipper_module lamps = {
	KLIPPER_MESSAGES(lamp_messages),
	.strings = KLIPPER_STRINGS(TOO_LATE, NO_BULB),
	.state_size = sizeof(struct lamps),
	.describe = describe_lamps,
};
static const struct klipper_module *const with_lamps[] = { &klipper_basic,
							   &lamps, NULL };

/* Ids of the module: behind the 25 of the basic one. */
#define CONFIG "19" /* config_lamp */
#define SWITCH "1a"
#define COUNT "1c"
#define STATE "1b"

static inline void start(struct host *h)
{
	static struct klipper_firmware *fw;

	if (!fw)
		assert_int_equal(klipper_firmware_new(&fw, with_lamps), 0);
	host_start(h, "stm32g0b1xx");
	h->board.env.software.shared = fw;
	host_assign(h, 4);
	h->board.mcu.live.start_us = h->board.now_us;
}

#endif
