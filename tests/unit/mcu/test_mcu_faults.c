// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/* What faults do to an MCU, seen from the bus. */
#include "../../support/unit.h"

#include <stdio.h>
#include <string.h>

#include "klipper_board.h"

#define NODEID 129
#define ID FRAME(0x202, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03)
#define REQUEST FRAME(0x3f0, 0x02, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04)
#define QUERY FRAME(0x3f0, 0x00)

static struct board board;

static void add(struct board *b, const char *text)
{
	char error[FAULT_ERROR_MAX];
	struct fault fault;

	assert_int_equal(fault_parse(&fault, text, error), 0);
	assert_int_equal(faults_add(&b->mcu.faults, &fault), 0);
}

static struct board *start(enum mcu_state state, int nodeid, const char *fault)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");

	cfg.state = state;
	cfg.nodeid = nodeid;
	board_init(&board, &cfg);
	add(&board, fault);
	return &board;
}

static int end(void **state)
{
	(void)state;
	mcu_fini(&board.mcu);
	return 0;
}

/* katapult-protocol.md, section 12; the first eight bytes tell them apart. */
#define ACK_ID FRAME(0x203, 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00, 0x00)
#define NACK FRAME(0x203, 0x01, 0x88, 0xf1, 0x00, 0x68, 0x95, 0x99, 0x03)
#define ERROR FRAME(0x203, 0x01, 0x88, 0xf2, 0x00, 0x00, 0xbf, 0x99, 0x03)
#define BUSY FRAME(0x203, 0x01, 0x88, 0xf3, 0x00, 0xd8, 0xa6, 0x99, 0x03)

/* Ask three times; "" is no answer. */
static const struct answers {
	const char *name;
	const char *fault;
	struct can_frame want[3]; /* id 0: silence */
} answers[] = {
	{ "none", "answer-nack after=3", { ACK_ID, ACK_ID, ACK_ID } },
	{ "NACK once, then the answer",
	  "answer-nack",
	  { NACK, ACK_ID, ACK_ID } },
	{ "ERROR twice", "answer-error count=2", { ERROR, ERROR, ACK_ID } },
	{ "BUSY for ever", "answer-busy count=0", { BUSY, BUSY, BUSY } },
	{ "BUSY at the second question",
	  "answer-busy after=1",
	  { ACK_ID, BUSY, ACK_ID } },
	/* section 3: one NACK, then silence for ever */
	{ "stuck at the second question",
	  "stuck after=1",
	  { ACK_ID, NACK, { 0 } } },
};

static void test_answers(void **state)
{
	const struct answers *row = *state;
	struct board *b = start(MCU_KATAPULT, NODEID, row->fault);

	for (size_t i = 0; i < 3; i++) {
		b->sent_len = 0;
		board_hear(b, ID);
		board_drain(b);
		if (!row->want[i].can_id)
			assert_int_equal(b->sent_len, 0);
		else
			assert_frame_equal(b->sent[0], row->want[i]);
	}
	end(NULL);
}

static void test_a_stuck_receiver_works_after_a_reset(void **state)
{
	struct board *b = start(MCU_KATAPULT, NODEID, "stuck");

	(void)state;
	board_hear(b, ID);
	mcu_reset(&b->mcu, b->now_us);
	/* within the double-reset window */
	board_wait(b, 20000);
	mcu_reset(&b->mcu, b->now_us);
	board_wait(b, 30000);
	board_hear(b, FRAME(0x3f0, 0x11, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04,
			    NODEID));
	board_wait(b, MCU_FILTER_CHANGE_US);
	b->sent_len = 0;
	board_hear(b, ID);
	assert_frame_equal(b->sent[0], ACK_ID);
}

static void test_a_request_is_ignored_so_many_times(void **state)
{
	struct board *b = start(MCU_KLIPPER, 4, "ignore-request count=2");

	(void)state;
	board_hear(b, REQUEST);
	board_hear(b, REQUEST);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	assert_int_equal(mcu_nodeid(&b->mcu), 4);
	assert_false(board_reported(b, EVENT_REQUEST));
	assert_true(board_reported(b, EVENT_FAULT));
	board_hear(b, REQUEST);
	assert_int_equal(b->mcu.state, MCU_BOOT);
}

