// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "bootreq_script.h"

#include <errno.h>

/* katapult-protocol.md, section 12 */
#define REFUSE FRAME(0x2e1, 0x01, 0x88, 0xf2, 0x00, 0x00, 0xbf, 0x99, 0x03)
#define BUSY FRAME(0x2e1, 0x01, 0x88, 0xf3, 0x00, 0xd8, 0xa6, 0x99, 0x03)

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
	  HANDED_BACK(KCAN_BOOTREQ_PROVEN) },
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

/* Up to the moment when the answer may come. */
static struct kcan_bootreq *asked(void)
{
	struct kcan_bootreq *req = start(5 * S, KCAN_BOOTREQ_GOAL_ENTER);

	play(req, &(struct line){ 0, SENT, REQUEST });
	play(req, &(struct line){ 0, SENT, SET });
	play(req, &(struct line){ 10000, SENT, WHO });
	return req;
}

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

static enum kcan_bootreq_verdict verdict_of(struct kcan_bootreq *req)
{
	return kcan_bootreq_result(req).verdict;
}

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
	struct CMUnitTest tests[72] = {
		cmocka_unit_test(test_what_it_is_comes_from_connect),
		cmocka_unit_test(test_answer_in_pieces_of_any_size),
		cmocka_unit_test(test_no_flipped_bit_is_ever_a_proof),
		cmocka_unit_test(test_no_missing_byte_is_ever_a_proof),
		cmocka_unit_test(
			test_rubbish_before_the_answer_does_not_hide_it),
		cmocka_unit_test(
			test_a_uuid_that_contains_a_klipper_nak_is_proven),
		cmocka_unit_test(test_rounds_are_40_ms_and_later_200_ms_apart),
	};
	size_t n = 7;

	ROWS(scenarios, test_scenario);
	ROWS(bad_cfgs, test_bad_cfg);
	return _cmocka_run_group_tests("bootreq", tests, n, NULL, NULL);
}
