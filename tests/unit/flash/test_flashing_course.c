// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* A flash that goes as it should: its steps, and what is asked for ahead. */
#include "preloaded.h"

/* Each kind of command that is handed out, and the step that it belongs to. */
static void test_the_steps_follow_each_other(void **state)
{
	struct can_frame frames[KCAN_FLASH_FRAMES];
	char seen[64] = "";
	size_t n, len = 0;

	(void)state;
	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	bench_begin(&b);
	while (!kcan_flash_done(b.flash)) {
		n = kcan_flash_tx(b.flash, frames, b.board.now_us);
		if (!n) {
			b.board.now_us = bench_next(&b);
			board_run(&b.board);
			bench_hear(&b);
			continue;
		}
		if (!len || seen[len - 2] != bench_letter(frames))
			len += (size_t)snprintf(
				seen + len, sizeof(seen) - len, "%c%d",
				bench_letter(frames),
				kcan_flash_result(b.flash).step);
		kcan_flash_taken(b.flash, n, b.board.now_us);
		for (size_t i = 0; i < n; i++)
			bench_put(&b, &frames[i], MISHAP_NONE);
		bench_hear(&b);
	}
	assert_string_equal(seen, "S0g0c0r1z2w2e2r3x4");
	bench_end(&b);
}

static void assert_two_frames(struct bench *bench)
{
	assert_int_equal(kcan_flash_awaits(bench->flash), 2);
}

/* Of a block that is written there are two, of one that is read ten. */
static void test_it_knows_how_many_frames_are_to_come(void **state)
{
	unsigned int all;

	(void)state;
	start("stm32g0b1xx");
	bench_write(&b, image, BLOCK);
	b.acknowledged = assert_two_frames;
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_int_equal(kcan_flash_awaits(b.flash), 0);
	bench_end(&b);
	start("stm32g0b1xx");
	bench_preload(&b, image, BLOCK);
	bench_write(&b, image, BLOCK);
	b.cfg.goal = KCAN_FLASH_GOAL_VERIFY;
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_SAME);
	all = b.received;
	/* once more, and all but the last one of the ten come */
	b.mishap = MISHAP_LOSE;
	b.from_node = true;
	b.nth = 2 * all - 1;
	bench_begin(&b);
	assert_int_equal(kcan_flash_awaits(b.flash), 0);
	while (!b.struck) {
		bench_step(&b);
		b.board.now_us = bench_next(&b);
	}
	assert_int_equal(kcan_flash_awaits(b.flash), 1);
	bench_end(&b);
}

/* Until all of that has been said, and answered. */
static void play_until(const char *talk)
{
	while (!strstr(b.talk, talk)) {
		bench_step(&b);
		b.board.now_us = bench_next(&b);
	}
}

/*
 * flashing.md, section 5: when eight of ten frames have come, the node has room
 * for the next answer. Here the tenth one is lost.
 */
static void test_the_next_block_is_asked_for_ahead(void **state)
{
	unsigned int last;

	(void)state;
	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	bench_begin(&b);
	play_until("er");
	last = b.received - 1;
	bench_end(&b);
	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	b.mishap = MISHAP_LOSE;
	b.from_node = true;
	b.nth = last;
	bench_begin(&b);
	while (!b.struck) {
		bench_step(&b);
		b.board.now_us = bench_next(&b);
	}
	assert_string_equal(strchr(b.talk, 'e'), "er");
	bench_step(&b);
	assert_string_equal(strchr(b.talk, 'e'), "err");
	assert_int_equal(bench_finish(&b).verdict, KCAN_FLASH_FLASHED);
	assert_true(bench_holds(&b, image, SHORT_LEN));
	bench_end(&b);
}

/* Until that has been said, the last of it without an answer. */
static void say_until(const char *talk)
{
	for (;;) {
		bench_hear(&b);
		bench_transmit(&b);
		if (strstr(b.talk, talk))
			return;
		b.board.now_us = bench_next(&b);
		board_run(&b.board);
	}
}

/* And not before, or the node would drop the next answer. */
static void test_it_is_not_asked_for_before_eight_frames_have_come(void **state)
{
	struct can_frame frames[KCAN_FLASH_FRAMES];
	size_t n = 0;

	(void)state;
	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	bench_begin(&b);
	say_until("er");
	for (size_t came = 0; !n; came++) {
		assert_in_range(came, 0, b.board.sent_len - 1);
		kcan_flash_rx(b.flash, &b.board.sent[came], b.board.now_us);
		mcu_tx_done(&b.board.mcu);
		board_run(&b.board);
		n = kcan_flash_tx(b.flash, frames, b.board.now_us);
		assert_int_equal(n > 0, came + 1 == 8);
	}
	assert_int_equal(bench_letter(frames), 'r');
	bench_end(&b);
}

