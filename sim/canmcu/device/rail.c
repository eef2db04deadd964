// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Carriages of cartesian printers and CoreXY, and their endstops. */
#include "rail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

/* Steps add up to what is a hair short of a whole number of them. */
#define ROUNDING_MM 1e-6

#define FULL_STEPS 200
#define SECTION_MAX 64

static void stepped(void *self, uint8_t step_pin, int32_t steps)
{
	struct rail *r = self;

	for (size_t i = 0; i < RAIL_MOTORS_MAX; i++)
		if (r->motors[i].step_pin == step_pin)
			r->kept_mm += r->motors[i].mm * steps;
}

static bool moves(const void *self, uint8_t pin)
{
	const struct rail *r = self;

	return r->endstop_pin == pin;
}

static bool read_level(const void *self, const struct device_board *board,
		       uint8_t pin, uint64_t now_us, float *level)
{
	const struct rail *r = self;
	double mm = r->kept_mm;
	bool pressed;

	if (r->endstop_pin != pin)
		return false;
	for (size_t i = 0; i < RAIL_MOTORS_MAX; i++) {
		const struct rail_motor *motor = &r->motors[i];

		if (motor->mm != 0)
			mm += motor->mm *
			      board->steps(board->ctx, motor->step_pin, now_us);
	}
	if (r->at_max)
		pressed = mm >= r->endstop_mm - ROUNDING_MM;
	else
		pressed = mm <= r->endstop_mm + ROUNDING_MM;
	*level = pressed != r->inverted ? 1 : 0;
	return true;
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

/* @share: of what the carriage moves, by the belt. */
static bool read_motor(const struct device_source *source, const char *section,
		       double share, struct rail_motor *out)
{
	double rotation, microsteps, ratio, full;
	uint8_t ignored_pin;
	bool inverted;

	if (!device_pin_of(source, section, "step_pin", &out->step_pin, NULL) ||
	    !device_pin_of(source, section, "dir_pin", &ignored_pin,
			   &inverted) ||
	    !device_number(source->value(source, section, "rotation_distance"),
			   &rotation) ||
	    !device_number(source->value(source, section, "microsteps"),
			   &microsteps) ||
	    !read_ratio(source->value(source, section, "gear_ratio"), &ratio))
		return false;
	full = device_positive(
		source->value(source, section, "full_steps_per_rotation"),
		FULL_STEPS);
	out->mm = share * rotation / (full * microsteps * ratio);
	if (inverted)
		out->mm = -out->mm;
	return isfinite(out->mm) && out->mm != 0;
}

/* As Klipper decides it. Return: false when it would refuse to. */
static bool read_direction(const struct device_source *source, double min,
			   double max, struct rail *out)
{
	const char *text = device_value(source, "homing_positive_dir");
	double quarter = (max - min) / 4;

	if (text && source->flag(text, &out->at_max))
		return true;
	out->at_max = out->endstop_mm >= max - quarter;
	return out->at_max || out->endstop_mm <= min + quarter;
}

static bool read_range(const struct device_source *source, struct rail *out)
{
	const char *told_min = device_value(source, "position_min");
	double min = 0, max;

	if (told_min && !device_number(told_min, &min))
		return false;
	if (!device_number(device_value(source, "position_max"), &max) ||
	    !device_number(device_value(source, "position_endstop"),
			   &out->endstop_mm))
		return false;
	out->kept_mm = min + (max - min) / 2;
	return read_direction(source, min, max, out);
}

/* What moves a carriage: the shares of two motors. */
struct axis {
	const char *kinematics;
	const char *rail;
	const char *motors[RAIL_MOTORS_MAX];
	double shares[RAIL_MOTORS_MAX];
};

static const struct axis axes[] = {
	{ "cartesian", "stepper_x", { "stepper_x" }, { 1 } },
	{ "cartesian", "stepper_y", { "stepper_y" }, { 1 } },
	{ "cartesian", "stepper_z", { "stepper_z" }, { 1 } },
	{ "corexy", "stepper_x", { "stepper_x", "stepper_y" }, { 0.5, 0.5 } },
	{ "corexy", "stepper_y", { "stepper_x", "stepper_y" }, { 0.5, -0.5 } },
	{ "corexy", "stepper_z", { "stepper_z" }, { 1 } },
};

static const struct axis *find_axis(const struct device_source *source)
{
	const char *kinematics = source->value(source, "printer", "kinematics");

	for (size_t i = 0; i < ARRAY_SIZE(axes); i++)
		if (kinematics && !strcmp(axes[i].kinematics, kinematics) &&
		    !strcmp(axes[i].rail, source->section))
			return &axes[i];
	return NULL;
}

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
		if (device_pin_of(source, section, pins[i], &out->endstop_pin,
				  &out->inverted))
			return true;
	return false;
}

/*
 * The endstop and the motors of a carriage have to be on one MCU, and its section
 * has to tell all that Klipper has to know.
 */
static bool make(void *self, const struct device_source *source)
{
	const struct axis *axis = find_axis(source);
	struct rail *r = self;

	if (!axis ||
	    !(read_virtual(source, r) ||
	      device_pin(source, "endstop_pin", &r->endstop_pin, &r->inverted)))
		return false;
	for (size_t i = 0; i < RAIL_MOTORS_MAX && axis->motors[i]; i++)
		if (!read_motor(source, axis->motors[i], axis->shares[i],
				&r->motors[i]))
			return false;
	return read_range(source, r);
}

static const char *const keys[] = {
	"kinematics",	     "step_pin",
	"dir_pin",	     "endstop_pin",
	"rotation_distance", "full_steps_per_rotation",
	"microsteps",	     "gear_ratio",
	"position_min",	     "position_max",
	"position_endstop",  "homing_positive_dir",
	"diag_pin",	     "diag0_pin",
	"diag1_pin",	     NULL
};

const struct device_kind device_rail = {
	.size = sizeof(struct rail),
	.keys = keys,
	.make = make,
	.read = read_level,
	.moves = moves,
	.stepped = stepped,
};
