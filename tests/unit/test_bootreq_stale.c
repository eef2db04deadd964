// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What is no answer to the question. */
#include "bootreq_script.h"

static const struct scenario scenarios[] = {
	{ "klipper traffic before the first SET draws another nodeid",
	  5 * S,
	  {
		  { 0, TX, REQUEST },
		  { 100, RX, KLIPPER_NAK },
		  { 200, OK },
		  { 200, SENT, SET_2 },
		  { 10200, SENT, WHO_2 },
		  HEAR_ON(10300, 0x2e3, ANSWER),
		  { 10300, SENT, CONNECT_2 },
		  HEAR_ON(10400, 0x2e3, IDENT),
		  LEFT_2(10400),
	  },
	  PROVEN },
	{ "an answer before the question burns the nodeid",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  HEAR(5000, ANSWER),
		  { 5000, SENT, SET_2 },
		  { 15000, SENT, WHO_2 },
		  HEAR_ON(15100, 0x2e3, ANSWER),
		  { 15100, SENT, CONNECT_2 },
		  HEAR_ON(15200, 0x2e3, IDENT),
		  /* where it has answered it is: nothing to do for F0 */
		  LEFT_2(15200),
	  },
	  PROVEN },
	{ "an answer before the SET is confirmed burns the nodeid",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, TX, SET },
		  HEAR(100, ANSWER),
		  { 200, OK },
		  { 200, SENT, SET_2 },
		  { 10200, SENT, WHO_2 },
		  HEAR_ON(10300, 0x2e3, ANSWER),
		  { 10300, SENT, CONNECT_2 },
		  HEAR_ON(10400, 0x2e3, IDENT),
		  LEFT_2(10400),
	  },
	  PROVEN },
	{ "one frame before the question is enough to burn it",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 9999, RX, ID_1 },
		  { 9999, SENT, SET_2 },
		  { 19999, SENT, WHO_2 },
		  HEAR_ON(20100, 0x2e3, ANSWER),
		  { 20100, SENT, CONNECT_2 },
		  HEAR_ON(20200, 0x2e3, IDENT),
		  LEFT_2(20200),
	  },
	  PROVEN },
	{ "one frame behind a question that was refused burns it, too",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, FULL, WHO },
		  { 11000, RX, ID_1 },
		  { 11000, SENT, SET_2 },
		  { 21000, SENT, WHO_2 },
		  HEAR_ON(21100, 0x2e3, ANSWER),
		  { 21100, SENT, CONNECT_2 },
		  HEAR_ON(21200, 0x2e3, IDENT),
		  LEFT_2(21200),
	  },
	  PROVEN },
	{ "what arrived before the question burns it though it is read later",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  HEAR(9990, ANSWER),
		  { 9990, SENT, SET_2 },
		  { 19990, SENT, WHO_2 },
		  HEAR_ON(20100, 0x2e3, ANSWER),
		  { 20100, SENT, CONNECT_2 },
		  HEAR_ON(20200, 0x2e3, IDENT),
		  LEFT_2(20200),
	  },
	  PROVEN },
	{ "what came while the question was handed over is no answer to it",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, TX, WHO },
		  { 18000, HAD },
		  HEAR(17999, ANSWER),
		  { 18000, OK },
		  /* nor is it a sign that the nodeid is of no use */
		  { 25000, SENT, WHO },
		  HEAR(25100, ANSWER),
		  IDENTIFIED(25100),
		  LEFT(25100),
	  },
	  PROVEN },
	{ "the stamp of the echo says when a virtual interface had it",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, TX, WHO },
		  { 18000, HAD },
		  { 10050, HAD },
		  { 18100, OK },
		  HEAR(10051, ANSWER),
		  IDENTIFIED(10051),
		  LEFT(10051),
	  },
	  PROVEN },
	/*
	 * Seen where reading a clock takes longer than sending: the one NACK of
	 * a stuck receiver was taken for older than the question.
	 */
	{ "a stamp of the echo from before the question moves that",
	  30000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, TX, WHO },
		  { 18000, HAD },
		  { 9990, HAD },
		  { 18100, OK },
		  { 9995, RX, NACK },
		  { 25000, SENT, WHO },
		  FETCHED(30000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_NACKED) },
	{ "the echo of an adapter, later than the answer, changes nothing",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, TX, WHO },
		  { 10020, HAD },
		  HEAR(10300, ANSWER),
		  { 10310, HAD },
		  { 10320, OK },
		  IDENTIFIED(10320),
		  LEFT(10320),
	  },
	  PROVEN },
	{ "after the proof no frame is from before the question",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  HEAR(10100, ANSWER),
		  { 10100, SENT, CONNECT },
		  /* as when a clock was read late: not stale, but not said yet */
		  HEAR(9000, IDENT),
		  { 135100, SENT, CONNECT },
		  HEAR(135200, IDENT),
		  BACK_AND_SILENT(135200, 4 * 125100),
	  },
	  PROVEN },
	{ "an answer on a burnt nodeid is none",
	  45000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 5000, RX, ID_3 },
		  { 5000, SENT, SET_2 },
		  HEAR(6000, ANSWER),
		  { 15000, SENT, WHO_2 },
		  HEAR(15100, ANSWER),
		  { 30000, SENT, WHO_2 },
		  HEAR(30100, ANSWER),
		  { 45000, SENT, SET_2 },
		  { 45000, SENT, BACK_2 },
		  { 45000, SENT, BACK_2 },
		  /* it may have missed both and be on F0 */
		  { 45000, SENT, BACK },
		  { 55000, SENT, WHO_2 },
		  { 85000, QUIET },
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
	{ "an answer to an earlier question counts, if it is ours",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 25000, SENT, WHO },
		  { 40000, SENT, SET },
		  HEAR(45000, ANSWER),
		  { 45000, SENT, CONNECT },
		  { 170000, SENT, CONNECT },
		  /* the last SET brought no answer: it may be elsewhere */
		  { 295000, SENT, SET },
		  BACK_AND_SILENT(295000, 4 * 250000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_PROVEN) },
	{ "an answer before the echo of its question waits for that",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, TX, WHO },
		  HEAR(10200, ANSWER),
		  { 40000, ABORT },
		  { 41000, OK },
		  FETCHED(41000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_ABORTED) },
	{ "an answer to a question that is never confirmed is no proof",
	  100000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, TX, WHO },
		  HEAR(10200, ANSWER),
		  { 100000, QUIET },
		  { 500000, TX, BACK },
		  { 900000, QUIET },
	  },
	  { .verdict = KCAN_BOOTREQ_GARBLED,
	    .request = KCAN_DELIVERY_CONFIRMED,
	    .handback = KCAN_DELIVERY_UNCONFIRMED,
	    .assigned = true } },
	{ "another uuid before the echo of the question waits for that",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, TX, WHO },
		  HEAR(10200, OTHER),
		  { 10300, OK },
		  FETCHED(10300),
	  },
	  { .verdict = KCAN_BOOTREQ_WRONG_UUID,
	    .request = KCAN_DELIVERY_CONFIRMED,
	    .handback = KCAN_DELIVERY_CONFIRMED,
	    .assigned = true,
	    .other = { { 0xfc, 0xf7, 0xa6, 0x09, 0x32, 0x98 } } } },
};