/* can-admin-channel.md, section 3.7; between two commands, so nothing is lost. */
static const struct thief {
	const char *name;
	struct can_frame frame;
} thieves[] = {
	{ "a CLEAR: it gets its nodeid again", CLEAR },
	{ "its nodeid for another board: likewise",
	  FRAME(0x3f0, 0x11, 1, 2, 3, 4, 5, 6, 240) },
	{ "another nodeid for it: likewise",
	  FRAME(0x3f0, 0x11, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 239) },
};

static void test_thief(void **state)
{
	const struct thief *thief = *state;
	struct kcan_flash_result result;

	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	bench_begin(&b);
	play_until("www");
	bench_deliver(&b, &thief->frame);
	kcan_flash_rx(b.flash, &thief->frame, b.board.now_us);
	result = bench_finish(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_FLASHED);
	assert_int_equal(result.repeats, 0);
	assert_non_null(strstr(b.talk, "wwwSw"));
	bench_end(&b);
}

/* flashing.md, section 4.1: a third one would come behind its 100 ms. */
static void test_complete_is_said_twice_at_most(void **state)
{
	struct can_frame frames[KCAN_FLASH_FRAMES];
	size_t n;

	(void)state;
	start("stm32g0b1xx");
	bench_write(&b, image, BLOCK);
	bench_begin(&b);
	say_until("x");
	while (!kcan_flash_done(b.flash)) {
		b.board.now_us = kcan_flash_deadline(b.flash);
		n = kcan_flash_tx(b.flash, frames, b.board.now_us);
		if (n)
			bench_note_order(&b, frames);
		kcan_flash_taken(b.flash, n, b.board.now_us);
		for (size_t i = 0; i < n; i++)
			kcan_flash_sent(b.flash, &frames[i], b.board.now_us);
	}
	assert_int_equal(kcan_flash_result(b.flash).verdict,
			 KCAN_FLASH_FLASHED);
	assert_false(kcan_flash_result(b.flash).completed);
	assert_string_equal(strchr(b.talk, 'x'), "xx");
	bench_end(&b);
}

static void test_admin_messages_of_others_that_do_no_harm(void **state)
{
	static const struct can_frame harmless[] = {
		FRAME(0x3f0, 0x00), /* QUERY_UNASSIGNED */
		FRAME(0x3f0, 0x11, 1, 2, 3, 4, 5, 6, 239),
		FRAME(0x3f0, 0x11, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 240),
		FRAME(0x3f0, 0x01, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 7),
		FRAME(0x3f1, 0x20, 1, 2, 3, 4, 5, 6, 0x11),
		FRAME(0x2e3, 0x01, 0x88, 0xf1, 0x00, 0x68, 0x95, 0x99, 0x03),
	};
	struct kcan_flash_result result;

	(void)state;
	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	bench_begin(&b);
	while (!kcan_flash_done(b.flash)) {
		bench_step(&b);
		for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
			kcan_flash_rx(b.flash, &harmless[i], b.board.now_us);
		if (!kcan_flash_done(b.flash) &&
		    bench_next(&b) > b.board.now_us)
			b.board.now_us = bench_next(&b);
	}
	result = kcan_flash_result(b.flash);
	assert_int_equal(result.verdict, KCAN_FLASH_FLASHED);
	/* the SET at the beginning, and 10 ms until the node hears */
	assert_int_equal(b.board.now_us, 1010000);
	bench_end(&b);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_the_steps_follow_each_other),
		cmocka_unit_test(test_it_knows_how_many_frames_are_to_come),
		cmocka_unit_test(test_the_next_block_is_asked_for_ahead),
		cmocka_unit_test(
			test_it_is_not_asked_for_before_eight_frames_have_come),
		cmocka_unit_test(test_complete_is_said_twice_at_most),
		cmocka_unit_test(test_admin_messages_of_others_that_do_no_harm),
	};
	struct CMUnitTest tests[ARRAY_SIZE(thieves) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(thieves, test_thief);
	memcpy(tests + n, others, sizeof(others));
	return cmocka_run_group_tests_name("flashing_course", tests, setup,
					   teardown);
}
