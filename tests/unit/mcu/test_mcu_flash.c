// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* Flashing as it is seen on the bus: katapult-protocol.md, sections 4 to 7. */
#include "flash_host.h"

/* Section 13, with the blocks of section 12. */
static void test_the_recorded_flash(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	ask(b, "CONNECT", "ACK CONNECT stm32g0b1xx, start 08002000");
	ask(b, "GET_CANBUS_ID", "ACK GET_CANBUS_ID 41f905f55004");
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "ACK SEND_BLOCK 08002000");
	ask(b, "SEND_BLOCK 08002040, data 40..63 then 28 x FF",
	    "ACK SEND_BLOCK 08002040");
	ask(b, "SEND_EOF", "ACK EOF, 1 page");
	ask(b, "REQUEST_BLOCK 08002000",
	    "ACK REQUEST_BLOCK 08002000, data 00..3F");
	send(b, vector_named("REQUEST_BLOCK 08002040"));
	assert_string_equal(answer(b) + 160 - 16, "ffffffffd95a9903");
	ask(b, "COMPLETE", "ACK COMPLETE");
	assert_true(board_reported(b, EVENT_FLASHED));
	board_wait(b, 99000);
	ask(b, "GET_CANBUS_ID", "ACK GET_CANBUS_ID 41f905f55004");
	board_wait(b, 1000);
	/* 03020100 is no place for a stack */
	assert_int_equal(b->mcu.state, MCU_DEAD);
	mcu_fini(&b->mcu);
}

static void test_refused_blocks_are_errors(void **state)
{
	struct board *b = katapult("stm32h723xx", false, 0);

	(void)state;
	/* below its start, which is 08020000 */
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "ERROR");
	ask(b, "SEND_EOF", "ACK EOF, 0 pages");
	mcu_fini(&b->mcu);
}

static void test_a_block_of_another_length_is_an_error(void **state)
{
	/* SEND_BLOCK with only its address; CRC by the rule of section 2 */
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	send(b, "0188120100200008a1c69903");
	assert_string_equal(answer(b), vector_named("ERROR"));
	mcu_fini(&b->mcu);
}

static void test_reading_where_nothing_is_ends_in_a_fault(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	ask(b, "REQUEST_BLOCK 10004000", "");
	assert_int_equal(b->mcu.state, MCU_DEAD);
	ask(b, "GET_CANBUS_ID", "");
	mcu_reset(&b->mcu, b->now_us);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	mcu_fini(&b->mcu);
}

static void test_without_an_application_complete_is_deadly(void **state)
{
	struct board *b = katapult("stm32g0b1xx", true, 0);

	(void)state;
	ask(b, "COMPLETE", "ACK COMPLETE");
	board_wait(b, 100000);
	assert_int_equal(b->mcu.state, MCU_DEAD);
	/* the next reset finds the blank word (section 7.2) */
	mcu_reset(&b->mcu, b->now_us);
	board_wait(b, 30000);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	mcu_fini(&b->mcu);
}

static void test_a_truncated_application_is_started(void **state)
{
	struct board *b = katapult("stm32g0b1xx", true, 0);

	(void)state;
	send_beginning(b);
	assert_string_equal(answer(b), vector_named("ACK SEND_BLOCK 08002000"));
	mcu_power(&b->mcu, false, b->now_us);
	mcu_power(&b->mcu, true, b->now_us);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	mcu_fini(&b->mcu);
}

static void test_rp2040_loses_a_block_without_eof(void **state)
{
	struct board *b = katapult("rp2040", true, 0);

	(void)state;
	ask(b, "SEND_BLOCK 10004000, data 00..3F", "ACK SEND_BLOCK 10004000");
	ask(b, "COMPLETE", "ACK COMPLETE");
	board_wait(b, 100000);
	assert_int_equal(b->mcu.state, MCU_DEAD);
	mcu_fini(&b->mcu);
}

static void test_erasing_takes_its_time_and_frames_wait(void **state)
{
	/* the factory's application is in the page: 2 KiB, 10 ms each */
	struct board *b = katapult("stm32g0b1xx", false, 10000);
	char both[128];

	(void)state;
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "");
	assert_true(mcu_blocked(&b->mcu));
	send(b, vector_named("GET_CANBUS_ID"));
	board_wait(b, 19999);
	assert_string_equal(answer(b), "");
	board_wait(b, 1);
	assert_false(mcu_blocked(&b->mcu));
	/* both answers, in the order of the questions, cut as one stream */
	snprintf(both, sizeof(both), "%s%s",
		 vector_named("ACK SEND_BLOCK 08002000"),
		 vector_named("ACK GET_CANBUS_ID 41f905f55004"));
	assert_string_equal(answer(b), both);
	ask(b, "SEND_BLOCK 08002040, data 40..63 then 28 x FF",
	    "ACK SEND_BLOCK 08002040");
	mcu_fini(&b->mcu);
}

