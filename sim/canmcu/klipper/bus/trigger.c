// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Probes that are sensors: klipper-mcu-protocol.md, section 20.2. */
#include "trigger.h"

#include "../motion/trsync.h"
#include "bus.h"
#include "sos_filter.h"
#include "util/array.h"

enum {
	CONFIG_TRIGGER_ANALOG,
	TRIGGER_ANALOG_SET_RAW_RANGE,
	TRIGGER_ANALOG_SET_TRIGGER,
	TRIGGER_ANALOG_HOME,
	TRIGGER_ANALOG_QUERY_STATE,
	TRIGGER_ANALOG_STATE,
};

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

static void end_homing(struct klipper *k, struct klipper_trigger *t,
		       unsigned int reason, uint64_t now_us)
{
	t->homing = false;
	klipper_trsync_trigger(k, t->ts, (uint8_t)reason, now_us);
}

/* Too many looks without a value. */
static const char *look(struct klipper *k, struct klipper_timer *timer,
			uint64_t now_us)
{
	/* it is the first member */
	struct klipper_trigger *t = (struct klipper_trigger *)timer;

	if (!t->homing)
		return NULL;
	if (t->monitor_count > t->monitor_max) {
		/* it goes on homing, as far as the host is told */
		klipper_trsync_trigger(
			k, t->ts, (uint8_t)(t->error_reason + MONITOR), now_us);
		return NULL;
	}
	t->monitor_count++;
	t->monitor_at += t->monitor_ticks;
	return klipper_timer_at(k, timer, t->monitor_at, now_us);
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

void klipper_trigger_update(struct klipper *k, struct klipper_trigger *t,
			    int32_t value, uint64_t now_us)
{
	if (!t || !t->homing || klipper_clock(k, now_us) < t->start_ticks)
		return;
	t->monitor_count = 0;
	if (value < t->raw_min || value > t->raw_max) {
		end_homing(k, t, t->error_reason + RAW_RANGE, now_us);
		return;
	}
	if (!sos_filter_apply(t->filter, &value)) {
		end_homing(k, t, t->error_reason + OVERFLOW, now_us);
		return;
	}
	if (!is_hit(t, value))
		return;
	t->told_ticks = (uint32_t)klipper_clock(k, now_us);
	end_homing(k, t, t->reason, now_us);
}

void klipper_trigger_error(struct klipper *k, struct klipper_trigger *t,
			   uint8_t code, uint64_t now_us)
{
	if (t && t->homing)
		end_homing(k, t, t->error_reason + SENSOR_SPECIFIC + code,
			   now_us);
}

static void shut_down(struct klipper *k, void *object, uint64_t now_us)
{
	struct klipper_trigger *t = object;

	(void)k;
	(void)now_us;
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

static const char *config_trigger_analog(struct klipper *k, void *object,
					 const struct kcan_klp_value *v,
					 uint64_t now_us)
{
	struct klipper_trigger *t = object;

	(void)now_us;
	t->monitor.fire = look;
	t->filter = klipper_sos_filter_find(k, (uint8_t)v[1].num);
	return t->filter ? NULL : KLIPPER_INVALID_OID;
}

static const char *trigger_analog_set_raw_range(struct klipper *k, void *object,
						const struct kcan_klp_value *v,
						uint64_t now_us)
{
	struct klipper_trigger *t = object;

	(void)k;
	(void)now_us;
	t->raw_min = (int32_t)v[1].num;
	t->raw_max = (int32_t)v[2].num;
	return NULL;
}

static const char *trigger_analog_set_trigger(struct klipper *k, void *object,
					      const struct kcan_klp_value *v,
					      uint64_t now_us)
{
	struct klipper_trigger *t = object;

	(void)k;
	(void)now_us;
	t->type = (uint8_t)v[1].num;
	t->value = (int32_t)v[2].num;
	return NULL;
}

static const char *trigger_analog_home(struct klipper *k, void *object,
				       const struct kcan_klp_value *v,
				       uint64_t now_us)
{
	struct klipper_trigger *t = object;

	klipper_timer_stop(k, &t->monitor);
	t->homing = false;
	t->monitor_ticks = v[5].num;
	if (!t->monitor_ticks)
		return NULL;
	t->ts = klipper_trsync_find(k, (uint8_t)v[1].num);
	if (!t->ts)
		return KLIPPER_INVALID_OID;
	t->reason = (uint8_t)v[2].num;
	t->error_reason = (uint8_t)v[3].num;
	t->told_ticks = v[4].num;
	t->monitor_at = t->start_ticks =
		klipper_clock_near(k, v[4].num, now_us);
	t->monitor_max = (uint8_t)v[6].num;
	t->monitor_count = 0;
	t->peak = INT32_MIN;
	t->homing = true;
	return klipper_timer_at(k, &t->monitor, t->monitor_at, now_us);
}

static const char *trigger_analog_query_state(struct klipper *k, void *object,
					      const struct kcan_klp_value *v,
					      uint64_t now_us)
{
	struct klipper_trigger *t = object;

	(void)now_us;
	klipper_respond(k, &klipper_triggers, TRIGGER_ANALOG_STATE,
			(struct kcan_klp_value[]){
				{ .num = (uint8_t)v[0].num },
				{ .num = t->homing },
				{ .num = t->told_ticks },
			});
	return NULL;
}

/* The colon belongs to the second name. */
static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	static const char *const types[] = { "abs_ge", "gt", "diff_peak_gt" };
	static const char *const errors[] = { "RAW_RANGE", "OVERFLOW",
					      "MONITOR", "SENSOR_SPECIFIC" };

	(void)config;
	(void)build;
	return klipper_describe_names(enumerations, "trigger_analog_type",
				      types, ARRAY_SIZE(types)) |
	       klipper_describe_names(enumerations,
				      "trigger_analog_error:", errors,
				      ARRAY_SIZE(errors));
}

static const struct klipper_message messages[] = {
	[CONFIG_TRIGGER_ANALOG] = { "config_trigger_analog oid=%c "
				    "sos_filter_oid=%c",
				    KLIPPER_MAKES(kind,
						  config_trigger_analog) },
	[TRIGGER_ANALOG_SET_RAW_RANGE] = { "trigger_analog_set_raw_range "
					   "oid=%c raw_min=%i raw_max=%i",
					   KLIPPER_ON(
						   kind,
						   trigger_analog_set_raw_range) },
	[TRIGGER_ANALOG_SET_TRIGGER] = { "trigger_analog_set_trigger oid=%c "
					 "trigger_analog_type=%c "
					 "trigger_value=%i",
					 KLIPPER_ON(
						 kind,
						 trigger_analog_set_trigger) },
	[TRIGGER_ANALOG_HOME] = { "trigger_analog_home oid=%c trsync_oid=%c "
				  "trigger_reason=%c error_reason=%c clock=%u "
				  "monitor_ticks=%u monitor_max=%u",
				  KLIPPER_ON(kind, trigger_analog_home) },
	[TRIGGER_ANALOG_QUERY_STATE] = { "trigger_analog_query_state oid=%c",
					 KLIPPER_ON(
						 kind,
						 trigger_analog_query_state) },
	[TRIGGER_ANALOG_STATE] = { "trigger_analog_state oid=%c homing=%c "
				   "homing_clock=%u" },
};

const struct klipper_module klipper_triggers = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.describe = describe,
};
