// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Endstops: klipper-mcu-protocol.md, section 20. */
#include "../pin.h"
#include "trsync.h"

#define LOOKS_PER_SECOND 20000 /* at most */

enum { ENDSTOP_STATE = 3 };

/*
 * While homing, looked at every rest_ticks; when it is as wanted, sample_count
 * looks, sample_ticks apart, have to agree. While it is not, the user decides when
 * the next look makes a difference: only then is there a timer. But where a
 * carriage comes to, only looking tells.
 */
struct endstop {
	struct klipper_timer timer;
	struct klipper_trsync *ts;
	uint64_t next_ticks; /* of the next look */
	uint64_t told_ticks; /* of that behind the last one that hit; 0: none */
	uint64_t sample_at;  /* ticks of the sample that is due */
	uint32_t sample_ticks;
	uint32_t rest_ticks;
	uint8_t oid;
	uint8_t pin;
	uint8_t pin_value;
	uint8_t sample_count;
	uint8_t left; /* samples; sample_count: none was right yet */
	uint8_t reason;
	bool homing; /* until the host ends it: after a hit, too */
	bool looks;
};

static bool is_hit(struct klipper *k, const struct endstop *e, uint64_t now_us)
{
	return klipper_pin_read(k, e->pin, now_us) == e->pin_value;
}

static void look_at(struct klipper *k, struct endstop *e, uint64_t ticks)
{
	e->sample_at = ticks;
	klipper_timer_set(k, &e->timer, klipper_when_us(k, ticks));
}

/* Nobody says that a carriage has come; so often is often enough to see it. */
static void look_again(struct klipper *k, struct endstop *e)
{
	uint64_t ticks =
		e->sample_at + (uint64_t)klipper_clock_hz(k) / LOOKS_PER_SECOND;

	if (!mcu_pin_moves(klipper_mcu(k), e->pin))
		return;
	e->next_ticks = klipper_grid(e->next_ticks, e->rest_ticks, ticks);
	look_at(k, e, e->next_ticks);
}

static const char *fire(const struct klipper_call *c)
{
	struct endstop *e = c->object;

	if (e->left == e->sample_count)
		e->next_ticks = e->sample_at + e->rest_ticks;
	if (!is_hit(c->k, e, c->now_us)) {
		e->left = e->sample_count;
		look_again(c->k, e);
		return NULL;
	}
	e->told_ticks = e->next_ticks;
	if (--e->left) {
		look_at(c->k, e, e->sample_at + e->sample_ticks);
		return NULL;
	}
	e->looks = false;
	klipper_trsync_trigger(c, e->ts, e->reason);
	return NULL;
}

static void pin_changed(const struct klipper_call *c)
{
	struct endstop *e = c->object;

	if (!e->looks || e->timer.armed)
		return;
	/* where looks that nobody needed have led to */
	e->next_ticks = klipper_grid(e->next_ticks, e->rest_ticks,
				     klipper_clock(c->k, c->now_us));
	look_at(c->k, e, e->next_ticks);
}

static void shut_down(const struct klipper_call *c)
{
	struct endstop *e = c->object;

	e->looks = false;
}

static const struct klipper_kind kind = {
	.size = sizeof(struct endstop),
	.shutdown = shut_down,
	.pin_changed = pin_changed,
};

static const char *config_endstop(const struct klipper_call *c)
{
	const char *reason =
		klipper_pin_setup_input(c->k, c->v[1].num, c->v[2].num);

	if (reason)
		return reason;
	*(struct endstop *)c->object =
		(struct endstop){ .timer.fire = fire,
				  .oid = (uint8_t)c->v[0].num,
				  .pin = (uint8_t)c->v[1].num };
	return NULL;
}

static const char *endstop_home(const struct klipper_call *c)
{
	struct endstop *e = c->object;

	klipper_timer_stop(c->k, &e->timer);
	e->looks = false;
	e->sample_ticks = c->v[2].num;
	e->sample_count = e->left = (uint8_t)c->v[3].num;
	e->rest_ticks = c->v[4].num;
	e->pin_value = (uint8_t)c->v[5].num ? 1 : 0;
	e->reason = (uint8_t)c->v[7].num;
	e->homing = e->sample_count != 0;
	if (!e->homing)
		return NULL; /* no more */
	e->ts = klipper_trsync_find(c->k, (uint8_t)c->v[6].num);
	if (!e->ts)
		return KLIPPER_INVALID_OID;
	e->looks = true;
	e->sample_at = klipper_clock_near(c->k, c->v[1].num, c->now_us);
	e->next_ticks = e->sample_at;
	return klipper_timer_at(c->k, &e->timer, e->sample_at, c->now_us);
}

static const char *endstop_query_state(const struct klipper_call *c)
{
	struct endstop *e = c->object;

	KLIPPER_RESPOND(c->k, &klipper_endstops, ENDSTOP_STATE, NUM(e->oid),
			NUM(e->homing), NUM(e->told_ticks),
			NUM(klipper_pin_read(c->k, e->pin, c->now_us)));
	return NULL;
}

static const struct klipper_message messages[] = {
	{ "config_endstop oid=%c pin=%c pull_up=%c", config_endstop,
	  .makes = &kind },
	{ "endstop_home oid=%c clock=%u sample_ticks=%u sample_count=%c "
	  "rest_ticks=%u pin_value=%c trsync_oid=%c trigger_reason=%c",
	  endstop_home, &kind },
	{ "endstop_query_state oid=%c", endstop_query_state, &kind },
	[ENDSTOP_STATE] = { "endstop_state oid=%c homing=%c next_clock=%u "
			    "pin_value=%c" },
};

const struct klipper_module klipper_endstops = {
	KLIPPER_MESSAGES(messages),
};
