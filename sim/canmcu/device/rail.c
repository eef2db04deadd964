// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "rail.h"

#include <errno.h>
#include <stdlib.h>

/* Steps add up to what is a hair short of a whole number of them. */
#define ROUNDING_MM 1e-6

int rails_init(struct rails *r, const struct rail_cfg *rails, size_t len)
{
	*r = (struct rails){ 0 };
	if (!len)
		return 0;
	r->rails = calloc(len, sizeof(*r->rails));
	if (!r->rails)
		return -ENOMEM;
	r->len = len;
	for (size_t i = 0; i < len; i++)
		r->rails[i] = (struct rail){ .cfg = rails[i],
					     .kept_mm = rails[i].start_mm };
	return 0;
}

void rails_fini(struct rails *r)
{
	free(r->rails);
	*r = (struct rails){ 0 };
}

void rails_keep(struct rails *r, uint8_t step_pin, int32_t steps)
{
	for (size_t i = 0; i < r->len; i++) {
		struct rail *rail = &r->rails[i];

		for (size_t j = 0; j < RAIL_MOTORS_MAX; j++)
			if (rail->cfg.motors[j].step_pin == step_pin)
				rail->kept_mm += rail->cfg.motors[j].mm * steps;
	}
}

static const struct rail *find(const struct rails *r, uint8_t pin)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->rails[i].cfg.endstop_pin == pin)
			return &r->rails[i];
	return NULL;
}

bool rails_have(const struct rails *r, uint8_t pin)
{
	return find(r, pin);
}

bool rails_read(const struct rails *r, uint8_t pin, rails_steps *steps,
		void *ctx, float *level)
{
	const struct rail *rail = find(r, pin);
	double mm;
	bool pressed;

	if (!rail)
		return false;
	mm = rail->kept_mm;
	for (size_t i = 0; i < RAIL_MOTORS_MAX; i++) {
		const struct rail_motor *motor = &rail->cfg.motors[i];

		if (motor->mm != 0)
			mm += motor->mm * steps(ctx, motor->step_pin);
	}
	if (rail->cfg.at_max)
		pressed = mm >= rail->cfg.endstop_mm - ROUNDING_MM;
	else
		pressed = mm <= rail->cfg.endstop_mm + ROUNDING_MM;
	*level = pressed != rail->cfg.inverted ? 1 : 0;
	return true;
}
