// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Counters of edges: klipper-mcu-protocol.md, section 20. */
#include "../pin.h"
#include "util/array.h"

enum { CONFIG_COUNTER, QUERY_COUNTER, COUNTER_STATE };

/*
 * Looked at every poll_ticks, and told every sample_ticks. Looks are made up for
 * when they are to be told, by how many edges there were; but when the user has
 * changed the pin, the next one is made. The lowest bit of @count is the level
 * that was seen last.
 */
struct counter {
	struct klipper_timer timer;
	uint64_t first_ticks;  /* of all looks */
	uint64_t due_ticks;    /* of the one that is made next */
	uint64_t seen_ticks;   /* of the last one */
	uint64_t sample_ticks; /* the first look behind that is told */
	uint64_t edges;	       /* of the device, when it was seen last */
	uint32_t every_ticks;  /* from one look that is told to the next */
	uint32_t poll_ticks;
	uint32_t count;
	uint32_t count_ticks; /* when it last changed; 0: never */
	uint8_t oid;
	uint8_t pin;
	bool follows; /* @edges means something: nobody held the pin */
};

/* An edge is seen by the look behind it, and a look sees one. */
static uint64_t visible(const struct counter *c, uint64_t edges)
{
	uint64_t looks = (c->due_ticks - c->seen_ticks) / c->poll_ticks;

	if (edges <= looks)
		return edges;
	return looks - ((looks ^ edges) & 1);
}

/* Return: how many edges were seen; @at_us: when the last one was. */
static uint32_t count_edges(struct klipper *k, struct counter *c,
			    uint64_t now_us, uint64_t *at_us)
{
	bool followed = c->follows;
	uint64_t before = c->edges;
	struct device_edges e;

	c->follows = mcu_pin_edges(klipper_mcu(k), c->pin, now_us, &e);
	if (c->follows)
		c->edges = e.count;
	if (c->follows && followed) {
		*at_us = e.last_us;
		return (uint32_t)visible(c, e.count - before);
	}
	*at_us = now_us;
	return (c->count & 1) != klipper_pin_read(k, c->pin, now_us);
}

static void look(struct klipper *k, struct counter *c, uint64_t now_us)
{
	uint64_t at_us, ticks;
	uint32_t edges = count_edges(k, c, now_us, &at_us);

	if (edges) {
		ticks = klipper_grid(c->first_ticks, c->poll_ticks,
				     klipper_clock(k, at_us));
		c->count_ticks =
			(uint32_t)(ticks < c->due_ticks ? ticks : c->due_ticks);
	}
	c->count += edges;
	c->seen_ticks = c->due_ticks;
}

static void look_at(struct klipper *k, struct counter *c, uint64_t ticks)
{
	c->due_ticks = klipper_grid(c->first_ticks, c->poll_ticks, ticks);
	klipper_timer_set(k, &c->timer, klipper_when_us(k, c->due_ticks));
}

static const char *fire(struct klipper *k, struct klipper_timer *t,
			uint64_t now_us)
{
	/* it is the first member */
	struct counter *c = (struct counter *)t;

	look(k, c, now_us);
	if (c->due_ticks > c->sample_ticks) {
		c->sample_ticks = c->due_ticks + c->every_ticks;
		klipper_respond(k, &klipper_counters, COUNTER_STATE,
				(struct kcan_klp_value[]){
					{ .num = c->oid },
					{ .num = (uint32_t)(c->due_ticks +
							    c->poll_ticks) },
					{ .num = c->count },
					{ .num = c->count_ticks },
				});
	}
	look_at(k, c, c->sample_ticks + 1);
	return NULL;
}

static void pin_changed(struct klipper *k, void *object, uint64_t now_us)
{
	struct counter *c = object;
	uint64_t ticks = klipper_clock(k, now_us);

	/* before the first one it is early enough */
	if (!c->timer.armed || c->due_ticks == c->seen_ticks)
		return;
	if (ticks <= c->seen_ticks)
		ticks = c->seen_ticks + 1;
	if (ticks < c->due_ticks)
		look_at(k, c, ticks);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct counter),
	.pin_changed = pin_changed,
};

static const char *config_counter(struct klipper *k, void *object,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	struct counter *c = object;
	const char *reason = klipper_pin_setup_input(k, v[1].num, v[2].num);

	(void)now_us;
	if (reason)
		return reason;
	c->timer.fire = fire;
	c->oid = (uint8_t)v[0].num;
	c->pin = (uint8_t)v[1].num;
	return NULL;
}

static const char *query_counter(struct klipper *k, void *object,
				 const struct kcan_klp_value *v,
				 uint64_t now_us)
{
	struct counter *c = object;
	const char *reason = klipper_check_period(k, v[2].num);

	klipper_timer_stop(k, &c->timer);
	if (reason)
		return reason;
	c->poll_ticks = v[2].num;
	c->every_ticks = v[3].num;
	c->first_ticks = klipper_clock_near(k, v[1].num, now_us);
	c->due_ticks = c->seen_ticks = c->sample_ticks = c->first_ticks;
	c->follows = false;
	return klipper_timer_at(k, &c->timer, c->first_ticks, now_us);
}

static const struct klipper_message messages[] = {
	[CONFIG_COUNTER] = { "config_counter oid=%c pin=%u pull_up=%c",
			     KLIPPER_MAKES(kind, config_counter) },
	[QUERY_COUNTER] = { "query_counter oid=%c clock=%u poll_ticks=%u "
			    "sample_ticks=%u",
			    KLIPPER_ON(kind, query_counter) },
	[COUNTER_STATE] = { "counter_state oid=%c next_clock=%u count=%u "
			    "count_clock=%u" },
};

const struct klipper_module klipper_counters = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
};
