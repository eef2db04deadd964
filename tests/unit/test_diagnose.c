// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* A node is asked who it is: frame by frame, with literal bytes. */
#include "diagnose_start.h"

#include <errno.h>
#include <string.h>

#include "util/hex.h"

/*
 * The node of klipper-mcu-protocol.md, sections 18 and 19, on nodeid 4. Blocks
 * named V... and those of the transcript are literal; the others have their
 * CRC from an implementation of section 3.1 that is not ours.
 */
#define SET "01ca463a06a1ac04"
#define ASK_0_SEQ_1 "081101002842247e"	/* the transcript at 3.051032 */
#define ASK_0_SEQ_0 "08100100285e9f7e"	/* V3 */
#define ASK_40_SEQ_1 "0811012828afd77e" /* V6 */
#define ASK_0_SEQ_2 "081201002867e97e"
#define ASK_40_SEQ_3 "081301282896a17e"
#define GET_ID_SEQ_4 "06140ab2417e" /* V12 */
#define GET_ID_SEQ_2 "06120ae6917e"
#define V4                                                     \
	"301100002878da7554db4e1b3110fd15cb12aa840222295088c4" \
	"4308a9845a401028ea93657627598b8dbdf812396c7e"
#define DATA_SEQ_3                                             \
	"301300002878da7554db4e1b3110fd15cb12aa840222295088c4" \
	"4308a9845a401028ea93657627598b8dbdf81231f37e"
#define END_40_SEQ_4 "081400280036167e"
#define END_0_SEQ_2 "0812000000907f7e"
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
	SENT,  /* due exactly now, and confirmed */
	TX,    /* the same, but in flight */
	FULL,  /* due now, but the kernel has no room */
	OK,    /* the frame in flight is confirmed */
	HEAR,  /* the node sends this, 8 bytes a frame */
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

static size_t unhex(const char *hex, uint8_t *out)
{
	assert_int_equal(util_hex_decode(out, hex, strlen(hex)), 0);
	return strlen(hex) / 2;
}

static void play_tx(struct kcan_diagnose *d, const struct line *line)
{
	struct can_frame want = { .can_id = 0x108 };
	struct can_frame frame;

	want.can_dlc = (uint8_t)unhex(line->hex, want.data);
	if (!strcmp(line->hex, SET))
		want.can_id = 0x3f0;
	assert_true(kcan_diagnose_deadline(d) <= line->us);
	if (line->us && kcan_diagnose_deadline(d) == line->us)
		assert_false(kcan_diagnose_tx(d, &frame, line->us - 1));
	assert_true(kcan_diagnose_tx(d, &frame, line->us));
	assert_frame_equal(frame, want);
	assert_false(kcan_diagnose_tx(d, &frame, line->us));
	if (line->what == FULL)
		kcan_diagnose_unsent(d, line->us);
	else if (line->what == SENT)
		kcan_diagnose_sent(d, line->us);
}

static void hear(struct kcan_diagnose *d, const uint8_t *bytes, size_t len,
		 uint64_t now_us)
{
	struct can_frame frame = { .can_id = 0x109 };

	for (size_t at = 0; at < len; at += frame.can_dlc) {
		frame.can_dlc = (uint8_t)(len - at < 8 ? len - at : 8);
		memcpy(frame.data, bytes + at, frame.can_dlc);
		kcan_diagnose_rx(d, &frame, now_us);
	}
}

/* Return: when it gave up. */
static uint64_t run_out(struct kcan_diagnose *d, bool room)
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

