// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/wire/medium.c sim/canmcu/wire/timer_heap.c
#include "../../support/unit.h"

#include "../../../sim/canmcu/wire/medium.h"
#include "../../../sim/canmcu/wire/timer_heap.h"

static int senders[4];

static int fill(void **state)
{
	static struct medium m;

	assert_int_equal(medium_init(&m, 100), 0);
	*state = &m;
	return 0;
}

static int release(void **state)
{
	medium_fini(*state);
	return 0;
}

static void queue(struct medium *m, int sender, uint8_t byte)
{
	assert_true(medium_queue(
		m, &(struct medium_entry){ .sender = &senders[sender],
					   .generation = 1,
					   .frame = FRAME(0x101, byte) }));
}

static void send_next(struct medium *m, uint8_t byte)
{
	struct medium_entry *e = medium_next(m, 0);

	assert_non_null(e);
	assert_frame_equal(e->frame, FRAME(0x101, byte));
	medium_sent(m);
}

static void test_frames_leave_in_order(void **state)
{
	struct medium *m = *state;

	queue(m, 0, 1);
	queue(m, 1, 2);
	send_next(m, 1);
	send_next(m, 2);
	assert_null(medium_next(m, 0));
}

static void test_equal_frames_belong_to_their_senders_in_order(void **state)
{
	struct medium *m = *state;

	queue(m, 0, 7);
	queue(m, 1, 7);
	send_next(m, 7);
	send_next(m, 7);
	assert_int_equal(medium_match(m, &FRAME(0x101, 7)), 1);
	assert_ptr_equal(medium_pop(m).sender, &senders[0]);
	assert_int_equal(medium_match(m, &FRAME(0x101, 7)), 1);
	assert_ptr_equal(medium_pop(m).sender, &senders[1]);
}

static void test_what_was_not_sent_cannot_come_back(void **state)
{
	struct medium *m = *state;

	queue(m, 0, 1);
	assert_int_equal(medium_match(m, &FRAME(0x101, 1)), 0);
	send_next(m, 1);
	assert_int_equal(medium_match(m, &FRAME(0x101, 2)), 0);
	assert_int_equal(medium_match(m, &FRAME(0x103, 1)), 0);
	assert_int_equal(medium_match(m, &FRAME(0x101, 1, 1)), 0);
}

static void test_a_later_echo_tells_that_earlier_ones_were_lost(void **state)
{
	struct medium *m = *state;

	for (uint8_t i = 0; i < 3; i++)
		queue(m, i, i);
	for (uint8_t i = 0; i < 3; i++)
		send_next(m, i);
	assert_int_equal(medium_match(m, &FRAME(0x101, 2)), 3);
}

static void test_a_refused_frame_is_next_again_after_a_while(void **state)
{
	struct medium *m = *state;

	queue(m, 0, 1);
	assert_non_null(medium_next(m, 5000));
	medium_refused(m, 5000);
	assert_null(medium_next(m, 5999));
	assert_int_equal(medium_deadline(m), 6000);
	assert_frame_equal(medium_next(m, 6000)->frame, FRAME(0x101, 1));
}

static void test_a_withdrawn_frame_needs_no_confirmation(void **state)
{
	struct medium *m = *state;

	queue(m, 0, 1);
	queue(m, 1, 2);
	queue(m, 2, 3);
	send_next(m, 1);
	assert_non_null(medium_next(m, 0));
	medium_withdraw(m);
	send_next(m, 3);
	assert_int_equal(medium_match(m, &FRAME(0x101, 2)), 0);
	assert_int_equal(medium_match(m, &FRAME(0x101, 1)), 1);
	medium_pop(m);
	assert_int_equal(medium_match(m, &FRAME(0x101, 3)), 2);
	assert_null(medium_pop(m).sender);
	assert_ptr_equal(medium_pop(m).sender, &senders[2]);
}

static void test_the_window_bounds_what_is_under_way(void **state)
{
	struct medium *m = *state;

	for (uint8_t i = 0; i < MEDIUM_WINDOW + 1; i++)
		queue(m, 0, i);
	for (uint8_t i = 0; i < MEDIUM_WINDOW; i++)
		send_next(m, i);
	assert_null(medium_next(m, 0));
	assert_true(medium_deadline(m) == UINT64_MAX);
	medium_pop(m);
	send_next(m, MEDIUM_WINDOW);
}

static void test_the_ring_never_grows(void **state)
{
	struct medium *m = *state;
	size_t n = 0;

	while (medium_queue(m,
			    &(struct medium_entry){ .sender = &senders[0],
						    .generation = 1,
						    .frame = FRAME(0x101, 1) }))
		n++;
	assert_int_equal(n, 128);
}

