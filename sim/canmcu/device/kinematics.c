// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What the sections of a printer.cfg tell of how its motors move it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "motion.h"

#define SECTION_MAX 64
#define PARTS_OF_A_TURN 16

/*
 * Which motors move the carriage of a section, and by how much of what their belts
 * go; where there is no row, it is its own alone.
 */
static const struct belt {
	const char *kinematics;
	const char *section;
	const char *by[2];
	double share[2];
} belts[] = {
	{ "corexy", "stepper_x", { "stepper_x", "stepper_y" }, { 0.5, 0.5 } },
	{ "corexy", "stepper_y", { "stepper_x", "stepper_y" }, { 0.5, -0.5 } },
	{ "corexz", "stepper_x", { "stepper_x", "stepper_z" }, { 0.5, 0.5 } },
	{ "corexz", "stepper_z", { "stepper_x", "stepper_z" }, { 0.5, -0.5 } },
	{ "hybrid_corexy", "stepper_x", { "stepper_x", "stepper_y" }, { 1, 1 } },
	{ "hybrid_corexy",
	  "dual_carriage",
	  { "dual_carriage", "stepper_y" },
	  { 1, -1 } },
	{ "hybrid_corexz", "stepper_x", { "stepper_x", "stepper_z" }, { 1, 1 } },
	{ "hybrid_corexz",
	  "dual_carriage",
	  { "dual_carriage", "stepper_z" },
	  { 1, -1 } },
};

static const struct {
	const char *section;
	double angle; /* where it stands; as Klipper takes it when not told */
} towers[] = { { "stepper_a", 210 },
	       { "stepper_b", 330 },
	       { "stepper_c", 90 } };

static const char *const axes[] = { "stepper_x", "stepper_y", "stepper_z" };

static bool has_kinematics(const struct device_source *source, const char *name)
{
	const char *told = source->value(source, "printer", "kinematics");

	return told && !strcmp(told, name);
}

/* Of another one for the same: "stepper_z1" has "stepper_z". */
static const char *first_of(const char *section, char out[static SECTION_MAX])
{
	size_t len;

	snprintf(out, SECTION_MAX, "%s", section);
	len = strcspn(out, "0123456789");
	if (!strncmp(out, "stepper_", 8) &&
	    strspn(out + len, "0123456789") == strlen(out + len))
		out[len] = '\0';
	return out;
}

static void read_motors(struct motion *m, const struct device_source *source,
			const char *section, struct motion_carriage *out)
{
	char first[SECTION_MAX];

	first_of(section, first);
	out->by[0].motor = motion_motor(m, section);
	out->by[0].share = 1;
	for (size_t i = 0; i < ARRAY_SIZE(belts); i++) {
		const struct belt *belt = &belts[i];

		if (!has_kinematics(source, belt->kinematics) ||
		    strcmp(belt->section, first))
			continue;
		for (int j = 0; j < 2; j++) {
			bool own = !strcmp(belt->by[j], first);

			out->by[j].motor =
				motion_motor(m, own ? section : belt->by[j]);
			out->by[j].share = belt->share[j];
		}
	}
}

/* As Klipper decides it. Return: false when it would refuse to. */
static bool read_direction(const struct device_source *source,
			   const char *section, double min, double max,
			   struct motion_carriage *out)
{
	const char *text =
		source->value(source, section, "homing_positive_dir");
	double quarter = (max - min) / 4;

	if (text && config_read_switch(text, &out->at_max))
		return true;
	out->at_max = out->end_mm > min + quarter;
	return !out->at_max || out->end_mm >= max - quarter;
}

/* Its first motor tells of it for all. */
static const char *tell(const struct device_source *source, const char *section,
			const char *key)
{
	char first[SECTION_MAX];
	const char *text = source->value(source, section, key);

	return text ? text :
		      source->value(source, first_of(section, first), key);
}

/* It begins in the middle of its range. */
static bool read_range(const struct device_source *source, const char *section,
		       struct motion_carriage *out)
{
	const char *told_min = tell(source, section, "position_min");
	const char *told_end = tell(source, section, "position_endstop");
	double min = 0, max;

	if ((told_min && !device_parse(told_min, &min)) ||
	    !device_parse(tell(source, section, "position_max"), &max))
		return false;
	out->start_mm = min + (max - min) / 2;
	if (!told_end)
		return true;
	return device_parse(told_end, &out->end_mm) &&
	       read_direction(source, section, min, max, out);
}

/* What has no range begins a part of a turn away from its end. */
static bool read_turn(const struct device_source *source, const char *section,
		      struct motion_carriage *out)
{
	double away;

	/* without a distance it counts in radians */
	if (!device_parse(tell(source, section, "rotation_distance"), &away) ||
	    away <= 0)
		away = 2 * M_PI;
	away /= PARTS_OF_A_TURN;
	if (!device_parse(tell(source, section, "position_endstop"),
			  &out->end_mm))
		out->end_mm = strncmp(section, "manual_stepper", 14) ? 1 : 0;
	if (!read_direction(source, section, 0, out->end_mm, out))
		return false;
	out->start_mm = out->end_mm + (out->at_max ? -away : away);
	return true;
}

