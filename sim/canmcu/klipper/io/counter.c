// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Counters of edges: klipper-mcu-protocol.md, section 20. */
#include "../pin.h"

enum { COUNTER_STATE = 2 };

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
static uint64_t visible(const struct counter *n, uint64_t edges)
{
	uint64_t looks = (n->due_ticks - n->seen_ticks) / n->poll_ticks;

	if (edges <= looks)
		return edges;
	return looks - ((looks ^ edges) & 1);
}

/* Return: how many edges were seen; @at_us: when the last one was. */
static uint32_t count_edges(struct klipper *k, struct counter *n,
			    uint64_t now_us, uint64_t *at_us)
{
	bool followed = n->follows;
	uint64_t before = n->edges;
	struct device_edges e;

	n->follows = mcu_pin_edges(klipper_mcu(k), n->pin, now_us, &e);
	if (n->follows)
		n->edges = e.count;
	if (n->follows && followed) {
		*at_us = e.last_us;
		return (uint32_t)visible(n, e.count - before);
	}
	*at_us = now_us;
	return (n->count & 1) != klipper_pin_read(k, n->pin, now_us);
}

static void look(struct klipper *k, struct counter *n, uint64_t now_us)
{
	uint64_t at_us, ticks;
	uint32_t edges = count_edges(k, n, now_us, &at_us);

	if (edges) {
		ticks = klipper_grid(n->first_ticks, n->poll_ticks,
				     klipper_clock(k, at_us));
		n->count_ticks =
			(uint32_t)(ticks < n->due_ticks ? ticks : n->due_ticks);
	}
	n->count += edges;
	n->seen_ticks = n->due_ticks;
}

static void look_at(struct klipper *k, struct counter *n, uint64_t ticks)
{
	n->due_ticks = klipper_grid(n->first_ticks, n->poll_ticks, ticks);
	klipper_timer_set(k, &n->timer, klipper_when_us(k, n->due_ticks));
}

static const char *fire(const struct klipper_call *c)
{
	struct counter *n = c->object;

	look(c->k, n, c->now_us);
	if (n->due_ticks > n->sample_ticks) {
		n->sample_ticks = n->due_ticks + n->every_ticks;
		KLIPPER_RESPOND(c->k, &klipper_counters, COUNTER_STATE,
				NUM(n->oid), NUM(n->due_ticks + n->poll_ticks),
				NUM(n->count), NUM(n->count_ticks));
	}
	look_at(c->k, n, n->sample_ticks + 1);
	return NULL;
}

static void pin_changed(const struct klipper_call *c)
{
	struct counter *n = c->object;
	uint64_t ticks = klipper_clock(c->k, c->now_us);

	/* before the first one it is early enough */
	if (!n->timer.armed || n->due_ticks == n->seen_ticks)
		return;
	if (ticks <= n->seen_ticks)
		ticks = n->seen_ticks + 1;
	if (ticks < n->due_ticks)
		look_at(c->k, n, ticks);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct counter),
	.pin_changed = pin_changed,
};

static const char *config_counter(const struct klipper_call *c)
{
	struct counter *n = c->object;
	const char *reason =
		klipper_pin_setup_input(c->k, c->v[1].num, c->v[2].num);

	if (reason)
		return reason;
	n->timer.fire = fire;
	n->oid = (uint8_t)c->v[0].num;
	n->pin = (uint8_t)c->v[1].num;
	return NULL;
}

static const char *query_counter(const struct klipper_call *c)
{
	struct counter *n = c->object;
	const char *reason = klipper_check_period(c->k, c->v[2].num);

	klipper_timer_stop(c->k, &n->timer);
	if (reason)
		return reason;
	n->poll_ticks = c->v[2].num;
	n->every_ticks = c->v[3].num;
	n->first_ticks = klipper_clock_near(c->k, c->v[1].num, c->now_us);
	n->due_ticks = n->seen_ticks = n->sample_ticks = n->first_ticks;
	n->follows = false;
	return klipper_timer_at(c->k, &n->timer, n->first_ticks, c->now_us);
}

static const struct klipper_message messages[] = {
	{ "config_counter oid=%c pin=%u pull_up=%c", config_counter,
	  .makes = &kind },
	{ "query_counter oid=%c clock=%u poll_ticks=%u sample_ticks=%u",
	  query_counter, &kind },
	[COUNTER_STATE] = { "counter_state oid=%c next_clock=%u count=%u "
			    "count_clock=%u" },
};

const struct klipper_module klipper_counters = {
	KLIPPER_MESSAGES(messages),
};
