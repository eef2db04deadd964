/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_KLIPPER_NODE_H
#define UNIT_KLIPPER_NODE_H

/* A node that runs Klipper, on nodeid 4, for the machines that ask it. */
#include "../support/unit.h"

#include <kcan/klp.h>
#include <kcan/stream.h>

/*
 * A node by klipper-mcu-protocol.md, section 4.2, and a bus that loses one frame.
 */
struct node {
	struct kcan_klp_mcu mcu;
	struct kcan_stream rx, tx;
	uint8_t rx_buf[192], tx_buf[192];
	const uint8_t *dictionary; /* NULL: the same few bytes everywhere */
	size_t dictionary_len;
	bool mine;	/* the nodeid is */
	size_t waiting; /* bytes in its buffer at the start */
	unsigned int frames, lost;
	unsigned int deaf_after; /* so many frames; 0: never */
	unsigned int asked;
	unsigned int resets;
};

#define NODE_RESET 11 /* its number of `reset` */

static inline bool passes(struct node *n)
{
	return ++n->frames != n->lost &&
	       (!n->deaf_after || n->frames <= n->deaf_after);
}

static inline void node_say(struct node *n, const uint8_t *content, size_t len)
{
	uint8_t out[KCAN_KLP_MAX];
	int size = kcan_klp_encode(
		out, &(struct kcan_klp_block){ .seq = n->mcu.expected,
					       .len = (uint8_t)len,
					       .content = content });

	assert_int_equal(kcan_stream_push(&n->tx, out, (size_t)size), 0);
}

/* identify: offsets are below 12288 here, or cut to the last byte */
static inline void node_identify(struct node *n,
				 const struct kcan_klp_block *block)
{
	static const struct kcan_klp_format command = {
		.dir = KCAN_KLP_COMMAND,
		.count = 2,
		.types = { KCAN_KLP_U32, KCAN_KLP_U8 }
	};
	static const struct kcan_klp_format response = {
		.dir = KCAN_KLP_RESPONSE,
		.count = 2,
		.types = { KCAN_KLP_U32, KCAN_KLP_BYTES }
	};
	static const uint8_t data[40] = { 0x7e, 0x7e, 0x05, 0x10 };
	struct kcan_klp_value values[2];
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	size_t left;

	assert_true(kcan_klp_params_decode(values, &command, block->content + 1,
					   block->len - 1u) > 0);
	left = values[0].num < n->dictionary_len ?
		       n->dictionary_len - values[0].num :
		       0;
	values[1].data = left && n->dictionary ? n->dictionary + values[0].num :
						 data;
	values[1].len = left < values[1].num ? (uint8_t)left :
					       (uint8_t)values[1].num;
	node_say(n, content,
		 (size_t)kcan_klp_msg_encode(content, sizeof(content),
					     &response, values));
}

/* Section 9.3: all of it, and no ACK. */
static inline void node_reset(struct node *n)
{
	n->resets++;
	n->mine = false;
	n->mcu = (struct kcan_klp_mcu){ 0 };
	n->rx.len = 0;
}

/* Return: whether an ACK follows. */
static inline bool node_handle(struct node *n,
			       const struct kcan_klp_block *block)
{
	static const uint8_t id[] = { 21,   6,	  0xca, 0x46, 0x3a,
				      0x06, 0xa1, 0xac, 4 };

	n->asked++;
	if (block->len && block->content[0] == NODE_RESET) {
		node_reset(n);
		return false;
	}
	if (block->len && block->content[0] == 1)
		node_identify(n, block);
	else if (block->len && block->content[0] == 10)
		node_say(n, id, sizeof(id));
	return true;
}

/* What is in its buffer. */
static inline void node_read(struct node *n)
{
	struct kcan_klp_step step;

	do {
		step = kcan_klp_mcu_rx(&n->mcu, n->rx.buf, n->rx.len);
		if (step.event == KCAN_KLP_BLOCK &&
		    !node_handle(n, &step.block))
			return;
		if (step.event >= KCAN_KLP_NAK)
			node_say(n, NULL, 0);
		kcan_stream_drop(&n->rx, step.used);
	} while (step.event != KCAN_KLP_WAIT);
}

static inline void node_rx(struct node *n, const struct can_frame *frame)
{
	if (!passes(n))
		return;
	if (frame->can_id == 0x3f0) {
		n->mine = true;
		return;
	}
	if (n->mine && !kcan_stream_push_frame(&n->rx, frame))
		node_read(n);
}

/* The same on USB or a UART; what it says is in n->tx. */
static inline void node_rx_bytes(struct node *n, const uint8_t *bytes,
				 size_t len)
{
	if (passes(n) && !kcan_stream_push(&n->rx, bytes, len))
		node_read(n);
}

/* Before anything else. */
static inline void node_init(struct node *n)
{
	kcan_stream_init(&n->rx, n->rx_buf, sizeof(n->rx_buf));
	n->rx.len = n->waiting;
	kcan_stream_init(&n->tx, n->tx_buf, sizeof(n->tx_buf));
}

/* Return: false when it says no more; frames that get lost are passed over. */
static inline bool node_tx(struct node *n, struct can_frame *frame)
{
	size_t len;

	while ((len = kcan_stream_peek_frame(&n->tx, 0x109, frame))) {
		kcan_stream_drop(&n->tx, len);
		if (passes(n))
			return true;
	}
	return false;
}

#endif
