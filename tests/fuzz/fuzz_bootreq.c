// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any frames at any time, with any fate of what is sent: the exchange ends, a
 * proof is only ever the 20 bytes after the question on this nodeid, COMPLETE
 * only follows the first word of an application, no command stays half sent, and
 * a node that was assigned is handed back.
 */
#include <stdlib.h>
#include <string.h>

#include <kcan/bootreq.h>

#include "../support/katapult_answers.h"
#include "fuzz.h"

static const struct kcan_uuid UUID = { { 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04 } };
static const struct {
	const uint8_t *bytes;
	size_t len;
} blocks[] = {
	{ ANSWER, sizeof(ANSWER) },
	{ IDENT, sizeof(IDENT) },
	{ BLOCK_DATA, sizeof(BLOCK_DATA) },
	{ COMPLETED, sizeof(COMPLETED) },
};
static const uint8_t BACK[7] = { 0x11, 0xbe, 0x06, 0xfa, 0x0a, 0xaf, 0xfb };
static const uint8_t WHO[3] = { 0x01, 0x88, 0x16 };
/* REQUEST_BLOCK at whatever address, and COMPLETE */
static const uint8_t HEAD[4] = { 0x01, 0x88, 0x14, 0x01 };
static const uint8_t COMPLETE[8] = { 0x01, 0x88, 0x15, 0x00,
				     0x91, 0x1b, 0x99, 0x03 };

#define SIZE_MAX_IN 400

struct run {
	struct kcan_bootreq *req;
	bool backed[256]; /* nodeids handed back */
	uint64_t now;
	uint8_t heard[SIZE_MAX_IN * sizeof(BLOCK_DATA)];
	size_t heard_len;
	size_t since;  /* what of it came after the question ... */
	uint8_t asked; /* ... on this nodeid */
	uint8_t next;  /* nodeid to be drawn */
	bool half;     /* of a command is sent */
};

/* Five, so that the pool is soon empty. */
static uint8_t draw(void *ctx)
{
	uint8_t *next = ctx;

	return *next < 0xf5 ? (*next)++ : 0;
}

static uint8_t nodeid_of(const struct run *r)
{
	return kcan_bootreq_result(r->req).nodeid;
}

static void hear(struct run *r, const uint8_t *data, size_t len)
{
	struct can_frame frame = { .can_id = 0x101 + 2u * nodeid_of(r),
				   .can_dlc = (uint8_t)len };

	memcpy(frame.data, data, len);
	if (r->heard_len + len <= sizeof(r->heard)) {
		memcpy(r->heard + r->heard_len, data, len);
		r->heard_len += len;
	}
	kcan_bootreq_rx(r->req, &frame, r->now);
}

static bool has_heard(const struct run *r, const uint8_t *bytes, size_t len)
{
	return memmem(r->heard, r->heard_len, bytes, len);
}

static bool has_answered(const struct run *r)
{
	return r->asked == nodeid_of(r) &&
	       memmem(r->heard + r->since, r->heard_len - r->since, ANSWER,
		      sizeof(ANSWER));
}

/* The kernel took it: what must be true of it then. */
static void note_sent(struct run *r, const struct can_frame *frame)
{
	bool data = frame->can_id != 0x3f0;

	if (!memcmp(frame->data, BACK, sizeof(BACK)))
		r->backed[frame->data[7]] = true;
	if (data && !memcmp(frame->data, WHO, sizeof(WHO)) &&
	    r->asked != nodeid_of(r)) {
		r->asked = nodeid_of(r);
		r->since = r->heard_len;
	}
	if (data && frame->can_dlc == 8 && !memcmp(frame->data, COMPLETE, 8))
		check(has_answered(r) && has_heard(r, BLOCK_DATA + 4, 4));
	if (!r->half)
		check(!data || frame->can_dlc == 8);
	else if (frame->can_dlc != 4) /* no room for the tail: that is told */
		check(!data && kcan_bootreq_result(r->req).torn);
	r->half = data && !memcmp(frame->data, HEAD, sizeof(HEAD));
}

/* @fate: 0 confirmed, 1 no room, 2 confirmation never comes */
static void send(struct run *r, unsigned int fate)
{
	struct can_frame frame;

	if (kcan_bootreq_deadline(r->req) != UINT64_MAX &&
	    kcan_bootreq_deadline(r->req) > r->now)
		r->now = kcan_bootreq_deadline(r->req);
	if (!kcan_bootreq_tx(r->req, &frame, r->now))
		return;
	if (fate == 1) {
		kcan_bootreq_unsent(r->req, r->now);
		return;
	}
	note_sent(r, &frame);
	if (r->now % 2)
		kcan_bootreq_handed(r->req, r->now);
	if (fate == 0)
		kcan_bootreq_sent(r->req, r->now);
}

static void finish(struct run *r)
{
	struct kcan_bootreq_result result;
	unsigned int turns = 0;

	while (!kcan_bootreq_done(r->req)) {
		check(turns++ < 2000);
		send(r, 0);
	}
	result = kcan_bootreq_result(r->req);
	check(result.verdict != KCAN_BOOTREQ_PENDING);
	if (result.assigned && result.handback != KCAN_DELIVERY_NONE)
		check(r->backed[result.nodeid]);
	if (result.verdict == KCAN_BOOTREQ_PROVEN)
		check(has_answered(r));
	if (result.verdict == KCAN_BOOTREQ_LEFT)
		check(has_heard(r, COMPLETED, sizeof(COMPLETED)));
}

/* Return: how many of the bytes at @data were used. */
static size_t act(struct run *r, uint8_t op, const uint8_t *data, size_t size)
{
	size_t len = op & 7;

	if (op & 0x80) {
		len = len < size ? len : size;
		hear(r, data, len);
		return len;
	}
	if (op & 0x40) {
		for (size_t at = 0; at < blocks[op & 3].len; at += len) {
			len = blocks[op & 3].len - at;
			len = len < 8 ? len : 8;
			/* some lose a frame */
			if (at / 8 + 1 != (op >> 2 & 15))
				hear(r, blocks[op & 3].bytes + at, len);
		}
	} else if (op & 0x20) {
		send(r, op % 3);
	} else if (op == 0x1f) {
		kcan_bootreq_abort(r->req, r->now);
	} else {
		r->now += op * 1000u;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .next = 0xf0 };
	struct kcan_bootreq_cfg cfg = { 2000000, KCAN_BOOTREQ_GOAL_ENTER, draw,
					&r.next };
	size_t used;

	if (!size || size > SIZE_MAX_IN)
		return 0;
	if (data[0] & 1)
		cfg.goal = KCAN_BOOTREQ_GOAL_LEAVE;
	if (kcan_bootreq_new(&r.req, &UUID, &cfg, 0))
		return 0;
	for (size_t at = 1; at < size; at += used)
		used = 1 + act(&r, data[at], data + at + 1, size - at - 1);
	finish(&r);
	kcan_bootreq_free(r.req);
	return 0;
}
