/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_BLTOUCH_H
#define CANMCU_BLTOUCH_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct bltouch - the pin of a BLTouch, and what it was told
 *
 * One, even when its two wires go to two MCUs. Zeroed: stowed.
 */
struct bltouch {
	bool down;	     /* the pin is; else it is up and held there */
	bool touch_mode;     /* tells where the pin is, and leaves it there */
	bool alarm;	     /* blinks, until it is told to reset */
	uint64_t touched_us; /* when the pin was pushed up last; 0: never */
};

#endif
