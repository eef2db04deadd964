// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* A node is asked who it is: what of that which comes is believed to be its answer. */
#include "diagnose_script.h"

static const struct scenario scenarios[] = {
	{ "a UUID of five bytes is none",
	  { TO_THE_UUID, { 52000, HEAR, SHORT_ID NEXT_5 } },
	  { KCAN_DIAGNOSE_ANSWERED, ANSWERED_WITH, .whole = true } },
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
	{ "Katapult's answers are nothing",
	  { { 0, SENT, SET },
	    { 50000, SENT, ASK_FAR_SEQ_1 },
	    { 50100, HEAR, "0188f10068959903" },
	    { S, SILENT, 0 } },
	  { KCAN_DIAGNOSE_SILENT, .set = KCAN_DELIVERY_CONFIRMED } },
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

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios) + 2] = {
		cmocka_unit_test(test_the_challenge_moves_every_offset),
		cmocka_unit_test(test_other_ids_are_not_listened_to),
	};
	size_t n = 2;

	ROWS(scenarios, test_scenario);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