static void test_a_late_boot_comes_so_much_later(void **state)
{
	struct board *b = start(MCU_KLIPPER, -1, "boot-late ms=700");

	(void)state;
	board_hear(b, REQUEST);
	board_wait(b, 729999);
	assert_int_equal(b->mcu.state, MCU_BOOT);
	board_wait(b, 1);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
}

static void test_a_boot_that_never_comes_waits_for_the_next_reset(void **state)
{
	struct board *b = start(MCU_KLIPPER, -1, "boot-never count=1");

	(void)state;
	board_hear(b, REQUEST);
	board_wait(b, 3600000000);
	assert_int_equal(b->mcu.state, MCU_BOOT);
	/* the request is still in its cell: it was never read */
	mcu_reset(&b->mcu, b->now_us);
	board_wait(b, 30000);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
}

static void test_another_uuid_is_told_on_both_channels(void **state)
{
	struct board *b = start(MCU_KATAPULT, NODEID, "wrong-uuid");

	(void)state;
	board_hear(b, ID);
	/* the complement of 41f905f55004 */
	assert_frame_equal(b->sent[1], FRAME(0x203, 0xbe, 0x06, 0xfa, 0x0a,
					     0xaf, 0xfb, 0x00, 0x00));
	board_drain(b);
	b->sent_len = 0;
	board_hear(b, FRAME(0x3f0, 0x12));
	board_hear(b, QUERY);
	assert_frame_equal(b->sent[0], FRAME(0x3f1, 0x20, 0xbe, 0x06, 0xfa,
					     0x0a, 0xaf, 0xfb, 0x11));
	/* it still listens to its own */
	board_hear(b, FRAME(0x3f0, 0x11, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04,
			    NODEID));
	assert_int_equal(mcu_nodeid(&b->mcu), NODEID);
}

static void test_a_given_uuid_is_told(void **state)
{
	struct board *b =
		start(MCU_KLIPPER, -1, "wrong-uuid uuid=010203040506");

	(void)state;
	board_hear(b, QUERY);
	assert_frame_equal(b->sent[0],
			   FRAME(0x3f1, 0x20, 1, 2, 3, 4, 5, 6, 0x01));
}

static void test_a_brown_out_comes_in_mid_exchange(void **state)
{
	struct board *b = start(MCU_KATAPULT, NODEID, "brown-out after=1");

	(void)state;
	board_hear(b, ID);
	board_drain(b);
	assert_int_equal(b->sent_len, 3);
	/* an admin frame is none of its opportunities */
	board_hear(b, QUERY);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	board_hear(b, ID);
	assert_int_equal(b->sent_len, 3);
	assert_int_equal(b->mcu.state, MCU_BOOT);
	assert_true(board_reported(b, EVENT_RESET));
	board_wait(b, 500000);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	/* once is usual */
	assert_int_equal(b->mcu.faults.list[0].struck, 1);
}

/* A whole SEND_BLOCK, 76 bytes: only its address and its CRC differ. */
static void send_block(struct board *b, uint32_t address)
{
	uint8_t payload[68] = { (uint8_t)address, (uint8_t)(address >> 8),
				(uint8_t)(address >> 16),
				(uint8_t)(address >> 24) };
	uint8_t block[KCAN_KAT_MAX];
	int len = kcan_kat_encode(
		block, &(struct kcan_kat_block){ .code = KCAN_KAT_SEND_BLOCK,
						 .words = 17,
						 .payload = payload });

	b->sent_len = 0;
	for (int at = 0; at < len; at += 8) {
		struct can_frame f = { .can_id = 0x202 };

		f.can_dlc = (uint8_t)(len - at < 8 ? len - at : 8);
		memcpy(f.data, block + at, f.can_dlc);
		board_hear(b, f);
	}
}

static void test_a_block_at_an_address_is_not_written(void **state)
{
	struct board *b =
		start(MCU_KATAPULT, NODEID, "write-fail address=0x08002844");
	uint8_t bytes[64];

	(void)state;
	send_block(b, 0x08002800);
	assert_int_equal(b->sent[0].data[2], 0xa0);
	board_drain(b);
	send_block(b, 0x08002840);
	assert_frame_equal(b->sent[0], ERROR);
	flash_read(&b->mcu.flash, 0x08002840, bytes, 64);
	assert_int_equal(bytes[0], 0xff);
	board_drain(b);
	send_block(b, 0x08002880);
	assert_int_equal(b->sent[0].data[2], 0xa0);
}

