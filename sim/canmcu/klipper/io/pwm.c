// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* PWM by a timer of the chip: klipper-mcu-protocol.md, section 20. */
#include "../chip_pins.h"
#include "output.h"
#include "util/array.h"

enum { CONFIG_PWM_OUT, QUEUE_PWM_OUT, SET_PWM_OUT };

#define MISSED "Missed scheduling of next hard pwm event"
#define TOO_LATE "Scheduled pwm event will exceed max_duration"

static float duty(uint32_t value, uint32_t max)
{
	return value < max ? (float)value / (float)max : 1;
}

static float level_of(const struct klipper_output *o, uint32_t value)
{
	return duty(value, o->value_max);
}

static const struct klipper_output_type type = { KLIPPER_OUTPUT_KIND, level_of,
						 KLIPPER_PIN_PWM, MISSED,
						 TOO_LATE };

static uint32_t pwm_max(const struct klipper *k)
{
	return chip_pins_of(klipper_mcu(k)->cfg.type)->pwm_max;
}

static const char *config_pwm_out(struct klipper *k,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	struct klipper_output_cfg cfg = {
		.type = &type,
		.pin = v[1].num,
		.cycle_ticks = v[2].num,
		.value_max = pwm_max(k),
		.value = (uint16_t)v[3].num,
		.rest = (uint16_t)v[4].num,
		.max_ticks = v[5].num,
	};

	return klipper_output_new(k, (uint8_t)v[0].num, &cfg, now_us);
}

static const char *queue_pwm_out(struct klipper *k, void *object,
				 const struct kcan_klp_value *v,
				 uint64_t now_us)
{
	return klipper_output_queue(k, object, v[1].num, (uint16_t)v[2].num,
				    now_us);
}

static const char *set_pwm_out(struct klipper *k,
			       const struct kcan_klp_value *v, uint64_t now_us)
{
	const char *reason = klipper_pin_setup(k, v[0].num, KLIPPER_PIN_PWM);

	if (!reason)
		klipper_pin_drive(k, (uint8_t)v[0].num,
				  duty((uint16_t)v[2].num, pwm_max(k)), now_us);
	return reason;
}

static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	uint32_t max = chip_pins_of(build->type)->pwm_max;

	(void)enumerations;
	return max ? json_object_set_new(config, "PWM_MAX", json_integer(max)) :
		     0;
}

static const struct klipper_message messages[] = {
	[CONFIG_PWM_OUT] = { "config_pwm_out oid=%c pin=%u cycle_ticks=%u "
			     "value=%hu default_value=%hu max_duration=%u",
			     config_pwm_out },
	[QUEUE_PWM_OUT] = { "queue_pwm_out oid=%c clock=%u value=%hu",
			    KLIPPER_ON(type.kind, queue_pwm_out) },
	[SET_PWM_OUT] = { "set_pwm_out pin=%u cycle_ticks=%u value=%hu",
			  set_pwm_out },
};

static const char *const strings[] = { MISSED, TOO_LATE, KLIPPER_NOT_PWM };

const struct klipper_module klipper_pwm = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
	.describe = describe,
};
