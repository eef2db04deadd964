/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_DIAGNOSE_SCRIPT_H
#define UNIT_DIAGNOSE_SCRIPT_H

/* A talk with a node, frame by frame, with literal bytes. */
#include "diagnose_start.h"

#include <string.h>

#include "util/hex.h"

/*
 * The node of klipper-mcu-protocol.md, sections 18 and 19, on nodeid 4. Blocks
 * named V... and those of the transcript are literal; the others have their
 * CRC from an implementation of section 3.1 that is not ours.
 */
#define SET "01ca463a06a1ac04"
#define ASK_FAR_SEQ_0 "0c1001819adeb75f2814a67e"
#define ASK_FAR_SEQ_1 "0c1101819adeb75f2895197e"
#define ASK_FAR_SEQ_5 "0c1501819adeb75f2883c77e"
#define FAR_SEQ_1 "0c1100819adeb75f00a7867e"
#define FAR_SEQ_2 "0c1200819adeb75f002d567e"
#define ASK_0_SEQ_1 "081101002842247e" /* the transcript at 3.051032 */
#define ASK_0_SEQ_2 "081201002867e97e"
#define ASK_40_SEQ_1 "0811012828afd77e" /* V6 */
#define ASK_40_SEQ_2 "08120128288a1a7e"
#define ASK_40_SEQ_3 "081301282896a17e"
#define GET_ID_SEQ_4 "06140ab2417e" /* V12 */
#define GET_ID_SEQ_3 "06130aff497e"
#define DATA                                                             \
	"2878da7554db4e1b3110fd15cb12aa840222295088c44308a9845a401028ea" \
	"93657627598b8dbdf812"
#define V4 "30110000" DATA "396c7e"
#define DATA_SEQ_2 "30120000" DATA "b1b47e"
#define DATA_SEQ_3 "30130000" DATA "31f37e"
#define END_40_SEQ_4 "081400280036167e"
#define END_40_SEQ_3 "081300280061377e"
#define END_0_SEQ_3 "08130000008cc47e"
#define V13 "0e151506ca463a06a1ac0413d67e"
#define OTHER_ID "0e15150611223344556604a0b17e"
#define SHORT_ID "0d151505ca463a06a104ba627e"
#define STATS "0d1011807881f7811f7f44007e" /* V54 */
#define V50 "0b1612ad80af0003b0577e"	   /* shutdown */

/* section 4.3 */
#define NEXT_0 "05109e817e"
#define NEXT_1 "05118f087e"
#define NEXT_2 "0512bd937e"
#define NEXT_3 "0513ac1a7e"
#define NEXT_4 "0514d8a57e"
#define NEXT_5 "0515c92c7e"

enum what {
	END,
	SENT,  /* due exactly now, 8 bytes a frame, each confirmed */
	TX,    /* the same, but the last one is in flight */
	FULL,  /* the same, but the kernel has no room for it */
	OK,    /* the frame in flight is confirmed */
	HEAR,  /* the node sends this, 8 bytes a frame */
	ADMIN, /* somebody sends this on 3F0 */
	READ,  /* the dictionary is there; go on with that of section 17.3 */
	NO_ID, /* the same, but it knows no get_canbus_id */
	ABORT,
	TIME,	 /* the deadline is now, and nothing is due */
	SILENT,	 /* nothing comes until it gives up, exactly now */
	REFUSED, /* and neither does the kernel take a frame */
};

struct line {
	uint64_t us;
	enum what what;
	const char *hex;
};

static inline size_t unhex(const char *hex, uint8_t *out)
{
	assert_int_equal(util_hex_decode(out, hex, strlen(hex)), 0);
	return strlen(hex) / 2;
}

static inline void play_frame(struct kcan_diagnose *d,
			      const struct can_frame *want, uint64_t us)
{
	struct can_frame frame;

	assert_true(kcan_diagnose_deadline(d) <= us);
	if (us && kcan_diagnose_deadline(d) == us)
		assert_false(kcan_diagnose_tx(d, &frame, us - 1));
	assert_true(kcan_diagnose_tx(d, &frame, us));
	assert_frame_equal(frame, *want);
	assert_false(kcan_diagnose_tx(d, &frame, us));
}

