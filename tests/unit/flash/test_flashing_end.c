// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* Callers that want out, and buses that are dead: flashing.md, section 4.3. */
#include "preloaded.h"

static void assert_truth(const struct kcan_flash_result *result)
{
	bool there = flash_has_application(&b.board.mcu.flash);

	if (result->content == KCAN_FLASH_CONTENT_OLD)
		assert_true(bench_holds(&b, old, LEN));
	else if (result->content == KCAN_FLASH_CONTENT_NONE)
		assert_false(there);
	else if (result->content == KCAN_FLASH_CONTENT_OLD_OR_NONE)
		assert_true(!there || bench_holds(&b, old, LEN));
	else if (result->content == KCAN_FLASH_CONTENT_NEW)
		assert_true(bench_holds(&b, image, SHORT_LEN));
}

/* Return: false when the flash was through before. */
static bool abort_at(const char *type, unsigned int nth, bool within)
{
	struct kcan_flash_result result;

	start(type);
	bench_write(&b, image, SHORT_LEN);
	b.abort_after = nth;
	b.nth = nth;
	/* held back in the middle of a command, at that moment */
	b.mishap = within ? MISHAP_SHORT : MISHAP_NONE;
	result = bench_run(&b);
	assert_truth(&result);
	assert_false(result.torn);
	if (result.verdict == KCAN_FLASH_FLASHED) {
		bench_end(&b);
		return false;
	}
	assert_int_equal(result.verdict, KCAN_FLASH_ABORTED);
	/* its receiver is as it should be: nobody has to reset it */
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_true(bench_holds(&b, image, SHORT_LEN));
	bench_end(&b);
	return true;
}

static void test_aborts(void **state)
{
	static const char *const types[] = { "stm32f042x6", "stm32g0b1xx",
					     "stm32h743xx", "rp2040" };
	unsigned int nth;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		nth = 1;
		while (abort_at(types[i], nth, *state))
			nth++;
		assert_in_range(nth, 200, 300);
	}
}

static void test_an_abort_waits_1_s_for_confirmations(void **state)
{
	struct can_frame frames[KCAN_FLASH_FRAMES];
	struct kcan_flash_result result;
	size_t n;

	(void)state;
	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	bench_begin(&b);
	/* until it has handed out the first block */
	for (;;) {
		n = kcan_flash_tx(b.flash, frames, b.board.now_us);
		if (!n) {
			b.board.now_us = bench_next(&b);
			continue;
		}
		kcan_flash_taken(b.flash, n, b.board.now_us);
		if (n == 10)
			break;
		for (size_t i = 0; i < n; i++)
			bench_put(&b, &frames[i], MISHAP_NONE);
		bench_hear(&b);
	}
	kcan_flash_abort(b.flash, b.board.now_us);
	assert_false(kcan_flash_done(b.flash));
	assert_int_equal(kcan_flash_deadline(b.flash),
			 b.board.now_us + 1000000);
	assert_int_equal(
		kcan_flash_tx(b.flash, frames, b.board.now_us + 1000000), 0);
	result = kcan_flash_result(b.flash);
	assert_int_equal(result.verdict, KCAN_FLASH_ABORTED);
	assert_true(result.torn);
	assert_int_equal(result.content, KCAN_FLASH_CONTENT_OLD_OR_NONE);
	bench_end(&b);
}

/* Each is a machine of its own: who waits costs the others nothing. */
static void test_a_dead_board_does_not_keep_the_others_waiting(void **state)
{
	static struct bench dead;
	uint64_t begun_us;

	(void)state;
	bench_start(&dead, "stm32g0b1xx");
	mcu_power(&dead.board.mcu, false, dead.board.now_us);
	bench_write(&dead, image, SHORT_LEN);
	bench_begin(&dead);
	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	bench_begin(&b);
	begun_us = b.board.now_us;
	while (!kcan_flash_done(dead.flash)) {
		uint64_t next = bench_next(&dead);

		bench_step(&dead);
		if (!kcan_flash_done(b.flash)) {
			bench_step(&b);
			next = bench_next(&b) < next ? bench_next(&b) : next;
			assert_in_range(b.board.now_us - begun_us, 0, 10000);
		}
		next = bench_next(&dead) < next ? bench_next(&dead) : next;
		if (next > dead.board.now_us && next != UINT64_MAX)
			dead.board.now_us = b.board.now_us = next;
	}
	assert_int_equal(kcan_flash_result(b.flash).verdict,
			 KCAN_FLASH_FLASHED);
	assert_int_equal(kcan_flash_result(dead.flash).verdict,
			 KCAN_FLASH_SILENT);
	/* three questions, and a SET before each */
	assert_int_equal(dead.board.now_us - begun_us, 3 * 1010000);
	bench_end(&dead);
	bench_end(&b);
}

