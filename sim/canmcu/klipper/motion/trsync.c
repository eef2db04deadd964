// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What stops steppers together: klipper-mcu-protocol.md, section 20. */
#include "trsync.h"

enum { TRSYNC_STATE = 4 };

#define ALREADY_ACTIVE "Can't add signal that is already active"

/*
 * Reports are made by a task, behind all timers of that time: one that is due
 * twice comes once. They come until the host itself triggers, or starts again.
 */
struct klipper_trsync {
	struct klipper_timer report;
	struct klipper_timer expire;
	struct klipper_timer task;
	uint64_t report_at; /* ticks of the next one */
	uint32_t report_ticks;
	struct klipper_signal *signals;
	uint8_t oid;
	uint8_t expire_reason;
	uint8_t reason;
	bool can_trigger;
};

static void report(struct klipper *k, const struct klipper_trsync *ts,
		   uint32_t clock)
{
	KLIPPER_RESPOND(k, &klipper_trsyncs, TRSYNC_STATE, NUM(ts->oid),
			NUM(ts->can_trigger), NUM(ts->reason), NUM(clock));
}

static void drop_signals(struct klipper_trsync *ts)
{
	for (struct klipper_signal *s = ts->signals; s; s = s->next)
		s->waiting = false;
	ts->signals = NULL;
}

static void stop_timers(struct klipper *k, struct klipper_trsync *ts)
{
	klipper_timer_stop(k, &ts->report);
	klipper_timer_stop(k, &ts->expire);
	klipper_timer_stop(k, &ts->task);
}

void klipper_trsync_trigger(const struct klipper_call *c,
			    struct klipper_trsync *ts, uint8_t reason)
{
	struct klipper_signal *signal = ts->signals;

	if (!ts->can_trigger)
		return;
	ts->can_trigger = false;
	ts->reason = reason;
	drop_signals(ts);
	for (; signal; signal = signal->next)
		signal->run(c, signal);
	klipper_timer_set(c->k, &ts->task, c->now_us);
}

static const char *run_task(const struct klipper_call *c)
{
	struct klipper_trsync *ts =
		(void *)((uint8_t *)c->object -
			 offsetof(struct klipper_trsync, task));

	report(c->k, ts, (uint32_t)klipper_clock(c->k, c->now_us));
	return NULL;
}

static const char *fire_report(const struct klipper_call *c)
{
	struct klipper_trsync *ts = c->object;

	klipper_timer_set(c->k, &ts->task, c->now_us);
	ts->report_at += ts->report_ticks;
	klipper_timer_set(c->k, &ts->report,
			  klipper_when_us(c->k, ts->report_at));
	return NULL;
}

static const char *fire_expire(const struct klipper_call *c)
{
	struct klipper_trsync *ts =
		(void *)((uint8_t *)c->object -
			 offsetof(struct klipper_trsync, expire));

	klipper_trsync_trigger(c, ts, ts->expire_reason);
	return NULL;
}

static void shut_down(const struct klipper_call *c)
{
	struct klipper_trsync *ts = c->object;

	ts->can_trigger = false;
	ts->reason = 0;
	drop_signals(ts);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct klipper_trsync),
	.shutdown = shut_down,
};

struct klipper_trsync *klipper_trsync_find(struct klipper *k, uint8_t oid)
{
	return klipper_oid_find(k, oid, &kind);
}

const char *klipper_trsync_wait(struct klipper_trsync *ts,
				struct klipper_signal *signal)
{
	if (signal->waiting)
		return ALREADY_ACTIVE;
	signal->waiting = true;
	signal->next = ts->signals;
	ts->signals = signal;
	return NULL;
}

static const char *config_trsync(const struct klipper_call *c)
{
	*(struct klipper_trsync *)c->object = (struct klipper_trsync){
		.report.fire = fire_report,
		.expire.fire = fire_expire,
		.task.fire = run_task,
		.oid = (uint8_t)c->v[0].num,
	};
	return NULL;
}

static const char *trsync_start(const struct klipper_call *c)
{
	struct klipper_trsync *ts = c->object;
	const char *reason;

	stop_timers(c->k, ts);
	drop_signals(ts);
	ts->report_at = klipper_clock_near(c->k, c->v[1].num, c->now_us);
	ts->report_ticks = c->v[2].num;
	ts->expire_reason = (uint8_t)c->v[3].num;
	ts->reason = 0;
	ts->can_trigger = true;
	if (!ts->report_ticks)
		return NULL;
	reason = klipper_check_period(c->k, ts->report_ticks);
	if (reason)
		return reason;
	return klipper_timer_at(c->k, &ts->report, ts->report_at, c->now_us);
}

static const char *trsync_set_timeout(const struct klipper_call *c)
{
	struct klipper_trsync *ts = c->object;
	uint64_t ticks = klipper_clock_near(c->k, c->v[1].num, c->now_us);

	if (!ts->can_trigger)
		return NULL;
	/* a host that may be late is waited for */
	return klipper_timer_at(c->k, &ts->expire,
				ticks + klipper_lateness_ticks(c->k),
				c->now_us);
}

/* The host's own trigger: its answer is the state, and the last one. */
static const char *trsync_trigger(const struct klipper_call *c)
{
	struct klipper_trsync *ts = c->object;

	klipper_trsync_trigger(c, ts, (uint8_t)c->v[1].num);
	stop_timers(c->k, ts);
	ts->can_trigger = false;
	report(c->k, ts, 0);
	return NULL;
}

static const struct klipper_message messages[] = {
	{ "config_trsync oid=%c", config_trsync, .makes = &kind },
	{ "trsync_start oid=%c report_clock=%u report_ticks=%u "
	  "expire_reason=%c",
	  trsync_start, &kind },
	{ "trsync_set_timeout oid=%c clock=%u", trsync_set_timeout, &kind },
	{ "trsync_trigger oid=%c reason=%c", trsync_trigger, &kind },
	[TRSYNC_STATE] = { "trsync_state oid=%c can_trigger=%c "
			   "trigger_reason=%c clock=%u" },
};

const struct klipper_module klipper_trsyncs = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(ALREADY_ACTIVE),
};
