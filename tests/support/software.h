/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SUPPORT_SOFTWARE_H
#define SUPPORT_SOFTWARE_H

#include <stdlib.h>

#include "../../sim/canmcu/klipper/program.h"
#include "../../sim/canmcu/mcu/katapult.h"

/* Return: Klipper and Katapult, once for all MCUs of a process. */
static inline struct mcu_software real_software(void)
{
	static struct mcu_software software;

	software.bootloader = katapult_programs;
	if (!software.shared && klipper_install(&software, 0))
		abort();
	return software;
}

#endif
