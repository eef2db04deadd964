// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * can-admin-channel.md, sections 2 to 5: what a node does on several frames,
 * one behind the other, and what its filter, buffers and hardware make of them.
 */
#include "situation.h"

static void test_the_first_shutdown_reason_is_kept(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	mcu_shutdown(&b.mcu, "Timer too close", b.now_us);
	board_hear(&b, ON_TX_ID);
	assert_int_equal(mcu_nodeid(&b.mcu), -1);
	assert_string_equal(b.reason, "Timer too close");
	mcu_fini(&b.mcu);
}

static void test_a_conflict_has_klippers_own_words(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	board_hear(&b, SET_KLIPPER_OTHER);
	assert_true(board_reported(&b, EVENT_CONFLICT));
	assert_string_equal(b.reason, "Another CAN node assigned this ID");
	mcu_fini(&b.mcu);
}

static void test_after_a_conflict_it_obeys_as_before(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	board_hear(&b, ON_TX_ID);
	board_hear(&b, QUERY);
	assert_int_equal(b.sent_len, 1);
	board_hear(&b, SET_KLIPPER);
	assert_int_equal(mcu_nodeid(&b.mcu), 4);
	board_hear(&b, REQUEST);
	assert_int_equal(b.mcu.state, MCU_BOOT);
	mcu_fini(&b.mcu);
}

static void test_data_right_behind_set_is_not_heard(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_FREE);
	board_hear(&b, SET_CANBOOT);
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 0);
	board_wait(&b, MCU_FILTER_CHANGE_US);
	board_hear(&b, WHO(0x108));
	assert_frame_equal(b.sent[0],
			   FRAME(0x109, 0x01, 0x88, 0xa0, 0x03, 0x16, 0, 0, 0));
	mcu_fini(&b.mcu);
}

static void test_set_with_the_id_held_leaves_the_filter_alone(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, SET_CANBOOT);
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_dlc_9_on_the_own_rx_id_counts_as_eight_bytes(void **state)
{
	struct can_frame frame = WHO(0x108);
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	frame.can_dlc = 9;
	board_hear(&b, frame);
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_a_re_assigned_node_is_deaf_on_its_old_id(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, FRAME(0x3f0, 0x11, OWN, 5));
	board_wait(&b, MCU_FILTER_CHANGE_US);
	board_hear(&b, WHO(0x108));
	board_hear(&b, ON_TX_ID);
	assert_int_equal(b.sent_len, 0);
	assert_int_equal(mcu_nodeid(&b.mcu), 5);
	board_hear(&b, WHO(0x10a));
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_a_ninth_waiting_admin_frame_is_lost(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_FREE);
	for (int i = 0; i < 8; i++)
		mcu_rx(&b.mcu, &FRAME(0x3f0, 0x03), b.now_us);
	mcu_rx(&b.mcu, &REQUEST, b.now_us);
	board_run(&b);
	assert_int_equal(b.mcu.state, MCU_KLIPPER);
	for (int i = 0; i < 7; i++)
		mcu_rx(&b.mcu, &FRAME(0x3f0, 0x03), b.now_us);
	mcu_rx(&b.mcu, &REQUEST, b.now_us);
	board_run(&b);
	assert_int_equal(b.mcu.state, MCU_BOOT);
	mcu_fini(&b.mcu);
}

static void test_admin_frames_come_before_data_that_came_first(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	mcu_rx(&b.mcu, &WHO(0x108), b.now_us);
	mcu_rx(&b.mcu, &CLEAR, b.now_us);
	board_run(&b);
	assert_int_equal(b.sent_len, 0);
	mcu_fini(&b.mcu);
}

static void
test_a_hand_back_throws_away_what_is_not_in_the_hardware(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, FRAME(0x108, 0x01, 0x88, 0x11, 0x00, 0xf1, 0x7c, 0x99,
			     0x03));
	assert_int_equal(b.sent_len, 3);
	board_hear(&b, SET_CANBOOT_OTHER);
	board_drain(&b);
	assert_int_equal(b.sent_len, 3);
}

