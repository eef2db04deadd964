// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Where motors have carriages and the toolhead. */
#include "motion.h"

#include <math.h>

/* Steps add up to what is a hair short of a whole number of them. */
#define ROUNDING_MM 1e-6

/* Of what a gantry is long: what makes two motors, or one, enough. */
#define RIDGE 1e-9

static double motor_at(const struct motion *m, size_t index, uint64_t now_us)
{
	const struct motion_motor *motor;

	if (index == MOTION_NONE)
		return 0;
	motor = &m->motors[index];
	if (!motor->board)
		return motor->kept_mm;
	return motor->kept_mm +
	       motor->mm * motor->board->steps(motor->board->ctx,
					       motor->step_pin, now_us);
}

double motion_carriage_at(const struct motion *m,
			  const struct motion_carriage *c, uint64_t now_us)
{
	double mm = c->start_mm;

	for (int i = 0; i < 2; i++)
		if (c->by[i].share != 0)
			mm += c->by[i].share *
			      motor_at(m, c->by[i].motor, now_us);
	return mm;
}

bool motion_is_at_end(const struct motion *m, const struct motion_carriage *c,
		      uint64_t now_us)
{
	double mm = motion_carriage_at(m, c, now_us);

	return c->at_max ? mm >= c->end_mm - ROUNDING_MM :
			   mm <= c->end_mm + ROUNDING_MM;
}

/*
 * Below three spheres around what the arms hang on, as seen from the first: two
 * by two they meet in planes, and these in a line, which has x = f[0] + g[0] * z
 * and y = f[1] + g[1] * z, and cuts the first one twice.
 */
static void place_delta(const struct motion *m, const double z[static 3],
			double xyz[static 3])
{
	const struct motion_tower *t = m->towers;
	double p[2][3], f[2], g[2], c[2], det, a, b, r2 = t->arm_mm * t->arm_mm;

	for (int i = 0; i < 2; i++) {
		const struct motion_tower *o = &t[i + 1];

		p[i][0] = o->at_mm[0] - t->at_mm[0];
		p[i][1] = o->at_mm[1] - t->at_mm[1];
		p[i][2] = z[i + 1] - z[0];
		c[i] = (p[i][0] * p[i][0] + p[i][1] * p[i][1] +
			p[i][2] * p[i][2] + r2 - o->arm_mm * o->arm_mm) /
		       2;
	}
	det = p[0][0] * p[1][1] - p[0][1] * p[1][0];
	f[0] = (c[0] * p[1][1] - c[1] * p[0][1]) / det;
	f[1] = (c[1] * p[0][0] - c[0] * p[1][0]) / det;
	g[0] = (p[1][2] * p[0][1] - p[0][2] * p[1][1]) / det;
	g[1] = (p[0][2] * p[1][0] - p[1][2] * p[0][0]) / det;
	a = 1 + g[0] * g[0] + g[1] * g[1];
	b = (f[0] * g[0] + f[1] * g[1]) / a;
	c[0] = (f[0] * f[0] + f[1] * f[1] - r2) / a;
	xyz[2] = -b - sqrt(fmax(b * b - c[0], 0));
	xyz[0] = t->at_mm[0] + f[0] + g[0] * xyz[2];
	xyz[1] = t->at_mm[1] + f[1] + g[1] * xyz[2];
	xyz[2] += z[0];
}

/* Return: how high the gantry is there: the plane that fits its motors best. */
static double gantry_at(const struct motion *m, const double xy[static 2],
			uint64_t now_us)
{
	double n = (double)m->z_len, z = 0, c[2] = { 0, 0 }, s[3] = { 0 };
	double b[2] = { 0, 0 }, at[MOTION_Z_MAX], det, ridge;

	for (size_t i = 0; i < m->z_len; i++) {
		at[i] = motion_carriage_at(m, &m->z[i], now_us);
		z += at[i] / n;
		c[0] += m->z_at_mm[i][0] / n;
		c[1] += m->z_at_mm[i][1] / n;
	}
	for (size_t i = 0; i < m->z_len; i++) {
		double u = m->z_at_mm[i][0] - c[0], v = m->z_at_mm[i][1] - c[1];

		s[0] += u * u;
		s[1] += u * v;
		s[2] += v * v;
		b[0] += u * (at[i] - z);
		b[1] += v * (at[i] - z);
	}
	ridge = RIDGE * (s[0] + s[2]);
	if (!(ridge > 0))
		return z;
	s[0] += ridge;
	s[2] += ridge;
	det = s[0] * s[2] - s[1] * s[1];
	return z + (xy[0] - c[0]) * (b[0] * s[2] - b[1] * s[1]) / det +
	       (xy[1] - c[1]) * (b[1] * s[0] - b[0] * s[1]) / det;
}

void motion_place(const struct motion *m, uint64_t now_us, double xyz[static 3])
{
	double at[3];

	for (int i = 0; i < 3; i++)
		at[i] = motion_carriage_at(m, &m->axes[i], now_us);
	if (m->is_delta) {
		place_delta(m, at, xyz);
		return;
	}
	for (int i = 0; i < 3; i++)
		xyz[i] = at[i];
	if (m->z_len)
		xyz[2] = gantry_at(m, xyz, now_us);
}

double motion_height(const struct motion *m, const double beside_mm[static 2],
		     uint64_t now_us)
{
	double xyz[3];

	motion_place(m, now_us, xyz);
	xyz[0] += beside_mm[0];
	xyz[1] += beside_mm[1];
	if (m->z_len)
		xyz[2] = gantry_at(m, xyz, now_us);
	return xyz[2] - bed_height(&m->bed, xyz);
}
