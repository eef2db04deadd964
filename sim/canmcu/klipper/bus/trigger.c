// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Probes that are sensors: klipper-mcu-protocol.md, section 20.2. */
#include "trigger.h"

#include "../motion/trsync.h"
#include "bus.h"
#include "sos_filter.h"
#include "util/array.h"

enum { TRIGGER_ANALOG_STATE = 5 };

enum trigger_type { ABS_GE, GT, DIFF_PEAK_GT };
enum trigger_error { RAW_RANGE, OVERFLOW, MONITOR, SENSOR_SPECIFIC };

struct klipper_trigger {
	struct klipper_timer monitor;
	struct sos_filter *filter;
	struct klipper_trsync *ts;
	uint64_t start_ticks; /* of homing */
	uint32_t told_ticks;  /* when it started, or triggered */
	uint32_t monitor_ticks;
	uint64_t monitor_at;
	int32_t raw_min, raw_max;
	int32_t value;
	int32_t peak;
	uint8_t type;
	uint8_t reason;
	uint8_t error_reason;
	uint8_t monitor_max;
	uint8_t monitor_count; /* looks since a value came */
	bool homing;
};

static void end_homing(const struct klipper_call *c, struct klipper_trigger *t,
		       unsigned int reason)
{
	t->homing = false;
	klipper_trsync_trigger(c, t->ts, (uint8_t)reason);
}

/* Too many looks without a value. */
static const char *look(const struct klipper_call *c)
{
	struct klipper_trigger *t = c->object;

	if (!t->homing)
		return NULL;
	if (t->monitor_count > t->monitor_max) {
		/* it goes on homing, as far as the host is told */
		klipper_trsync_trigger(c, t->ts,
				       (uint8_t)(t->error_reason + MONITOR));
		return NULL;
	}
	t->monitor_count++;
	t->monitor_at += t->monitor_ticks;
	return klipper_timer_at(c->k, &t->monitor, t->monitor_at, c->now_us);
}

static bool is_hit(struct klipper_trigger *t, int32_t value)
{
	uint32_t size = value < 0 ? 0 - (uint32_t)value : (uint32_t)value;

	if (t->type == ABS_GE)
		return size >= (uint32_t)t->value;
	if (t->type == GT)
		return value > t->value;
	if (t->type != DIFF_PEAK_GT)
		return false;
	if (value > t->peak) {
		t->peak = value;
		return false;
	}
	return (uint32_t)t->peak - (uint32_t)value > (uint32_t)t->value;
}

void klipper_trigger_update(const struct klipper_call *c,
			    struct klipper_trigger *t, int32_t value)
{
	uint64_t ticks = klipper_clock(c->k, c->now_us);

	if (!t || !t->homing || ticks < t->start_ticks)
		return;
	t->monitor_count = 0;
	if (value < t->raw_min || value > t->raw_max) {
		end_homing(c, t, t->error_reason + RAW_RANGE);
		return;
	}
	if (!sos_filter_apply(t->filter, &value)) {
		end_homing(c, t, t->error_reason + OVERFLOW);
		return;
	}
	if (!is_hit(t, value))
		return;
	t->told_ticks = (uint32_t)ticks;
	end_homing(c, t, t->reason);
}

void klipper_trigger_error(const struct klipper_call *c,
			   struct klipper_trigger *t, uint8_t code)
{
	if (t && t->homing)
		end_homing(c, t, t->error_reason + SENSOR_SPECIFIC + code);
}

static void shut_down(const struct klipper_call *c)
{
	struct klipper_trigger *t = c->object;

	t->homing = false;
}

static const struct klipper_kind kind = {
	.size = sizeof(struct klipper_trigger),
	.shutdown = shut_down,
};

struct klipper_trigger *klipper_trigger_find(struct klipper *k, uint8_t oid)
{
	return klipper_oid_find(k, oid, &kind);
}

static const char *config_trigger_analog(const struct klipper_call *c)
{
	struct klipper_trigger *t = c->object;

	t->monitor.fire = look;
	t->filter = klipper_sos_filter_find(c->k, (uint8_t)c->v[1].num);
	return t->filter ? NULL : KLIPPER_INVALID_OID;
}

static const char *trigger_analog_set_raw_range(const struct klipper_call *c)
{
	struct klipper_trigger *t = c->object;

	t->raw_min = (int32_t)c->v[1].num;
	t->raw_max = (int32_t)c->v[2].num;
	return NULL;
}

static const char *trigger_analog_set_trigger(const struct klipper_call *c)
{
	struct klipper_trigger *t = c->object;

	t->type = (uint8_t)c->v[1].num;
	t->value = (int32_t)c->v[2].num;
	return NULL;
}

static const char *trigger_analog_home(const struct klipper_call *c)
{
	struct klipper_trigger *t = c->object;

	klipper_timer_stop(c->k, &t->monitor);
	t->homing = false;
	t->monitor_ticks = c->v[5].num;
	if (!t->monitor_ticks)
		return NULL;
	t->ts = klipper_trsync_find(c->k, (uint8_t)c->v[1].num);
	if (!t->ts)
		return KLIPPER_INVALID_OID;
	t->reason = (uint8_t)c->v[2].num;
	t->error_reason = (uint8_t)c->v[3].num;
	t->told_ticks = c->v[4].num;
	t->monitor_at = t->start_ticks =
		klipper_clock_near(c->k, c->v[4].num, c->now_us);
	t->monitor_max = (uint8_t)c->v[6].num;
	t->monitor_count = 0;
	t->peak = INT32_MIN;
	t->homing = true;
	return klipper_timer_at(c->k, &t->monitor, t->monitor_at, c->now_us);
}

static const char *trigger_analog_query_state(const struct klipper_call *c)
{
	struct klipper_trigger *t = c->object;

	KLIPPER_RESPOND(c->k, &klipper_triggers, TRIGGER_ANALOG_STATE,
			NUM((uint8_t)c->v[0].num), NUM(t->homing),
			NUM(t->told_ticks));
	return NULL;
}

/* The colon belongs to the second name. */
static int describe(const struct klipper_dictionary *d)
{
	static const char *const types[] = { "abs_ge", "gt", "diff_peak_gt" };
	static const char *const errors[] = { "RAW_RANGE", "OVERFLOW",
					      "MONITOR", "SENSOR_SPECIFIC" };

	return klipper_describe_names(d, "trigger_analog_type", types,
				      ARRAY_SIZE(types)) |
	       klipper_describe_names(d, "trigger_analog_error:", errors,
				      ARRAY_SIZE(errors));
}

static const struct klipper_message messages[] = {
	{ "config_trigger_analog oid=%c sos_filter_oid=%c",
	  config_trigger_analog, .makes = &kind },
	{ "trigger_analog_set_raw_range oid=%c raw_min=%i raw_max=%i",
	  trigger_analog_set_raw_range, &kind },
	{ "trigger_analog_set_trigger oid=%c trigger_analog_type=%c "
	  "trigger_value=%i",
	  trigger_analog_set_trigger, &kind },
	{ "trigger_analog_home oid=%c trsync_oid=%c trigger_reason=%c "
	  "error_reason=%c clock=%u monitor_ticks=%u monitor_max=%u",
	  trigger_analog_home, &kind },
	{ "trigger_analog_query_state oid=%c", trigger_analog_query_state,
	  &kind },
	[TRIGGER_ANALOG_STATE] = { "trigger_analog_state oid=%c homing=%c "
				   "homing_clock=%u" },
};

const struct klipper_module klipper_triggers = {
	KLIPPER_MESSAGES(messages),
	.describe = describe,
};
