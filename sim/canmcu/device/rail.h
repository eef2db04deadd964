/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_RAIL_H
#define CANMCU_RAIL_H

#include "motion.h"

/** struct rail - the switch at the end of a carriage's rail */
struct rail {
	struct motion *motion;
	struct motion_carriage carriage;
	bool inverted; /* low when pressed */
	uint8_t endstop_pin;
};

extern const struct device_kind device_rail;

#endif
