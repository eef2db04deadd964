/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_VIBRATION_H
#define CANMCU_VIBRATION_H

#include <stdint.h>

#define VIBRATION_AXES 3

/**
 * vibration_at() - what an accelerometer on a toolhead feels
 * @g: gets the acceleration of each axis, in that of the Earth
 *
 * The frame of the printer is struck twice a second, and rings: x at 55 Hz, y at 42
 * Hz, both with a damping ratio of 0.1. On z there is what all things weigh.
 */
void vibration_at(uint64_t us, double g[VIBRATION_AXES]);

#endif
