// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* LPC176x: what is written when, and what an end on the way leaves there. */
#include "../../support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "lpc.h"

#define LEN 20000
#define CUT_LEN (40 * 1024) /* as in flashing.md, section 3 */

static uint8_t image[CUT_LEN], old[CUT_LEN];

/* What a reset would start: what is in the buffer is lost by it. */
static struct tally {
	unsigned int old, none, mixed, new;
} tally;

static void count_one(void)
{
	const uint8_t *there = lpc.flash + START;
	struct util_cursor c = util_cursor_reading(there, 4);
	uint32_t word = util_get_le32(&c);

	if (!word || word == UINT32_MAX)
		tally.none++;
	else if (!memcmp(there, image, CUT_LEN))
		tally.new ++;
	else if (!memcmp(there, old, CUT_LEN))
		tally.old++;
	else
		tally.mixed++;
}

/* Which answer, counted from 1, an abort comes with; 0: with none. */
static struct {
	unsigned int nth;
	bool in_front;
} abort_at;

static void take(struct kcan_flash *flash, unsigned int nth, bool is_lost,
		 uint64_t now_us)
{
	bool aborts = nth == abort_at.nth;

	if (aborts && abort_at.in_front)
		kcan_flash_abort(flash, now_us);
	if (!is_lost)
		kcan_flash_rx_bytes(flash, lpc.answer, lpc.answer_len, now_us);
	if (aborts && !abort_at.in_front)
		kcan_flash_abort(flash, now_us);
}

/*
 * @len bytes of the image. Answer @lose, counted from 1, does not come. Return:
 * how many there were.
 */
static unsigned int flash_it(size_t len, unsigned int lose,
			     struct kcan_flash_result *result)
{
	const struct kcan_flash_cfg cfg = { .goal = KCAN_FLASH_GOAL_WRITE,
					    .chip = kcan_chip_find("lpc1769"),
					    .start = START,
					    .image = image,
					    .len = len };
	struct kcan_flash *flash;
	struct kcan_kat_block block;
	unsigned int answers = 0;
	const uint8_t *bytes;
	uint64_t now_us = 0;
	size_t n;

	assert_int_equal(kcan_flash_new(&flash, &cfg, now_us), 0);
	while (!kcan_flash_done(flash)) {
		n = kcan_flash_tx_bytes(flash, &bytes, now_us);
		if (!n) {
			now_us = kcan_flash_deadline(flash);
			continue;
		}
		assert_int_equal(kcan_kat_decode(&block, bytes, n), n);
		obey(&block);
		if (block.code == KCAN_KAT_SEND_BLOCK ||
		    block.code == KCAN_KAT_SEND_EOF)
			count_one();
		kcan_flash_taken(flash, n, now_us);
		answers++;
		take(flash, answers, answers == lose, now_us);
	}
	*result = kcan_flash_result(flash);
	kcan_flash_free(flash);
	return answers;
}

/* Random bytes, some of them FF, and not at the beginning. */
static void scatter(uint8_t *bytes, size_t len, unsigned int seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = (uint8_t)(seed >> 16);
	}
	for (size_t at = 512; at + 512 < len; at += 512) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 1)
			memset(bytes + at, 0xff, 512);
	}
}

static void start(unsigned int seed)
{
	lpc = (struct lpc){ .next = START };
	scatter(lpc.flash, SIZE, seed);
	scatter(image, LEN, seed + 1);
	/* a sector that looks blank, and is not */
	memset(lpc.flash + 0x5000, 0xff, 1024);
}

static void assert_flashed(const struct kcan_flash_result *result)
{
	assert_int_equal(result->verdict, KCAN_FLASH_FLASHED);
	assert_memory_equal(lpc.flash + START, image, LEN);
	assert_true(lpc.complete);
	/* 256 bytes are filled up with FF */
	assert_int_equal(result->blocks, (LEN + 255) / 256 * 4);
}

static void with_no_abort(struct kcan_flash_result *result)
{
	unsigned int nth = abort_at.nth;

	abort_at.nth = 0;
	flash_it(LEN, 0, result);
	abort_at.nth = nth;
}

static void test_whatever_was_there_before(void **state)
{
	struct kcan_flash_result result;

	(void)state;
	for (unsigned int seed = 0; seed < 100; seed++) {
		start(seed);
		flash_it(LEN, 0, &result);
		assert_flashed(&result);
		assert_int_equal(result.repeats, 0);
	}
}

