/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_MCU_FLASH_HOST_H
#define UNIT_MCU_FLASH_HOST_H

/* What a host flashes. */
#include "katapult_host.h"

/*
 * The first block of an application whose reset handler is further behind, at
 * 08005000: all that there is of it.
 */
static inline void send_beginning(struct board *b)
{
	static const uint8_t data[64] = { 0x00, 0x40, 0x02, 0x20,
					  0x01, 0x50, 0x00, 0x08 };

	send_block(b, 0x08002000, data);
}

#endif
