// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Digital outputs and software PWM: klipper-mcu-protocol.md, section 20. */
#include "output.h"
#include "util/array.h"

enum {
	CONFIG_DIGITAL_OUT,
	SET_DIGITAL_OUT_PWM_CYCLE,
	QUEUE_DIGITAL_OUT,
	UPDATE_DIGITAL_OUT,
	SET_DIGITAL_OUT,
};

#define MISSED "Missed scheduling of next digital out event"
#define TOO_LATE "Scheduled digital out event will exceed max_duration"
#define CYCLE_PENDING "Can not set soft pwm cycle ticks while updates pending"
#define UPDATE_PENDING "update_digital_out not valid with active queue"

/* Without a cycle anything but 0 is on. Pulses are not played, only their duty. */
static float level_of(const struct klipper_output *o, uint32_t on_ticks)
{
	if (!on_ticks || on_ticks >= o->cycle_ticks)
		return on_ticks ? 1 : 0;
	return (float)on_ticks / (float)o->cycle_ticks;
}

static const struct klipper_output_type type = { KLIPPER_OUTPUT_KIND, level_of,
						 KLIPPER_PIN_OUTPUT, MISSED,
						 TOO_LATE };

static const char *config_digital_out(struct klipper *k,
				      const struct kcan_klp_value *v,
				      uint64_t now_us)
{
	struct klipper_output_cfg cfg = {
		.type = &type,
		.pin = v[1].num,
		.value = (uint8_t)v[2].num,
		.rest = (uint8_t)v[3].num,
		.max_ticks = v[4].num,
	};

	return klipper_output_new(k, (uint8_t)v[0].num, &cfg, now_us);
}

static const char *set_digital_out_pwm_cycle(struct klipper *k, void *object,
					     const struct kcan_klp_value *v,
					     uint64_t now_us)
{
	struct klipper_output *o = object;

	(void)k;
	(void)now_us;
	if (o->moves.first)
		return CYCLE_PENDING;
	o->cycle_ticks = v[1].num;
	return NULL;
}

static const char *queue_digital_out(struct klipper *k, void *object,
				     const struct kcan_klp_value *v,
				     uint64_t now_us)
{
	struct klipper_output *o = object;

	return klipper_output_queue(k, o, v[1].num, v[2].num, now_us);
}

/* On or off for good, whatever the cycle. */
static const char *update_digital_out(struct klipper *k, void *object,
				      const struct kcan_klp_value *v,
				      uint64_t now_us)
{
	struct klipper_output *o = object;

	if (o->moves.first)
		return UPDATE_PENDING;
	return klipper_output_set(k, o, (uint8_t)v[1].num ? UINT32_MAX : 0,
				  now_us);
}

static const char *set_digital_out(struct klipper *k,
				   const struct kcan_klp_value *v,
				   uint64_t now_us)
{
	const char *reason = klipper_pin_setup(k, v[0].num, KLIPPER_PIN_OUTPUT);

	if (!reason)
		klipper_pin_drive(k, (uint8_t)v[0].num,
				  (uint8_t)v[1].num ? 1 : 0, now_us);
	return reason;
}

static const struct klipper_message messages[] = {
	[CONFIG_DIGITAL_OUT] = { "config_digital_out oid=%c pin=%u value=%c "
				 "default_value=%c max_duration=%u",
				 config_digital_out },
	[SET_DIGITAL_OUT_PWM_CYCLE] = { "set_digital_out_pwm_cycle oid=%c "
					"cycle_ticks=%u",
					KLIPPER_ON(type.kind,
						   set_digital_out_pwm_cycle) },
	[QUEUE_DIGITAL_OUT] = { "queue_digital_out oid=%c clock=%u on_ticks=%u",
				KLIPPER_ON(type.kind, queue_digital_out) },
	[UPDATE_DIGITAL_OUT] = { "update_digital_out oid=%c value=%c",
				 KLIPPER_ON(type.kind, update_digital_out) },
	[SET_DIGITAL_OUT] = { "set_digital_out pin=%u value=%c",
			      set_digital_out },
};

static const char *const strings[] = {
	MISSED,
	TOO_LATE,
	CYCLE_PENDING,
	UPDATE_PENDING,
};

const struct klipper_module klipper_digital = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
};
