/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_BOOTREQ_SCRIPT_H
#define UNIT_BOOTREQ_SCRIPT_H

/* An exchange as a script: what is due and what arrives, with the times. */
#include "../support/unit.h"

#include <string.h>

#include <kcan/bootreq.h>

#include "../support/katapult_answers.h"

/* can-admin-channel.md, section 16: the recorded exchange, on nodeid F0 */
#define U 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04
#define NOT_U 0xbe, 0x06, 0xfa, 0x0a, 0xaf, 0xfb
#define REQUEST FRAME(0x3f0, 0x02, U)
#define SET FRAME(0x3f0, 0x11, U, 0xf0)
#define WHO FRAME(0x2e0, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03)
#define BACK FRAME(0x3f0, 0x11, NOT_U, 0xf0)
/* the same on the nodeid that is drawn next, F1 */
#define SET_2 FRAME(0x3f0, 0x11, U, 0xf1)
#define WHO_2 FRAME(0x2e2, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03)
#define CONNECT_2 FRAME(0x2e2, 0x01, 0x88, 0x11, 0x00, 0xf1, 0x7c, 0x99, 0x03)
#define BACK_2 FRAME(0x3f0, 0x11, NOT_U, 0xf1)
#define ID_1 FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00, 0x00)
#define ID_2 FRAME(0x2e1, U, 0x00, 0x00)
#define ID_3 FRAME(0x2e1, 0x32, 0x40, 0x99, 0x03)
/* katapult-protocol.md, section 12 */
#define NACK FRAME(0x2e1, 0x01, 0x88, 0xf1, 0x00, 0x68, 0x95, 0x99, 0x03)
#define CONNECT FRAME(0x2e0, 0x01, 0x88, 0x11, 0x00, 0xf1, 0x7c, 0x99, 0x03)

static const struct kcan_uuid UUID = { { U } };

/* katapult-protocol.md, section 12: uuid fcf7a6093298 */
static const uint8_t OTHER[20]
	__attribute__((unused)) = { 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00,
				    0x00, 0xfc, 0xf7, 0xa6, 0x09, 0x32, 0x98,
				    0x00, 0x00, 0xc5, 0xb2, 0x99, 0x03 };

/* can-admin-channel.md, section 6 */
#define KLIPPER_NAK FRAME(0x2e1, 0x05, 0x10, 0x9e, 0x81, 0x7e)
enum what {
	END,
	TX,   /* due exactly now, with these bytes; stays in flight */
	HAD,  /* by now the kernel had the frame in flight */
	OK,   /* the frame in flight is confirmed */
	SENT, /* TX and OK at the same time */
	LATE, /* SENT, on a busy machine: it was due before */
	FULL, /* TX, but the kernel has no room */
	RX,
	BLOCK, /* RX of these bytes, 8 a frame */
	ABORT,
	QUIET, /* the deadline is now, and nothing is due */
};

struct line {
	uint64_t us;
	enum what what;
	struct can_frame frame;
	const uint8_t *bytes;
	size_t len;
};

#define S 1000000u
/* A whole block arrives. */
#define HEAR_ON(us, id, block)                                      \
	{                                                           \
		us, BLOCK, { .can_id = (id) }, block, sizeof(block) \
	}
#define HEAR(us, block) HEAR_ON(us, 0x2e1, block)
/* Asked what it is, Katapult tells it at once. */
#define IDENTIFIED(us) { us, SENT, CONNECT }, HEAR(us, IDENT)
/* Handed back, asked 10 ms later, and silent for @silence. */
#define BACK_AND_SILENT(us, silence)                                         \
	{ us, SENT, BACK }, { us, SENT, BACK }, { (us) + 10000, SENT, WHO }, \
	{                                                                    \
		(us) + 10000 + (silence), QUIET                              \
	}
#define LEFT(us) BACK_AND_SILENT(us, 30000)
#define BACK_AND_SILENT_2(us, silence)              \
	{ us, SENT, BACK_2 }, { us, SENT, BACK_2 }, \
		{ (us) + 10000, SENT, WHO_2 },      \
	{                                           \
		(us) + 10000 + (silence), QUIET     \
	}
#define LEFT_2(us) BACK_AND_SILENT_2(us, 30000)
/* The same, but the last SET brought no proof. */
#define FETCHED(us) { us, SENT, SET }, LEFT(us)

/* F0, F1, and so on; @ctx: the next one. */
static inline uint8_t draw_in_order(void *ctx)
{
	uint8_t *next = ctx;

	return *next < 0xff ? (*next)++ : 0;
}

static inline struct kcan_bootreq *start(uint64_t timeout_us,
					 enum kcan_bootreq_goal goal)
{
	static uint8_t next;
	struct kcan_bootreq_cfg cfg = { timeout_us, goal, draw_in_order,
					&next };
	struct kcan_bootreq *req;

	next = 0xf0;
	assert_int_equal(kcan_bootreq_new(&req, &UUID, &cfg, 0), 0);
	return req;
}

