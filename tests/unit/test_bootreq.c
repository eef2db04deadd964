// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The course of a request: its frames, its waits, and what ends it. */
#include "bootreq_script.h"

#include <errno.h>

static const struct scenario scenarios[] = {
	{ "katapult answers the first question",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, ID_1 },
		  { 10300, RX, ID_2 },
		  { 10300, RX, ID_3 },
		  IDENTIFIED(10300),
		  LEFT(10300),
	  },
	  PROVEN },
	{ "waits count from the confirmations",
	  5 * S,
	  {
		  { 0, TX, REQUEST },
		  { 7000, OK },
		  { 7000, TX, SET },
		  { 9000, OK },
		  { 19000, TX, WHO },
		  { 21000, OK },
		  { 34000, TX, WHO },
		  { 34001, OK },
		  { 49000, SENT, SET },
		  { 50000, RX, ID_1 },
		  { 50000, RX, ID_2 },
		  { 50000, RX, ID_3 },
		  IDENTIFIED(50000),
		  LEFT(50000),
	  },
	  PROVEN },
	{ "a first question that is not heard is repeated",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 25000, SENT, WHO },
		  { 25200, RX, ID_1 },
		  { 25200, RX, ID_2 },
		  { 25200, RX, ID_3 },
		  IDENTIFIED(25200),
		  LEFT(25200),
	  },
	  PROVEN },
	{ "a node that boots late is found in a later round",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 25000, SENT, WHO },
		  { 40000, SENT, SET },
		  { 50000, SENT, WHO },
		  { 50100, RX, ID_1 },
		  { 50200, RX, ID_2 },
		  { 50300, RX, ID_3 },
		  IDENTIFIED(50300),
		  LEFT(50300),
	  },
	  PROVEN },
	{ "an answer before our own confirmation counts",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, TX, WHO },
		  { 10200, RX, ID_1 },
		  { 10200, RX, ID_2 },
		  { 10200, RX, ID_3 },
		  { 10300, OK },
		  IDENTIFIED(10300),
		  LEFT(10300),
	  },
	  PROVEN },
	{ "nobody answers",
	  30000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 25000, SENT, WHO },
		  FETCHED(30000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
	{ "a request that is never confirmed is still queued",
	  2 * S,
	  {
		  { 0, TX, REQUEST },
		  { 2 * S, QUIET },
	  },
	  { KCAN_BOOTREQ_UNCONFIRMED, KCAN_DELIVERY_UNCONFIRMED,
	    KCAN_DELIVERY_NONE, false } },
	{ "a full queue is waited out",
	  5 * S,
	  {
		  { 0, FULL, REQUEST },
		  { 5000, FULL, REQUEST },
		  { 10000, SENT, REQUEST },
		  { 10000, FULL, SET },
		  { 15000, SENT, SET },
		  { 25000, FULL, WHO },
		  { 30000, SENT, WHO },
		  { 30100, RX, ID_1 },
		  { 30100, RX, ID_2 },
		  { 30100, RX, ID_3 },
		  { 30100, FULL, CONNECT },
		  { 35100, SENT, CONNECT },
		  HEAR(35100, IDENT),
		  { 35100, FULL, BACK },
		  LEFT(40100),
	  },
	  PROVEN },
	{ "a queue that stays full means nothing was sent",
	  12000,
	  {
		  { 0, FULL, REQUEST },
		  { 5000, FULL, REQUEST },
		  { 10000, FULL, REQUEST },
		  { 12000, QUIET },
	  },
	  { KCAN_BOOTREQ_NOT_QUEUED, KCAN_DELIVERY_NONE, KCAN_DELIVERY_NONE,
	    false } },
	{ "a SET without confirmation is followed by the hand-back",
	  30000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, TX, SET },
		  { 30000, QUIET },
		  { 430000, TX, BACK },
		  { 830000, QUIET },
	  },
	  { KCAN_BOOTREQ_SILENT, KCAN_DELIVERY_CONFIRMED,
	    KCAN_DELIVERY_UNCONFIRMED, true } },
	{ "a late confirmation lets the hand-back go at once",
	  30000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, TX, SET },
		  { 30000, QUIET },
		  { 40000, OK },
		  FETCHED(40000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
	{ "a hand-back that finds no room is told",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 20000, TX, SET },
		  { 420000, TX, BACK },
		  { 820000, QUIET },
	  },
	  { KCAN_BOOTREQ_SILENT, KCAN_DELIVERY_CONFIRMED,
	    KCAN_DELIVERY_UNCONFIRMED, true } },
	{ "a SET that the kernel refused needs no hand-back",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, FULL, SET },
		  { 1000, ABORT },
	  },
	  { KCAN_BOOTREQ_ABORTED, KCAN_DELIVERY_CONFIRMED, KCAN_DELIVERY_NONE,
	    false } },
	{ "an abort before the request sends nothing",
	  5 * S,
	  {
		  { 0, ABORT },
	  },
	  { KCAN_BOOTREQ_ABORTED, KCAN_DELIVERY_NONE, KCAN_DELIVERY_NONE,
	    false } },
	{ "an abort in mid-proof hands back",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 4000, ABORT },
		  FETCHED(4000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_ABORTED) },
	{ "an abort with a frame in flight waits for it",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, TX, WHO },
		  { 10100, ABORT },
		  { 10200, OK },
		  FETCHED(10200),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_ABORTED) },
	{ "a CONNECT without answer is repeated once, and given up",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  HEAR(10300, ANSWER),
		  { 10300, SENT, CONNECT },
		  { 135300, SENT, CONNECT },
		  BACK_AND_SILENT(260300, 4 * 250000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_PROVEN) },
	{ "an answer to the second CONNECT identifies it",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  HEAR(10300, ANSWER),
		  { 10300, SENT, CONNECT },
		  IDENTIFIED(135300),
		  BACK_AND_SILENT(135300, 4 * 125000),
	  },
	  PROVEN },
	{ "whatever comes instead of it, the proof stands",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  HEAR(10300, ANSWER),
		  { 10300, TX, CONNECT },
		  HEAR(10400, OTHER),
		  HEAR(10400, ANSWER),
		  { 10400, RX, NACK },
		  { 10400, RX, KLIPPER_NAK },
		  { 10400, RX, FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x0d) },
		  { 10500, OK },
		  { 135500, SENT, CONNECT },
		  BACK_AND_SILENT(260300, 4 * 250000),
	  },
	  { .verdict = KCAN_BOOTREQ_PROVEN,
	    .request = KCAN_DELIVERY_CONFIRMED,
	    .handback = KCAN_DELIVERY_CONFIRMED,
	    .assigned = true,
	    .twice = true } },
	{ "CONNECT waits for the question in flight",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 25000, TX, WHO },
		  HEAR(25100, ANSWER),
		  { 25600, OK },
		  IDENTIFIED(25600),
		  LEFT(25600),
	  },
	  PROVEN },
	{ "on a halted bus it is not asked, but handed back",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 25000, TX, WHO },
		  HEAR(25100, ANSWER),
		  { 275100, QUIET },
		  LEFT(675100),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_PROVEN) },
	{ "a proof in the last moment and a halted bus: done in time",
	  100000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 25000, SENT, WHO },
		  { 40000, SENT, SET },
		  { 50000, SENT, WHO },
		  { 65000, SENT, WHO },
		  { 80000, SENT, SET },
		  { 90000, SENT, WHO },
		  HEAR(99000, ANSWER),
		  { 99000, TX, CONNECT },
		  { 349000, QUIET },
		  { 749000, TX, BACK },
		  { 1000000, QUIET },
	  },
	  { KCAN_BOOTREQ_PROVEN, KCAN_DELIVERY_CONFIRMED,
	    KCAN_DELIVERY_UNCONFIRMED, true } },
	{ "an abort does not undo a proof",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, ID_1 },
		  { 10300, RX, ID_2 },
		  { 10300, RX, ID_3 },
		  { 10300, TX, CONNECT },
		  { 10400, ABORT },
		  { 10500, OK },
		  LEFT(10500),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_PROVEN) },
	{ "without verification it ends at the confirmed request",
	  5 * S,
	  {
		  { 0, TX, REQUEST },
		  { 900, OK },
	  },
	  { KCAN_BOOTREQ_REQUESTED, KCAN_DELIVERY_CONFIRMED, KCAN_DELIVERY_NONE,
	    false },
	  true },
};

