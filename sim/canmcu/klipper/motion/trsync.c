// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What stops steppers together: klipper-mcu-protocol.md, section 20. */
#include "trsync.h"
#include "util/array.h"

enum {
	CONFIG_TRSYNC,
	TRSYNC_START,
	TRSYNC_SET_TIMEOUT,
	TRSYNC_TRIGGER,
	TRSYNC_STATE,
};

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
	klipper_respond(k, &klipper_trsyncs, TRSYNC_STATE,
			(struct kcan_klp_value[]){ { .num = ts->oid },
						   { .num = ts->can_trigger },
						   { .num = ts->reason },
						   { .num = clock } });
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

void klipper_trsync_trigger(struct klipper *k, struct klipper_trsync *ts,
			    uint8_t reason, uint64_t now_us)
{
	struct klipper_signal *signal = ts->signals;

	if (!ts->can_trigger)
		return;
	ts->can_trigger = false;
	ts->reason = reason;
	drop_signals(ts);
	for (; signal; signal = signal->next)
		signal->run(k, signal, now_us);
	klipper_timer_set(k, &ts->task, now_us);
}

static const char *run_task(struct klipper *k, struct klipper_timer *t,
			    uint64_t now_us)
{
	struct klipper_trsync *ts =
		(void *)((uint8_t *)t - offsetof(struct klipper_trsync, task));

	report(k, ts, (uint32_t)klipper_clock(k, now_us));
	return NULL;
}

static const char *fire_report(struct klipper *k, struct klipper_timer *t,
			       uint64_t now_us)
{
	/* it is the first member */
	struct klipper_trsync *ts = (struct klipper_trsync *)t;

	klipper_timer_set(k, &ts->task, now_us);
	ts->report_at += ts->report_ticks;
	klipper_timer_set(k, t, klipper_when_us(k, ts->report_at));
	return NULL;
}

static const char *fire_expire(struct klipper *k, struct klipper_timer *t,
			       uint64_t now_us)
{
	struct klipper_trsync *ts =
		(void *)((uint8_t *)t -
			 offsetof(struct klipper_trsync, expire));

	klipper_trsync_trigger(k, ts, ts->expire_reason, now_us);
	return NULL;
}

static void shut_down(struct klipper *k, void *object, uint64_t now_us)
{
	struct klipper_trsync *ts = object;

	(void)k;
	(void)now_us;
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

static const char *config_trsync(struct klipper *k, void *object,
				 const struct kcan_klp_value *v,
				 uint64_t now_us)
{
	(void)k;
	(void)now_us;
	*(struct klipper_trsync *)object = (struct klipper_trsync){
		.report.fire = fire_report,
		.expire.fire = fire_expire,
		.task.fire = run_task,
		.oid = (uint8_t)v[0].num,
	};
	return NULL;
}

static const char *trsync_start(struct klipper *k, void *object,
				const struct kcan_klp_value *v, uint64_t now_us)
{
	struct klipper_trsync *ts = object;
	const char *reason;

	stop_timers(k, ts);
	drop_signals(ts);
	ts->report_at = klipper_clock_near(k, v[1].num, now_us);
	ts->report_ticks = v[2].num;
	ts->expire_reason = (uint8_t)v[3].num;
	ts->reason = 0;
	ts->can_trigger = true;
	if (!ts->report_ticks)
		return NULL;
	reason = klipper_check_period(k, ts->report_ticks);
	if (reason)
		return reason;
	return klipper_timer_at(k, &ts->report, ts->report_at, now_us);
}

static const char *trsync_set_timeout(struct klipper *k, void *object,
				      const struct kcan_klp_value *v,
				      uint64_t now_us)
{
	struct klipper_trsync *ts = object;
	uint64_t ticks = klipper_clock_near(k, v[1].num, now_us);

	if (!ts->can_trigger)
		return NULL;
	/* a host that may be late is waited for */
	return klipper_timer_at(k, &ts->expire,
				ticks + klipper_lateness_ticks(k), now_us);
}

/* The host's own trigger: its answer is the state, and the last one. */
static const char *trsync_trigger(struct klipper *k, void *object,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	struct klipper_trsync *ts = object;

	klipper_trsync_trigger(k, ts, (uint8_t)v[1].num, now_us);
	stop_timers(k, ts);
	ts->can_trigger = false;
	report(k, ts, 0);
	return NULL;
}

static const struct klipper_message messages[] = {
	[CONFIG_TRSYNC] = { "config_trsync oid=%c",
			    KLIPPER_MAKES(kind, config_trsync) },
	[TRSYNC_START] = { "trsync_start oid=%c report_clock=%u "
			   "report_ticks=%u expire_reason=%c",
			   KLIPPER_ON(kind, trsync_start) },
	[TRSYNC_SET_TIMEOUT] = { "trsync_set_timeout oid=%c clock=%u",
				 KLIPPER_ON(kind, trsync_set_timeout) },
	[TRSYNC_TRIGGER] = { "trsync_trigger oid=%c reason=%c",
			     KLIPPER_ON(kind, trsync_trigger) },
	[TRSYNC_STATE] = { "trsync_state oid=%c can_trigger=%c "
			   "trigger_reason=%c clock=%u" },
};

static const char *const strings[] = { ALREADY_ACTIVE };

const struct klipper_module klipper_trsyncs = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
};
