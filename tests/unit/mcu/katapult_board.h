/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_MCU_KATAPULT_BOARD_H
#define UNIT_MCU_KATAPULT_BOARD_H

#include "../../../sim/canmcu/mcu/katapult.h"
#include "board.h"

/* Katapult alone: an application that it starts is silent. */
static struct mcu_software board_software(void)
{
	return (struct mcu_software){ .bootloader = katapult_programs };
}

#endif