static void test_no_part_of_an_answer_to_a_refused_question_counts(void **state)
{
	(void)state;
	for (size_t before = 1; before <= sizeof(ANSWER); before++) {
		struct kcan_bootreq *req =
			start(5 * S, KCAN_BOOTREQ_GOAL_ENTER);
		struct can_frame frame;

		play(req, &(struct line){ 0, SENT, REQUEST });
		play(req, &(struct line){ 0, SENT, SET });
		assert_true(kcan_bootreq_tx(req, &frame, 10000));
		feed(req, ANSWER, before, 8, 10100);
		kcan_bootreq_unsent(req, 10200);
		play(req, &(struct line){ 15200, SENT, SET_2 });
		feed(req, ANSWER + before, sizeof(ANSWER) - before, 8, 15300);
		play(req, &(struct line){ 25200, SENT, WHO_2 });
		assert_int_equal(kcan_bootreq_result(req).verdict,
				 KCAN_BOOTREQ_PENDING);
		kcan_bootreq_free(req);
	}
}

/* Until all is over: how often is a nodeid handed back? */
static unsigned int count_backs(struct kcan_bootreq *req, uint8_t nodeid)
{
	const struct can_frame back = FRAME(0x3f0, 0x11, NOT_U, nodeid);
	unsigned int backs = 0;

	for (int i = 0; i < 1000 && !kcan_bootreq_done(req); i++) {
		uint64_t now_us = kcan_bootreq_deadline(req);
		struct can_frame frame;

		if (!kcan_bootreq_tx(req, &frame, now_us))
			continue;
		backs += !memcmp(&frame, &back, sizeof(back));
		kcan_bootreq_sent(req, now_us);
	}
	return backs;
}

/* From each quarter of all nodeids one. */
static void test_a_burned_nodeid_is_handed_back_once(void **state)
{
	static const uint8_t firsts[] = { 0x04, 0x40, 0x80, 0xc0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(firsts); i++) {
		uint8_t first = firsts[i], next = first;
		const struct kcan_bootreq_cfg cfg = { 30000,
						      KCAN_BOOTREQ_GOAL_ENTER,
						      draw_in_order, &next };
		struct can_frame early = { .can_id = 0x101u + 2u * first,
					   .can_dlc = 1 };
		struct kcan_bootreq *req;

		assert_int_equal(kcan_bootreq_new(&req, &UUID, &cfg, 0), 0);
		play(req, &(struct line){ 0, SENT, REQUEST });
		play(req,
		     &(struct line){ 0, SENT, FRAME(0x3f0, 0x11, U, first) });
		kcan_bootreq_rx(req, &early, 5000);
		assert_int_equal(count_backs(req, first), 1);
		assert_true(kcan_bootreq_done(req));
		kcan_bootreq_free(req);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios) + 2] = {
		cmocka_unit_test(test_a_burned_nodeid_is_handed_back_once),
		cmocka_unit_test(
			test_no_part_of_an_answer_to_a_refused_question_counts),
	};
	size_t n = 2;

	ROWS(scenarios, test_scenario);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
