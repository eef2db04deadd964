// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Another firmware runs on a node than the one that was flashed: which one? */
#include "running_talk.h"

static void test_of_another_one_any_one_frame_may_get_lost(void **state)
{
	unsigned int frames = 1;

	(void)state;
	for (unsigned int lost = 0; lost <= frames; lost++) {
		struct kcan_running *p = start(LEN, &reset);
		struct node n = { .dictionary = image + 1,
				  .dictionary_len = 100,
				  .lost = lost };

		assert_true(talk(p, &n) < 1000000);
		assert_int_equal(kcan_running_result(p).verdict,
				 KCAN_RUNNING_OTHER);
		assert_other(p, &n);
		frames = lost ? frames : n.frames;
		kcan_running_free(p);
	}
	assert_true(frames > 30);
}

/* More than any is, so that is not what it is. */
static void
test_of_another_one_nobody_reads_more_than_there_is_room(void **state)
{
	static uint8_t bytes[KCAN_RUNNING_DICTIONARY_MAX + 1];

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct kcan_running *p = start(LEN, &reset);
		struct node n = { .dictionary = bytes,
				  .dictionary_len =
					  KCAN_RUNNING_DICTIONARY_MAX + more };
		size_t len;

		talk(p, &n);
		assert_int_equal(kcan_running_result(p).verdict,
				 KCAN_RUNNING_OTHER);
		assert_int_equal(!kcan_running_other(p, &len), more);
		kcan_running_free(p);
	}
}

/* Its verdict is known by then. */
static void test_of_another_one_only_a_part_comes_in_time(void **state)
{
	struct kcan_running *p = start(LEN, &reset);
	struct node n = { .dictionary = image, .dictionary_len = LEN - 1 };
	size_t len;

	(void)state;
	n.deaf_after = 100;
	assert_in_range(talk(p, &n), TALK, TALK + 200000);
	assert_int_equal(kcan_running_result(p).verdict, KCAN_RUNNING_OTHER);
	assert_null(kcan_running_other(p, &len));
	kcan_running_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_of_another_one_any_one_frame_may_get_lost),
		cmocka_unit_test(
			test_of_another_one_nobody_reads_more_than_there_is_room),
		cmocka_unit_test(test_of_another_one_only_a_part_comes_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
