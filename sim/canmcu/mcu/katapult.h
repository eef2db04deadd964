/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KATAPULT_H
#define CANMCU_KATAPULT_H

#include "mcu_program.h"

/* With a CAN bus behind it, Katapult is a serial port on USB. */
extern const struct mcu_program katapult_programs[MCU_LINK_COUNT];

#endif
