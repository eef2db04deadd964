/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_KATFLASH_BOARD_H
#define UNIT_KATFLASH_BOARD_H

/* Boards of katflash on CAN, and the nodes at the other end. */
#include "../support/katapult_answers.h"
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include <kcan/stream.h>

#include "../../tools/canbus/reserve.h"
#include "../../tools/katflash/board.h"
#include "../../tools/katflash/tell/tell.h"

#define BOARDS_MAX 21 /* what targets.c lets through */

static struct loop loop;
static struct wire wire;
static struct opts opts;
static struct board boards[BOARDS_MAX];

/* What is at the other end: each board has a node of its own. */
static struct node {
	uint8_t nodeid; /* 0: none */
	bool nameless;	/* does not answer CONNECT */
	bool starts;	/* hears nothing */
} nodes[BOARDS_MAX];

static struct fake {
	int refuse;  /* errno of sending, negative */
	bool halted; /* nothing is confirmed */
	struct can_frame sent;
	bool has_sent;
	unsigned int downs, unasked, requests;
	enum kcan_delivery request;
	enum kcan_bootreq_verdict verdict; /* that was put into words */
} fake;

int reserve_nodeid(unsigned int ifindex, uint8_t nodeid)
{
	(void)ifindex;
	(void)nodeid;
	return 100;
}

int bus_send(struct bus *bus, const struct can_frame *frame)
{
	(void)bus;
	if (fake.refuse)
		return fake.refuse;
	fake.sent = *frame;
	fake.has_sent = true;
	/* can-admin-channel.md, section 3.4 */
	fake.requests += frame->can_id == 0x3f0 && frame->data[0] == 0x02;
	return 0;
}

int bus_send_all(struct bus *bus, const struct can_frame *frames, size_t n)
{
	(void)bus;
	if (fake.refuse)
		return fake.refuse;
	fake.sent = frames[n - 1];
	fake.has_sent = true;
	return (int)n;
}

void end_enter(struct board *b, enum kcan_bootreq_verdict verdict)
{
	(void)b;
	fake.verdict = verdict;
}

void end_unnamed(struct board *b)
{
	(void)b;
}

void end_down(struct board *b, enum kcan_delivery request)
{
	(void)b;
	fake.downs++;
	fake.request = request;
}

void end_unasked(struct board *b)
{
	(void)b;
	fake.unasked++;
}

void end_next(struct end *end, const char *format, ...)
{
	(void)end;
	(void)format;
}

static inline int set_up(void **state)
{
	(void)state;
	fake = (struct fake){ 0 };
	loop = (struct loop){ .now_us = 1000000 };
	wire = (struct wire){ .ifname = "can0" };
	wire.bus.loop = &loop;
	opts = (struct opts){ .timeout_us = 5000000 };
	memset(boards, 0, sizeof(boards));
	memset(nodes, 0, sizeof(nodes));
	for (size_t i = 0; i < BOARDS_MAX; i++)
		boards[i] = (struct board){
			.opts = &opts,
			.loop = &loop,
			.link = &board_on_can,
			.wire = &wire,
			/* can-admin-channel.md, section 16 */
			.uuid = { { 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04 } }
		};
	return 0;
}

static inline void let_go(struct board *b)
{
	kcan_bootreq_free(b->req);
	b->req = NULL;
	b->flies = false;
}

static inline int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < BOARDS_MAX; i++)
		let_go(&boards[i]);
	return 0;
}

/* As run.c does it. */
static inline void hear(struct board *b, const uint8_t *bytes, size_t len)
{
	struct kcan_bus_rx rx = { 0 };
	struct kcan_stream said;
	uint8_t buf[64];
	size_t n;

	kcan_stream_init(&said, buf, sizeof(buf));
	assert_int_equal(kcan_stream_push(&said, bytes, len), 0);
	while (said.len) {
		n = kcan_stream_peek_frame(
			&said, 0x101 + 2u * nodes[b - boards].nodeid,
			&rx.frame);
		kcan_stream_drop(&said, n);
		nodeids_note(&wire.nodeids, &rx.frame);
		board_rx(b, &rx);
	}
}

/* Else it names the complement of its UUID, and so takes the nodeid from it. */
static inline bool is_for(const struct can_frame *frame, const struct board *b)
{
	return !memcmp(frame->data + 1, b->uuid.b, sizeof(b->uuid.b));
}

static inline void answer(struct board *b, const struct can_frame *frame)
{
	struct node *node = &nodes[b - boards];

	if (node->starts)
		return;
	if (frame->can_id == 0x3f0 && frame->data[0] == 0x11) {
		if (is_for(frame, b))
			node->nodeid = frame->data[7];
		else if (frame->data[7] == node->nodeid)
			node->nodeid = 0;
	} else if (frame->can_id == 0x100 + 2u * node->nodeid) {
		if (frame->data[2] == 0x16)
			hear(b, ANSWER, sizeof(ANSWER));
		else if (frame->data[2] == 0x11 && !node->nameless)
			hear(b, IDENT, sizeof(IDENT));
	}
}

static inline void turn(struct board *b)
{
	uint64_t at_us = board_on_can.deadline(b);
	struct kcan_bus_rx rx = { .own = true };

	if (at_us > loop.now_us)
		loop.now_us = at_us;
	fake.has_sent = false;
	board_on_can.send(b);
	if (wire.down)
		board_down(b);
	wire.down = false;
	if (!fake.has_sent || fake.halted)
		return;
	rx.frame = fake.sent;
	board_rx(b, &rx);
	answer(b, &rx.frame);
}

static inline void go_on(struct board *b)
{
	while (!kcan_bootreq_done(b->req))
		turn(b);
}

static inline void enter(struct board *b)
{
	assert_true(board_on_can.enter(b));
	go_on(b);
}

/* Return: how that ended; only what @b knows is left. */
static inline enum entry prove(struct board *b)
{
	enum entry entry;

	enter(b);
	entry = board_on_can.entered(b);
	let_go(b);
	return entry;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
