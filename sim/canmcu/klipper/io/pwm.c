// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* PWM by a timer of the chip: klipper-mcu-protocol.md, section 20. */
#include "../chip_pins.h"
#include "output.h"

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
	return chip_pins_of(klipper_built_for(k))->pwm_max;
}

static const char *config_pwm_out(const struct klipper_call *c)
{
	struct klipper_output_cfg cfg = {
		.type = &type,
		.pin = c->v[1].num,
		.cycle_ticks = c->v[2].num,
		.value_max = pwm_max(c->k),
		.value = (uint16_t)c->v[3].num,
		.rest = (uint16_t)c->v[4].num,
		.max_ticks = c->v[5].num,
	};

	return klipper_output_new(c, &cfg);
}

static const char *queue_pwm_out(const struct klipper_call *c)
{
	return klipper_output_queue(c, (uint16_t)c->v[2].num);
}

static const char *set_pwm_out(const struct klipper_call *c)
{
	const char *reason =
		klipper_pin_setup(c->k, c->v[0].num, KLIPPER_PIN_PWM);

	if (!reason)
		klipper_pin_drive(c->k, (uint8_t)c->v[0].num,
				  duty((uint16_t)c->v[2].num, pwm_max(c->k)),
				  c->now_us);
	return reason;
}

static int describe(const struct klipper_dictionary *d)
{
	uint32_t max = chip_pins_of(d->build->type)->pwm_max;

	if (!max)
		return 0;
	return json_object_set_new(d->config, "PWM_MAX", json_integer(max));
}

static const struct klipper_message messages[] = {
	{ "config_pwm_out oid=%c pin=%u cycle_ticks=%u value=%hu "
	  "default_value=%hu max_duration=%u",
	  config_pwm_out },
	{ "queue_pwm_out oid=%c clock=%u value=%hu", queue_pwm_out,
	  &type.kind },
	{ "set_pwm_out pin=%u cycle_ticks=%u value=%hu", set_pwm_out },
};

const struct klipper_module klipper_pwm = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(MISSED, TOO_LATE, KLIPPER_NOT_PWM),
	.describe = describe,
};