/* section 7.6: between erase and first block */
static void test_power_lost_while_erasing_leaves_it_blank(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 10000);

	(void)state;
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "");
	board_wait(b, 19999);
	/* and blank flash is seen before the double-reset wait */
	b->mcu.cfg.double_reset = true;
	mcu_power(&b->mcu, false, b->now_us);
	mcu_power(&b->mcu, true, b->now_us);
	board_wait(b, 30000);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	mcu_fini(&b->mcu);
}

static void test_an_answer_goes_before_the_next_erase(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 10000);

	(void)state;
	send_at_once(b, vector_named("SEND_BLOCK 08002000, data 00..3F"));
	/* other data: it erases the page once more */
	send_at_once(b, vector_named("SEND_BLOCK 08002000, data 64 x FF"));
	board_run(b);
	board_wait(b, 20000);
	assert_true(mcu_blocked(&b->mcu));
	assert_int_equal(b->sent_len, 2);
	assert_string_equal(answer(b), vector_named("ACK SEND_BLOCK 08002000"));
	mcu_fini(&b->mcu);
}

/* Its own timers stand still as well: no state in the past. */
static void test_complete_waits_for_the_flash(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 100000);
	uint64_t start_us = b->now_us;

	(void)state;
	ask(b, "COMPLETE", "ACK COMPLETE");
	send_beginning(b);
	assert_string_equal(answer(b), "");
	assert_int_equal(b->mcu.live.alarm_us, start_us + 200000);
	board_wait(b, 199999);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	board_wait(b, 1);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	mcu_fini(&b->mcu);
}

/* section 4.5 */
static void test_a_repeated_complete_counts_from_itself(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	ask(b, "COMPLETE", "ACK COMPLETE");
	board_wait(b, 60000);
	ask(b, "COMPLETE", "ACK COMPLETE");
	board_wait(b, 61000);
	ask(b, "GET_CANBUS_ID", "ACK GET_CANBUS_ID 41f905f55004");
	board_wait(b, 38999);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	board_wait(b, 1);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	mcu_fini(&b->mcu);
}

static void test_of_nine_admin_frames_at_once_eight_are_kept(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	for (int i = 0; i < 8; i++)
		board_file(b, FRAME(0x3f0, 0x00));
	board_file(b, FRAME(0x3f0, 0x12));
	assert_int_equal(b->mcu.live.admin_len, 8);
	board_run(b);
	assert_int_equal(mcu_nodeid(&b->mcu), NODEID);
	mcu_fini(&b->mcu);
}

static void test_a_reset_forgets_the_count_and_keeps_the_flash(void **state)
{
	struct board *b = katapult("stm32g0b1xx", true, 0);

	(void)state;
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "ACK SEND_BLOCK 08002000");
	ask(b, "SEND_EOF", "ACK EOF, 1 page");
	ask(b, "SEND_EOF", "ACK EOF, 1 page");
	mcu_reset(&b->mcu, b->now_us);
	assert_true(flash_has_application(&b->mcu.flash));
	assert_int_equal(b->mcu.flash.pages, 0);
	mcu_fini(&b->mcu);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_recorded_flash),
		cmocka_unit_test(test_refused_blocks_are_errors),
		cmocka_unit_test(test_a_block_of_another_length_is_an_error),
		cmocka_unit_test(test_reading_where_nothing_is_ends_in_a_fault),
		cmocka_unit_test(
			test_without_an_application_complete_is_deadly),
		cmocka_unit_test(test_a_truncated_application_is_started),
		cmocka_unit_test(test_rp2040_loses_a_block_without_eof),
		cmocka_unit_test(test_erasing_takes_its_time_and_frames_wait),
		cmocka_unit_test(test_power_lost_while_erasing_leaves_it_blank),
		cmocka_unit_test(test_an_answer_goes_before_the_next_erase),
		cmocka_unit_test(test_complete_waits_for_the_flash),
		cmocka_unit_test(test_a_repeated_complete_counts_from_itself),
		cmocka_unit_test(
			test_of_nine_admin_frames_at_once_eight_are_kept),
		cmocka_unit_test(
			test_a_reset_forgets_the_count_and_keeps_the_flash),
	};

	vectors_load("katapult.txt", ':', vectors);
	return cmocka_run_group_tests_name("mcu_flash", tests, NULL, NULL);
}
