/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_MCU_KATAPULT_HEX_H
#define UNIT_MCU_KATAPULT_HEX_H

/* Bytes for Katapult, in hex. */
#include "../../support/unit.h"

#include <kcan/kat.h>
#include <stdio.h>
#include <string.h>

#include "katapult_board.h"
#include "util/hex.h"

static inline void send_hex(struct board *b, const char *hex)
{
	uint8_t bytes[KCAN_KAT_MAX];
	size_t len = strlen(hex) / 2;

	assert_int_equal(util_hex_decode(bytes, hex, strlen(hex)), 0);
	for (size_t at = 0; at < len; at += 8) {
		struct can_frame f = { .can_id = 0x108, .can_dlc = 8 };

		if (len - at < 8)
			f.can_dlc = (uint8_t)(len - at);
		memcpy(f.data, &bytes[at], f.can_dlc);
		board_hear(b, f);
	}
}

#endif
