// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What an answer of Katapult, a block of Klipper or noise proves. */
#include "bootreq_script.h"

/* katapult-protocol.md, section 12 */
#define REFUSE FRAME(0x2e1, 0x01, 0x88, 0xf2, 0x00, 0x00, 0xbf, 0x99, 0x03)
#define BUSY FRAME(0x2e1, 0x01, 0x88, 0xf3, 0x00, 0xd8, 0xa6, 0x99, 0x03)

static const struct scenario scenarios[] = {
	{ "two answers cut as one stream are understood",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX,
		    FRAME(0x2e1, 0x32, 0x40, 0x99, 0x03, 0x01, 0x88, 0xa0,
			  0x03) },
		  { 10300, RX,
		    FRAME(0x2e1, 0x16, 0x00, 0x00, 0x00, 0x41, 0xf9, 0x05,
			  0xf5) },
		  { 10300, RX,
		    FRAME(0x2e1, 0x50, 0x04, 0x00, 0x00, 0x32, 0x40, 0x99,
			  0x03) },
		  IDENTIFIED(10300),
		  LEFT(10300),
	  },
	  PROVEN },
	{ "an answer with a lost frame does not hide the next",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, ID_1 },
		  { 10300, RX, ID_3 },
		  { 25000, SENT, WHO },
		  { 25300, RX, ID_1 },
		  { 25300, RX, ID_2 },
		  { 25300, RX, ID_3 },
		  IDENTIFIED(25300),
		  LEFT(25300),
	  },
	  PROVEN },
	{ "frames that only look like the answer are ignored",
	  30000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX,
		    FRAME(0x2e1 | CAN_EFF_FLAG, 0x01, 0x88, 0xa0, 0x03, 0x16,
			  0x00, 0x00, 0x00) },
		  { 10300, RX, FRAME(0x2e1 | CAN_RTR_FLAG, U, 0x00, 0x00) },
		  { 10300, RX, FRAME(0x2e1 | CAN_ERR_FLAG, 0x32, 0x40, 0x99) },
		  { 10300, RX, FRAME(0x203, 0x01, 0x88, 0xa0, 0x03) },
		  { 10300, RX, FRAME(0x2e0, 0x01, 0x88, 0xa0, 0x03) },
		  { 25000, SENT, WHO },
		  FETCHED(30000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
	{ "another uuid is no proof, and is handed back",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  /* katapult-protocol.md, section 12 */
		  { 10300, RX, ID_1 },
		  { 10300, RX,
		    FRAME(0x2e1, 0xfc, 0xf7, 0xa6, 0x09, 0x32, 0x98, 0x00,
			  0x00) },
		  { 10300, RX, FRAME(0x2e1, 0xc5, 0xb2, 0x99, 0x03) },
		  FETCHED(10300),
	  },
	  { .verdict = KCAN_BOOTREQ_WRONG_UUID,
	    .request = KCAN_DELIVERY_CONFIRMED,
	    .handback = KCAN_DELIVERY_CONFIRMED,
	    .assigned = true,
	    .other = { { 0xfc, 0xf7, 0xa6, 0x09, 0x32, 0x98 } } } },
	{ "NACK and then silence is a stuck receiver",
	  30000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, NACK },
		  { 25000, SENT, WHO },
		  FETCHED(30000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_NACKED) },
	{ "NACK and then the answer is a proof",
	  30000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, NACK },
		  { 10400, RX, ID_1 },
		  { 10400, RX, ID_2 },
		  { 10400, RX, ID_3 },
		  IDENTIFIED(10400),
		  LEFT(10400),
	  },
	  PROVEN },
	{ "ERROR is a katapult that does not know the question",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, REFUSE },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_REFUSED) },
	{ "BUSY frames like katapult but proves nothing",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, BUSY },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_GARBLED) },
	{ "NACK outweighs what is merely garbled",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, NACK },
		  { 10400, RX, BUSY },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_NACKED) },
	{ "an answer that never becomes whole is garbled",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, ID_1 },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_GARBLED) },
	{ "a klipper NAK says that the nodeid is taken",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, KLIPPER_NAK },
		  FETCHED(10300),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_NODEID_TAKEN) },
	{ "a klipper NAK in two pieces is recognised",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, FRAME(0x2e1, 0x05) },
		  { 10300, RX, FRAME(0x2e1, 0x1f, 0x66, 0x76, 0x7e) },
		  FETCHED(10300),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_NODEID_TAKEN) },
	{ "the first byte of an answer alone is garbled",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, FRAME(0x2e1, 0x01) },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_GARBLED) },
	{ "its first two bytes are",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, FRAME(0x2e1, 0x01, 0x88) },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_GARBLED) },
	{ "what begins with one of them is noise",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, FRAME(0x2e1, 0x01, 0x89, 0x88) },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
	{ "what begins with one of them and ends there is, too",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, FRAME(0x2e1, 0x01, 0x89) },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
	{ "a klipper block without its end is none",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, FRAME(0x2e1, 0x05, 0x1f, 0x66, 0x76, 0x7f) },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
	{ "a klipper block with another CRC, high is none",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, FRAME(0x2e1, 0x05, 0x1f, 0x67, 0x76, 0x7e) },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
	{ "a klipper block with another CRC, low is none",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, FRAME(0x2e1, 0x05, 0x1f, 0x66, 0x77, 0x7e) },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
	{ "a klipper block shorter than any is none",
	  20000,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, FRAME(0x2e1, 0x04, 0x1f, 0x66, 0x7e) },
		  FETCHED(20000),
	  },
	  HANDED_BACK(KCAN_BOOTREQ_SILENT) },
};

