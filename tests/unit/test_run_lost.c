// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/request/run.c tools/canbootreq/request/turns.c
// needs: tools/canbootreq/request/conclude.c
/* A bus that halts or is lost, and a signal: what is sent for the nodes before. */
#include "run_bench.h"

/* Its frame is unconfirmed, and the proof of another one arrives. */
static void test_a_halted_bus_does_not_keep_a_handback(void **state)
{
	uint64_t back_us;

	(void)state;
	play(&(struct fake){ .confirm_us = 1000,
			     .events = { { 16500, HALT },
					 { 16600, RX, 0, ID_1 },
					 { 16700, RX, 0, ID_2 },
					 { 16800, RX, 0, ID_3 } } },
	     4);
	back_us = handed_back_at(&jobs[0]);
	assert_int_equal(jobs[0].facts.cause, CAUSE_PROVEN);
	assert_int_equal(back_us, 116000);
}

static void test_a_signal_on_a_halted_bus_hands_all_back(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100,
			     .events = { { 50000, HALT },
					 { 70000, SIGNAL, SIGINT } } },
	     JOBS_MAX);
	for (size_t i = 0; i < JOBS_MAX; i++) {
		assert_int_equal(jobs[i].facts.cause, CAUSE_INTERRUPTED);
		assert_true(handed_back_at(&jobs[i]) < 600000);
		assert_true(is_held(&jobs[i]));
	}
	assert_true(fake.now_us <= 1100000);
}

/* Those behind it have a time-out of their own, which has begun by then. */
static void test_a_halted_bus_ends_all_a_second_after_the_time_out(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100, .events = { { 50000, HALT } } },
	     JOBS_MAX);
	for (size_t i = 0; i < JOBS_MAX; i++) {
		assert_int_equal(jobs[i].facts.cause, CAUSE_SILENT);
		assert_true(handed_back_at(&jobs[i]) != NEVER);
		assert_true(is_held(&jobs[i]));
	}
	assert_true(fake.now_us <= 2000000);
}

static void test_a_signal_before_all_leaves_the_node_alone(void **state)
{
	(void)state;
	play(&(struct fake){ .now_us = 1,
			     .events = { { 1, SIGNAL, SIGTERM } } },
	     2);
	assert_int_equal(jobs[0].facts.cause, CAUSE_INTERRUPTED);
	assert_int_equal(jobs[0].facts.request, REQUEST_NONE);
	assert_int_equal(fake.sent_len, 0);
}

static const struct error_row {
	const char *name;
	int err;
	uint64_t until_us;
	bool back;
} error_rows[] = {
	{ "an error of the kernel is no way out without hand-back", -ENOMEM,
	  20000, true },
	{ "down and up again in a moment: handed back", -ENETDOWN, 300000,
	  true },
	{ "down for good: told that the nodeid may be held", -ENETDOWN, NEVER,
	  false },
	{ "gone: told at once", -ENODEV, NEVER, false },
};

static void test_error(void **state)
{
	const struct error_row *row = *state;

	play(&(struct fake){ .confirm_us = 100,
			     .refuse = row->err,
			     .refuse_from_us = 10000,
			     .refuse_until_us = row->until_us },
	     2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(jobs[i].facts.cause, CAUSE_LOST);
		assert_int_equal(handed_back_at(&jobs[i]) != NEVER, row->back);
		assert_int_equal(is_held(&jobs[i]), !row->back);
	}
	assert_true(fake.now_us < (row->err == -ENODEV ? 20000 : 920000));
}

static void test_an_error_of_receiving_hands_back(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100,
			     .events = { { 15000, ERROR, -ENETDOWN } } },
	     1);
	assert_int_equal(jobs[0].facts.cause, CAUSE_LOST);
	/* behind the SET, which fetches the node */
	assert_int_equal(handed_back_at(&jobs[0]), 15100);
	assert_false(is_held(&jobs[0]));
}

/* The confirmation of the first request is among what the kernel dropped. */
static void test_a_dropped_confirmation_delays_only_its_own(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100, .events = { { 50, DROP } } },
	     2);
	assert_int_equal(jobs[0].facts.cause, CAUSE_UNCONFIRMED);
	assert_int_equal(jobs[1].facts.cause, CAUSE_SILENT);
	assert_true(jobs[1].facts.warnings & 1u << WARNING_DROPPED);
}

static void test_who_never_had_its_turn_is_told_so(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100, .halted = true }, 2);
	assert_int_equal(jobs[0].facts.cause, CAUSE_UNCONFIRMED);
	assert_int_equal(jobs[1].facts.cause, CAUSE_BEHIND);
	assert_int_equal(fake.sent_len, 1);
}

static void test_a_queue_that_was_full_for_a_while_is_told(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100,
			     .refuse = -ENOBUFS,
			     .refuse_from_us = 5000,
			     .refuse_until_us = 900000 },
	     1);
	assert_int_equal(jobs[0].facts.cause, CAUSE_SILENT);
	assert_true(jobs[0].facts.warnings & 1u << WARNING_QUEUE_FULL);
}

static void test_a_bus_that_is_lost_is_no_full_queue(void **state)
{
	static const int errors[] = { -ENETDOWN, -ENODEV };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		play(&(struct fake){ .confirm_us = 100,
				     .events = { { 30000, ERROR, errors[i] } },
				     .refuse = errors[i],
				     .refuse_from_us = 30000,
				     .refuse_until_us = NEVER },
		     1);
		assert_int_equal(jobs[0].facts.cause, CAUSE_LOST);
		assert_true(is_held(&jobs[0]));
		assert_false(jobs[0].facts.warnings & 1u << WARNING_QUEUE_FULL);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(error_rows) + 9] = {
		cmocka_unit_test(test_a_halted_bus_does_not_keep_a_handback),
		cmocka_unit_test(test_a_signal_on_a_halted_bus_hands_all_back),
		cmocka_unit_test(
			test_a_halted_bus_ends_all_a_second_after_the_time_out),
		cmocka_unit_test(
			test_a_signal_before_all_leaves_the_node_alone),
		cmocka_unit_test(test_an_error_of_receiving_hands_back),
		cmocka_unit_test(
			test_a_dropped_confirmation_delays_only_its_own),
		cmocka_unit_test(test_who_never_had_its_turn_is_told_so),
		cmocka_unit_test(
			test_a_queue_that_was_full_for_a_while_is_told),
		cmocka_unit_test(test_a_bus_that_is_lost_is_no_full_queue),
	};
	size_t n = 9;

	ROWS(error_rows, test_error);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
