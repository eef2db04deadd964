// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What the sections of a printer.cfg put on the pins of an MCU. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "printer.h"

#define FULL_STEPS 200

/* Return: whether @text is a number, and nothing else. */
static bool read_number(const char *text, double *out)
{
	char *end;

	if (!text)
		return false;
	*out = strtod(text, &end);
	return end != text && !*end && isfinite(*out);
}

/* Return: @usual for what is no number above 0. */
static double positive_or(const char *text, double usual)
{
	double number;

	return read_number(text, &number) && number > 0 ? number : usual;
}

/* Heat. */

size_t printer_heat(const struct printer_chip *chip, struct heat_cfg *out)
{
	const struct printer *p = chip->printer;
	size_t len = 0;

	for (size_t i = 0; i < p->sections_len; i++) {
		const struct printer_section *s = &p->sections[i];
		struct heat_cfg cfg = { .pullup_ohm = positive_or(
						s->values[PRINTER_PULLUP],
						HEAT_PULLUP_OHM) };
		bool ignored;

		if (!printer_pin(chip, s->values[PRINTER_SENSOR_PIN],
				 &cfg.sensor_pin, &ignored))
			continue;
		if (printer_pin(chip, s->values[PRINTER_HEATER_PIN],
				&cfg.heater_pin, &cfg.inverted))
			cfg.kind = strcmp(s->name, "heater_bed") ? HEAT_HOTEND :
								   HEAT_BED;
		out[len++] = cfg;
	}
	return len;
}

/* Rails. */

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
static bool read_motor(const struct printer_chip *chip, const char *section,
		       double share, struct rail_motor *out)
{
	const struct printer_section *s = printer_find(chip->printer, section);
	double rotation, microsteps, ratio;
	uint8_t ignored_pin;
	bool ignored, inverted;

	if (!s ||
	    !printer_pin(chip, s->values[PRINTER_STEP_PIN], &out->step_pin,
			 &ignored) ||
	    !printer_pin(chip, s->values[PRINTER_DIR_PIN], &ignored_pin,
			 &inverted) ||
	    !read_number(s->values[PRINTER_ROTATION], &rotation) ||
	    !read_number(s->values[PRINTER_MICROSTEPS], &microsteps) ||
	    !read_ratio(s->values[PRINTER_GEAR_RATIO], &ratio))
		return false;
	out->mm = share * rotation /
		  (positive_or(s->values[PRINTER_FULL_STEPS], FULL_STEPS) *
		   microsteps * ratio);
	if (inverted)
		out->mm = -out->mm;
	return isfinite(out->mm) && out->mm != 0;
}

/* As Klipper decides it. Return: false when it would refuse to. */
static bool read_direction(const struct printer_section *s, double min,
			   double max, struct rail_cfg *out)
{
	const char *text = s->values[PRINTER_TO_MAX];
	double quarter = (max - min) / 4;

	if (text && config_read_switch(text, &out->at_max))
		return true;
	out->at_max = out->endstop_mm >= max - quarter;
	return out->at_max || out->endstop_mm <= min + quarter;
}

static bool read_range(const struct printer_section *s, struct rail_cfg *out)
{
	double min = 0, max;

	if (s->values[PRINTER_MIN] &&
	    !read_number(s->values[PRINTER_MIN], &min))
		return false;
	if (!read_number(s->values[PRINTER_MAX], &max) ||
	    !read_number(s->values[PRINTER_ENDSTOP], &out->endstop_mm))
		return false;
	out->start_mm = min + (max - min) / 2;
	return read_direction(s, min, max, out);
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
_Static_assert(PRINTER_RAILS_MAX * 2 == sizeof(axes) / sizeof(axes[0]),
	       "each kind of machine has so many");

static bool read_rail(const struct printer_chip *chip, const struct axis *axis,
		      struct rail_cfg *out)
{
	const struct printer_section *s =
		printer_find(chip->printer, axis->rail);

	*out = (struct rail_cfg){ 0 };
	if (!s || !printer_pin(chip, s->values[PRINTER_ENDSTOP_PIN],
			       &out->endstop_pin, &out->inverted))
		return false;
	for (size_t i = 0; i < RAIL_MOTORS_MAX && axis->motors[i]; i++)
		if (!read_motor(chip, axis->motors[i], axis->shares[i],
				&out->motors[i]))
			return false;
	return read_range(s, out);
}

size_t printer_rails(const struct printer_chip *chip,
		     struct rail_cfg out[static PRINTER_RAILS_MAX])
{
	const struct printer_section *s =
		printer_find(chip->printer, "printer");
	const char *kinematics = s ? s->values[PRINTER_KINEMATICS] : NULL;
	size_t len = 0;

	for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++)
		if (kinematics && !strcmp(axes[i].kinematics, kinematics) &&
		    read_rail(chip, &axes[i], &out[len]))
			len++;
	return len;
}