/* Its last frame may be what it waits for. */
static void test_an_abort_repeats_the_end_of_an_unanswered_block(void **state)
{
	struct kcan_flash_result result;

	(void)state;
	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	b.mishap = MISHAP_LOSE;
	b.nth = 13; /* the last frame of the first block */
	bench_begin(&b);
	while (!strchr(b.talk, 'z') ||
	       kcan_flash_deadline(b.flash) > b.board.now_us) {
		bench_step(&b);
		b.board.now_us = bench_next(&b);
	}
	/* 5 s are over: the end is due, and a SET in front of it */
	assert_true(b.struck);
	bench_step(&b);
	kcan_flash_abort(b.flash, b.board.now_us);
	result = bench_finish(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_ABORTED);
	assert_false(result.torn);
	assert_string_equal(b.talk, "SgcrzSt");
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	bench_end(&b);
}

/* A kernel that takes nothing, and one that confirms nothing. */
static void test_a_dead_bus(void **state)
{
	bool takes = *state;
	struct can_frame frames[KCAN_FLASH_FRAMES];
	struct kcan_flash_result result;
	uint64_t begun_us;

	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	bench_begin(&b);
	begun_us = b.board.now_us;
	while (!kcan_flash_done(b.flash)) {
		if (kcan_flash_tx(b.flash, frames, b.board.now_us))
			kcan_flash_taken(b.flash, takes, b.board.now_us);
		else if (!kcan_flash_done(b.flash))
			b.board.now_us = kcan_flash_deadline(b.flash);
	}
	result = kcan_flash_result(b.flash);
	assert_int_equal(result.verdict, takes ? KCAN_FLASH_UNCONFIRMED :
						 KCAN_FLASH_NOT_QUEUED);
	assert_int_equal(b.board.now_us, begun_us + 10000000);
	assert_false(result.torn);
	bench_end(&b);
}

static void test_who_loses_the_nodeid_all_the_time_gives_up(void **state)
{
	struct can_frame frames[KCAN_FLASH_FRAMES];
	size_t n;

	(void)state;
	start("stm32g0b1xx");
	bench_write(&b, image, SHORT_LEN);
	bench_begin(&b);
	while (!kcan_flash_done(b.flash)) {
		n = kcan_flash_tx(b.flash, frames, b.board.now_us);
		if (n)
			kcan_flash_taken(b.flash, n, b.board.now_us);
		for (size_t i = 0; i < n; i++)
			kcan_flash_sent(b.flash, &frames[i], b.board.now_us);
		/* a stranger is given our nodeid */
		kcan_flash_rx(b.flash,
			      &FRAME(0x3f0, 0x11, 1, 2, 3, 4, 5, 6, 240),
			      b.board.now_us);
		if (!n && bench_next(&b) > b.board.now_us)
			b.board.now_us = bench_next(&b);
	}
	assert_int_equal(kcan_flash_result(b.flash).verdict,
			 KCAN_FLASH_NODEID_LOST);
	bench_end(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ROW_TEST("an abort between commands leaves a board in order",
			 test_aborts, false),
		ROW_TEST("an abort within a command leaves a board in order",
			 test_aborts, true),
		cmocka_unit_test(test_an_abort_waits_1_s_for_confirmations),
		cmocka_unit_test(
			test_a_dead_board_does_not_keep_the_others_waiting),
		cmocka_unit_test(
			test_an_abort_repeats_the_end_of_an_unanswered_block),
		ROW_TEST("a kernel that takes nothing", test_a_dead_bus, false),
		ROW_TEST("a bus that confirms nothing", test_a_dead_bus, true),
		cmocka_unit_test(
			test_who_loses_the_nodeid_all_the_time_gives_up),
	};
	return cmocka_run_group_tests_name("flashing_end", tests, setup,
					   teardown);
}