static void test_answer_in_pieces_of_any_size(void **state)
{
	(void)state;
	for (size_t piece = 1; piece <= 8; piece++) {
		struct kcan_bootreq *req = asked();

		feed(req, ANSWER, sizeof(ANSWER) - 1, piece, 10100);
		assert_int_equal(verdict_of(req), KCAN_BOOTREQ_PENDING);
		feed(req, ANSWER + sizeof(ANSWER) - 1, 1, piece, 10100);
		assert_int_equal(verdict_of(req), KCAN_BOOTREQ_PROVEN);
		kcan_bootreq_free(req);
	}
}

static void test_no_flipped_bit_is_ever_a_proof(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(ANSWER); bit++) {
		struct kcan_bootreq *req = asked();
		uint8_t bytes[sizeof(ANSWER)];

		memcpy(bytes, ANSWER, sizeof(bytes));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		feed(req, bytes, sizeof(bytes), 8, 10100);
		assert_int_not_equal(verdict_of(req), KCAN_BOOTREQ_PROVEN);
		kcan_bootreq_free(req);
	}
}

static void test_no_missing_byte_is_ever_a_proof(void **state)
{
	(void)state;
	for (size_t gone = 0; gone < sizeof(ANSWER); gone++) {
		struct kcan_bootreq *req = asked();

		feed(req, ANSWER, gone, 8, 10100);
		feed(req, ANSWER + gone + 1, sizeof(ANSWER) - gone - 1, 8,
		     10100);
		assert_int_not_equal(verdict_of(req), KCAN_BOOTREQ_PROVEN);
		kcan_bootreq_free(req);
	}
}

static void test_rubbish_before_the_answer_does_not_hide_it(void **state)
{
	(void)state;
	for (unsigned int seed = 0; seed < 64; seed++) {
		struct kcan_bootreq *req = asked();
		uint32_t x = seed * 2654435761u + 1;
		uint8_t junk[300];

		for (size_t i = 0; i < sizeof(junk); i++) {
			x = x * 1664525 + 1013904223;
			junk[i] = (uint8_t)(x >> 24);
		}
		feed(req, junk, sizeof(junk), 7, 10100);
		/* rubbish may claim to be a block of up to 128 bytes */
		for (int i = 0; i < 8; i++)
			feed(req, ANSWER, sizeof(ANSWER), 8, 10100);
		assert_int_equal(verdict_of(req), KCAN_BOOTREQ_PROVEN);
		kcan_bootreq_free(req);
	}
}

static void test_a_uuid_that_contains_a_klipper_nak_is_proven(void **state)
{
	static const struct kcan_uuid uuid = { { 0x05, 0x10, 0x9e, 0x81, 0x7e,
						 0x00 } };
	/* CRC by the rule of katapult-protocol.md, section 2 */
	static const uint8_t answer[20] = { 0x01, 0x88, 0xa0, 0x03, 0x16,
					    0x00, 0x00, 0x00, 0x05, 0x10,
					    0x9e, 0x81, 0x7e, 0x00, 0x00,
					    0x00, 0x18, 0x40, 0x99, 0x03 };
	static uint8_t next = 0xf0;
	struct kcan_bootreq_cfg cfg = { 5 * S, KCAN_BOOTREQ_GOAL_ENTER,
					draw_in_order, &next };
	struct kcan_bootreq *req;
	struct can_frame frame;

	(void)state;
	assert_int_equal(kcan_bootreq_new(&req, &uuid, &cfg, 0), 0);
	for (int i = 0; i < 3; i++) {
		assert_true(kcan_bootreq_tx(req, &frame, 10000));
		kcan_bootreq_sent(req, i < 2 ? 0 : 10000);
	}
	feed(req, answer, sizeof(answer), 8, 10100);
	assert_int_equal(verdict_of(req), KCAN_BOOTREQ_PROVEN);
	kcan_bootreq_free(req);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios) + 5] = {
		cmocka_unit_test(test_answer_in_pieces_of_any_size),
		cmocka_unit_test(test_no_flipped_bit_is_ever_a_proof),
		cmocka_unit_test(test_no_missing_byte_is_ever_a_proof),
		cmocka_unit_test(
			test_rubbish_before_the_answer_does_not_hide_it),
		cmocka_unit_test(
			test_a_uuid_that_contains_a_klipper_nak_is_proven),
	};
	size_t n = 5;

	ROWS(scenarios, test_scenario);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
