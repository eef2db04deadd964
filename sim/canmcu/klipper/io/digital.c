// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Digital outputs and software PWM: klipper-mcu-protocol.md, section 20. */
#include "output.h"

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

static const char *config_digital_out(const struct klipper_call *c)
{
	struct klipper_output_cfg cfg = {
		.type = &type,
		.pin = c->v[1].num,
		.value = (uint8_t)c->v[2].num,
		.rest = (uint8_t)c->v[3].num,
		.max_ticks = c->v[4].num,
	};

	return klipper_output_new(c, &cfg);
}

static const char *set_digital_out_pwm_cycle(const struct klipper_call *c)
{
	struct klipper_output *o = c->object;

	if (o->moves.first)
		return CYCLE_PENDING;
	o->cycle_ticks = c->v[1].num;
	return NULL;
}

static const char *queue_digital_out(const struct klipper_call *c)
{
	return klipper_output_queue(c, c->v[2].num);
}

/* On or off for good, whatever the cycle. */
static const char *update_digital_out(const struct klipper_call *c)
{
	struct klipper_output *o = c->object;

	if (o->moves.first)
		return UPDATE_PENDING;
	return klipper_output_set(c, (uint8_t)c->v[1].num ? UINT32_MAX : 0);
}

static const char *set_digital_out(const struct klipper_call *c)
{
	return klipper_pin_setup_output(
		c->k, c->v[0].num, (uint8_t)c->v[1].num ? 1 : 0, c->now_us);
}

static const struct klipper_message messages[] = {
	{ "config_digital_out oid=%c pin=%u value=%c default_value=%c "
	  "max_duration=%u",
	  config_digital_out },
	{ "set_digital_out_pwm_cycle oid=%c cycle_ticks=%u",
	  set_digital_out_pwm_cycle, &type.kind },
	{ "queue_digital_out oid=%c clock=%u on_ticks=%u", queue_digital_out,
	  &type.kind },
	{ "update_digital_out oid=%c value=%c", update_digital_out,
	  &type.kind },
	{ "set_digital_out pin=%u value=%c", set_digital_out },
};

const struct klipper_module klipper_digital = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(MISSED, TOO_LATE, CYCLE_PENDING,
				   UPDATE_PENDING),
};