static void test_losing_the_nodeid_keeps_the_receive_buffer(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, FRAME(0x108, 0x01, 0x88, 0x16, 0x00));
	board_hear(&b, CLEAR);
	board_hear(&b, SET_CANBOOT);
	board_wait(&b, MCU_FILTER_CHANGE_US);
	board_hear(&b, FRAME(0x108, 0xf9, 0x31, 0x99, 0x03));
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_a_reset_empties_all_buffers(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, FRAME(0x108, 0x01, 0x88, 0x16, 0x00));
	mcu_reset(&b.mcu, b.now_us);
	board_wait(&b, 20000);
	mcu_reset(&b.mcu, b.now_us);
	board_wait(&b, 30000);
	assert_int_equal(b.mcu.state, MCU_KATAPULT);
	board_hear(&b, SET_CANBOOT);
	board_wait(&b, MCU_FILTER_CHANGE_US);
	board_hear(&b, FRAME(0x108, 0xf9, 0x31, 0x99, 0x03));
	assert_int_equal(b.sent_len, 0);
	mcu_fini(&b.mcu);
}

/* Section 3.2: the answer waits for the hardware, and so does the main loop. */
static void test_a_query_answer_without_a_free_slot_blocks(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_FREE);
	for (int i = 0; i < 3; i++)
		board_hear(&b, QUERY);
	assert_false(mcu_blocked(&b.mcu));
	board_hear(&b, QUERY);
	assert_true(mcu_blocked(&b.mcu));
	board_hear(&b, SET_KLIPPER);
	assert_int_equal(mcu_nodeid(&b.mcu), -1);
	mcu_tx_done(&b.mcu);
	board_run(&b);
	assert_int_equal(b.sent_len, 4);
	assert_int_equal(mcu_nodeid(&b.mcu), 4);
	mcu_fini(&b.mcu);
}

static void test_can2040_holds_four_frames(void **state)
{
	struct mcu_cfg cfg = board_cfg("rp2040");
	struct board b;

	(void)state;
	board_init(&b, &cfg);
	for (int i = 0; i < 6; i++)
		board_hear(&b, QUERY);
	assert_int_equal(b.sent_len, 4);
	mcu_fini(&b.mcu);
}

static void test_klipper_naks_a_katapult_block_once(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 1);
	assert_frame_equal(b.sent[0],
			   FRAME(0x109, 0x05, 0x10, 0x9e, 0x81, 0x7e));
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 1);
	mcu_fini(&b.mcu);
}

/* klipper-mcu-protocol.md, sections 4.2 and 4.3 */
static void test_klipper_naks_again_after_a_good_block(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, SHUTDOWN_ASSIGNED);
	board_hear(&b, WHO(0x108));
	board_hear(&b, FRAME(0x108, 0x7e, 0x05, 0x10, 0x9e, 0x81, 0x7e));
	assert_int_equal(b.sent_len, 2);
	assert_frame_equal(b.sent[1],
			   FRAME(0x109, 0x05, 0x11, 0x8f, 0x08, 0x7e));
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_klipper_drops_a_leading_sync_in_silence(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	board_hear(&b, FRAME(0x108, 0x7e, 0x7e, 0x7e, 0x7e, 0x7e));
	assert_int_equal(b.sent_len, 0);
	mcu_fini(&b.mcu);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_shutdown_reason_is_kept),
		cmocka_unit_test(test_a_conflict_has_klippers_own_words),
		cmocka_unit_test(test_after_a_conflict_it_obeys_as_before),
		cmocka_unit_test(test_data_right_behind_set_is_not_heard),
		cmocka_unit_test(
			test_set_with_the_id_held_leaves_the_filter_alone),
		cmocka_unit_test(
			test_dlc_9_on_the_own_rx_id_counts_as_eight_bytes),
		cmocka_unit_test(test_a_re_assigned_node_is_deaf_on_its_old_id),
		cmocka_unit_test(test_a_ninth_waiting_admin_frame_is_lost),
		cmocka_unit_test(
			test_admin_frames_come_before_data_that_came_first),
		cmocka_unit_test(
			test_a_hand_back_throws_away_what_is_not_in_the_hardware),
		cmocka_unit_test(
			test_losing_the_nodeid_keeps_the_receive_buffer),
		cmocka_unit_test(test_a_reset_empties_all_buffers),
		cmocka_unit_test(
			test_a_query_answer_without_a_free_slot_blocks),
		cmocka_unit_test(test_can2040_holds_four_frames),
		cmocka_unit_test(test_klipper_naks_a_katapult_block_once),
		cmocka_unit_test(test_klipper_naks_again_after_a_good_block),
		cmocka_unit_test(test_klipper_drops_a_leading_sync_in_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
