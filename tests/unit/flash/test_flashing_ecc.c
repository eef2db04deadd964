// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/*
 * Chips whose cells take one programming per erase, FF included: flashing.md,
 * sections 0 and 3.2.
 */
#include "bench.h"

#define QUARTERS 17 /* of a unit: four units, and some of a fifth */

static struct bench b;

static const struct chip {
	const char *type;
	uint32_t quarter; /* bytes of the part of a unit that Katapult looks at */
	uint32_t second; /* where the second unit is that is written */
} chips[] = {
	{ "stm32g0b1xx", 512, 0x08002800 },
	{ "stm32h743xx", 32768, 0x08040000 },
};

static const struct row {
	const char *name;
	int quarter, block; /* where FF begins */
	int quarters, blocks;
} rows[] = {
	{ "nowhere", 0, 0, 0, 0 },
	{ "a block", 5, 0, 0, 1 },
	{ "the first block of a page", 4, 0, 0, 1 },
	{ "the last block of a page", 8, -1, 0, 1 },
	{ "a quarter at a page's start", 4, 0, 1, 0 },
	{ "a quarter at a page's end", 7, 0, 1, 0 },
	{ "all of a page but its first block", 4, 1, 4, -1 },
	{ "all of a page but its last block", 4, 0, 4, -1 },
	{ "a page", 8, 0, 4, 0 },
	{ "three pages", 4, 0, 12, 0 },
	{ "from the middle of a page to that of another", 6, 3, 4, 2 },
	{ "the tail, a page and a piece of one", 12, 0, QUARTERS - 12, 0 },
	{ "all behind the first block", 0, 1, QUARTERS, -1 },
};

static void assert_flashes(const uint8_t *image, size_t len)
{
	struct kcan_flash_result result;

	bench_write(&b, image, len);
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_FLASHED);
	assert_true(bench_holds(&b, image, len));
	assert_true(result.written >= result.blocks);
}

static void try_on(const struct chip *chip, const struct row *row)
{
	size_t len = QUARTERS * chip->quarter - BLOCK / 2;
	uint8_t *image = bench_image(len + BLOCK, 7);
	uint8_t *full = bench_image(len + BLOCK, 8);
	size_t at = (size_t)(row->quarter * (int)chip->quarter +
			     row->block * BLOCK);

	memset(image + at, 0xff,
	       (size_t)(row->quarters * (int)chip->quarter +
			row->blocks * BLOCK));
	bench_start(&b, chip->type);
	b.cfg.stay = true;
	assert_flashes(image, len);
	assert_flashes(image, len);
	assert_flashes(full, len);
	assert_flashes(image, len);
	bench_end(&b);
	free(image);
	free(full);
}

static void test_ff_in_an_image_is_no_obstacle_to_another_one(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(chips); i++)
		try_on(&chips[i], *state);
}

/* Another tool has written FF from the start of the second page on. */
static void start_with_ff(const struct chip *chip, size_t blocks)
{
	uint8_t ff[BLOCK];

	memset(ff, 0xff, sizeof(ff));
	bench_start(&b, chip->type);
	b.cfg.stay = true;
	for (size_t i = 0; i < blocks; i++)
		assert_int_equal(flash_write_block(
					 &b.board.mcu.flash,
					 chip->second + (uint32_t)i * BLOCK, ff)
					 .err,
				 0);
}

static void test_one_block_left_of_the_quarter_has_the_page_erased(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(chips); i++) {
		const struct chip *chip = &chips[i];
		uint8_t *image = bench_image(8 * chip->quarter, 7);

		start_with_ff(chip, chip->quarter / BLOCK - 1);
		assert_flashes(image, 8 * chip->quarter);
		bench_end(&b);
		free(image);
	}
}

static void test_a_page_that_is_lost_is_named_by_its_address(void **state)
{
	struct kcan_flash_result result;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(chips); i++) {
		const struct chip *chip = &chips[i];
		uint8_t *image = bench_image(8 * chip->quarter, 7);

		start_with_ff(chip, chip->quarter / BLOCK);
		bench_write(&b, image, 8 * chip->quarter);
		result = bench_run(&b);
		assert_int_equal(result.verdict, KCAN_FLASH_REFUSED);
		assert_int_equal(result.address, chip->second);
		assert_int_equal(result.content, KCAN_FLASH_CONTENT_NONE);
		bench_end(&b);
		free(image);
	}
}

/* Blank to Katapult, so the page is not erased, and FF is not sent. */
static void test_what_hides_behind_a_blank_quarter_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(chips); i++) {
		const struct chip *chip = &chips[i];
		uint8_t *old = bench_image(8 * chip->quarter, 9);
		uint8_t *image = bench_image(8 * chip->quarter, 7);

		memset(old + 4 * chip->quarter, 0xff, chip->quarter);
		memset(image + 4 * chip->quarter + BLOCK, 0xff,
		       4 * chip->quarter - BLOCK);
		bench_start(&b, chip->type);
		b.cfg.stay = true;
		bench_preload(&b, old, 8 * chip->quarter);
		assert_flashes(image, 8 * chip->quarter);
		bench_end(&b);
		free(old);
		free(image);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 3] = { 0 };
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(
			test_one_block_left_of_the_quarter_has_the_page_erased),
		cmocka_unit_test(
			test_a_page_that_is_lost_is_named_by_its_address),
		cmocka_unit_test(
			test_what_hides_behind_a_blank_quarter_is_found),
	};
	size_t n = 0;

	ROWS(rows, test_ff_in_an_image_is_no_obstacle_to_another_one);
	memcpy(tests + n, others, sizeof(others));
	return cmocka_run_group_tests_name("flashing_ecc", tests, NULL, NULL);
}
