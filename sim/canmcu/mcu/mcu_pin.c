// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The pins of an MCU: what hands, devices and its program make of them. */
#include "mcu_program.h"

int mcu_put_pin(struct mcu *m, uint8_t pin, float level, uint64_t now_us)
{
	const struct mcu_program *program = m->live.program;
	int err = pins_put(&m->pins, pin, level);

	if (!err && program && program->pin_changed)
		program->pin_changed(m, now_us);
	return err;
}

/* An MCU, and when its steps are counted. */
struct moment {
	const struct mcu *m;
	uint64_t now_us;
};

static int32_t steps_of(void *ctx, uint8_t step_pin)
{
	const struct moment *at = ctx;
	const struct mcu_program *program = at->m->live.program;

	return program && program->steps ?
		       program->steps(at->m, step_pin, at->now_us) :
		       0;
}

bool mcu_read_pin(const struct mcu *m, uint8_t pin, uint64_t now_us,
		  float *level)
{
	struct moment at = { m, now_us };

	return pins_read(&m->pins, pin, level) ||
	       heat_read(&m->heat, pin, now_us, level) ||
	       rails_read(&m->rails, pin, steps_of, &at, level);
}

float mcu_look_at_pin(const struct mcu *m, uint8_t pin, const char **use,
		      uint64_t now_us)
{
	const struct mcu_program *program = m->live.program;
	float level = 0;

	*use = "unused";
	if (!program || !program->look_at_pin ||
	    !program->look_at_pin(m, pin, use, &level, now_us))
		mcu_read_pin(m, pin, now_us, &level);
	return level;
}

void mcu_drive_pin(struct mcu *m, uint8_t pin, float level, uint64_t now_us)
{
	heat_drive(&m->heat, pin, level, now_us);
}

bool mcu_pin_moves(const struct mcu *m, uint8_t pin)
{
	return rails_have(&m->rails, pin);
}

void mcu_keep_steps(struct mcu *m, uint8_t step_pin, int32_t steps)
{
	rails_keep(&m->rails, step_pin, steps);
}
