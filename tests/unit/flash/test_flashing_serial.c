// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* The same over USB and UART: a command is one stretch of bytes. */
#include "bench.h"

#define LEN 5000

static struct bench b;
static uint8_t *image;

/* What the kernel takes at a time; and one answer that gets lost. */
static struct line {
	size_t at_most;	   /* bytes */
	unsigned int lose; /* answers are counted from 1; 0: none */
	unsigned int answers, written;
} line;

static int setup(void **state)
{
	(void)state;
	image = bench_image(LEN, 5);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(image);
	return 0;
}

static void start(const char *type, enum mcu_link link)
{
	bench_start_on(&b, type, link);
	bench_write(&b, image, LEN);
	line = (struct line){ .at_most = SIZE_MAX };
}

static void put(const uint8_t *bytes, size_t len)
{
	size_t n;

	for (; len; bytes += n, len -= n) {
		n = mcu_rx_bytes(&b.board.mcu, bytes, len < 64 ? len : 64,
				 b.board.now_us);
		board_run(&b.board);
		assert_true(n);
	}
}

static void step(void)
{
	const uint8_t *bytes;
	size_t n;

	board_run(&b.board);
	n = kcan_flash_tx_bytes(b.flash, &bytes, b.board.now_us);
	if (n) {
		n = n < line.at_most ? n : line.at_most;
		put(bytes, n);
		kcan_flash_taken(b.flash, n, b.board.now_us);
		line.written++;
	}
	if (b.board.written_len && ++line.answers != line.lose)
		kcan_flash_rx_bytes(b.flash, b.board.written,
				    b.board.written_len, b.board.now_us);
	b.board.written_len = 0;
}

static struct kcan_flash_result run(void)
{
	bench_begin(&b);
	for (;;) {
		step();
		if (kcan_flash_done(b.flash))
			return kcan_flash_result(b.flash);
		if (bench_next(&b) > b.board.now_us)
			b.board.now_us = bench_next(&b);
		assert_true(b.board.now_us < b.give_up_us);
	}
}

static const struct row {
	const char *name;
	const char *type;
	enum mcu_link link;
	size_t at_most;
} rows[] = {
	{ "G0B1 on USB", "stm32g0b1xx", MCU_LINK_USB, SIZE_MAX },
	{ "F446 on a UART", "stm32f446xx", MCU_LINK_UART, SIZE_MAX },
	{ "RP2040 on USB", "rp2040", MCU_LINK_USB, SIZE_MAX },
	{ "an adapter in Katapult", "stm32g0b1xx", MCU_LINK_BRIDGE, SIZE_MAX },
	{ "a kernel that takes 7 bytes at a time", "stm32g0b1xx", MCU_LINK_USB,
	  7 },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct kcan_flash_result result;

	start(row->type, row->link);
	line.at_most = row->at_most;
	result = run();
	assert_int_equal(result.verdict, KCAN_FLASH_FLASHED);
	assert_int_equal(result.repeats, 0);
	assert_true(result.completed);
	assert_true(bench_holds(&b, image, LEN));
	/* CONNECT, a look, 79 blocks and zeros, EOF, 79 back, COMPLETE */
	if (row->at_most == SIZE_MAX)
		assert_int_equal(line.written, 1 + 1 + 80 + 1 + 79 + 1);
	bench_end(&b);
}

static void test_each_answer_may_get_lost(void **state)
{
	static const char *const types[] = { "stm32g0b1xx", "rp2040" };
	unsigned int nth;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		nth = 0;
		do {
			start(types[i], MCU_LINK_USB);
			line.lose = ++nth;
			assert_int_equal(run().verdict, KCAN_FLASH_FLASHED);
			assert_true(bench_holds(&b, image, LEN));
			bench_end(&b);
		} while (line.answers >= line.lose);
		assert_in_range(nth, 160, 170);
	}
}

