// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Filament sensors: it is there, and one that sees it go changes its level. */
#include <math.h>

#include "motion.h"

#define DETECTION_MM 7.0 /* as Klipper takes it when not told */
#define CHANGES 4	 /* in what Klipper waits for one */

struct filament {
	struct motion *motion;
	struct motion_carriage fed; /* by the extruder's motor, if it sees that */
	double mm;		    /* from one change to the next; 0: none */
	uint8_t pin;
	bool inverted;
};

static bool moves(const void *self, uint8_t pin)
{
	const struct filament *f = self;

	return f->pin == pin && f->mm > 0;
}

static bool read_level(const void *self, uint8_t pin, uint64_t now_us,
		       float *level)
{
	const struct filament *f = self;
	bool high = !f->inverted;

	if (f->pin != pin)
		return false;
	if (f->mm > 0)
		high = fmod(floor(motion_carriage_at(f->motion, &f->fed,
						     now_us) /
				  f->mm),
			    2) != 0;
	*level = high ? 1 : 0;
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	const char *extruder = device_value(source, "extruder");
	struct filament *f = self;

	f->motion = source->motion;
	if (device_is(source, "filament_motion_sensor") && extruder) {
		f->fed.by[0].motor = motion_motor(f->motion, extruder);
		f->fed.by[0].share = 1;
		f->mm = device_positive(
				device_value(source, "detection_length"),
				DETECTION_MM) /
			CHANGES;
	} else if (!device_is(source, "filament_switch_sensor")) {
		return false;
	}
	return device_pin(source, "switch_pin", &f->pin, &f->inverted);
}

static const char *const keys[] = { "switch_pin", "extruder",
				    "detection_length", NULL };

const struct device_kind device_filament = {
	.size = sizeof(struct filament),
	.keys = keys,
	.make = make,
	.read = read_level,
	.moves = moves,
};