/* A block that is there is refused when it comes again. */
static void test_each_answer_may_get_lost(void **state)
{
	struct kcan_flash_result result;
	unsigned int lose = 0, answers;

	(void)state;
	do {
		start(1);
		answers = flash_it(LEN, ++lose, &result);
		assert_flashed(&result);
		assert_int_equal(result.repeats, lose <= answers);
	} while (lose <= answers);
	assert_in_range(lose, 600, 700);
}

static void test_a_refused_block_is_the_end(void **state)
{
	struct kcan_flash_result result;

	(void)state;
	start(1);
	/* somebody was here, and has left it between two pages */
	lpc.next = START + BLOCK;
	flash_it(LEN, 0, &result);
	assert_int_equal(result.verdict, KCAN_FLASH_REFUSED);
	assert_int_equal(result.address, START);
	assert_false(lpc.complete);
	assert_true(result.torn);
}

/* What ends within 256 bytes would be the end of all that come after it. */
static void test_an_abort_leaves_it_ready_for_the_next(void **state)
{
	struct kcan_flash_result result;
	bool ended;

	do {
		start(1);
		abort_at.nth++;
		abort_at.in_front = *state;
		flash_it(LEN, 0, &result);
		ended = result.verdict != KCAN_FLASH_ABORTED;
		assert_false(result.torn);
		abort_at.in_front = false;
		scatter(image, LEN, abort_at.nth);
		lpc.complete = false;
		with_no_abort(&result);
		assert_flashed(&result);
	} while (!ended);
	assert_in_range(abort_at.nth, 600, 700);
	abort_at.nth = 0;
}

/* The rest of the 256 bytes cannot be sent, as nothing answers any more. */
static void test_an_abort_in_silence_tells_of_a_reset(void **state)
{
	struct kcan_flash_result result;

	(void)state;
	start(1);
	/* the first of the four blocks of zeros */
	abort_at.nth = 3;
	abort_at.in_front = true;
	flash_it(LEN, 3, &result);
	abort_at.nth = 0;
	assert_int_equal(result.verdict, KCAN_FLASH_ABORTED);
	assert_true(result.torn);
}

/* None of the bytes is FF: no page looks blank. */
static void fill(uint8_t *bytes, unsigned int seed)
{
	for (size_t i = 0; i < CUT_LEN; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = (uint8_t)(1 + (seed >> 16) % 254);
	}
}

static void start_over_an_old_one(void)
{
	lpc = (struct lpc){ .next = START };
	memset(lpc.flash, 0xff, SIZE);
	fill(old, 1);
	fill(image, 2);
	memcpy(lpc.flash + START, old, CUT_LEN);
	tally = (struct tally){ 0 };
}

static void assert_tally(struct tally want)
{
	assert_int_equal(tally.old, want.old);
	assert_int_equal(tally.none, want.none);
	assert_int_equal(tally.mixed, want.mixed);
	assert_int_equal(tally.new, want.new);
}

/*
 * flashing.md, sections 3 and 3.3. A page is written with its last block: the
 * first three leave all as it was.
 */
static void test_a_power_cut_starts_a_mixture_at_60_positions(void **state)
{
	struct kcan_flash_result result;

	(void)state;
	start_over_an_old_one();
	flash_it(CUT_LEN, 0, &result);
	assert_int_equal(result.verdict, KCAN_FLASH_FLASHED);
	/* 40 of the blocks are the zeros in front of ten sectors */
	assert_tally((struct tally){ 3, 616, 60, 2 });
	/* each of them twice: the zeros, and the image */
	assert_int_equal(lpc.pages, 20);
}

static void test_in_the_known_order_it_does_at_636(void **state)
{
	(void)state;
	start_over_an_old_one();
	for (uint32_t at = 0; at < CUT_LEN; at += BLOCK) {
		assert_true(write_block(START + at, image + at));
		count_one();
	}
	count_one(); /* behind EOF, which has nothing to do */
	assert_tally((struct tally){ 3, 0, 636, 2 });
	assert_int_equal(lpc.pages, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_power_cut_starts_a_mixture_at_60_positions),
		cmocka_unit_test(test_in_the_known_order_it_does_at_636),
		cmocka_unit_test(test_whatever_was_there_before),
		cmocka_unit_test(test_each_answer_may_get_lost),
		cmocka_unit_test(test_a_refused_block_is_the_end),
		ROW_TEST("an abort between blocks leaves it ready for the next",
			 test_an_abort_leaves_it_ready_for_the_next, false),
		ROW_TEST("an abort within a block leaves it ready for the next",
			 test_an_abort_leaves_it_ready_for_the_next, true),
		cmocka_unit_test(test_an_abort_in_silence_tells_of_a_reset),
	};

	return cmocka_run_group_tests_name("flashing_lpc", tests, NULL, NULL);
}
