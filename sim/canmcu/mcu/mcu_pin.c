// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The pins of an MCU: what the user, devices and its program do to them. */
#include "mcu_program.h"

static void tell_program(struct mcu *m, uint64_t now_us)
{
	const struct mcu_program *program = m->live.program;

	if (program && program->pin_changed)
		program->pin_changed(m, now_us);
}

int mcu_put_pin(struct mcu *m, uint8_t pin, float level, uint64_t now_us)
{
	int err = pins_put(&m->pins, pin, level);

	if (!err)
		tell_program(m, now_us);
	return err;
}

bool mcu_plug(struct mcu *m, const char *section, bool plugged, uint64_t now_us)
{
	if (!devices_have(&m->devices, section))
		return false;
	devices_connect(&m->devices, section, plugged);
	tell_program(m, now_us);
	return true;
}

static int32_t steps_of(const void *ctx, uint8_t step_pin, uint64_t now_us)
{
	const struct mcu *m = ctx;
	const struct mcu_program *program = m->live.program;

	return program && program->steps ? program->steps(m, step_pin, now_us) :
					   0;
}

int mcu_init_devices(struct mcu *m)
{
	int err = devices_copy(&m->devices, m->cfg.devices);

	m->board = (struct device_board){ steps_of, m };
	devices_mount(&m->devices, &m->board);
	return err;
}

bool mcu_read_pin(const struct mcu *m, uint8_t pin, uint64_t now_us,
		  float *level)
{
	return pins_read(&m->pins, pin, level) ||
	       devices_read(&m->devices, pin, now_us, level);
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
	devices_drive(&m->devices, pin, level, now_us);
}

bool mcu_pin_edges(const struct mcu *m, uint8_t pin, uint64_t now_us,
		   struct device_edges *out)
{
	float held;

	return !pins_read(&m->pins, pin, &held) &&
	       devices_edges(&m->devices, pin, now_us, out);
}

bool mcu_pin_moves(const struct mcu *m, uint8_t pin)
{
	return devices_move(&m->devices, pin);
}

bool mcu_talk(struct mcu *m, const struct device_message *message,
	      uint64_t now_us)
{
	return devices_talk(&m->devices, message, now_us);
}

void mcu_keep_steps(struct mcu *m, uint8_t step_pin, int32_t steps)
{
	devices_stepped(&m->devices, step_pin, steps);
}
