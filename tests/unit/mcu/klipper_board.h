/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_MCU_KLIPPER_BOARD_H
#define UNIT_MCU_KLIPPER_BOARD_H

#include "../../support/software.h"
#include "board.h"

/* Klipper, and Katapult beside it. */
static struct mcu_software board_software(void)
{
	return real_software();
}

#endif