static inline void play_tx(struct kcan_diagnose *d, const struct line *line)
{
	struct can_frame want = { .can_id = 0x108 };
	uint8_t bytes[64];
	size_t len = unhex(line->hex, bytes);

	if (!strcmp(line->hex, SET))
		want.can_id = 0x3f0;
	for (size_t at = 0; at < len; at += want.can_dlc) {
		want.can_dlc = (uint8_t)(len - at < 8 ? len - at : 8);
		memset(want.data, 0, sizeof(want.data));
		memcpy(want.data, bytes + at, want.can_dlc);
		play_frame(d, &want, line->us);
		if (line->what == SENT || at + want.can_dlc < len)
			kcan_diagnose_sent(d, line->us);
	}
	if (line->what == FULL)
		kcan_diagnose_unsent(d, line->us);
}

static inline void hear(struct kcan_diagnose *d, canid_t id,
			const uint8_t *bytes, size_t len, uint64_t now_us)
{
	struct can_frame frame = { .can_id = id };

	for (size_t at = 0; at < len; at += frame.can_dlc) {
		frame.can_dlc = (uint8_t)(len - at < 8 ? len - at : 8);
		memcpy(frame.data, bytes + at, frame.can_dlc);
		kcan_diagnose_rx(d, &frame, now_us);
	}
}

/* Return: when it gave up. */
static inline uint64_t run_out(struct kcan_diagnose *d, bool room)
{
	struct can_frame frame;
	uint64_t now_us = 0;

	while (kcan_diagnose_deadline(d) != UINT64_MAX) {
		now_us = kcan_diagnose_deadline(d);
		if (!kcan_diagnose_tx(d, &frame, now_us))
			continue;
		if (room)
			kcan_diagnose_sent(d, now_us);
		else
			kcan_diagnose_unsent(d, now_us);
	}
	return now_us;
}

static inline void play(struct kcan_diagnose *d, const struct line *line)
{
	uint8_t bytes[256];
	struct can_frame frame;

	switch (line->what) {
	case HEAR:
	case ADMIN:
		hear(d, line->what == HEAR ? 0x109 : 0x3f0, bytes,
		     unhex(line->hex, bytes), line->us);
		break;
	case READ:
	case NO_ID:
		read_on(d, line->what == READ, line->us);
		break;
	case OK:
		kcan_diagnose_sent(d, line->us);
		break;
	case ABORT:
		kcan_diagnose_abort(d);
		break;
	case SILENT:
	case REFUSED:
		assert_int_equal(run_out(d, line->what == SILENT), line->us);
		break;
	case TIME:
		assert_int_equal(kcan_diagnose_deadline(d), line->us);
		assert_false(kcan_diagnose_tx(d, &frame, line->us));
		break;
	case END:
		break;
	default:
		play_tx(d, line);
	}
}

/* Up to the first piece of the dictionary: a node that expected 1. */
#define TO_THE_DICTIONARY                                 \
	{ 0, SENT, SET }, { 50000, SENT, ASK_FAR_SEQ_1 }, \
		{ 50500, HEAR, FAR_SEQ_2 NEXT_2 },        \
	{                                                 \
		50500, SENT, ASK_0_SEQ_2                  \
	}

#define TO_THE_UUID                                                       \
	TO_THE_DICTIONARY, { 51000, HEAR, DATA_SEQ_3 NEXT_3 },            \
		{ 51000, SENT, ASK_40_SEQ_3 },                            \
		{ 51500, HEAR, END_40_SEQ_4 NEXT_4 }, { 51500, READ, 0 }, \
	{                                                                 \
		51500, SENT, GET_ID_SEQ_4                                 \
	}

#define ANSWERED_WITH \
	.set = KCAN_DELIVERY_CONFIRMED, .heard = true, .answered = true
#define HEARD_ONLY                                                    \
	{                                                             \
		KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED, \
				      .heard = true                   \
	}

struct scenario {
	const char *name;
	struct line script[32];
	struct kcan_diagnose_result want;
};

static inline void test_scenario(void **state)
{
	const struct scenario *s = *state;
	struct kcan_diagnose *d = start();
	struct kcan_diagnose_result got;

	for (const struct line *line = s->script; line->what; line++)
		play(d, line);
	got = kcan_diagnose_result(d);
	assert_int_equal(got.verdict, s->want.verdict);
	assert_int_equal(got.set, s->want.set);
	assert_int_equal(got.heard, s->want.heard);
	assert_int_equal(got.answered, s->want.answered);
	assert_int_equal(got.whole, s->want.whole);
	if (got.verdict == KCAN_DIAGNOSE_WRONG_UUID)
		assert_memory_equal(&got.other, &s->want.other,
				    sizeof(got.other));
	assert_int_equal(kcan_diagnose_deadline(d), UINT64_MAX);
	kcan_diagnose_free(d);
}

#endif
