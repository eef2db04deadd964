// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "bootreq_script.h"

/* katapult-protocol.md, section 12 */
#define READ_HEAD FRAME(0x2e0, 0x01, 0x88, 0x14, 0x01, 0x00, 0x20, 0x00, 0x08)
#define READ_TAIL FRAME(0x2e0, 0x5b, 0xde, 0x99, 0x03)
#define COMPLETE FRAME(0x2e0, 0x01, 0x88, 0x15, 0x00, 0x91, 0x1b, 0x99, 0x03)
static const uint8_t COMPLETED[12] = { 0x01, 0x88, 0xa0, 0x01, 0x15, 0x00,
				       0x00, 0x00, 0x00, 0x2e, 0x99, 0x03 };
/* the same: 00..3F, and 64 times FF */
static const uint8_t BLOCK_DATA[80] = {
	0x01, 0x88, 0xa0, 0x12, 0x14, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x08,
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
	0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
	0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23,
	0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
	0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b,
	0x3c, 0x3d, 0x3e, 0x3f, 0xf2, 0x6b, 0x99, 0x03,
};
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
static const struct leave_scenario {
	const char *name;
	uint64_t timeout_us;
	struct line script[40];
	struct kcan_bootreq_result want;
} scenarios[] = {
	{ "katapult is proven, read, told to leave, and gone",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  HEAR(10400, COMPLETED),
		  QUESTIONS_2(160400),
		  QUESTIONS_2(360400),
		  FETCHED_2(510400, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_LEFT) },
	{ "one that is not answered at first is proven in a later round",
	  5 * S,
	  {
		  QUESTIONS(0),
		  QUESTIONS(40000),
		  { 80000, SENT, SET },
		  { 90000, SENT, WHO },
		  HEAR(90100, ANSWER),
		  IDENTIFIED(90100),
		  READ(90100),
		  HEAR(90100, BLOCK_FF),
		  LEFT(90100),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_BLANK) },
	{ "nobody there",
	  30000,
	  {
		  QUESTIONS(0),
		  FETCHED(30000),
	  },
	  UNPROVEN(KCAN_BOOTREQ_SILENT) },
	{ "a klipper node on our nodeid",
	  5 * S,
	  {
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 10300, RX, KLIPPER_NAK },
		  FETCHED(10300),
	  },
	  UNPROVEN(KCAN_BOOTREQ_NODEID_TAKEN) },
	{ "erased flash is blank: told so, and handed back",
	  5 * S,
	  {
		  UP_TO_READ,
		  HEAR(10400, BLOCK_FF),
		  LEFT(10400),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_BLANK) },
	{ "zeros are blank",
	  5 * S,
	  {
		  UP_TO_READ,
		  HEAR(10400, BLOCK_00),
		  LEFT(10400),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_BLANK) },
	{ "another block than the application's first says nothing",
	  100000,
	  {
		  UP_TO_READ,
		  HEAR(10400, BLOCK_ELSEWHERE),
		  LEFT(100000),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_UNANSWERED) },
	{ "without CONNECT's answer nothing is read or started",
	  200000,
	  {
		  PROVED,
		  { 10300, SENT, CONNECT },
		  { 135300, SENT, CONNECT },
		  BACK_AND_SILENT(200000, 4 * 189700),
	  },
	  UNPROVEN(KCAN_BOOTREQ_UNANSWERED) },
	{ "without the block nothing is started",
	  300000,
	  {
		  UP_TO_READ,
		  READ(135300),
		  READ(260300),
		  LEFT(300000),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_UNANSWERED) },
	{ "half of the block is no block",
	  100000,
	  {
		  UP_TO_READ,
		  { 10400, RX,
		    FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x12, 0x14, 0x00, 0x00,
			  0x00) },
		  { 10400, RX,
		    FRAME(0x2e1, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0x02,
			  0x03) },
		  LEFT(100000),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_GARBLED) },
	{ "each command is repeated when its answer is lost",
	  5 * S,
	  {
		  PROVED,
		  { 10300, SENT, CONNECT },
		  IDENTIFIED(135300),
		  READ(135300),
		  READ(260300),
		  HEAR(260400, BLOCK_DATA),
		  { 260400, SENT, COMPLETE },
		  { 290400, SENT, COMPLETE },
		  HEAR(290500, COMPLETED),
		  QUESTIONS_2(440500),
		  QUESTIONS_2(640500),
		  FETCHED_2(790500, 4 * 125000),
	  },
	  STARTED(KCAN_BOOTREQ_LEFT) },
	/* four times as long as the slowest answer took */
	{ "a slow proof makes the last silence longer",
	  5 * S,
	  {
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  HEAR(24000, ANSWER),
		  IDENTIFIED(24000),
		  READ(24000),
		  HEAR(24000, BLOCK_FF),
		  BACK_AND_SILENT(24000, 4 * 14000),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_BLANK) },
	{ "so does a slow answer to CONNECT",
	  5 * S,
	  {
		  PROVED,
		  { 10300, SENT, CONNECT },
		  HEAR(30300, IDENT),
		  READ(30300),
		  HEAR(30300, BLOCK_FF),
		  BACK_AND_SILENT(30300, 4 * 20000),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_BLANK) },
	{ "so does a slow block",
	  5 * S,
	  {
		  UP_TO_READ,
		  HEAR(30300, BLOCK_FF),
		  BACK_AND_SILENT(30300, 4 * 20000),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_BLANK) },
	{ "so does a slow acknowledge",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  HEAR(30300, COMPLETED),
		  QUESTIONS_2(180300),
		  QUESTIONS_2(380300),
		  FETCHED_2(530300, 4 * 20000),
	  },
	  STARTED(KCAN_BOOTREQ_LEFT) },
	{ "answers that come twice are taken once",
	  5 * S,
	  {
		  PROVED,
		  HEAR(10300, ANSWER),
		  IDENTIFIED(10300),
		  HEAR(10300, IDENT),
		  READ(10300),
		  HEAR(10300, ANSWER),
		  HEAR(10300, BLOCK_DATA),
		  HEAR(10300, BLOCK_DATA),
		  { 10300, SENT, COMPLETE },
		  HEAR(10400, BLOCK_DATA),
		  HEAR(10400, COMPLETED),
		  HEAR(10500, COMPLETED),
		  HEAR(10500, ANSWER),
		  QUESTIONS_2(160400),
		  HEAR(190000, COMPLETED),
		  HEAR(190000, ANSWER),
		  QUESTIONS_2(360400),
		  FETCHED_2(510400, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_LEFT) },
	{ "answers before our own confirmations count",
	  5 * S,
	  {
		  PROVED,
		  { 10300, TX, CONNECT },
		  HEAR(10400, IDENT),
		  { 10500, OK },
		  { 10500, SENT, READ_HEAD },
		  { 10500, TX, READ_TAIL },
		  HEAR(10600, BLOCK_DATA),
		  { 10700, OK },
		  { 10700, TX, COMPLETE },
		  HEAR(10800, COMPLETED),
		  { 10900, OK },
		  QUESTIONS_2(160800),
		  QUESTIONS_2(360800),
		  FETCHED_2(510800, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_LEFT) },
	{ "the halves of a command wait for each other",
	  5 * S,
	  {
		  PROVED,
		  IDENTIFIED(10300),
		  { 10300, FULL, READ_HEAD },
		  { 15300, TX, READ_HEAD },
		  { 17000, OK },
		  { 17000, FULL, READ_TAIL },
		  { 22000, TX, READ_TAIL },
		  { 23000, OK },
		  HEAR(23100, BLOCK_FF),
		  LEFT(23100),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_BLANK) },
	{ "a late block does not cut a repetition in two",
	  5 * S,
	  {
		  UP_TO_READ,
		  { 135300, TX, READ_HEAD },
		  HEAR(135400, BLOCK_FF),
		  { 135500, OK },
		  HEAR(135500, BLOCK_FF),
		  { 135500, SENT, READ_TAIL },
		  HEAR(135600, BLOCK_FF),
		  LEFT(135600),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_BLANK) },
	{ "an abort between the halves sends the second before handing back",
	  5 * S,
	  {
		  PROVED,
		  IDENTIFIED(10300),
		  { 10300, SENT, READ_HEAD },
		  { 10300, ABORT },
		  { 10300, SENT, READ_TAIL },
		  LEFT(10300),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_ABORTED) },
	{ "an abort with the first half in flight waits for both",
	  5 * S,
	  {
		  PROVED,
		  IDENTIFIED(10300),
		  { 10300, TX, READ_HEAD },
		  { 10400, ABORT },
		  { 10500, OK },
		  { 10500, TX, READ_TAIL },
		  { 10600, OK },
		  LEFT(10600),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_ABORTED) },
	{ "an abort with the second half in flight waits for it",
	  5 * S,
	  {
		  PROVED,
		  IDENTIFIED(10300),
		  { 10300, SENT, READ_HEAD },
		  { 10300, TX, READ_TAIL },
		  { 10400, ABORT },
		  { 10500, OK },
		  LEFT(10500),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_ABORTED) },
	{ "running out of time between the halves is no other",
	  20000,
	  {
		  PROVED,
		  IDENTIFIED(10300),
		  { 10300, TX, READ_HEAD },
		  { 20000, QUIET },
		  { 21000, OK },
		  { 21000, SENT, READ_TAIL },
		  BACK_AND_SILENT(21000, 4 * 9700),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_UNANSWERED) },
	{ "a second half that finds no room is told",
	  20000,
	  {
		  PROVED,
		  IDENTIFIED(10300),
		  { 10300, SENT, READ_HEAD },
		  { 10300, FULL, READ_TAIL },
		  { 10400, ABORT },
		  { 10400, TX, READ_TAIL },
		  { 410400, QUIET },
		  LEFT(810400),
	  },
	  { .verdict = KCAN_BOOTREQ_ABORTED,
	    .handback = KCAN_DELIVERY_CONFIRMED,
	    .assigned = true,
	    .identified = true,
	    .torn = true } },
	{ "an abort before the first half needs no second",
	  5 * S,
	  {
		  PROVED,
		  IDENTIFIED(10300),
		  { 10300, FULL, READ_HEAD },
		  { 10400, ABORT },
		  LEFT(10400),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_ABORTED) },
	{ "an abort after COMPLETE tells that it was sent",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  { 10400, ABORT },
		  LEFT(10400),
	  },
	  STARTED(KCAN_BOOTREQ_ABORTED) },
	{ "a NACK to CONNECT and then silence is a stuck receiver",
	  100000,
	  {
		  PROVED,
		  { 10300, SENT, CONNECT },
		  { 10400, RX, NACK },
		  BACK_AND_SILENT(100000, 4 * 89700),
	  },
	  UNPROVEN(KCAN_BOOTREQ_NACKED) },
	{ "a NACK to the block and then silence is a stuck receiver",
	  100000,
	  {
		  UP_TO_READ,
		  { 10400, RX, NACK },
		  LEFT(100000),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_NACKED) },
	{ "a NACK that the answer follows is forgotten",
	  100000,
	  {
		  PROVED,
		  { 10300, SENT, CONNECT },
		  { 10300, RX, NACK },
		  HEAR(10400, IDENT),
		  READ(10400),
		  LEFT(100000),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_UNANSWERED) },
	{ "a NACK to COMPLETE and then silence is no leaving",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  { 10400, RX, NACK },
		  { 40300, SENT, COMPLETE },
		  { 70300, SENT, COMPLETE },
		  QUESTIONS_2(220300),
		  QUESTIONS_2(420300),
		  FETCHED_2(570300, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_NACKED) },
	{ "COMPLETE without acknowledge and then silence is unsure",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  { 40300, SENT, COMPLETE },
		  { 70300, SENT, COMPLETE },
		  QUESTIONS_2(220300),
		  QUESTIONS_2(420300),
		  FETCHED_2(570300, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_UNSURE) },
	{ "half an acknowledge is none",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  { 10400, RX,
		    FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x01, 0x15, 0x00, 0x00,
			  0x00) },
		  { 40300, SENT, COMPLETE },
		  { 70300, SENT, COMPLETE },
		  QUESTIONS_2(220300),
		  QUESTIONS_2(420300),
		  FETCHED_2(570300, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_UNSURE) },
	{ "an acknowledge before COMPLETE acknowledges nothing",
	  100000,
	  {
		  PROVED,
		  HEAR(10300, COMPLETED),
		  IDENTIFIED(10300),
		  { 10300, SENT, READ_HEAD },
		  { 10300, TX, READ_TAIL },
		  HEAR(10400, BLOCK_DATA),
		  HEAR(10400, COMPLETED),
		  { 100000, QUIET },
		  { 100100, OK },
		  LEFT(100100),
	  },
	  NOT_STARTED(KCAN_BOOTREQ_UNANSWERED) },
	{ "acknowledged, and still answering",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  HEAR(10300, COMPLETED),
		  { 160300, SENT, SET_2 },
		  { 170300, SENT, WHO_2 },
		  HEAR_ON(170600, 0x2e3, ANSWER),
		  BACK_AND_SILENT_2(170600, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_STAYED) },
	{ "back in katapult a moment later",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  HEAR(10300, COMPLETED),
		  QUESTIONS_2(160300),
		  { 360300, SENT, SET_2 },
		  { 370300, SENT, WHO_2 },
		  HEAR_ON(370600, 0x2e3, ANSWER),
		  BACK_AND_SILENT_2(370600, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_STAYED) },
	{ "asked late whether it is gone, it has its time to answer",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  HEAR(10300, COMPLETED),
		  { 600000, LATE, SET_2 },
		  { 610000, SENT, WHO_2 },
		  { 625000, SENT, WHO_2 },
		  QUESTIONS_2(800000),
		  FETCHED_2(860000, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_LEFT) },
	{ "likewise, when only the question is late",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  HEAR(10300, COMPLETED),
		  { 160300, SENT, SET_2 },
		  { 600000, LATE, WHO_2 },
		  { 600000, LATE, WHO_2 },
		  { 600000, LATE, SET_2 },
		  { 610000, SENT, WHO_2 },
		  { 625000, SENT, WHO_2 },
		  QUESTIONS_2(800000),
		  FETCHED_2(850000, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_LEFT) },
	{ "asked in the last moment, it has its time to answer",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  HEAR(10300, COMPLETED),
		  { 500000, LATE, SET_2 },
		  { 510000, SENT, WHO_2 },
		  HEAR_ON(510600, 0x2e3, ANSWER),
		  BACK_AND_SILENT_2(510600, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_STAYED) },
	{ "told to leave, and not heard, it is told and asked late, too",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  { 600000, LATE, COMPLETE },
		  { 630000, SENT, COMPLETE },
		  { 780000, SENT, SET_2 },
		  { 790000, SENT, WHO_2 },
		  HEAR_ON(790600, 0x2e3, ANSWER),
		  BACK_AND_SILENT_2(790600, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_STAYED) },
	{ "after the time-out nothing more is asked",
	  500000,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  HEAR(10300, COMPLETED),
		  { 600000, LATE, BACK },
		  { 600000, SENT, BACK },
		  { 610000, SENT, WHO },
		  { 640000, QUIET },
	  },
	  STARTED(KCAN_BOOTREQ_UNSURE) },
	{ "silence to questions that are not confirmed proves nothing",
	  5 * S,
	  {
		  UP_TO_COMPLETE,
		  { 10300, SENT, COMPLETE },
		  HEAR(10300, COMPLETED),
		  { 160300, TX, SET_2 },
		  { 510300, QUIET },
		  { 511000, OK },
		  FETCHED_2(511000, 30000),
	  },
	  STARTED(KCAN_BOOTREQ_UNSURE) },
	{ "a COMPLETE that is not confirmed is told",
	  100000,
	  {
		  UP_TO_COMPLETE,
		  { 10300, TX, COMPLETE },
		  { 100000, QUIET },
		  BACK_AND_SILENT(500000, 4 * 89700),
	  },
	  ENDS(KCAN_BOOTREQ_UNSURE, KCAN_DELIVERY_UNCONFIRMED) },
	{ "another uuid on our nodeid stops it",
	  5 * S,
	  {
		  PROVED,
		  { 10300, SENT, CONNECT },
		  HEAR(10400, OTHER),
		  LEFT(10400),
	  },
	  { .verdict = KCAN_BOOTREQ_WRONG_UUID,
	    .handback = KCAN_DELIVERY_CONFIRMED,
	    .assigned = true,
	    .other = { { 0xfc, 0xf7, 0xa6, 0x09, 0x32, 0x98 } } } },
	{ "the time counts from the first confirmation",
	  30000,
	  {
		  { 0, TX, SET },
		  { 7000, OK },
		  { 17000, SENT, WHO },
		  { 32000, SENT, WHO },
		  FETCHED(37000),
	  },
	  UNPROVEN(KCAN_BOOTREQ_SILENT) },
	{ "a first frame that is never confirmed is still queued",
	  2 * S,
	  {
		  { 0, TX, SET },
		  { 2 * S, QUIET },
		  { 2400000, TX, BACK },
		  { 2800000, QUIET },
	  },
	  { .verdict = KCAN_BOOTREQ_UNCONFIRMED,
	    .handback = KCAN_DELIVERY_UNCONFIRMED,
	    .assigned = true } },
	{ "a queue that stays full means nothing was sent",
	  7000,
	  {
		  { 0, FULL, SET },
		  { 5000, FULL, SET },
		  { 7000, QUIET },
	  },
	  { .verdict = KCAN_BOOTREQ_NOT_QUEUED } },
};

static void test_leave(void **state)
{
	const struct leave_scenario *s = *state;
	struct kcan_bootreq *req =
		start(s->timeout_us, KCAN_BOOTREQ_GOAL_LEAVE);

	for (size_t i = 0; s->script[i].what != END; i++)
		play(req, &s->script[i]);
	assert_ends(req, &s->want);
	kcan_bootreq_free(req);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios)] = { 0 };
	size_t n = 0;

	ROWS(scenarios, test_leave);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
