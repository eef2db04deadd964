// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Endstops: klipper-mcu-protocol.md, section 20. */
#include "../pin.h"
#include "trsync.h"
#include "util/array.h"

#define LOOKS_PER_SECOND 20000 /* at most */

enum { CONFIG_ENDSTOP, ENDSTOP_HOME, ENDSTOP_QUERY_STATE, ENDSTOP_STATE };

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

static const char *fire(struct klipper *k, struct klipper_timer *t,
			uint64_t now_us)
{
	/* it is the first member */
	struct endstop *e = (struct endstop *)t;

	if (e->left == e->sample_count)
		e->next_ticks = e->sample_at + e->rest_ticks;
	if (!is_hit(k, e, now_us)) {
		e->left = e->sample_count;
		look_again(k, e);
		return NULL;
	}
	e->told_ticks = e->next_ticks;
	if (--e->left) {
		look_at(k, e, e->sample_at + e->sample_ticks);
		return NULL;
	}
	e->looks = false;
	klipper_trsync_trigger(k, e->ts, e->reason, now_us);
	return NULL;
}

static void pin_changed(struct klipper *k, void *object, uint64_t now_us)
{
	struct endstop *e = object;

	if (!e->looks || e->timer.armed)
		return;
	/* where looks that nobody needed have led to */
	e->next_ticks = klipper_grid(e->next_ticks, e->rest_ticks,
				     klipper_clock(k, now_us));
	look_at(k, e, e->next_ticks);
}

static void shut_down(struct klipper *k, void *object, uint64_t now_us)
{
	struct endstop *e = object;

	(void)k;
	(void)now_us;
	e->looks = false;
}

static const struct klipper_kind kind = {
	.size = sizeof(struct endstop),
	.shutdown = shut_down,
	.pin_changed = pin_changed,
};

static const char *config_endstop(struct klipper *k, void *object,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	const char *reason = klipper_pin_setup_input(k, v[1].num, v[2].num);

	(void)now_us;
	if (reason)
		return reason;
	*(struct endstop *)object =
		(struct endstop){ .timer.fire = fire,
				  .oid = (uint8_t)v[0].num,
				  .pin = (uint8_t)v[1].num };
	return NULL;
}

static const char *endstop_home(struct klipper *k, void *object,
				const struct kcan_klp_value *v, uint64_t now_us)
{
	struct endstop *e = object;

	klipper_timer_stop(k, &e->timer);
	e->looks = false;
	e->sample_ticks = v[2].num;
	e->sample_count = e->left = (uint8_t)v[3].num;
	e->rest_ticks = v[4].num;
	e->pin_value = (uint8_t)v[5].num ? 1 : 0;
	e->reason = (uint8_t)v[7].num;
	e->homing = e->sample_count != 0;
	if (!e->homing)
		return NULL; /* no more */
	e->ts = klipper_trsync_find(k, (uint8_t)v[6].num);
	if (!e->ts)
		return KLIPPER_INVALID_OID;
	e->looks = true;
	e->sample_at = klipper_clock_near(k, v[1].num, now_us);
	e->next_ticks = e->sample_at;
	return klipper_timer_at(k, &e->timer, e->sample_at, now_us);
}

static const char *endstop_query_state(struct klipper *k, void *object,
				       const struct kcan_klp_value *v,
				       uint64_t now_us)
{
	struct endstop *e = object;

	(void)v;
	klipper_respond(k, &klipper_endstops, ENDSTOP_STATE,
			(struct kcan_klp_value[]){
				{ .num = e->oid },
				{ .num = e->homing },
				{ .num = (uint32_t)e->told_ticks },
				{ .num = klipper_pin_read(k, e->pin, now_us) },
			});
	return NULL;
}

static const struct klipper_message messages[] = {
	[CONFIG_ENDSTOP] = { "config_endstop oid=%c pin=%c pull_up=%c",
			     KLIPPER_MAKES(kind, config_endstop) },
	[ENDSTOP_HOME] = { "endstop_home oid=%c clock=%u sample_ticks=%u "
			   "sample_count=%c rest_ticks=%u pin_value=%c "
			   "trsync_oid=%c trigger_reason=%c",
			   KLIPPER_ON(kind, endstop_home) },
	[ENDSTOP_QUERY_STATE] = { "endstop_query_state oid=%c",
				  KLIPPER_ON(kind, endstop_query_state) },
	[ENDSTOP_STATE] = { "endstop_state oid=%c homing=%c next_clock=%u "
			    "pin_value=%c" },
};

const struct klipper_module klipper_endstops = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
};
