// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/*
 * Commands that do not wait for their answers: what was seen of original firmware in
 * flashing.md, sections 4.2 and 5.
 */
#include "katapult_blocks.h"

/* Section 5: "One node". */

static struct board *with_blocks_at_once(int blocks)
{
	struct board *b = katapult(G0, true, 0);
	char both[128];

	send_at_once(b, vector_named(G0_BLOCK));
	for (int i = 1; i < blocks; i++)
		send_at_once(b, vector_named(NEXT_BLOCK));
	board_run(b);
	snprintf(both, sizeof(both), "%s%s", vector_named(G0_ACK),
		 vector_named(NEXT_ACK));
	assert_string_equal(answer(b), both);
	return b;
}

static void test_two_blocks_at_once_are_both_acknowledged(void **state)
{
	struct board *b = with_blocks_at_once(2);

	(void)state;
	assert_healthy(b);
	mcu_fini(&b->mcu);
}

/* 192 bytes are two blocks and five frames. */
static void test_of_three_or_four_at_once_two_and_then_stuck(void **state)
{
	(void)state;
	for (int blocks = 3; blocks <= 4; blocks++) {
		struct board *b = with_blocks_at_once(blocks);

		assert_int_equal(b->mcu.live.rx.len, 5 * 8);
		for (int i = 0; i < 4; i++)
			ask(b, GET, "");
		ask(b, GET, "NACK");
		assert_silent(b);
		mcu_fini(&b->mcu);
	}
}

/* Three frames of ten fit into the hardware of a CPU that stands still. */
static void test_a_block_during_an_erase_is_torn(void **state)
{
	struct board *b = katapult(G0, false, 10000);

	(void)state;
	ask(b, G0_BLOCK, "");
	assert_true(mcu_blocked(&b->mcu));
	ask(b, NEXT_BLOCK, "");
	board_wait(b, 20000);
	assert_string_equal(answer(b), vector_named(G0_ACK));
	assert_int_equal(b->mcu.live.rx.len, 3 * 8);
	/* 24 bytes and 52 */
	for (int i = 0; i < 6; i++)
		ask(b, GET, "");
	ask(b, GET, "NACK");
	assert_silent(b);
	mcu_fini(&b->mcu);
}

static void test_three_frames_wait_for_the_flash(void **state)
{
	struct board *b = katapult(G0, false, 10000);
	char all[256];

	(void)state;
	ask(b, G0_BLOCK, "");
	for (int i = 0; i < 3; i++)
		ask(b, GET, "");
	board_hear(b, CLEAR);
	board_wait(b, 20000);
	snprintf(all, sizeof(all), "%s%s%s%s", vector_named(G0_ACK),
		 vector_named(GET_ACK), vector_named(GET_ACK),
		 vector_named(GET_ACK));
	assert_string_equal(answer(b), all);
	assert_int_equal(mcu_nodeid(&b->mcu), NODEID);
	/* the next erase finds room again */
	send_block(b, 0x08002000, (uint8_t[64]){ 0 });
	assert_true(mcu_blocked(&b->mcu));
	board_hear(b, CLEAR);
	board_wait(b, 20000);
	/* the answer was first */
	assert_string_equal(answer(b), vector_named(G0_ACK));
	assert_int_equal(mcu_nodeid(&b->mcu), -1);
	mcu_fini(&b->mcu);
}

/* Others' frames have the bus, or nobody acknowledges: nothing leaves. */
static void fill_hardware(struct board *b)
{
	b->mcu.live.slots_used = b->mcu.cfg.type->family->tx_slots;
}

static void let_frames_leave(struct board *b, int frames)
{
	for (int i = 0; i < frames; i++) {
		mcu_tx_done(&b->mcu);
		board_run(b);
	}
}

static void test_of_eight_answers_that_cannot_leave_six_are_kept(void **state)
{
	struct board *b = katapult(G0, true, 0);
	uint8_t data[64], got[64];
	const char *answers;

	(void)state;
	fill_hardware(b);
	for (uint8_t i = 0; i < 8; i++) {
		memset(data, 0x10 + i, sizeof(data));
		send_block(b, 0x08002000u + 64u * i, data);
	}
	assert_int_equal(b->sent_len, 0);
	let_frames_leave(b, 3);
	answers = answer(b);
	assert_int_equal(strlen(answers), 6 * 32);
	assert_memory_equal(answers, vector_named(G0_ACK), 32);
	assert_memory_equal(answers + 32, vector_named(NEXT_ACK), 32);
	/* and all blocks are written */
	for (uint8_t i = 0; i < 8; i++) {
		memset(data, 0x10 + i, sizeof(data));
		assert_int_equal(flash_read(&b->mcu.flash,
					    0x08002000u + 64u * i, got, 64),
				 0);
		assert_memory_equal(got, data, 64);
	}
	assert_healthy(b);
	mcu_fini(&b->mcu);
}

/* Return: bytes that came for two REQUEST_BLOCKs, with so many in between. */
static size_t read_two(int frames_between)
{
	struct board *b = katapult(G0, true, 0);
	size_t len;

	ask(b, G0_BLOCK, G0_ACK);
	fill_hardware(b);
	send(b, vector_named("REQUEST_BLOCK 08002000"));
	let_frames_leave(b, frames_between);
	assert_int_equal(b->sent_len, frames_between);
	send(b, vector_named("REQUEST_BLOCK 08002000"));
	let_frames_leave(b, 3);
	len = strlen(answer(b)) / 2;
	assert_healthy(b);
	mcu_fini(&b->mcu);
	return len;
}

static void test_the_next_request_may_come_after_8_of_10_frames(void **state)
{
	(void)state;
	assert_int_equal(read_two(8), 160);
}

static void test_before_that_the_second_answer_leaves_no_trace(void **state)
{
	(void)state;
	for (int frames = 0; frames < 8; frames++)
		assert_int_equal(read_two(frames), 80);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_blocks_at_once_are_both_acknowledged),
		cmocka_unit_test(
			test_of_three_or_four_at_once_two_and_then_stuck),
		cmocka_unit_test(test_a_block_during_an_erase_is_torn),
		cmocka_unit_test(test_three_frames_wait_for_the_flash),
		cmocka_unit_test(
			test_of_eight_answers_that_cannot_leave_six_are_kept),
		cmocka_unit_test(
			test_the_next_request_may_come_after_8_of_10_frames),
		cmocka_unit_test(
			test_before_that_the_second_answer_leaves_no_trace),
	};

	vectors_load("katapult.txt", ':', vectors);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
