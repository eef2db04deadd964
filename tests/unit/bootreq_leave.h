/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_BOOTREQ_LEAVE_H
#define UNIT_BOOTREQ_LEAVE_H

/* What is said to a proven Katapult that is to leave, and how that may end. */
#include "bootreq_script.h"

/* katapult-protocol.md, section 12 */
#define READ_HEAD FRAME(0x2e0, 0x01, 0x88, 0x14, 0x01, 0x00, 0x20, 0x00, 0x08)
#define READ_TAIL FRAME(0x2e0, 0x5b, 0xde, 0x99, 0x03)
#define COMPLETE FRAME(0x2e0, 0x01, 0x88, 0x15, 0x00, 0x91, 0x1b, 0x99, 0x03)
/* the same: 64 times FF */
#define FF8 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
static const uint8_t BLOCK_FF[80] = {
	0x01, 0x88, 0xa0, 0x12, 0x14, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x08,
	FF8,  FF8,  FF8,  FF8,	FF8,  FF8,  FF8,  FF8,	0x27, 0x72, 0x99, 0x03,
};
/* CRC by the rule of section 2 */
static const uint8_t BLOCK_00[80] = {
	0x01, 0x88, 0xa0, 0x12, 0x14,	     0x00, 0x00, 0x00,
	0x00, 0x20, 0x00, 0x08, [76] = 0xc3, 0x03, 0x99, 0x03,
};
/* likewise: the same data from 08002040 */
static const uint8_t BLOCK_ELSEWHERE[80] = {
	0x01, 0x88, 0xa0, 0x12, 0x14, 0x00, 0x00, 0x00, 0x40, 0x20, 0x00, 0x08,
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
	0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
	0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23,
	0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
	0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b,
	0x3c, 0x3d, 0x3e, 0x3f, 0x5c, 0x1c, 0x99, 0x03,
};
/* Steps that go right, each at one moment. */
#define PROVED { 0, SENT, SET }, { 10000, SENT, WHO }, HEAR(10300, ANSWER)
#define READ(us)                    \
	{ us, SENT, READ_HEAD },    \
	{                           \
		us, SENT, READ_TAIL \
	}
#define UP_TO_READ PROVED, IDENTIFIED(10300), READ(10300)
#define UP_TO_COMPLETE UP_TO_READ, HEAR(10300, BLOCK_DATA)
#define QUESTIONS(us)                                   \
	{ us, SENT, SET }, { (us) + 10000, SENT, WHO }, \
	{                                               \
		(us) + 25000, SENT, WHO                 \
	}

/*
 * Whether it has left is asked on the next nodeid; in the end both are handed
 * back, as the node may have missed the SET.
 */
#define QUESTIONS_2(us)                                     \
	{ us, SENT, SET_2 }, { (us) + 10000, SENT, WHO_2 }, \
	{                                                   \
		(us) + 25000, SENT, WHO_2                   \
	}
#define FETCHED_2(us, silence)                                           \
	{ us, SENT, SET_2 }, { us, SENT, BACK_2 }, { us, SENT, BACK_2 }, \
		{ us, SENT, BACK }, { (us) + 10000, SENT, WHO_2 },       \
	{                                                                \
		(us) + 10000 + (silence), QUIET                          \
	}

#define ENDS(end, complete)                                            \
	{                                                              \
		.verdict = (end), .request = (complete),               \
		.handback = KCAN_DELIVERY_CONFIRMED, .assigned = true, \
		.identified = true,                                    \
	}
#define STARTED(end) ENDS(end, KCAN_DELIVERY_CONFIRMED)
#define NOT_STARTED(end) ENDS(end, KCAN_DELIVERY_NONE)
#define UNPROVEN(end)                                                  \
	{                                                              \
		.verdict = (end), .handback = KCAN_DELIVERY_CONFIRMED, \
		.assigned = true,                                      \
	}

struct leave_scenario {
	const char *name;
	uint64_t timeout_us;
	struct line script[40];
	struct kcan_bootreq_result want;
};

static inline void test_leave(void **state)
{
	const struct leave_scenario *s = *state;
	struct kcan_bootreq *req =
		start(s->timeout_us, KCAN_BOOTREQ_GOAL_LEAVE);

	for (size_t i = 0; s->script[i].what != END; i++)
		play(req, &s->script[i]);
	assert_ends(req, &s->want);
	kcan_bootreq_free(req);
}

#endif