/* The frames lie across the end of the ring, some sent and some not. */
static void test_a_larger_ring_holds_what_the_smaller_one_held(void **state)
{
	struct medium *m = *state;

	for (int i = 0; i < 126; i++) {
		queue(m, 0, 1);
		send_next(m, 1);
		medium_pop(m);
	}
	for (uint8_t i = 0; i < 4; i++)
		queue(m, 1, i);
	send_next(m, 0);
	assert_int_equal(medium_reserve(m, 129), 0);
	for (int i = 0; i < 252; i++)
		queue(m, 2, 9);
	assert_int_equal(medium_match(m, &FRAME(0x101, 0)), 1);
	assert_ptr_equal(medium_pop(m).sender, &senders[1]);
	for (uint8_t i = 1; i < 4; i++)
		send_next(m, i);
	send_next(m, 9);
}

static void
test_a_cut_wire_carries_nothing_and_forgets_what_was_sent(void **state)
{
	struct medium *m = *state;

	queue(m, 0, 1);
	queue(m, 0, 2);
	send_next(m, 1);
	medium_link(m, false);
	assert_null(medium_next(m, 0));
	assert_true(medium_deadline(m) == UINT64_MAX);
	assert_int_equal(medium_match(m, &FRAME(0x101, 1)), 0);
	medium_link(m, true);
	send_next(m, 1);
	send_next(m, 2);
}

static void test_after_a_loss_confirmations_are_given_up(void **state)
{
	struct medium *m = *state;

	queue(m, 0, 1);
	queue(m, 0, 2);
	send_next(m, 1);
	medium_lost(m, 1000);
	send_next(m, 2);
	assert_int_equal(medium_deadline(m), 101000);
	assert_int_equal(medium_given_up(m, 100999), 0);
	assert_int_equal(medium_given_up(m, 101000), 1);
	medium_pop(m);
	assert_int_equal(medium_given_up(m, 999999), 0);
}

static void test_further_losses_do_not_put_it_off(void **state)
{
	struct medium *m = *state;

	queue(m, 0, 1);
	send_next(m, 1);
	medium_lost(m, 1000);
	medium_lost(m, 90000);
	assert_int_equal(medium_given_up(m, 101000), 1);
}

static void test_what_came_back_after_a_loss_is_not_given_up(void **state)
{
	struct medium *m = *state;

	queue(m, 0, 1);
	queue(m, 0, 2);
	send_next(m, 1);
	medium_lost(m, 1000);
	send_next(m, 2);
	medium_pop(m);
	medium_pop(m);
	assert_int_equal(medium_given_up(m, 101000), 0);
}

static void test_the_timer_heap_gives_the_earliest_first(void **state)
{
	static const uint64_t times[] = { 50, 20, 90, 10, 70, 20, 30 };
	static const uint64_t want[] = { 20, 20, 30, 60, 90 };
	struct timer timers[ARRAY_SIZE(times)] = { 0 };
	struct timer_heap a;

	(void)state;
	assert_int_equal(timer_heap_init(&a, ARRAY_SIZE(times)), 0);
	assert_null(timer_heap_first(&a));
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		timer_heap_set(&a, &timers[i], times[i]);
	assert_int_equal(timer_heap_first(&a)->at_us, 10);
	timer_heap_set(&a, &timers[3], UINT64_MAX);
	timer_heap_set(&a, &timers[4], UINT64_MAX);
	timer_heap_set(&a, &timers[4], UINT64_MAX);
	timer_heap_set(&a, &timers[0], 60);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_int_equal(timer_heap_first(&a)->at_us, want[i]);
		timer_heap_set(&a, timer_heap_first(&a), UINT64_MAX);
	}
	assert_null(timer_heap_first(&a));
	timer_heap_fini(&a);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fill, release)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_frames_leave_in_order),
		CASE(test_equal_frames_belong_to_their_senders_in_order),
		CASE(test_what_was_not_sent_cannot_come_back),
		CASE(test_a_later_echo_tells_that_earlier_ones_were_lost),
		CASE(test_a_refused_frame_is_next_again_after_a_while),
		CASE(test_a_withdrawn_frame_needs_no_confirmation),
		CASE(test_the_window_bounds_what_is_under_way),
		CASE(test_the_ring_never_grows),
		CASE(test_a_larger_ring_holds_what_the_smaller_one_held),
		CASE(test_a_cut_wire_carries_nothing_and_forgets_what_was_sent),
		CASE(test_after_a_loss_confirmations_are_given_up),
		CASE(test_further_losses_do_not_put_it_off),
		CASE(test_what_came_back_after_a_loss_is_not_given_up),
		cmocka_unit_test(test_the_timer_heap_gives_the_earliest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
