// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Filament sensors: it is there, and one that sees it go changes its level. */
#include <math.h>

#include "motion.h"

#define DETECTION_MM 7.0 /* as Klipper takes it when not told */
#define CHANGES 4	 /* in what Klipper waits for one */

struct filament {
	struct device_base base; /* first */
	struct motion *motion;
	struct motion_carriage fed; /* by the extruder's motor, if it sees that */
	double mm; /* from one change to the next, if it moves */
};

static float level(const void *self, uint64_t now_us)
{
	const struct filament *f = self;

	if (!f->base.moves)
		return !f->base.pin.inverted;
	return fmod(floor(motion_carriage_at(f->motion, &f->fed, now_us) /
			  f->mm),
		    2) != 0;
}

static bool make(void *self, const struct device_source *source)
{
	const char *extruder = device_value(source, "extruder");
	struct filament *f = self;

	if (!device_pin(source, "switch_pin", &f->base.pin))
		return false;
	f->motion = source->motion;
	if (device_is(source, "filament_motion_sensor") && extruder) {
		f->fed.by[0].motor = motion_motor(f->motion, extruder);
		f->fed.by[0].share = 1;
		f->mm = device_positive(source, "detection_length",
					DETECTION_MM) /
			CHANGES;
		f->base.moves = true;
	}
	return f->base.moves || device_is(source, "filament_switch_sensor");
}

const struct device_kind device_filament = {
	.size = sizeof(struct filament),
	.keys = "switch_pin extruder detection_length",
	.make = make,
	.level = level,
};
