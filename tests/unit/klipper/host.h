/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CANMCU_HOST_H
#define UNIT_CANMCU_HOST_H

/* A Klipper host of few words, on the data channel of one board. */
#include <stdio.h>

#include <kcan/klp.h>

#include "../../../sim/canmcu/klipper/engine.h"
#include "../mcu/klipper_board.h"
#include "util/hex.h"

#define HOST_BYTES 2304
#define HOST_TEXT (3 * HOST_BYTES)

/* The MCU of klipper-mcu-protocol.md, section 18. */
#define HOST_UUID                                          \
	{                                                  \
		{                                          \
			0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac \
		}                                          \
	}

/* Gives a nodeid to it, or to another one by the last byte of the UUID. */
#define HOST_SET(last, nodeid) \
	FRAME(0x3f0, 0x01, 0xca, 0x46, 0x3a, 0x06, 0xa1, last, nodeid)

struct host {
	struct board board;
	uint8_t seq; /* of the next block */
	uint8_t heard[HOST_BYTES];
	size_t heard_len;
	char text[HOST_TEXT];
};

/* 1 MHz: one tick is one microsecond. Its clock is at 0. */
static inline void host_start(struct host *h, const char *type)
{
	struct mcu_cfg cfg = board_cfg(type);

	cfg.uuid = (struct kcan_uuid)HOST_UUID;
	cfg.clock_hz = 1000000;
	memset(h, 0, sizeof(*h));
	board_init(&h->board, &cfg);
	h->board.mcu.live.start_us = h->board.now_us;
}

static inline void host_end(struct host *h)
{
	mcu_fini(&h->board.mcu);
}

/* Take what was sent off the wire. */
static inline void host_hear(struct host *h)
{
	struct board *b = &h->board;

	board_drain(b);
	for (size_t i = 0; i < b->sent_len; i++) {
		const struct can_frame *f = &b->sent[i];

		assert_in_range(h->heard_len, 0, HOST_BYTES - CAN_MAX_DLEN);
		assert_in_range(f->can_dlc, 1, CAN_MAX_DLEN);
		memcpy(h->heard + h->heard_len, f->data, f->can_dlc);
		h->heard_len += f->can_dlc;
	}
	b->sent_len = 0;
	b->events_len = 0;
}

/* Let time pass; stats and the like are not listened to. */
static inline void host_wait(struct host *h, uint64_t us)
{
	board_wait(&h->board, us);
	host_hear(h);
	h->heard_len = 0;
}

/* Wait for a clock of the MCU; of the stats there may be thousands. */
static inline void host_wait_until(struct host *h, uint64_t ticks)
{
	uint64_t at_us = h->board.mcu.live.start_us + ticks;

	while (h->board.now_us < at_us) {
		uint64_t left_us = at_us - h->board.now_us;

		host_wait(h, left_us < 5000000 ? left_us : 5000000);
	}
}

static inline void host_assign(struct host *h, uint8_t nodeid)
{
	board_hear(&h->board, HOST_SET(0xac, nodeid));
	host_wait(h, MCU_FILTER_CHANGE_US);
}

/* Any bytes, in frames of @chunk; @h->heard is what came back. */
static inline void host_send(struct host *h, const uint8_t *bytes, size_t len,
			     size_t chunk)
{
	h->heard_len = 0;
	for (size_t i = 0; i < len; i += chunk) {
		struct can_frame f = { .can_id = h->board.mcu.live.rx_id };

		f.can_dlc = (uint8_t)(len - i < chunk ? len - i : chunk);
		memcpy(f.data, bytes + i, f.can_dlc);
		board_hear(&h->board, f);
		host_hear(h);
	}
}

static inline size_t host_unhex(const char *hex, uint8_t *out)
{
	assert_int_equal(util_hex_decode(out, hex, strlen(hex)), 0);
	return strlen(hex) / 2;
}

static inline void host_tell(struct host *h, const struct kcan_klp_block *block)
{
	size_t at = strlen(h->text);
	char *out = h->text + at;
	const char *blank = at ? " " : "";

	assert_in_range(at, 0, HOST_TEXT - 2 * KCAN_KLP_MAX - 2);
	if (!block->len && block->seq == h->seq) {
		sprintf(out, "%sack", blank);
		return;
	}
	if (!block->len) {
		sprintf(out, "%snak %d", blank, block->seq);
		return;
	}
	/* section 0.1, fact 3 */
	assert_int_equal(block->seq, h->seq);
	out += sprintf(out, "%s", blank);
	for (size_t i = 0; i < block->len; i++)
		out += sprintf(out, "%02x", block->content[i]);
}

/* Return: all blocks heard: the content of each in hex, "ack", "nak N". */
static inline const char *host_text(struct host *h)
{
	struct kcan_klp_block block;

	h->text[0] = '\0';
	for (size_t pos = 0; pos < h->heard_len;) {
		int used = kcan_klp_decode(&block, h->heard + pos,
					   h->heard_len - pos);

		assert_in_range(used, KCAN_KLP_MIN, KCAN_KLP_MAX);
		host_tell(h, &block);
		pos += (size_t)used;
	}
	return h->text;
}

/* Send messages in a block with the right sequence. */
static inline const char *host_ask(struct host *h, const char *content)
{
	uint8_t bytes[KCAN_KLP_MAX], out[KCAN_KLP_MAX];
	struct kcan_klp_block block = { .seq = h->seq,
					.len = (uint8_t)host_unhex(content,
								   bytes),
					.content = bytes };

	h->seq = (h->seq + 1) & 15;
	host_send(h, out, (size_t)kcan_klp_encode(out, &block), CAN_MAX_DLEN);
	return host_text(h);
}

#endif
