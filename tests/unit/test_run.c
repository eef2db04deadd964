// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/request/run.c tools/canbootreq/request/turns.c
// needs: tools/canbootreq/request/conclude.c
/* Requests on one bus take turns, and each is told what it may believe. */
#include "run_bench.h"

static void test_one_frame_is_unconfirmed_at_a_time(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 3000,
			     .events = { { 25500, RX, 0, ID_1 },
					 { 25600, RX, 0, ID_2 },
					 { 25700, RX, 0, ID_3 } } },
	     4);
	assert_int_equal(jobs[0].facts.cause, CAUSE_PROVEN);
	assert_int_equal(jobs[3].facts.cause, CAUSE_SILENT);
	assert_int_equal(fake.flying_max, 1);
	for (size_t i = 0; i < 4; i++)
		assert_false(is_held(&jobs[i]));
}

/* Else the one that was first would have asked its second question by then. */
static void test_all_have_their_turn(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 20000 }, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(fake.sent[i].data[0], 0x02);
		assert_int_equal(fake.sent[i].data[6], jobs[i].facts.uuid.b[5]);
		assert_int_equal(ends[i], 1);
	}
}

/*
 * The question is begun at 26 ms, and the kernel has it by 34 ms; or, by the stamp
 * of its confirmation, earlier.
 */
static void
test_what_comes_while_the_question_is_sent_proves_nothing(void **state)
{
	static const struct {
		uint64_t us;
		enum cause cause;
		uint64_t stamp_us;
	} rows[] = { { 26001, CAUSE_SILENT },
		     { 33999, CAUSE_SILENT },
		     { 34000, CAUSE_PROVEN },
		     { 27999, CAUSE_SILENT, 2000 },
		     { 28000, CAUSE_PROVEN, 2000 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		play(&(struct fake){ .send_us = 8000,
				     .stamp_us = rows[i].stamp_us,
				     .events = { { rows[i].us, RX, 0, ID_1 },
						 { rows[i].us, RX, 0, ID_2 },
						 { rows[i].us, RX, 0, ID_3 } } },
		     1);
		assert_int_equal(jobs[0].facts.cause, rows[i].cause);
	}
}

/* katapult-protocol.md, section 12 */
static const struct can_frame ident[] = {
	FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x0d, 0x11, 0x00, 0x00, 0x00),
	FRAME(0x2e1, 0x00, 0x01, 0x01, 0x00, 0x00, 0x20, 0x00, 0x08),
	FRAME(0x2e1, 0x40, 0x00, 0x00, 0x00, 0x73, 0x74, 0x6d, 0x33),
	FRAME(0x2e1, 0x32, 0x67, 0x30, 0x62, 0x31, 0x78, 0x78, 0x00),
	FRAME(0x2e1, 0x00, 0x00, 0x00, 0x00, 0x76, 0x30, 0x2e, 0x30),
	FRAME(0x2e1, 0x2e, 0x31, 0x2d, 0x31, 0x30, 0x39, 0x2d, 0x67),
	FRAME(0x2e1, 0x39, 0x30, 0x32, 0x66, 0x33, 0x33, 0x35, 0x00),
	FRAME(0x2e1, 0xaf, 0xda, 0x99, 0x03),
};

/* It answers the first question and CONNECT, and then @more happens. */
static struct fake talking(const struct event *more)
{
	struct fake with = { .confirm_us = 100,
			     .events = { { 10500, RX, 0, ID_1 },
					 { 10600, RX, 0, ID_2 },
					 { 10700, RX, 0, ID_3 } } };

	for (size_t i = 0; i < ARRAY_SIZE(ident); i++)
		with.events[3 + i] =
			(struct event){ 11000 + i, RX, 0, ident[i] };
	if (more)
		with.events[3 + ARRAY_SIZE(ident)] = *more;
	return with;
}

static void test_what_katapult_is_becomes_known(void **state)
{
	const struct fake with = talking(NULL);

	(void)state;
	play(&with, 1);
	assert_int_equal(jobs[0].facts.cause, CAUSE_PROVEN);
	assert_true(jobs[0].facts.identified);
	assert_string_equal(jobs[0].facts.katapult.mcu, "stm32g0b1xx");
	assert_int_equal(handed_back_at(&jobs[0]), 11007);
	/* nobody waits for the result until the node is left */
	assert_int_equal(proof_us, 11007);
	assert_int_equal(jobs[0].facts.elapsed_us, 11007);
	assert_true(fake.now_us > 50000);
}

static void test_two_boards_that_answer_are_told(void **state)
{
	struct fake with = talking(NULL);

	(void)state;
	play(&with, 1);
	assert_int_equal(jobs[0].facts.warnings, 0);
	for (size_t i = ARRAY_SIZE(ident) + 3; i-- > 3;)
		with.events[i + 3] = with.events[i];
	for (size_t i = 0; i < 3; i++) {
		with.events[3 + i] = with.events[i];
		with.events[3 + i].us = 10800;
	}
	play(&with, 1);
	assert_int_equal(jobs[0].facts.cause, CAUSE_PROVEN);
	assert_int_equal(jobs[0].facts.warnings, 1u << WARNING_TWINS);
}

static void test_a_signal_between_the_halves_sends_the_second(void **state)
{
	const struct fake with =
		talking(&(struct event){ 11050, SIGNAL, SIGINT });
	const struct can_frame tail = FRAME(0x2e0, 0x5b, 0xde, 0x99, 0x03);

	(void)state;
	play_goal(&with, 1, KCAN_BOOTREQ_GOAL_LEAVE);
	assert_int_equal(jobs[0].facts.cause, CAUSE_INTERRUPTED);
	assert_int_equal(jobs[0].facts.request, REQUEST_NONE);
	assert_frame_equal(fake.sent[fake.sent_len - 4], tail);
	assert_int_equal(handed_back_at(&jobs[0]),
			 fake.sent_us[fake.sent_len - 3]);
	assert_int_equal(jobs[0].facts.warnings, 0);
}

static void test_a_half_that_stays_behind_is_told(void **state)
{
	struct fake with = talking(&(struct event){ 11107, ERROR, -ENETDOWN });

	(void)state;
	with.refuse = -ENETDOWN;
	with.refuse_from_us = 11107;
	with.refuse_until_us = NEVER;
	play_goal(&with, 1, KCAN_BOOTREQ_GOAL_LEAVE);
	assert_int_equal(jobs[0].facts.cause, CAUSE_LOST_UNSENT);
	assert_true(jobs[0].facts.warnings & 1u << WARNING_TORN);
	assert_true(is_held(&jobs[0]));
}

static void test_nobody_to_leave_is_no_silence_after_a_request(void **state)
{
	(void)state;
	play_goal(&(struct fake){ .confirm_us = 100 }, 1,
		  KCAN_BOOTREQ_GOAL_LEAVE);
	assert_int_equal(jobs[0].facts.cause, CAUSE_LEAVE_SILENT);
	assert_int_equal(jobs[0].facts.request, REQUEST_NONE);
	assert_int_equal(proof_us, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_have_their_turn),
		cmocka_unit_test(test_what_katapult_is_becomes_known),
		cmocka_unit_test(test_two_boards_that_answer_are_told),
		cmocka_unit_test(
			test_a_signal_between_the_halves_sends_the_second),
		cmocka_unit_test(test_a_half_that_stays_behind_is_told),
		cmocka_unit_test(
			test_nobody_to_leave_is_no_silence_after_a_request),
		cmocka_unit_test(test_one_frame_is_unconfirmed_at_a_time),
		cmocka_unit_test(
			test_what_comes_while_the_question_is_sent_proves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
