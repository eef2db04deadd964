/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_MCU_KATAPULT_BLOCKS_H
#define UNIT_MCU_KATAPULT_BLOCKS_H

/* Blocks for Katapult, and whether it still answers after them. */
#include "katapult_host.h"

#define G0 "stm32g0b1xx"
#define RP "rp2040"
#define G0_BLOCK "SEND_BLOCK 08002000, data 00..3F"
#define G0_ACK "ACK SEND_BLOCK 08002000"
#define NEXT_BLOCK "SEND_BLOCK 08002040, data 40..63 then 28 x FF"
#define NEXT_ACK "ACK SEND_BLOCK 08002040"
#define RP_BLOCK "SEND_BLOCK 10004000, data 00..3F"
#define RP_ACK "ACK SEND_BLOCK 10004000"
#define GET "GET_CANBUS_ID"
#define GET_ACK "ACK GET_CANBUS_ID 41f905f55004"
#define FRAMES 10 /* of a block; counted from 1 */
#define CLEAR FRAME(0x3f0, 0x12)

static inline void assert_healthy(struct board *b)
{
	ask(b, GET, GET_ACK);
}

static inline void assert_silent(struct board *b)
{
	for (int i = 0; i < 20; i++)
		ask(b, GET, "");
}

#endif
