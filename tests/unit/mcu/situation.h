/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_MCU_SITUATION_H
#define UNIT_MCU_SITUATION_H

/* A node in one of the situations of can-admin-channel.md, section 3.7. */
#include "klipper_board.h"

#define OWN 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04
#define OTHER 0x11, 0x22, 0x33, 0x44, 0x55, 0x66

#define QUERY FRAME(0x3f0, 0x00)
#define SET_KLIPPER FRAME(0x3f0, 0x01, OWN, 4)
#define SET_KLIPPER_OTHER FRAME(0x3f0, 0x01, OTHER, 4)
#define REQUEST FRAME(0x3f0, 0x02, OWN)
#define SET_CANBOOT FRAME(0x3f0, 0x11, OWN, 4)
#define SET_CANBOOT_OTHER FRAME(0x3f0, 0x11, OTHER, 4)
#define CLEAR FRAME(0x3f0, 0x12)
#define ON_TX_ID FRAME(0x109, 0x55)
#define WHO(id) FRAME(id, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03)

enum situation {
	KLIPPER_FREE,
	KLIPPER_ASSIGNED,
	SHUTDOWN_FREE,
	SHUTDOWN_ASSIGNED,
	KATAPULT_FREE,
	KATAPULT_ASSIGNED,
	IN_ROM,
	RESETTING,
	WAITING,
	SWITCHED_OFF,
};

static inline void arrange(struct board *b, enum situation situation)
{
	static const enum mcu_state states[] = {
		[KLIPPER_FREE] = MCU_KLIPPER,
		[KLIPPER_ASSIGNED] = MCU_KLIPPER,
		[SHUTDOWN_FREE] = MCU_SHUTDOWN,
		[SHUTDOWN_ASSIGNED] = MCU_SHUTDOWN,
		[KATAPULT_FREE] = MCU_KATAPULT,
		[KATAPULT_ASSIGNED] = MCU_KATAPULT,
		[IN_ROM] = MCU_KLIPPER,
		[RESETTING] = MCU_KLIPPER,
		[WAITING] = MCU_KLIPPER,
		[SWITCHED_OFF] = MCU_OFF,
	};
	bool assigned = situation == KLIPPER_ASSIGNED ||
			situation == SHUTDOWN_ASSIGNED ||
			situation == KATAPULT_ASSIGNED;
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");

	cfg.state = states[situation];
	cfg.nodeid = assigned ? 4 : -1;
	if (situation == IN_ROM)
		cfg.bootloader = BOOTLOADER_ROM;
	board_init(b, &cfg);
	if (situation == IN_ROM || situation == RESETTING)
		board_hear(b, REQUEST);
	if (situation == WAITING)
		mcu_reset(&b->mcu, b->now_us);
	board_wait(b, situation == WAITING ? 100000 : 1000);
	b->sent_len = 0;
}

#endif
