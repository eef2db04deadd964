/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_BASIC_H
#define CANMCU_KLIPPER_BASIC_H

/** What klipper_basic says, by id: klipper-mcu-protocol.md, section 9.1. */
enum klipper_basic_row {
	KLIPPER_IDENTIFY_RESPONSE,
	KLIPPER_CONFIG = 14,
	KLIPPER_CLOCK,
	KLIPPER_UPTIME,
	KLIPPER_STATS,
	KLIPPER_SHUTDOWN,
	KLIPPER_IS_SHUTDOWN,
	KLIPPER_STARTING,
	KLIPPER_CANBUS_ID,
	KLIPPER_CANBUS_STATUS,
	KLIPPER_PONG,
};

/* What squares in stats are divided by, by the dictionary: klipper-mcu-protocol.md, section 12. */
#define KLIPPER_STATS_SUMSQ_BASE 256

#endif
