/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_STEPPER_H
#define CANMCU_KLIPPER_STEPPER_H

#include "../klipper.h"

/** Return: the position that a stepper has counted; 0: there is none. */
int32_t klipper_stepper_steps(struct klipper *k, uint8_t step_pin,
			      uint64_t now_us);

#endif
