// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Klipper's clock, timers and stats: klipper-mcu-protocol.md, 11 and 12. */
#include "engine.h"

#define SECOND_US 1000000u
#define PERIOD_MIN_US 100u

#define STATS_EVERY_US 5000000u
/* A plausible idle main loop: so many rounds in 5 s, and a round takes this. */
#define ROUNDS_IDLE 100u
#define ROUND_US 20u

uint32_t klipper_clock_hz(const struct klipper *k)
{
	uint32_t hz = k->mcu->cfg.clock_hz;

	return hz ? hz : klipper_built_for(k)->clock_hz;
}

/* What the clocks were set back by since this one began. */
static uint64_t set_back_us(const struct klipper *k)
{
	return k->fw->lateness.set_back_us - k->set_back_before_us;
}

/* Whole seconds apart from the rest: exact, and no overflow in 700 years. */
static uint64_t scale(uint64_t count, uint64_t from, uint64_t to,
		      uint64_t *rest)
{
	uint64_t part = count % from * to;

	*rest = part % from;
	return count / from * to + part / from;
}

uint64_t klipper_clock(const struct klipper *k, uint64_t now_us)
{
	uint64_t up_us = now_us - mcu_start_us(k->mcu);
	uint64_t back_us = set_back_us(k);
	uint64_t rest;

	return scale(up_us > back_us ? up_us - back_us : 0, SECOND_US,
		     klipper_clock_hz(k), &rest);
}

uint64_t klipper_clock_near(const struct klipper *k, uint32_t clock,
			    uint64_t now_us)
{
	uint64_t ticks = klipper_clock(k, now_us);
	int64_t near = (int64_t)ticks + (int32_t)(clock - (uint32_t)ticks);

	return near > 0 ? (uint64_t)near : 0;
}

uint64_t klipper_when_us(const struct klipper *k, uint64_t ticks)
{
	uint64_t rest;
	uint64_t us = scale(ticks, klipper_clock_hz(k), SECOND_US, &rest);

	return mcu_start_us(k->mcu) + set_back_us(k) + us + (rest > 0);
}

/*
 * The clocks of all MCUs are set back together, so that what moves at the same
 * time on several of them still does. What was armed comes so much later, too.
 */
bool klipper_is_over(struct klipper *k, uint64_t ticks, uint64_t now_us)
{
	struct klipper_lateness *l = &k->fw->lateness;
	uint64_t at_us = klipper_when_us(k, ticks);

	if (at_us >= now_us)
		return false;
	if (now_us - at_us > l->max_us)
		return true;
	l->set_back_us += now_us - at_us;
	mcu_event_count(k->mcu, EVENT_LATE, now_us - at_us, now_us);
	return false;
}

uint64_t klipper_told_clock(struct klipper *k, uint64_t now_us)
{
	uint64_t ticks = klipper_clock(k, now_us);

	if (ticks > k->told_ticks)
		k->told_ticks = ticks;
	return k->told_ticks;
}

uint32_t klipper_lateness_ticks(const struct klipper *k)
{
	uint64_t rest;

	return (uint32_t)scale(k->fw->lateness.max_us, SECOND_US,
			       klipper_clock_hz(k), &rest);
}

uint64_t klipper_grid(uint64_t first, uint32_t step, uint64_t ticks)
{
	if (ticks <= first || !step)
		return ticks > first ? ticks : first;
	return first + (ticks - first + step - 1) / step * step;
}

uint64_t klipper_timer_due_us(const struct klipper *k,
			      const struct klipper_timer *t)
{
	return t->at_us + set_back_us(k);
}

void klipper_follow_timers(struct klipper *k)
{
	mcu_wake_at(k->mcu, k->timers ? klipper_timer_due_us(k, k->timers) :
					UINT64_MAX);
}

void klipper_timer_stop(struct klipper *k, struct klipper_timer *t)
{
	struct klipper_timer **at = &k->timers;

	if (!t->armed)
		return;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->armed = false;
	klipper_follow_timers(k);
}

void klipper_timer_set(struct klipper *k, struct klipper_timer *t,
		       uint64_t at_us)
{
	struct klipper_timer **at = &k->timers;

	klipper_timer_stop(k, t);
	t->at_us = at_us - set_back_us(k);
	t->armed = true;
	while (*at && (*at)->at_us <= t->at_us)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
	klipper_follow_timers(k);
}

const char *klipper_timer_at(struct klipper *k, struct klipper_timer *t,
			     uint64_t ticks, uint64_t now_us)
{
	if (klipper_is_over(k, ticks, now_us))
		return KLIPPER_TIMER_TOO_CLOSE;
	klipper_timer_set(k, t, klipper_when_us(k, ticks));
	return NULL;
}

const char *klipper_check_period(const struct klipper *k, uint32_t ticks)
{
	uint64_t min = (uint64_t)klipper_clock_hz(k) * PERIOD_MIN_US;

	return ticks < min / SECOND_US ? KLIPPER_TIMER_IN_PAST : NULL;
}

void klipper_stop_timers(struct klipper *k, bool tasks)
{
	struct klipper_timer **at = &k->timers;

	while (*at) {
		struct klipper_timer *t = *at;

		if (t->task && !tasks) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		t->armed = false;
	}
	klipper_follow_timers(k);
}

/* Stats. */

uint64_t klipper_stats_us(const struct mcu *m, uint64_t now_us)
{
	uint64_t up_us = now_us - mcu_start_us(m);
	uint64_t turns = (up_us + STATS_EVERY_US - 1) / STATS_EVERY_US;

	return mcu_start_us(m) + (turns ? turns : 1) * STATS_EVERY_US;
}

static uint32_t saturated(uint64_t value)
{
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static const char *report_stats(const struct klipper_call *c)
{
	uint64_t count = ROUNDS_IDLE + (uint64_t)c->k->rounds;
	uint64_t ticks = (uint64_t)klipper_clock_hz(c->k) * ROUND_US / 1000000;
	uint64_t square = (ticks * ticks + KLIPPER_STATS_SUMSQ_BASE - 1) /
			  KLIPPER_STATS_SUMSQ_BASE;
	struct kcan_klp_value stats[] = {
		NUM(saturated(count)),
		NUM(saturated(count * ticks)),
		NUM(saturated(count * square)),
	};

	klipper_respond_basic(c->k, KLIPPER_STATS, stats);
	c->k->rounds = 0;
	klipper_timer_set(c->k, c->object, c->now_us + STATS_EVERY_US);
	return NULL;
}

void klipper_start_stats(struct klipper *k, uint64_t now_us)
{
	k->stats = (struct klipper_timer){ .fire = report_stats, .task = true };
	klipper_timer_set(k, &k->stats, klipper_stats_us(k->mcu, now_us));
}
