// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <errno.h>

#include <kcan/stream.h>

static void test_20_bytes_leave_as_8_8_4(void **state)
{
	/* can-admin-channel.md, section 14.3 */
	static const uint8_t answer[] = { 0x01, 0x88, 0xa0, 0x03, 0x16,
					  0x00, 0x00, 0x00, 0x41, 0xf9,
					  0x05, 0xf5, 0x50, 0x04, 0x00,
					  0x00, 0x32, 0x40, 0x99, 0x03 };
	static const struct can_frame want[] = {
		FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00, 0x00),
		FRAME(0x2e1, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 0x00, 0x00),
		FRAME(0x2e1, 0x32, 0x40, 0x99, 0x03),
	};
	uint8_t buf[96];
	struct kcan_stream s;
	struct can_frame got;

	(void)state;
	kcan_stream_init(&s, buf, sizeof(buf));
	assert_int_equal(kcan_stream_push(&s, answer, sizeof(answer)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		size_t len = kcan_stream_peek_frame(&s, 0x2e1, &got);

		assert_frame_equal(got, want[i]);
		kcan_stream_drop(&s, len);
	}
	assert_int_equal(kcan_stream_peek_frame(&s, 0x2e1, &got), 0);
}

static void test_two_answers_leave_as_one_stream(void **state)
{
	uint8_t buf[32], bytes[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	struct kcan_stream s;
	struct can_frame got;

	(void)state;
	kcan_stream_init(&s, buf, sizeof(buf));
	kcan_stream_push(&s, bytes, sizeof(bytes));
	kcan_stream_push(&s, bytes, sizeof(bytes));
	kcan_stream_drop(&s, 8);
	kcan_stream_peek_frame(&s, 0x203, &got);
	assert_frame_equal(got, FRAME(0x203, 9, 10, 11, 12, 1, 2, 3, 4));
}

static void test_a_frame_that_does_not_fit_is_dropped_whole(void **state)
{
	uint8_t buf[10] = { 0 };
	struct kcan_stream s;

	(void)state;
	kcan_stream_init(&s, buf, sizeof(buf));
	assert_int_equal(kcan_stream_push_frame(
				 &s, &FRAME(0x202, 1, 2, 3, 4, 5, 6, 7, 8)),
			 0);
	assert_int_equal(kcan_stream_push_frame(&s, &FRAME(0x202, 9, 9, 9)),
			 -ENOBUFS);
	assert_int_equal(s.len, 8);
	assert_int_equal(kcan_stream_push_frame(&s, &FRAME(0x202, 9, 9)), 0);
	assert_int_equal(s.len, 10);
}

static void test_dlc_0_adds_nothing_and_15_adds_8(void **state)
{
	struct can_frame frame = { .can_id = 0x202 };
	uint8_t buf[16];
	struct kcan_stream s;

	(void)state;
	kcan_stream_init(&s, buf, sizeof(buf));
	assert_int_equal(kcan_stream_push_frame(&s, &frame), 0);
	assert_int_equal(s.len, 0);
	frame.can_dlc = 15;
	assert_int_equal(kcan_stream_push_frame(&s, &frame), 0);
	assert_int_equal(s.len, 8);
}

static void test_dropping_more_than_there_is_empties(void **state)
{
	uint8_t buf[16];
	struct kcan_stream s;

	(void)state;
	kcan_stream_init(&s, buf, sizeof(buf));
	kcan_stream_push(&s, "abc", 3);
	kcan_stream_drop(&s, 100);
	assert_int_equal(s.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_20_bytes_leave_as_8_8_4),
		cmocka_unit_test(test_two_answers_leave_as_one_stream),
		cmocka_unit_test(
			test_a_frame_that_does_not_fit_is_dropped_whole),
		cmocka_unit_test(test_dlc_0_adds_nothing_and_15_adds_8),
		cmocka_unit_test(test_dropping_more_than_there_is_empties),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
