/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_MCU_KATAPULT_HOST_H
#define UNIT_MCU_KATAPULT_HOST_H

/*
 * A board in Katapult, and a host that sends blocks and reads answers; main()
 * loads katapult.txt into vectors.
 */
#include "../../support/unit.h"
#include "../../support/vectors.h"

#include <stdio.h>
#include <string.h>

#include "katapult_board.h"
#include "util/hex.h"

#define NODEID 129 /* what flashtool uses */

static struct vector vectors[VECTORS_MAX];

static inline const char *vector_named(const char *name)
{
	for (size_t i = 0; i < VECTORS_MAX; i++)
		if (!strcmp(vectors[i].name, name))
			return vectors[i].value;
	fail_msg("no vector is named %s", name);
	return "";
}

static inline struct board *katapult(const char *type, bool blank,
				     uint32_t erase_us)
{
	static struct board b;
	struct mcu_cfg cfg = board_cfg(type);

	cfg.state = MCU_KATAPULT;
	cfg.nodeid = NODEID;
	cfg.blank = blank;
	cfg.erase_us = erase_us;
	cfg.double_reset = false;
	board_init(&b, &cfg);
	return &b;
}

/* Bytes go out as frames of 8 and a shorter last one, as flashtool cuts them. */
static inline void send_cut(struct board *b, const char *hex,
			    void (*hear)(struct board *b,
					 struct can_frame frame))
{
	uint8_t bytes[KCAN_KAT_MAX];
	size_t len = strlen(hex) / 2;

	assert_int_equal(util_hex_decode(bytes, hex, 2 * len), 0);
	for (size_t at = 0; at < len; at += 8) {
		struct can_frame f = { .can_id = 0x202 };

		f.can_dlc = (uint8_t)(len - at < 8 ? len - at : 8);
		memcpy(f.data, bytes + at, f.can_dlc);
		hear(b, f);
	}
}

static inline void send(struct board *b, const char *hex)
{
	send_cut(b, hex, board_hear);
}

/* All of it is there before the main loop looks. */
static inline void board_file(struct board *b, struct can_frame frame)
{
	mcu_rx(&b->mcu, &frame, b->now_us);
}

static inline void send_at_once(struct board *b, const char *hex)
{
	send_cut(b, hex, board_file);
}

/* All that came back since the last call, as hex. */
static inline const char *answer(struct board *b)
{
	static char hex[64 * 16 + 1];
	size_t len = 0;

	board_drain(b);
	hex[0] = '\0';
	for (size_t i = 0; i < b->sent_len; i++) {
		assert_int_equal(b->sent[i].can_id, 0x203);
		util_hex_encode(hex + len, b->sent[i].data, b->sent[i].can_dlc);
		len += 2u * b->sent[i].can_dlc;
	}
	b->sent_len = 0;
	return hex;
}

static inline void ask(struct board *b, const char *request, const char *want)
{
	send(b, vector_named(request));
	assert_string_equal(answer(b), want[0] ? vector_named(want) : "");
}

static inline void send_block(struct board *b, uint32_t address,
			      const uint8_t data[static 64])
{
	uint8_t payload[68] = { (uint8_t)address, (uint8_t)(address >> 8),
				(uint8_t)(address >> 16),
				(uint8_t)(address >> 24) };
	struct kcan_kat_block block = { .code = KCAN_KAT_SEND_BLOCK,
					.words = 17,
					.payload = payload };
	char hex[2 * KCAN_KAT_MAX + 1];
	uint8_t out[KCAN_KAT_MAX];
	int len;

	memcpy(payload + 4, data, 64);
	len = kcan_kat_encode(out, &block);
	assert_int_equal(len, 76);
	util_hex_encode(hex, out, (size_t)len);
	send(b, hex);
}

#endif