/*
 * katapult-protocol.md, section 5.2: no read-back check. Block 1 of the first
 * page stays blank, its neighbours are written, and the host finds out.
 */
static void test_an_rp2040_acknowledges_what_is_not_written(void **state)
{
	struct mcu_cfg cfg = board_cfg("rp2040");
	uint8_t bytes[192];

	(void)state;
	cfg.state = MCU_KATAPULT;
	cfg.nodeid = NODEID;
	board_init(&board, &cfg);
	add(&board, "write-fail address=0x10004044");
	for (uint32_t at = 0x10004000; at <= 0x10004100; at += 64) {
		send_block(&board, at);
		assert_int_equal(board.sent[0].data[2], 0xa0);
		board_drain(&board);
	}
	assert_true(board_reported(&board, EVENT_FAULT));
	flash_read(&board.mcu.flash, 0x10004000, bytes, sizeof(bytes));
	assert_int_equal(bytes[63], 0x00);
	for (size_t i = 64; i < 128; i++)
		assert_int_equal(bytes[i], 0xff);
	assert_int_equal(bytes[129], 0x00);
}

static void test_power_goes_after_so_many_blocks(void **state)
{
	struct board *b =
		start(MCU_KATAPULT, NODEID, "power-loss after=2 ms=50");
	uint8_t bytes[64];

	(void)state;
	send_block(b, 0x08002000);
	board_drain(b);
	send_block(b, 0x08002040);
	board_drain(b);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	send_block(b, 0x08002080);
	assert_int_equal(b->sent_len, 0);
	assert_int_equal(b->mcu.state, MCU_OFF);
	flash_read(&b->mcu.flash, 0x08002040, bytes, 64);
	assert_int_equal(bytes[0], 0x00);
	flash_read(&b->mcu.flash, 0x08002080, bytes, 64);
	assert_int_equal(bytes[0], 0xff);
	board_wait(b, 49999);
	assert_int_equal(b->mcu.state, MCU_OFF);
	board_wait(b, 1);
	assert_int_equal(b->mcu.state, MCU_BOOT);
}

/* katapult-protocol.md, section 7.6: between erase and first block */
static void test_power_lost_at_a_page_leaves_it_blank(void **state)
{
	struct board *b = start(MCU_KATAPULT, NODEID,
				"power-loss address=0x08002000 ms=50");

	(void)state;
	send_block(b, 0x08002000);
	board_wait(b, 50000);
	/* there was an application; now there is none, and Katapult stays */
	board_wait(b, 30000);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
}

static void test_power_that_went_can_be_switched_on(void **state)
{
	struct board *b = start(MCU_KATAPULT, NODEID, "power-loss");

	(void)state;
	send_block(b, 0x08002000);
	board_wait(b, 3600000000);
	assert_int_equal(b->mcu.state, MCU_OFF);
	mcu_power(&b->mcu, true, b->now_us);
	assert_int_equal(b->mcu.state, MCU_BOOT);
}

static void test_it_leaves_before_it_has_answered(void **state)
{
	struct board *b = start(MCU_KATAPULT, NODEID, "leave-early");

	(void)state;
	board_hear(b, FRAME(0x202, 0x01, 0x88, 0x15, 0x00, 0x91, 0x1b, 0x99,
			    0x03));
	board_drain(b);
	assert_int_equal(b->sent_len, 0);
	board_wait(b, 50000);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
}

#define CASE(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(answers) + 13] = {
		CASE(test_a_stuck_receiver_works_after_a_reset),
		CASE(test_a_request_is_ignored_so_many_times),
		CASE(test_a_late_boot_comes_so_much_later),
		CASE(test_a_boot_that_never_comes_waits_for_the_next_reset),
		CASE(test_another_uuid_is_told_on_both_channels),
		CASE(test_a_given_uuid_is_told),
		CASE(test_a_brown_out_comes_in_mid_exchange),
		CASE(test_a_block_at_an_address_is_not_written),
		CASE(test_an_rp2040_acknowledges_what_is_not_written),
		CASE(test_power_goes_after_so_many_blocks),
		CASE(test_power_lost_at_a_page_leaves_it_blank),
		CASE(test_power_that_went_can_be_switched_on),
		CASE(test_it_leaves_before_it_has_answered),
	};
	size_t n = 13;

	ROWS(answers, test_answers);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
