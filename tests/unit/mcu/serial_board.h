/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_MCU_SERIAL_BOARD_H
#define UNIT_MCU_SERIAL_BOARD_H

/* A board on a serial line: bytes in, bytes out. */
#include "klipper_board.h"

#include <stdlib.h>

/* can-admin-channel.md, section 11.2 */
#define REQUEST " \x1c Request Serial Bootloader!! ~"
/* klipper-mcu-protocol.md, section 4.3 */
#define ACK_1 "05118f087e"
#define NAK_0 "05109e817e"
/* klipper-mcu-protocol.md, section 18, V3: identify offset=0 count=40 */
#define IDENTIFY "\x08\x10\x01\x00\x28\x5e\x9f\x7e"
/* starting: message 20 alone in a block (klipper-mcu-protocol.md, section 3) */
#define STARTING "061014"

static inline struct mcu_cfg serial_cfg(enum mcu_link link)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");

	cfg.link = link;
	return cfg;
}

/* What it says when it starts is not listened to. */
static inline void start(struct board *b, const struct mcu_cfg *cfg)
{
	board_init(b, cfg);
	b->mcu.live.start_us = b->now_us;
	board_run(b);
	b->written_len = 0;
}

static inline void feed(struct board *b, const void *bytes, size_t len)
{
	assert_int_equal(mcu_rx_bytes(&b->mcu, bytes, len, b->now_us), len);
	board_run(b);
}

/* Return: what was written since the last time, in hex. */
static inline const char *written(struct board *b)
{
	static char text[2 * sizeof(b->written) + 1];

	for (size_t i = 0; i < b->written_len; i++)
		sprintf(text + 2 * i, "%02x", b->written[i]);
	text[2 * b->written_len] = '\0';
	b->written_len = 0;
	return text;
}

static inline bool reports(const struct board *b)
{
	return board_reported(b, EVENT_REQUEST) &&
	       board_reported(b, EVENT_RESET);
}

#endif