static void test_what_it_is_comes_from_connect(void **state)
{
	struct kcan_bootreq *req = asked();
	struct kcan_bootreq_result got;

	(void)state;
	play(req, &(struct line)HEAR(10300, ANSWER));
	play(req, &(struct line){ 10300, SENT, CONNECT });
	play(req, &(struct line)HEAR(10300, IDENT));
	got = kcan_bootreq_result(req);
	assert_true(got.identified);
	assert_int_equal(got.ident.app_start, 0x08002000);
	assert_string_equal(got.ident.mcu, "stm32g0b1xx");
	assert_string_equal(got.ident.version, "v0.0.1-109-g902f335");
	kcan_bootreq_free(req);
}

/* When the SETs go out if every frame is confirmed at once, in ms. */
static void test_rounds_are_40_ms_and_later_200_ms_apart(void **state)
{
	struct kcan_bootreq *req = start(2 * S, KCAN_BOOTREQ_GOAL_ENTER);
	struct can_frame frame;
	uint64_t expect_us = 0, now = 0;
	unsigned int sets = 0, questions = 0;

	(void)state;
	while (!kcan_bootreq_leaving(req)) {
		now = kcan_bootreq_deadline(req);
		if (!kcan_bootreq_tx(req, &frame, now))
			continue;
		if (kcan_bootreq_leaving(req))
			break;
		if (frame.can_id == 0x2e0)
			questions++;
		if (frame.can_id == 0x3f0 && frame.data[0] == 0x11) {
			assert_int_equal(now, expect_us);
			expect_us += now < S ? 40000 : 200000;
			sets++;
		}
		kcan_bootreq_sent(req, now);
	}
	assert_int_equal(now, 2 * S);
	assert_int_equal(sets, 1000 / 40 + 1000 / 200);
	assert_int_equal(questions, 2 * sets);
	assert_int_equal(verdict_of(req), KCAN_BOOTREQ_SILENT);
	kcan_bootreq_free(req);
}

static const struct cfg_row {
	const char *name;
	struct kcan_bootreq_cfg cfg;
} bad_cfgs[] = {
	{ "no timeout is refused",
	  { 0, KCAN_BOOTREQ_GOAL_ENTER, draw_in_order } },
	{ "more than an hour is refused",
	  { 3600 * (uint64_t)S + 1, KCAN_BOOTREQ_GOAL_ENTER, draw_in_order } },
	{ "a proof without a draw is refused", { S, KCAN_BOOTREQ_GOAL_ENTER } },
	{ "leaving without a draw is refused", { S, KCAN_BOOTREQ_GOAL_LEAVE } },
};

static void test_bad_cfg(void **state)
{
	const struct cfg_row *row = *state;
	struct kcan_bootreq *req;

	assert_int_equal(kcan_bootreq_new(&req, &UUID, &row->cfg, 0), -EINVAL);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios) + ARRAY_SIZE(bad_cfgs) +
				2] = {
		cmocka_unit_test(test_what_it_is_comes_from_connect),
		cmocka_unit_test(test_rounds_are_40_ms_and_later_200_ms_apart),
	};
	size_t n = 2;

	ROWS(scenarios, test_scenario);
	ROWS(bad_cfgs, test_bad_cfg);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