/* Of a tower: its own, or that of the first one. */
static bool tell_tower(const struct device_source *source, int tower,
		       const char *key, double *out)
{
	return device_number_of(source, towers[tower].section, key, out) ||
	       device_number_of(source, towers[0].section, key, out);
}

/* It begins half way down. */
static bool read_tower(struct motion *m, const struct device_source *source,
		       int tower, struct motion_carriage *out)
{
	struct motion_tower *t = &m->towers[tower];
	double radius, end, angle = towers[tower].angle, up;

	if (!device_number_of(source, "printer", "delta_radius", &radius) ||
	    !tell_tower(source, tower, "arm_length", &t->arm_mm) ||
	    !tell_tower(source, tower, "position_endstop", &end) ||
	    !(radius > 0) || !(t->arm_mm > radius))
		return false;
	device_number_of(source, towers[tower].section, "angle", &angle);
	t->at_mm[0] = radius * cos(angle * M_PI / 180);
	t->at_mm[1] = radius * sin(angle * M_PI / 180);
	up = sqrt(t->arm_mm * t->arm_mm - radius * radius);
	out->start_mm = up + end / 2;
	out->end_mm = up + end;
	out->at_max = true;
	return isfinite(out->end_mm);
}

bool motion_read_carriage(struct motion *m, const struct device_source *source,
			  const char *section, struct motion_carriage *out)
{
	char first[SECTION_MAX];

	*out = (struct motion_carriage){ .end_mm = NAN };
	read_motors(m, source, section, out);
	first_of(section, first);
	for (int i = 0; m->is_delta && i < 3; i++)
		if (!strcmp(first, towers[i].section))
			return read_tower(m, source, i, out);
	if (tell(source, section, "position_max"))
		return read_range(source, section, out);
	return read_turn(source, section, out);
}

/* "0, 10\n 200, 10": as many pairs as there are. Return: their number. */
static size_t read_places(const char *text, double out[][2], size_t max)
{
	size_t len = 0;

	while (text && len < 2 * max) {
		char *end;
		double mm = strtod(text, &end);

		if (end == text || !isfinite(mm))
			break;
		out[len / 2][len % 2] = mm;
		len++;
		text = end + strspn(end, ", \t\n");
	}
	return len / 2;
}

/* Where each motor of z is: of a quad gantry, at the corners of a rectangle. */
static void read_z_places(struct motion *m, const struct device_source *source)
{
	double corner[2][2];

	read_places(source->value(source, "z_tilt", "z_positions"), m->z_at_mm,
		    MOTION_Z_MAX);
	if (read_places(source->value(source, "quad_gantry_level",
				      "gantry_corners"),
			corner, 2) != 2)
		return;
	for (int i = 0; i < 4; i++) {
		m->z_at_mm[i][0] = corner[i / 2][0];
		m->z_at_mm[i][1] = corner[i == 1 || i == 2][1];
	}
}

static void read_z(struct motion *m, const struct device_source *source)
{
	static const char *const sections[MOTION_Z_MAX] = {
		"stepper_z",  "stepper_z1", "stepper_z2", "stepper_z3",
		"stepper_z4", "stepper_z5", "stepper_z6", "stepper_z7",
	};
	size_t *i = &m->z_len;

	while (*i < MOTION_Z_MAX &&
	       source->value(source, sections[*i], "step_pin") &&
	       motion_read_carriage(m, source, sections[*i], &m->z[*i]))
		++*i;
	read_z_places(m, source);
}

/* The bed is as large as the range of x and y, or what a delta can reach. */
static void read_bed(struct motion *m, const struct device_source *source)
{
	double radius = 0;

	device_number_of(source, "printer", "delta_radius", &radius);
	device_number_of(source, "printer", "print_radius", &radius);
	for (int i = 0; i < 2; i++) {
		m->bed.min_mm[i] = -radius;
		m->bed.max_mm[i] = radius;
		if (m->is_delta)
			continue;
		device_number_of(source, axes[i], "position_min",
				 &m->bed.min_mm[i]);
		device_number_of(source, axes[i], "position_max",
				 &m->bed.max_mm[i]);
	}
}

void motion_read(struct motion *m, const struct device_source *source)
{
	bool complete = true;

	if (m->is_read)
		return;
	m->is_read = true;
	m->is_delta = has_kinematics(source, "delta");
	for (int i = 0; i < 3; i++) {
		const char *section = m->is_delta ? towers[i].section : axes[i];

		if (!source->value(source, section, "step_pin") ||
		    !motion_read_carriage(m, source, section, &m->axes[i]))
			complete = false;
	}
	m->is_delta &= complete;
	if (!m->is_delta)
		read_z(m, source);
	read_bed(m, source);
}