static void play(struct kcan_diagnose *d, const struct line *line)
{
	uint8_t bytes[256];
	struct can_frame frame;

	switch (line->what) {
	case HEAR:
		hear(d, bytes, unhex(line->hex, bytes), line->us);
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

/* Up to the question for the UUID: a node that expected 2. */
#define TO_THE_UUID                                                       \
	{ 0, SENT, SET }, { 50000, SENT, ASK_0_SEQ_1 },                   \
		{ 50500, HEAR, NEXT_2 }, { 55000, SENT, ASK_0_SEQ_2 },    \
		{ 55500, HEAR, DATA_SEQ_3 NEXT_3 },                       \
		{ 55500, SENT, ASK_40_SEQ_3 },                            \
		{ 56000, HEAR, END_40_SEQ_4 NEXT_4 }, { 56000, READ, 0 }, \
	{                                                                 \
		56000, SENT, GET_ID_SEQ_4                                 \
	}

#define ANSWERED_WITH \
	.set = KCAN_DELIVERY_CONFIRMED, .heard = true, .answered = true

static const struct scenario {
	const char *name;
	struct line script[32];
	struct kcan_diagnose_result want;
} scenarios[] = {
	{ "Klipper with this UUID",
	  { TO_THE_UUID, { 56500, HEAR, V13 NEXT_5 } },
	  { KCAN_DIAGNOSE_CONFIRMED, ANSWERED_WITH, .whole = true } },
	{ "the start of the transcript: NAK, and again with the right sequence",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_0_SEQ_1 },
	    { 50642, HEAR, NEXT_0 },
	    { 55000, SENT, ASK_0_SEQ_0 },
	    { 55461, HEAR, V4 NEXT_1 },
	    { 55461, SENT, ASK_40_SEQ_1 },
	    { 56000, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH } },
	{ "another UUID is told apart",
	  { TO_THE_UUID, { 56500, HEAR, OTHER_ID NEXT_5 } },
	  { KCAN_DIAGNOSE_WRONG_UUID, ANSWERED_WITH, .whole = true,
	    .other = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } } } },
	{ "a UUID of five bytes is none",
	  { TO_THE_UUID, { 56500, HEAR, SHORT_ID NEXT_5 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH, .whole = true } },
	{ "no answer to the question for the UUID",
	  { TO_THE_UUID,
	    { 56100, HEAR, STATS },
	    { 106000, SENT, "7e06140ab2417e" },
	    { 206000, SENT, "7e06140ab2417e" },
	    { 406000, SENT, "7e06140ab2417e" },
	    { 806000, SENT, "7e06140ab2417e" },
	    { 1206000, SENT, "7e06140ab2417e" },
	    { 1606000, SENT, "7e06140ab2417e" },
	    { 2006000, SENT, "7e06140ab2417e" },
	    { 2406000, SENT, "7e06140ab2417e" },
	    { 2806000, SENT, "7e06140ab2417e" },
	    { 55500 + TALK, TIME, 0 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH, .whole = true } },
	{ "a dictionary without get_canbus_id",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_0_SEQ_1 },
	    { 50500, HEAR, END_0_SEQ_2 NEXT_2 },
	    { 50500, NO_ID, 0 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH, .whole = true } },
	{ "nobody there: SET and four questions, again and again",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_0_SEQ_1 },
	    { 100000, SENT, "7e08110100284224" },
	    { 100000, SENT, "7e" },
	    { 150000, SENT, "7e08110100284224" },
	    { 150000, SENT, "7e" },
	    { 200000, SENT, "7e08110100284224" },
	    { 200000, SENT, "7e" },
	    { 250000, SENT, SET },
	    { 300000, SENT, ASK_0_SEQ_1 },
	    { 350000, SENT, "7e08110100284224" },
	    { 350000, SENT, "7e" },
	    { 400000, SENT, "7e08110100284224" },
	    { 400000, SENT, "7e" },
	    { 450000, SENT, "7e08110100284224" },
	    { 450000, SENT, "7e" },
	    { 500000, SENT, SET },
	    { S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "blocks without an answer are heard, but no proof",
	  { { 0, SENT, SET },
	    { 40000, HEAR, STATS }, /* which tells the sequence, too */
	    { 50000, SENT, ASK_0_SEQ_0 },
	    { 50100, HEAR, V50 },
	    { S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED,
	    .heard = true } },
	{ "Katapult's answers are nothing",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_0_SEQ_1 },
	    { 50100, HEAR, "0188f10068959903" },
	    { S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "the SET is never taken",
	  { { 0, FULL, SET }, { 5000, FULL, SET }, { S, REFUSED, 0 } },
	  { KCAN_DIAGNOSE_UNSENT, .set = KCAN_DELIVERY_NONE } },
	{ "the SET is never confirmed",
	  { { 0, TX, SET }, { S, TIME, 0 } },
	  { KCAN_DIAGNOSE_UNSENT, .set = KCAN_DELIVERY_UNCONFIRMED } },
	{ "silence counts from the confirmed SET",
	  { { 0, TX, SET },
	    { 900000, OK, 0 },
	    { 950000, SENT, ASK_0_SEQ_1 },
	    { 900000 + S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "a question that is never confirmed was not asked",
	  { { 0, SENT, SET }, { 50000, TX, ASK_0_SEQ_1 }, { S, TIME, 0 } },
	  { KCAN_DIAGNOSE_UNSENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "a full queue delays a question",
	  { { 0, SENT, SET },
	    { 50000, FULL, ASK_0_SEQ_1 },
	    { 55000, SENT, ASK_0_SEQ_1 },
	    { S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "an answer before the confirmation of its question",
	  { { 0, SENT, SET },
	    { 50000, TX, ASK_0_SEQ_1 },
	    { 50100, HEAR, END_0_SEQ_2 NEXT_2 },
	    { 50200, OK, 0 },
	    { 50200, READ, 0 },
	    { 50200, SENT, GET_ID_SEQ_2 },
	    { 50300, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH, .whole = true } },
	{ "a lost ACK is waited for a little",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_0_SEQ_1 },
	    { 50100, HEAR, END_0_SEQ_2 },
	    { 80100, TIME, 0 },
	    { 80100, READ, 0 },
	    { 80100, SENT, GET_ID_SEQ_2 },
	    { 80200, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH, .whole = true } },
	{ "an answer to another offset is none",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_0_SEQ_1 },
	    { 50100, HEAR, "08120028007d8c7e" },
	    { S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED,
	    .heard = true } },
	{ "an answer that is cut off inside its block is none",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_0_SEQ_1 },
	    { 50100, HEAR, "0b120000286162636bf07e" },
	    { S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED,
	    .heard = true } },
	{ "what came before the SET left is not listened to",
	  { { 0, HEAR, STATS }, { 0, FULL, SET }, { S, REFUSED, 0 } },
	  { KCAN_DIAGNOSE_UNSENT, .set = KCAN_DELIVERY_NONE } },
	{ "rubbish before an answer is skipped to its sync byte",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_0_SEQ_1 },
	    { 50100, HEAR, "1f7f44007e" END_0_SEQ_2 NEXT_2 },
	    { 50100, READ, 0 },
	    { 50100, SENT, GET_ID_SEQ_2 },
	    { 50300, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH, .whole = true } },
};

static void test_scenario(void **state)
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

/* Return: how many frames go out when empty blocks come all the time. */
static unsigned int flood(uint8_t step)
{
	struct kcan_diagnose *d = start();
	struct can_frame frame;
	unsigned int sent = 0;

	for (uint64_t us = 0; us < S; us += 10) {
		struct kcan_klp_block nak = { .seq = us / 10 * step & 15 };
		uint8_t block[KCAN_KLP_MAX];

		hear(d, block, (size_t)kcan_klp_encode(block, &nak), us);
		while (kcan_diagnose_tx(d, &frame, us)) {
			kcan_diagnose_sent(d, us);
			sent++;
		}
	}
	kcan_diagnose_free(d);
	return sent;
}

/* Each asks for another sequence, or seems to acknowledge without an answer. */
static void test_a_flood_of_naks_is_not_answered_by_a_flood(void **state)
{
	(void)state;
	/* no more than one question each 5 ms */
	assert_in_range(flood(5), 10, 400);
	assert_in_range(flood(1), 10, 400);
}

static void test_other_ids_are_not_listened_to(void **state)
{
	static const canid_t ids[] = { 0x108, 0x10b, 0x109 | CAN_EFF_FLAG,
				       0x109 | CAN_RTR_FLAG };
	struct kcan_diagnose *d = start();
	struct line set = { 0, SENT, SET };
	struct can_frame frame = { .can_dlc = 5,
				   .data = { 0x05, 0x10, 0x9e, 0x81, 0x7e } };

	(void)state;
	play(d, &set);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		frame.can_id = ids[i];
		kcan_diagnose_rx(d, &frame, 0);
	}
	assert_false(kcan_diagnose_result(d).heard);
	frame.can_id = 0x109;
	kcan_diagnose_rx(d, &frame, 0);
	assert_true(kcan_diagnose_result(d).heard);
	kcan_diagnose_free(d);
}

static void test_a_zero_is_refused(void **state)
{
	static const struct kcan_diagnose_cfg bad[] = { { 0, 1, 1 },
							{ 1, 0, 1 },
							{ 1, 1, 0 } };
	struct kcan_diagnose *d;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(kcan_diagnose_new(&d, &UUID, &bad[i], 0),
				 -EINVAL);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios) + 3] = {
		cmocka_unit_test(
			test_a_flood_of_naks_is_not_answered_by_a_flood),
		cmocka_unit_test(test_other_ids_are_not_listened_to),
		cmocka_unit_test(test_a_zero_is_refused),
	};
	size_t n = 3;

	ROWS(scenarios, test_scenario);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
