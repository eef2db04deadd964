// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* A node is asked who it is: when which frame goes out, and what the end is. */
#include "diagnose_script.h"

#include <errno.h>

static const struct scenario scenarios[] = {
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
};

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
	struct CMUnitTest tests[ARRAY_SIZE(scenarios) + 2] = {
		cmocka_unit_test(
			test_a_flood_of_naks_is_not_answered_by_a_flood),
		cmocka_unit_test(test_a_zero_is_refused),
	};
	size_t n = 2;

	ROWS(scenarios, test_scenario);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
