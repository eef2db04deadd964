// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "vibration.h"

#include <math.h>

#define BLOW_US 500000 /* from one to the next */
#define BLOW_G 0.5
#define DAMPING 0.1

static double ring(double hz, double s)
{
	double omega = 2 * M_PI * hz;

	return BLOW_G * exp(-DAMPING * omega * s) * sin(omega * s);
}

void vibration_at(uint64_t us, double g[VIBRATION_AXES])
{
	double s = (double)(us % BLOW_US) / 1e6;

	g[0] = ring(55, s);
	g[1] = ring(42, s);
	g[2] = 1;
}