static inline void play_tx(struct kcan_bootreq *req, const struct line *line)
{
	struct can_frame frame;

	if (line->what == LATE)
		assert_true(kcan_bootreq_deadline(req) < line->us);
	else
		assert_int_equal(kcan_bootreq_deadline(req), line->us);
	if (line->us && line->what != LATE)
		assert_false(kcan_bootreq_tx(req, &frame, line->us - 1));
	assert_true(kcan_bootreq_tx(req, &frame, line->us));
	assert_frame_equal(frame, line->frame);
	/* one unconfirmed frame at a time */
	assert_false(kcan_bootreq_tx(req, &frame, line->us));
	if (line->what == SENT || line->what == LATE)
		kcan_bootreq_sent(req, line->us);
	else if (line->what == FULL)
		kcan_bootreq_unsent(req, line->us);
}

/* Hear a block in pieces, with empty frames between them. */
static inline void feed_on(struct kcan_bootreq *req, const struct line *line,
			   size_t piece)
{
	struct can_frame frame = { .can_id = line->frame.can_id };
	const uint8_t *data = line->bytes;
	uint64_t now_us = line->us;
	size_t len = line->len;

	for (size_t at = 0; at < len; at += piece) {
		frame.can_dlc = 0;
		kcan_bootreq_rx(req, &frame, now_us);
		frame.can_dlc = (uint8_t)(len - at < piece ? len - at : piece);
		memcpy(frame.data, data + at, frame.can_dlc);
		kcan_bootreq_rx(req, &frame, now_us);
	}
}

static inline void feed(struct kcan_bootreq *req, const uint8_t *data,
			size_t len, size_t piece, uint64_t now_us)
{
	const struct line line = {
		now_us, BLOCK, { .can_id = 0x2e1 }, data, len
	};

	feed_on(req, &line, piece);
}

static inline void play(struct kcan_bootreq *req, const struct line *line)
{
	struct can_frame frame;

	switch (line->what) {
	case TX:
	case SENT:
	case LATE:
	case FULL:
		play_tx(req, line);
		break;
	case HAD:
		kcan_bootreq_handed(req, line->us);
		break;
	case OK:
		kcan_bootreq_sent(req, line->us);
		break;
	case RX:
		kcan_bootreq_rx(req, &line->frame, line->us);
		break;
	case BLOCK:
		feed_on(req, line, 8);
		break;
	case ABORT:
		kcan_bootreq_abort(req, line->us);
		break;
	case QUIET:
		assert_int_equal(kcan_bootreq_deadline(req), line->us);
		assert_false(kcan_bootreq_tx(req, &frame, line->us));
		break;
	case END:
		break;
	}
}

static inline void assert_ends(struct kcan_bootreq *req,
			       const struct kcan_bootreq_result *want)
{
	const struct kcan_bootreq_result got = kcan_bootreq_result(req);

	assert_int_equal(got.verdict, want->verdict);
	assert_int_equal(got.request, want->request);
	assert_int_equal(got.handback, want->handback);
	assert_int_equal(got.assigned, want->assigned);
	assert_int_equal(got.torn, want->torn);
	assert_int_equal(got.identified, want->identified);
	assert_int_equal(got.twice, want->twice);
	if (got.verdict == KCAN_BOOTREQ_WRONG_UUID)
		assert_memory_equal(&got.other, &want->other,
				    sizeof(got.other));
	assert_true(kcan_bootreq_done(req));
	assert_int_equal(kcan_bootreq_deadline(req), UINT64_MAX);
}

#define HANDED_BACK(end)                                               \
	{                                                              \
		.verdict = (end), .request = KCAN_DELIVERY_CONFIRMED,  \
		.handback = KCAN_DELIVERY_CONFIRMED, .assigned = true, \
	}
#define PROVEN                                                         \
	{                                                              \
		.verdict = KCAN_BOOTREQ_PROVEN,                        \
		.request = KCAN_DELIVERY_CONFIRMED,                    \
		.handback = KCAN_DELIVERY_CONFIRMED, .assigned = true, \
		.identified = true,                                    \
	}

/** A script and its end, a case of its own. */
struct scenario {
	const char *name;
	uint64_t timeout_us;
	struct line script[32];
	struct kcan_bootreq_result want;
	bool no_verify;
};

static inline void test_scenario(void **state)
{
	const struct scenario *s = *state;
	struct kcan_bootreq *req =
		start(s->timeout_us, s->no_verify ? KCAN_BOOTREQ_GOAL_REQUEST :
						    KCAN_BOOTREQ_GOAL_ENTER);

	for (size_t i = 0; s->script[i].what != END; i++)
		play(req, &s->script[i]);
	assert_ends(req, &s->want);
	kcan_bootreq_free(req);
}

/* Up to the moment when the answer may come. */
static inline struct kcan_bootreq *asked(void)
{
	struct kcan_bootreq *req = start(5 * S, KCAN_BOOTREQ_GOAL_ENTER);

	play(req, &(struct line){ 0, SENT, REQUEST });
	play(req, &(struct line){ 0, SENT, SET });
	play(req, &(struct line){ 10000, SENT, WHO });
	return req;
}

static inline enum kcan_bootreq_verdict verdict_of(struct kcan_bootreq *req)
{
	return kcan_bootreq_result(req).verdict;
}

#endif
