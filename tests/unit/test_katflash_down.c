// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/board.c tools/canbus/nodeids.c
/* Boards on a bus that goes down: when each one's way in ends, and as what. */
#include "katflash_board.h"

/* Behind the request that was confirmed, or while that is on its way. */
static void test_a_bus_that_goes_down_ends_the_way_in_at_once(void **state)
{
	struct board *b = &boards[0];

	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		set_up(state);
		fake.halted = !asked;
		assert_true(board_on_can.enter(b));
		turn(b);
		fake.refuse = -ENETDOWN;
		board_down(b);
		go_on(b);
		assert_int_equal(board_on_can.entered(b), ENTRY_DOWN);
		assert_int_equal(fake.downs, 1);
		assert_int_equal(fake.request,
				 asked ? KCAN_DELIVERY_CONFIRMED :
					 KCAN_DELIVERY_UNCONFIRMED);
		/* it tries to hand back for so long */
		assert_in_range(loop.now_us, 1000000, 1900000);
		let_go(b);
	}
}

/* It is up again at once, or stays down. */
static void test_so_it_does_when_only_the_chip_is_not_known_yet(void **state)
{
	struct board *b = &boards[0];

	(void)state;
	for (int stays = 0; stays < 2; stays++) {
		set_up(state);
		nodes[0].nameless = true;
		assert_true(board_on_can.enter(b));
		while (fake.sent.can_id == 0x3f0 || fake.sent.data[2] != 0x11)
			turn(b);
		board_down(b);
		fake.refuse = stays ? -ENETDOWN : 0;
		go_on(b);
		assert_int_equal(kcan_bootreq_verdict(b->req),
				 KCAN_BOOTREQ_PROVEN);
		assert_int_equal(board_on_can.entered(b), ENTRY_DOWN);
		assert_int_equal(fake.downs, 1);
		assert_int_equal(fake.request, KCAN_DELIVERY_CONFIRMED);
		assert_in_range(loop.now_us, 1000000, 2000000);
		let_go(b);
		/* it is not held against the next time */
		fake.refuse = 0;
		assert_int_equal(prove(b), ENTRY_UNNAMED);
	}
}

static void test_who_sends_first_learns_that_it_went_down(void **state)
{
	(void)state;
	fake.refuse = -ENETDOWN;
	assert_true(board_on_can.enter(&boards[0]));
	board_on_can.send(&boards[0]);
	assert_true(wire.down);
	assert_int_equal(wire.lost, 0);
}

/* What they sent would be taken for lost when they are told. */
static void test_nobody_sends_until_all_were_told_of_that(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_true(board_on_can.enter(&boards[i]));
	fake.refuse = -ENETDOWN;
	board_on_can.send(&boards[0]);
	fake.refuse = 0;
	board_on_can.send(&boards[1]);
	assert_false(fake.has_sent);
}

static void test_down_and_up_again_the_nodeid_is_handed_back(void **state)
{
	struct board *b = &boards[0];

	(void)state;
	assert_true(board_on_can.enter(b));
	turn(b); /* the request */
	turn(b); /* SET */
	assert_int_not_equal(nodes[0].nodeid, 0);
	fake.halted = true;
	turn(b); /* the question, which is lost */
	fake.halted = false;
	board_down(b);
	go_on(b);
	assert_int_equal(nodes[0].nodeid, 0);
	assert_int_equal(board_on_can.entered(b), ENTRY_DOWN);
	assert_int_equal(fake.downs, 1);
}

static uint32_t take_block(void *ctx, uint32_t address, const uint8_t *data,
			   size_t len)
{
	(void)ctx;
	(void)data;
	return address + (uint32_t)len;
}

/* Others may try to send, and fail, as long as it is down. */
static void test_what_was_confirmed_is_not_lost_again_and_again(void **state)
{
	struct kcan_flash_cfg cfg = { .goal = KCAN_FLASH_GOAL_READ,
				      .start = 0x08002000,
				      .len = 64,
				      .nodeid = 0xd0,
				      .block = take_block };
	struct board *b = &boards[0];
	uint64_t until_us;

	(void)state;
	cfg.uuid = b->uuid;
	nodes[0].nameless = true;
	assert_int_equal(kcan_flash_new(&b->flash, &cfg, loop.now_us), 0);
	turn(b); /* SET */
	turn(b); /* who is it? */
	turn(b); /* CONNECT, which is confirmed, and not answered */
	until_us = board_on_can.deadline(b);
	assert_in_range(until_us, loop.now_us + 1, loop.now_us + 1000000);
	for (int i = 0; i < 10; i++) {
		loop.now_us += 5000;
		board_down(b);
	}
	assert_int_equal(board_on_can.deadline(b), until_us);
	kcan_flash_free(b->flash);
	b->flash = NULL;
}

static void test_a_signal_is_what_ended_it(void **state)
{
	struct board *b = &boards[0];

	(void)state;
	assert_true(board_on_can.enter(b));
	turn(b);
	loop.signal = 2;
	kcan_bootreq_abort(b->req, loop.now_us);
	board_down(b);
	go_on(b);
	assert_int_equal(board_on_can.entered(b), ENTRY_FAILED);
	assert_int_equal(fake.downs, 0);
	assert_int_equal(fake.verdict, KCAN_BOOTREQ_ABORTED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_a_bus_that_goes_down_ends_the_way_in_at_once),
		CASE(test_so_it_does_when_only_the_chip_is_not_known_yet),
		CASE(test_who_sends_first_learns_that_it_went_down),
		CASE(test_nobody_sends_until_all_were_told_of_that),
		CASE(test_down_and_up_again_the_nodeid_is_handed_back),
		CASE(test_what_was_confirmed_is_not_lost_again_and_again),
		CASE(test_a_signal_is_what_ended_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
