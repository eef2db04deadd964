// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* Boards that refuse, answer wrongly or not at all: flashing.md, sections 3, 4. */
#include "bench.h"

#define LONG (180 * 1024)

static struct bench b;

/* Random bytes and runs of FF, so that quarters of pages look blank (3.2). */
static void make_hostile(uint8_t *bytes, size_t len, unsigned int seed)
{
	for (size_t at = 0; at < len; at += 16) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 3)
			memset(bytes + at, 0xff, len - at < 16 ? len - at : 16);
	}
	for (size_t at = 0; at < len; at += 256) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 1)
			memset(bytes + at, 0xff,
			       len - at < 256 ? len - at : 256);
	}
}

static void test_hostile_content_makes_pages_begin_again(void **state)
{
	static const char *const types[] = { "stm32f103x6", "stm32f103xe",
					     "stm32g0b1xx", "stm32f446xx",
					     "stm32h743xx" };
	unsigned int restarted = 0;

	(void)state;
	for (unsigned int i = 0; i < 150; i++) {
		uint8_t *old = bench_image(20000, i + 1);
		uint8_t *image = bench_image(9000, i + 1000);
		struct kcan_flash_result result;

		make_hostile(old, 20000, i);
		make_hostile(image + 64, 9000 - 64, i + 500);
		bench_start(&b, types[i % ARRAY_SIZE(types)]);
		bench_preload(&b, old, 20000);
		bench_write(&b, image, 9000);
		result = bench_run(&b);
		assert_int_equal(result.verdict, KCAN_FLASH_FLASHED);
		assert_true(bench_holds(&b, image, 9000));
		restarted += result.repeats > 0;
		bench_end(&b);
		free(old);
		free(image);
	}
	/* or it would show nothing */
	assert_in_range(restarted, 30, 150);
}

/* What is begun again must not begin as what was sent to have it erased. */
static void test_a_page_that_begins_with_zeros_is_erased_too(void **state)
{
	static const char *const types[] = { "stm32f103x6", "stm32f103xe",
					     "stm32g0b1xx", "stm32f446xx",
					     "stm32h743xx" };
	uint8_t *old = bench_image(LONG, 4);
	uint8_t *image = bench_image(LONG, 5);

	(void)state;
	for (size_t at = 1024; at < LONG; at += 1024) {
		memset(image + at, 0, BLOCK);
		memset(image + at + BLOCK, 0xff, 640);
		memset(old + at, 0xff, 640);
	}
	/* all of the first quarter of the second sector of the large ones */
	memset(old + 16 * 1024, 0xff, 4 * 1024);
	memset(image + 16 * 1024 + BLOCK, 0xff, 5 * 1024);
	memset(old + 128 * 1024, 0xff, 32 * 1024);
	memset(image + 128 * 1024 + BLOCK, 0xff, 33 * 1024);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		size_t len = i < 3 ? 20000 : LONG;

		bench_start(&b, types[i]);
		bench_preload(&b, old, len);
		bench_write(&b, image, len);
		assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
		assert_true(bench_holds(&b, image, len));
		bench_end(&b);
	}
	free(old);
	free(image);
}

static void test_protected_flash_is_named_by_its_address(void **state)
{
	uint8_t *image = bench_image(5000, 3);
	struct kcan_flash_result result;

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	bench_break(&b, "write-fail address=0x08002840");
	bench_write(&b, image, 5000);
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_REFUSED);
	assert_int_equal(result.address, 0x08002840);
	assert_int_equal(result.content, KCAN_FLASH_CONTENT_NONE);
	assert_false(flash_has_application(&b.board.mcu.flash));
	assert_false(result.torn);
	bench_end(&b);
	free(image);
}

/* Section 3.3: Katapult on RP2040 does not look at what it has written. */
static void test_what_differs_is_written_twice_and_never_started(void **state)
{
	uint8_t *image = bench_image(9000, 3);
	struct kcan_flash_result result;

	(void)state;
	bench_start(&b, "rp2040");
	bench_break(&b, "write-fail address=0x10005040");
	bench_write(&b, image, 9000);
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_DIFFERS);
	assert_int_equal(result.address, 0x10005040);
	assert_false(result.completed);
	assert_int_equal(b.board.mcu.state, MCU_KATAPULT);
	bench_end(&b);
	free(image);
}

