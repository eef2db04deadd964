// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Motors of steppers: each counts for the machine that it is in. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "motion.h"

#define FULL_STEPS 200

size_t motion_motor(struct motion *m, const char *section)
{
	for (size_t i = 0; i < m->motors_len; i++)
		if (!strcmp(m->motors[i].section, section))
			return i;
	if (m->motors_len == MOTION_MOTORS_MAX)
		return MOTION_NONE;
	m->motors[m->motors_len].section = section;
	return m->motors_len++;
}

static void stepped(void *self, uint8_t step_pin, int32_t steps)
{
	const struct motor *s = self;
	struct motion_motor *motor = &s->motion->motors[s->index];

	if (motor->step_pin == step_pin)
		motor->kept_mm += motor->mm * steps;
}

static void mount(void *self, const struct device_board *board)
{
	const struct motor *s = self;

	s->motion->motors[s->index].board = board;
}

static void release(void *self)
{
	const struct motor *s = self;

	if (s->motion)
		mount(self, NULL);
}

/* From a printer.cfg. */

/* "80:16, 3:1" is 15; as for Klipper, without one it is 1. */
static bool read_ratio(const char *text, double *out)
{
	char *end;

	*out = 1;
	while (text && *text) {
		double driven = strtod(text, &end), driving;

		if (end == text || *end != ':')
			return false;
		text = end + 1;
		driving = strtod(text, &end);
		if (end == text || !(driven > 0) || !(driving > 0))
			return false;
		*out *= driven / driving;
		text = end + strspn(end, ", ");
	}
	return isfinite(*out) && *out > 0;
}

static bool make(void *self, const struct device_source *source)
{
	const char *told = device_value(source, "rotation_distance");
	const char *gears = device_value(source, "gear_ratio");
	double rotation = 2 * M_PI, microsteps, ratio;
	struct motor *s = self;
	struct device_pin step, dir;
	struct motion_motor *motor;

	if (!device_pin(source, "step_pin", &step) ||
	    !device_pin(source, "dir_pin", &dir) ||
	    (told ? !device_parse(told, &rotation) : !gears) ||
	    !device_number(source, "microsteps", &microsteps) ||
	    !read_ratio(gears, &ratio))
		return false;
	rotation /=
		device_positive(source, "full_steps_per_rotation", FULL_STEPS) *
		microsteps * ratio;
	if (!isfinite(rotation) || rotation == 0)
		return false;
	s->index = motion_motor(source->motion, source->section);
	if (s->index == MOTION_NONE)
		return false;
	s->motion = source->motion;
	motor = &s->motion->motors[s->index];
	motor->mm = dir.inverted ? -rotation : rotation;
	motor->step_pin = step.number;
	return true;
}

const struct device_kind device_motor = {
	.size = sizeof(struct motor),
	.keys = "step_pin dir_pin rotation_distance full_steps_per_rotation "
		"microsteps gear_ratio",
	.make = make,
	.mount = mount,
	.stepped = stepped,
	.release = release,
};
