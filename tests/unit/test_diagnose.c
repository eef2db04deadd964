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

static size_t unhex(const char *hex, uint8_t *out)
{
	assert_int_equal(util_hex_decode(out, hex, strlen(hex)), 0);
	return strlen(hex) / 2;
}

static void play_frame(struct kcan_diagnose *d, const struct can_frame *want,
		       uint64_t us)
{
	struct can_frame frame;

	assert_true(kcan_diagnose_deadline(d) <= us);
	if (us && kcan_diagnose_deadline(d) == us)
		assert_false(kcan_diagnose_tx(d, &frame, us - 1));
	assert_true(kcan_diagnose_tx(d, &frame, us));
	assert_frame_equal(frame, *want);
	assert_false(kcan_diagnose_tx(d, &frame, us));
}

static void play_tx(struct kcan_diagnose *d, const struct line *line)
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

static void hear(struct kcan_diagnose *d, canid_t id, const uint8_t *bytes,
		 size_t len, uint64_t now_us)
{
	struct can_frame frame = { .can_id = id };

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

static const struct scenario {
	const char *name;
	struct line script[32];
	struct kcan_diagnose_result want;
} scenarios[] = {
	{ "Klipper with this UUID",
	  { TO_THE_UUID, { 52000, HEAR, V13 NEXT_5 } },
	  { KCAN_DIAGNOSE_CONFIRMED, ANSWERED_WITH, .whole = true } },
	{ "the start of the transcript: NAK, and again with the right sequence",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 50642, HEAR, NEXT_0 },
	    { 55000, SENT, ASK_FAR_SEQ_0 },
	    { 55461, HEAR, FAR_SEQ_1 NEXT_1 },
	    { 55461, SENT, ASK_0_SEQ_1 },
	    { 56000, HEAR, DATA_SEQ_2 NEXT_2 },
	    { 56000, SENT, ASK_40_SEQ_2 },
	    { 56500, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH } },
	{ "another UUID is told apart",
	  { TO_THE_UUID, { 52000, HEAR, OTHER_ID NEXT_5 } },
	  { KCAN_DIAGNOSE_WRONG_UUID, ANSWERED_WITH, .whole = true,
	    .other = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } } } },
	{ "a UUID of five bytes is none",
	  { TO_THE_UUID, { 52000, HEAR, SHORT_ID NEXT_5 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH, .whole = true } },
	{ "no answer to the question for the UUID",
	  { TO_THE_UUID,
	    { 51600, HEAR, STATS },
	    { 101500, SENT, "7e06140ab2417e" },
	    { 201500, SENT, "7e06140ab2417e" },
	    { 401500, SENT, "7e06140ab2417e" },
	    { 801500, SENT, "7e06140ab2417e" },
	    { 1201500, SENT, "7e06140ab2417e" },
	    { 1601500, SENT, "7e06140ab2417e" },
	    { 2001500, SENT, "7e06140ab2417e" },
	    { 2401500, SENT, "7e06140ab2417e" },
	    { 2801500, SENT, "7e06140ab2417e" },
	    { 50500 + TALK, TIME, 0 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH, .whole = true } },
	{ "a dictionary without get_canbus_id",
	  { TO_THE_DICTIONARY,
	    { 51000, HEAR, END_0_SEQ_3 NEXT_3 },
	    { 51000, NO_ID, 0 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH, .whole = true } },
	{ "nobody there: SET and four questions, again and again",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 100000, SENT, "7e" ASK_FAR_SEQ_1 },
	    { 150000, SENT, "7e" ASK_FAR_SEQ_1 },
	    { 200000, SENT, "7e" ASK_FAR_SEQ_1 },
	    { 250000, SENT, SET },
	    { 300000, SENT, ASK_FAR_SEQ_1 },
	    { 350000, SENT, "7e" ASK_FAR_SEQ_1 },
	    { 400000, SENT, "7e" ASK_FAR_SEQ_1 },
	    { 450000, SENT, "7e" ASK_FAR_SEQ_1 },
	    { 500000, SENT, SET },
	    { S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "blocks without an answer are heard, but no proof",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 50100, HEAR, STATS }, /* which tells a sequence, too */
	    { 50200, HEAR, V50 },
	    { S, SILENT, 0 } },
	  HEARD_ONLY },
	{ "an answer before its question is none",
	  { { 0, SENT, SET },
	    { 40000, HEAR, FAR_SEQ_2 NEXT_2 },
	    { 50000, SENT, "0c1201819adeb75f281fc97e" }, /* sequence 2 */
	    { S, SILENT, 0 } },
	  HEARD_ONLY },
	{ "an answer before the SET is confirmed is none",
	  { { 0, TX, SET },
	    { 100, HEAR, FAR_SEQ_2 NEXT_2 },
	    { 200, OK, 0 },
	    { 50200, SENT, "0c1201819adeb75f281fc97e" },
	    { 200 + S, SILENT, 0 } },
	  HEARD_ONLY },
	{ "an answer to half of a question is none",
	  { { 0, SENT, SET },
	    { 50000, SENT, "0c1101819adeb75f" },
	    { 50000, HEAR, FAR_SEQ_2 },
	    { 50000, SENT, "2895197e" },
	    { S, SILENT, 0 } },
	  HEARD_ONLY },
	{ "an answer that began before its question is none",
	  { { 0, SENT, SET },
	    { 40000, HEAR, "0c1200819adeb75f" },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 50100, HEAR, "002d567e" },
	    { S, SILENT, 0 } },
	  HEARD_ONLY },
	{ "what the kernel did not take was not asked",
	  { { 0, SENT, SET },
	    { 50000, FULL, ASK_FAR_SEQ_1 },
	    { 50100, HEAR, FAR_SEQ_2 },
	    { 55000, SENT, "2895197e" },
	    { S, SILENT, 0 } },
	  HEARD_ONLY },
	{ "no answer is believed before its question is confirmed",
	  { { 0, SENT, SET },
	    { 50000, TX, ASK_FAR_SEQ_1 },
	    { 50100, HEAR, FAR_SEQ_2 NEXT_2 DATA_SEQ_3 NEXT_3 },
	    { S, TIME, 0 } },
	  { KCAN_DIAGNOSE_UNSENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "an answer comes before the confirmation, and is believed after it",
	  { { 0, SENT, SET },
	    { 50000, TX, ASK_FAR_SEQ_1 },
	    { 50100, HEAR, FAR_SEQ_2 NEXT_2 },
	    { 50200, OK, 0 },
	    { 50200, TX, ASK_0_SEQ_2 },
	    { 50300, HEAR, END_0_SEQ_3 NEXT_3 },
	    { 50400, OK, 0 },
	    { 50400, READ, 0 },
	    { 50400, SENT, GET_ID_SEQ_3 },
	    { 50500, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH, .whole = true } },
	{ "an answer may come while its question is repeated",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 100000, TX, "7e" ASK_FAR_SEQ_1 },
	    { 100100, HEAR, FAR_SEQ_2 NEXT_2 },
	    { 100200, OK, 0 },
	    { 100200, SENT, ASK_0_SEQ_2 },
	    { 100300, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH } },
	{ "an answer may come after the next SET, which changes nothing",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 100000, SENT, "7e" ASK_FAR_SEQ_1 },
	    { 150000, SENT, "7e" ASK_FAR_SEQ_1 },
	    { 200000, SENT, "7e" ASK_FAR_SEQ_1 },
	    { 250000, SENT, SET },
	    { 300000, TX, ASK_FAR_SEQ_1 },
	    { 300100, HEAR, FAR_SEQ_2 NEXT_2 },
	    { 300200, OK, 0 },
	    { 300200, SENT, ASK_0_SEQ_2 },
	    { 300300, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH } },
	{ "a recorded diagnosis does not answer the challenge",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 50642, HEAR, NEXT_0 },
	    { 55000, SENT, ASK_FAR_SEQ_0 },
	    { 55461, HEAR, V4 NEXT_1 },
	    { 56000, HEAR, "08120028007d8c7e" NEXT_2 },
	    { 56500, HEAR, V13 NEXT_5 },
	    { S, SILENT, 0 } },
	  HEARD_ONLY },
	{ "bytes from beyond the dictionary are no answer",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 50500, HEAR, "0f1200819adeb75f036162633cbb7e" },
	    { S, SILENT, 0 } },
	  HEARD_ONLY },
	{ "what told a wrong sequence does not make it deaf for good",
	  { { 0, SENT, SET },
	    { 40000, HEAR, "0d1511807881f7811f7f36187e" }, /* V54 with 5 */
	    { 50000, SENT, ASK_FAR_SEQ_5 },
	    { 50500, HEAR, NEXT_1 },
	    { 100000, SENT, "7e" ASK_FAR_SEQ_5 },
	    { 150000, SENT, "7e" ASK_FAR_SEQ_5 },
	    { 200000, SENT, "7e" ASK_FAR_SEQ_5 },
	    { 250000, SENT, SET },
	    { 300000, SENT, ASK_FAR_SEQ_1 },
	    { 300500, HEAR, FAR_SEQ_2 NEXT_2 },
	    { 300500, SENT, ASK_0_SEQ_2 },
	    { 300600, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH } },
	{ "a SET of another node with its nodeid is the end",
	  { { 0, SENT, SET },
	    { 100, ADMIN, "0111223344556605" }, /* others do no harm */
	    { 200, ADMIN, "1111223344556604" },
	    { 300, ADMIN, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 50500, HEAR, FAR_SEQ_2 NEXT_2 },
	    { 50500, SENT, ASK_0_SEQ_2 },
	    { 50600, ADMIN, "0111223344556604" } },
	  { KCAN_DIAGNOSE_TAKEN, ANSWERED_WITH } },
	{ "a SET of another node before ours is none of our business",
	  { { 0, FULL, SET },
	    { 100, ADMIN, "0111223344556604" },
	    { 5000, SENT, SET },
	    { 5000 + S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "Katapult's answers are nothing",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
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
	    { 950000, SENT, ASK_FAR_SEQ_1 },
	    { 900000 + S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "a question that is never confirmed was not asked",
	  { { 0, SENT, SET }, { 50000, TX, ASK_FAR_SEQ_1 }, { S, TIME, 0 } },
	  { KCAN_DIAGNOSE_UNSENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "a full queue delays a question",
	  { { 0, SENT, SET },
	    { 50000, FULL, "0c1101819adeb75f" },
	    { 55000, SENT, ASK_FAR_SEQ_1 },
	    { S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED } },
	{ "a lost ACK is waited for a little",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 50100, HEAR, FAR_SEQ_2 },
	    { 80100, SENT, ASK_0_SEQ_2 },
	    { 80200, HEAR, END_0_SEQ_3 },
	    { 110200, TIME, 0 },
	    { 110200, READ, 0 },
	    { 110200, SENT, GET_ID_SEQ_3 },
	    { 110300, ABORT, 0 } },
	  { KCAN_DIAGNOSE_ABORTED, ANSWERED_WITH, .whole = true } },
	{ "an answer to another offset is none",
	  { TO_THE_DICTIONARY,
	    { 51000, HEAR, END_40_SEQ_3 },
	    { 50500 + TALK, SILENT, 0 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH } },
	{ "a piece that is longer than was asked for is no answer",
	  { TO_THE_DICTIONARY,
	    { 51000, HEAR,
	      "3113000029000102030405060708090a0b0c0d0e0f101112131415161718191a"
	      "1b1c1d1e1f202122232425262728e8a87e" },
	    { 50500 + TALK, SILENT, 0 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH } },
	{ "an answer that is cut off inside its block is none",
	  { TO_THE_DICTIONARY,
	    { 51000, HEAR, "0b13000028616263f4257e" },
	    { 50500 + TALK, SILENT, 0 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH } },
	{ "what came before the SET left is not listened to",
	  { { 0, HEAR, STATS }, { 0, FULL, SET }, { S, REFUSED, 0 } },
	  { KCAN_DIAGNOSE_UNSENT, .set = KCAN_DELIVERY_NONE } },
	{ "rubbish before an answer is skipped to its sync byte",
	  { TO_THE_DICTIONARY,
	    { 51000, HEAR, "1f7f44007e" END_0_SEQ_3 NEXT_3 },
	    { 51000, READ, 0 },
	    { 51000, SENT, GET_ID_SEQ_3 },
	    { 51100, ABORT, 0 } },
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

		hear(d, 0x109, block, (size_t)kcan_klp_encode(block, &nak), us);
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

/* Offset 1000007 is beyond any dictionary; 1 + 7 % 40 bytes come first. */
static void test_the_challenge_moves_every_offset(void **state)
{
	static const struct kcan_diagnose_cfg cfg = { S, TALK, 7, 4 };
	static const struct line script[] = {
		{ 0, SENT, SET },
		{ 50000, SENT, "0b11018880800708c5607e" },
		{ 50500, HEAR, "0b12008880800700e56d7e" NEXT_2 },
		{ 50500, SENT, "081201000846eb7e" },
		/* 40 bytes, as they were recorded, and what is asked for */
		{ 50600, HEAR, DATA_SEQ_3 },
		{ 51000, HEAR, "101300000864696374696f6e61b6b37e" NEXT_3 },
		{ 51000, SENT, "0813010828b5927e" },
	};
	struct kcan_diagnose *d;

	(void)state;
	assert_int_equal(kcan_diagnose_new(&d, &UUID, &cfg, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(script); i++)
		play(d, &script[i]);
	kcan_diagnose_free(d);
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
	static const struct kcan_diagnose_cfg bad[] = { { 0, 1, 1, 1 },
							{ 1, 0, 1, 1 },
							{ 1, 1, 1, 0 } };
	struct kcan_diagnose *d;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(kcan_diagnose_new(&d, &UUID, &bad[i], 0),
				 -EINVAL);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios) + 4] = {
		cmocka_unit_test(
			test_a_flood_of_naks_is_not_answered_by_a_flood),
		cmocka_unit_test(test_the_challenge_moves_every_offset),
		cmocka_unit_test(test_other_ids_are_not_listened_to),
		cmocka_unit_test(test_a_zero_is_refused),
	};
	size_t n = 4;

	ROWS(scenarios, test_scenario);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