/* Bytes that no command of ours is missing: an abort in the middle of a write. */
static void test_an_abort_writes_a_command_to_its_end(void **state)
{
	const uint8_t *bytes;
	size_t n;

	(void)state;
	start("stm32g0b1xx", MCU_LINK_USB);
	bench_begin(&b);
	do {
		step();
		if (bench_next(&b) > b.board.now_us)
			b.board.now_us = bench_next(&b);
		n = kcan_flash_tx_bytes(b.flash, &bytes, b.board.now_us);
		if (!n)
			continue;
		/* 76: the first block, of which half is taken */
		put(bytes, n == 76 ? 38 : n);
		kcan_flash_taken(b.flash, n == 76 ? 38 : n, b.board.now_us);
	} while (n != 76);
	kcan_flash_abort(b.flash, b.board.now_us);
	assert_false(kcan_flash_done(b.flash));
	b.board.now_us = kcan_flash_deadline(b.flash);
	n = kcan_flash_tx_bytes(b.flash, &bytes, b.board.now_us);
	assert_int_equal(n, 38);
	put(bytes, n);
	kcan_flash_taken(b.flash, n, b.board.now_us);
	assert_int_equal(kcan_flash_result(b.flash).verdict,
			 KCAN_FLASH_ABORTED);
	assert_false(kcan_flash_result(b.flash).torn);
	b.board.written_len = 0;
	assert_int_equal(run().verdict, KCAN_FLASH_FLASHED);
	bench_end(&b);
}

/* Nothing is written: CONNECT, the first block is read, COMPLETE. */
static void test_start_leaves_katapult(void **state)
{
	struct kcan_flash_result result;

	(void)state;
	start("stm32g0b1xx", MCU_LINK_USB);
	bench_preload(&b, image, LEN);
	b.cfg = (struct kcan_flash_cfg){ .goal = KCAN_FLASH_GOAL_START,
					 .start = b.cfg.start };
	result = run();
	assert_int_equal(result.verdict, KCAN_FLASH_SAME);
	assert_true(result.completed);
	assert_int_equal(result.content, KCAN_FLASH_CONTENT_OLD);
	assert_int_equal(line.written, 3);
	assert_true(bench_holds(&b, image, LEN));
	bench_end(&b);
}

/* Ask until COMPLETE, and let go of the port after so many bytes of that. */
static bool gone_after(unsigned int completes, size_t len)
{
	const uint8_t *bytes;
	size_t n;

	start("stm32g0b1xx", MCU_LINK_USB);
	bench_begin(&b);
	while (kcan_flash_result(b.flash).step != KCAN_FLASH_STEP_COMPLETE) {
		step();
		if (bench_next(&b) > b.board.now_us)
			b.board.now_us = bench_next(&b);
		assert_false(kcan_flash_gone(b.flash));
	}
	for (unsigned int i = 1; i <= completes; i++) {
		b.board.now_us = kcan_flash_deadline(b.flash);
		n = kcan_flash_tx_bytes(b.flash, &bytes, b.board.now_us);
		assert_int_equal(n, 8);
		kcan_flash_taken(b.flash, i < completes ? n : len,
				 b.board.now_us);
	}
	return kcan_flash_gone(b.flash);
}

static void test_a_port_that_goes_after_complete_is_no_loss(void **state)
{
	struct kcan_flash_result result;

	(void)state;
	assert_false(gone_after(0, 0));
	bench_end(&b);
	assert_false(gone_after(1, 0));
	bench_end(&b);
	assert_false(gone_after(1, 7));
	bench_end(&b);
	/* the second one finds the port gone */
	assert_true(gone_after(2, 0));
	bench_end(&b);
	assert_true(gone_after(1, 8));
	result = kcan_flash_result(b.flash);
	assert_int_equal(result.verdict, KCAN_FLASH_FLASHED);
	assert_true(result.completed);
	assert_true(bench_holds(&b, image, LEN));
	bench_end(&b);
}

/* A jump into nothing: flashing.md, section 6.1 */
static void test_start_of_nothing_stays_in_katapult(void **state)
{
	struct kcan_flash_result result;
	uint8_t blank[BLOCK];

	(void)state;
	memset(blank, 0xff, sizeof(blank));
	start("stm32g0b1xx", MCU_LINK_UART);
	bench_preload(&b, blank, sizeof(blank));
	b.cfg = (struct kcan_flash_cfg){ .goal = KCAN_FLASH_GOAL_START,
					 .start = b.cfg.start };
	result = run();
	assert_int_equal(result.verdict, KCAN_FLASH_SAME);
	assert_false(result.completed);
	assert_int_equal(result.content, KCAN_FLASH_CONTENT_NONE);
	assert_int_equal(line.written, 2);
	bench_end(&b);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 5];
	size_t n = 0;

	ROWS(rows, test_row);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_each_answer_may_get_lost);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_an_abort_writes_a_command_to_its_end);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_a_port_that_goes_after_complete_is_no_loss);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(test_start_leaves_katapult);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_start_of_nothing_stays_in_katapult);
	return cmocka_run_group_tests_name("flashing_serial", tests, setup,
					   teardown);
}
