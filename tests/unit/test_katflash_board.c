// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/board.c tools/canbus/nodeids.c
/* Boards on CAN have nodeids enough, however often they are asked. */
#include "katflash_board.h"

static void assert_all_have_their_own(void)
{
	bool has[256] = { false };

	for (size_t i = 0; i < BOARDS_MAX; i++) {
		assert_in_range(boards[i].nodeid, 0xc0, 0xfe);
		assert_false(has[boards[i].nodeid]);
		has[boards[i].nodeid] = true;
	}
}

/* Each falls silent twice while its flash is read, and is asked for Katapult. */
static void test_boards_that_are_asked_again_have_nodeids_enough(void **state)
{
	struct kcan_running_cfg cfg;

	(void)state;
	for (int proofs = 0; proofs < 3; proofs++) {
		for (size_t i = 0; i < BOARDS_MAX; i++)
			assert_int_equal(prove(&boards[i]), ENTRY_PROVEN);
		assert_all_have_their_own();
	}
	for (size_t i = 0; i < BOARDS_MAX; i++)
		assert_true(board_on_can.find(&boards[i], &cfg));
	assert_int_equal(fake.unasked, 0);
}

static void test_so_have_boards_that_do_not_say_what_they_are(void **state)
{
	(void)state;
	for (int proofs = 0; proofs < 3; proofs++) {
		for (size_t i = 0; i < BOARDS_MAX; i++) {
			nodes[i].nameless = proofs < 2;
			assert_int_equal(prove(&boards[i]),
					 proofs < 2 ? ENTRY_UNNAMED :
						      ENTRY_PROVEN);
		}
		assert_all_have_their_own();
	}
	for (size_t i = 0; i < BOARDS_MAX; i++) {
		assert_true(board_on_can.leave(&boards[i], true));
		go_on(&boards[i]);
		assert_int_equal(kcan_bootreq_verdict(boards[i].req),
				 KCAN_BOOTREQ_PROVEN);
	}
}

/* As just after power-on: until then half of the time has gone by. */
static void test_who_was_starting_is_asked_once_more(void **state)
{
	struct kcan_running_cfg cfg;

	(void)state;
	for (int proofs = 0; proofs < 3; proofs++) {
		fake.requests = 0;
		for (size_t i = 0; i < BOARDS_MAX; i++) {
			nodes[i].starts = true;
			loop.now_us = 0;
			assert_int_equal(prove(&boards[i]), ENTRY_SILENT);
			assert_in_range(loop.now_us, 2500000, 2600000);
			nodes[i].starts = false;
			assert_int_equal(prove(&boards[i]), ENTRY_PROVEN);
		}
		assert_int_equal(fake.requests, 2 * BOARDS_MAX);
		assert_all_have_their_own();
	}
	for (size_t i = 0; i < BOARDS_MAX; i++)
		assert_true(board_on_can.find(&boards[i], &cfg));
	assert_int_equal(fake.unasked, 0);
}

/* flashing.md, section 6.2: no nodeid that a Katapult has, its own or another's. */
static void test_the_new_firmware_is_asked_on_a_nodeid_of_its_own(void **state)
{
	bool has[256] = { false };
	struct kcan_running_cfg cfg;

	(void)state;
	for (size_t i = 0; i < BOARDS_MAX; i++) {
		assert_int_equal(prove(&boards[i]), ENTRY_PROVEN);
		has[boards[i].nodeid] = true;
	}
	for (size_t i = 0; i < BOARDS_MAX; i++) {
		assert_true(board_on_can.find(&boards[i], &cfg));
		assert_in_range(cfg.nodeid, 0xc0, 0xfe);
		assert_false(has[cfg.nodeid]);
		has[cfg.nodeid] = true;
	}
}

static void test_who_is_not_there_is_asked_twice_in_that_time(void **state)
{
	(void)state;
	nodes[0].starts = true;
	loop.now_us = 0;
	assert_int_equal(prove(&boards[0]), ENTRY_SILENT);
	assert_int_equal(prove(&boards[0]), ENTRY_FAILED);
	assert_int_equal(fake.verdict, KCAN_BOOTREQ_SILENT);
	assert_int_equal(fake.requests, 2);
	assert_in_range(loop.now_us, 5000000, 5200000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_boards_that_are_asked_again_have_nodeids_enough),
		CASE(test_so_have_boards_that_do_not_say_what_they_are),
		CASE(test_who_was_starting_is_asked_once_more),
		CASE(test_the_new_firmware_is_asked_on_a_nodeid_of_its_own),
		CASE(test_who_is_not_there_is_asked_twice_in_that_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