static void test_what_differed_once_is_mended(void **state)
{
	uint8_t *image = bench_image(9000, 3);

	(void)state;
	bench_start(&b, "rp2040");
	bench_break(&b, "write-fail address=0x10005040 count=1");
	bench_write(&b, image, 9000);
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_true(bench_holds(&b, image, 9000));
	bench_end(&b);
	free(image);
}

static void test_a_board_that_is_off_is_silent(void **state)
{
	uint8_t *image = bench_image(1000, 3);
	struct kcan_flash_result result;

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	mcu_power(&b.board.mcu, false, b.board.now_us);
	bench_write(&b, image, 1000);
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_SILENT);
	assert_int_equal(result.content, KCAN_FLASH_CONTENT_UNKNOWN);
	bench_end(&b);
	free(image);
}

/* What somebody who was killed has left there: section 3. */
static void test_a_torn_command_in_front_is_called_stuck(void **state)
{
	uint8_t *image = bench_image(1000, 3);
	struct kcan_flash_result result;

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	board_hear(&b.board,
		   FRAME(TO_NODE, 0x01, 0x88, 0x12, 0x03, 0, 0x20, 0, 8));
	bench_write(&b, image, 1000);
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_STUCK);
	assert_true(result.torn);
	bench_end(&b);
	free(image);
}

static void test_harmless_rest_in_front_costs_a_nack_only(void **state)
{
	uint8_t *image = bench_image(1000, 3);

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	board_hear(&b.board, FRAME(TO_NODE, 0xaa, 0xbb, 0xcc));
	bench_write(&b, image, 1000);
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	bench_end(&b);
	free(image);
}

static void test_a_wrong_answer_is_not_the_end(void **state)
{
	static const char *const kinds[] = { "nack", "error", "busy" };
	uint8_t *image = bench_image(300, 3);
	char how[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		/* of 15 commands before COMPLETE; the first two say who it is */
		for (int after = 2; after < 15; after++) {
			bench_start(&b, "stm32g0b1xx");
			snprintf(how, sizeof(how), "answer-%s after=%d",
				 kinds[i], after);
			bench_break(&b, how);
			bench_write(&b, image, 300);
			assert_int_equal(bench_run(&b).verdict,
					 KCAN_FLASH_FLASHED);
			assert_int_not_equal(kcan_flash_result(b.flash).repeats,
					     0);
			assert_true(bench_holds(&b, image, 300));
			bench_end(&b);
		}
	}
	free(image);
}

static void test_a_question_that_is_refused_is_asked_three_times(void **state)
{
	uint8_t *image = bench_image(300, 3);
	struct kcan_flash_result result;

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	/* GET_CANBUS_ID, CONNECT, and the beginning of the flash */
	bench_break(&b, "answer-error after=2 count=3");
	bench_write(&b, image, 300);
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_REFUSED);
	assert_int_equal(result.address, 0x08002000);
	assert_int_equal(result.repeats, 2);
	assert_int_equal(result.content, KCAN_FLASH_CONTENT_UNKNOWN);
	bench_end(&b);
	free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile_content_makes_pages_begin_again),
		cmocka_unit_test(
			test_a_page_that_begins_with_zeros_is_erased_too),
		cmocka_unit_test(test_protected_flash_is_named_by_its_address),
		cmocka_unit_test(
			test_what_differs_is_written_twice_and_never_started),
		cmocka_unit_test(test_what_differed_once_is_mended),
		cmocka_unit_test(test_a_board_that_is_off_is_silent),
		cmocka_unit_test(test_a_torn_command_in_front_is_called_stuck),
		cmocka_unit_test(test_harmless_rest_in_front_costs_a_nack_only),
		cmocka_unit_test(test_a_wrong_answer_is_not_the_end),
		cmocka_unit_test(
			test_a_question_that_is_refused_is_asked_three_times),
	};

	return cmocka_run_group_tests_name("flashing_refused", tests, NULL,
					   NULL);
}
