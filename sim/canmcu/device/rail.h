/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_RAIL_H
#define CANMCU_RAIL_H

#include "device.h"

#define RAIL_MOTORS_MAX 2 /* that move one carriage: of a CoreXY */

/** What one motor does to a carriage. */
struct rail_motor {
	uint8_t step_pin;
	double mm; /* a step with dir=1; below 0: backward; 0: no motor */
};

/**
 * struct rail - a carriage, and the endstop at one end of its rail
 *
 * Where the carriage is follows from the steps counted.
 */
struct rail {
	struct rail_motor motors[RAIL_MOTORS_MAX];
	double kept_mm; /* where it stands at first, and by steps since then
			 * that no stepper counts any more */
	double endstop_mm;
	bool at_max;   /* pressed from there on up, not down */
	bool inverted; /* low when pressed */
	uint8_t endstop_pin;
};

extern const struct device_kind device_rail;

#endif
