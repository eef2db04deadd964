// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Switches at the ends of rails, and stepper drivers that tell of them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "motion.h"

#define SECTION_MAX 64

static float level(const void *self, uint64_t now_us)
{
	const struct rail *r = self;

	return motion_is_at_end(r->motion, &r->carriage, now_us) !=
	       r->base.pin.inverted;
}

static void show(const void *self, uint64_t now_us, char *out, size_t size)
{
	const struct rail *r = self;

	snprintf(out, size, "%.2f mm, endstop %s",
		 motion_carriage_at(r->motion, &r->carriage, now_us),
		 motion_is_at_end(r->motion, &r->carriage, now_us) ? "pressed" :
								     "open");
}

/* From a printer.cfg. */

/*
 * "tmc2209_stepper_x:virtual_endstop" is the pin that the driver of the section
 * [tmc2209 stepper_x] tells on that its motor is stalled.
 */
static bool read_virtual(const struct device_source *source, struct rail *out)
{
	static const char *const pins[] = { "diag_pin", "diag0_pin",
					    "diag1_pin" };
	const char *text = device_value(source, "endstop_pin");
	char section[SECTION_MAX], *name;

	if (!text || !strstr(text, ":virtual_endstop") ||
	    sscanf(text, "%63[^: \t]", section) != 1)
		return false;
	name = strchr(section, '_');
	if (!name)
		return false;
	*name = ' ';
	for (size_t i = 0; i < ARRAY_SIZE(pins); i++)
		if (device_pin_of(source, section, pins[i], &out->base.pin))
			return true;
	return false;
}

static bool make(void *self, const struct device_source *source)
{
	struct rail *r = self;

	r->motion = source->motion;
	r->base.moves = true;
	return (read_virtual(source, r) ||
		device_pin(source, "endstop_pin", &r->base.pin)) &&
	       motion_read_carriage(r->motion, source, source->section,
				    &r->carriage) &&
	       !isnan(r->carriage.end_mm);
}

const struct device_kind device_rail = {
	.size = sizeof(struct rail),
	.keys = "endstop_pin kinematics position_min position_max "
		"position_endstop homing_positive_dir delta_radius "
		"print_radius arm_length angle z_positions gantry_corners "
		"rotation_distance step_pin diag_pin diag0_pin diag1_pin",
	.make = make,
	.level = level,
	.show = show,
};
