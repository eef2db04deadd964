// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/image/image_build.c
/*
 * For which start was it built? Every start that Klipper's menu offers against
 * every one of Katapult's: flashing.md, sections 1.1 and 1.3.
 */
#include "../support/unit.h"

#include <string.h>

#include <kcan/image.h>

#include "../../sim/canmcu/board/flashed.h"
#include "flash/application.h"
#include "image_make.h"

static uint8_t bytes[MADE_LEN];

static const struct kcan_image_dictionary usual_dictionary = {
	.app = "Klipper",
	.can_bps = 1000000,
	.offset = MADE_DICTIONARY,
	.len = MADE_STREAM_LEN,
};

static struct kcan_image_dictionary dictionary;

static void make(const struct kcan_chip *chip, uint32_t start)
{
	make_image(bytes, chip->ram[0].start + chip->ram[0].size, start,
		   chip->layout->write == KCAN_CHIP_WRITE_PAGES);
	dictionary = usual_dictionary;
	strcpy(dictionary.mcu, chip->name);
}

static struct kcan_image judge(const struct kcan_chip *chip, uint32_t start)
{
	static struct kcan_image_board board;
	struct kcan_image image;

	board = (struct kcan_image_board){ .mcu = chip->name,
					   .protocol = 0x00010100,
					   .start = start };
	kcan_image_judge(&image, bytes, sizeof(bytes), &dictionary, &board);
	return image;
}

/* Return: what is to be found. */
static uint32_t expect(const struct kcan_chip *chip, uint32_t built,
		       uint32_t start)
{
	if (built == start)
		return 0;
	return kcan_chip_menu_find(chip, chip->klipper, start) ?
		       1u << KCAN_IMAGE_FINDING_START :
		       1u << KCAN_IMAGE_FINDING_START_NO_ENTRY;
}

static void test_pairs(void **state)
{
	const struct kcan_chip *chip = *state;
	uint32_t base = chip->flash.start;

	for (size_t i = 0; i < chip->klipper->len; i++) {
		uint32_t built = base + chip->klipper->starts[i].offset;

		make(chip, built);
		for (size_t k = 0; k < chip->katapult->len; k++) {
			uint32_t at = base + chip->katapult->starts[k].offset;
			struct kcan_image image = judge(chip, at);

			assert_true(image.is_start_known);
			assert_int_equal(image.start, built);
			assert_int_equal(image.findings,
					 expect(chip, built, at));
		}
	}
}

/* Section 0, fact 2: that the entry is within the file does not prove a thing. */
static void test_the_reset_entry_fits_where_the_start_does_not(void **state)
{
	const struct kcan_chip *chip = kcan_chip_find("stm32g0b1xx");
	struct kcan_image image;

	(void)state;
	make(chip, 0x08000000);
	image = judge(chip, 0x08002000);
	assert_int_equal(image.reset, 0x08002801);
	assert_int_equal(image.start, 0x08000000);
	assert_int_equal(image.findings, 1u << KCAN_IMAGE_FINDING_START);
}

/*
 * The codes of both handlers, once more as far away as two entries of the menu
 * are: then the address of the dictionary decides.
 */
static void fake_start(uint32_t distance)
{
	memcpy(bytes + MADE_HANDLER + distance, "\xfe\xe7", 2);
	memcpy(bytes + MADE_RESET + distance, "\x72\xb6", 2);
}

static void test_a_second_witness_decides_between_two(void **state)
{
	const struct kcan_chip *chip = kcan_chip_find("stm32f072xb");
	struct kcan_image image;

	(void)state;
	make(chip, 0x08002000);
	fake_start(0x1000); /* as if it were for 08001000 */
	image = judge(chip, 0x08001000);
	assert_true(image.is_start_known);
	assert_int_equal(image.start, 0x08002000);
}

static void test_without_it_nothing_is_proven(void **state)
{
	const struct kcan_chip *chip = kcan_chip_find("stm32f072xb");
	struct kcan_image image;

	(void)state;
	make(chip, 0x08002000);
	fake_start(0x1000);
	make_word(bytes + MADE_SIGNATURE + 8, 0);
	image = judge(chip, 0x08001000);
	assert_false(image.is_start_known);
	assert_int_equal(image.findings,
			 1u << KCAN_IMAGE_FINDING_START_UNPROVEN);
}

/* Without a dictionary there is no second witness, and nothing else known. */
static void test_two_of_another_firmware_are_none(void **state)
{
	const struct kcan_chip *chip = kcan_chip_find("stm32f072xb");

	(void)state;
	make(chip, 0x08002000);
	fake_start(0x1000);
	dictionary.len = 0;
	assert_false(judge(chip, 0x08001000).is_start_known);
}

/* Section 1.3: in an RP image there are accidental ones that no menu offers. */
static void test_an_rp2040_is_searched_in_its_menu_only(void **state)
{
	const struct kcan_chip *chip = kcan_chip_find("rp2040");
	struct kcan_image image;

	(void)state;
	make(chip, 0x10000a00);
	image = judge(chip, 0x10004000);
	assert_false(image.is_start_known);
	assert_int_equal(image.findings, 1u << KCAN_IMAGE_FINDING_RESET);
}

static void test_what_the_board_says_is_tried_as_well(void **state)
{
	const struct kcan_chip *chip = kcan_chip_find("rp2040");

	(void)state;
	make(chip, 0x10008000);
	assert_int_equal(judge(chip, 0x10008000).findings, 0);
}

static void test_multiples_of_256_are_tried_at_last(void **state)
{
	const struct kcan_chip *chip = kcan_chip_find("stm32f446xx");

	(void)state;
	make(chip, 0x08030000);
	assert_int_equal(judge(chip, 0x08008000).start, 0x08030000);
	make(chip, 0x08030100);
	assert_false(judge(chip, 0x08008000).is_start_known);
	make(chip, 0x08000480);
	assert_false(judge(chip, 0x08008000).is_start_known);
}

/* Return: whether it is refused for where it starts. */
static bool is_refused(const struct mcu_type *type, uint32_t at,
		       const struct kcan_image_dictionary *told)
{
	const struct kcan_image_board board = { .mcu = type->connect_name,
						.start = at };
	struct kcan_image image;

	kcan_image_judge(&image, bytes, sizeof(bytes), told, &board);
	return kcan_image_has(&image, KCAN_IMAGE_FINDING_START) ||
	       kcan_image_has(&image, KCAN_IMAGE_FINDING_START_NO_ENTRY);
}

static unsigned int try_on_chip(const struct mcu_type *type,
				const struct kcan_chip *chip, uint32_t built)
{
	uint32_t base = chip->flash.start;
	struct flashed flashed;

	application_make(bytes, type, built, sizeof(bytes), "v1",
			 APPLICATION_ON_CAN);
	for (size_t k = 0; k < chip->katapult->len; k++) {
		uint32_t at = base + chip->katapult->starts[k].offset;

		flashed_read(&flashed, type, at, bytes, sizeof(bytes));
		assert_int_equal(!flashed.problem, built == at);
		assert_int_equal(is_refused(type, at, &flashed.dictionary),
				 built != at);
	}
	return (unsigned int)chip->katapult->len;
}

/* The simulator, as the chip: what is refused is what it cannot run. */
static void
test_the_chip_runs_what_is_not_refused_and_nothing_else(void **state)
{
	const struct mcu_type *type;
	unsigned int pairs = 0;

	(void)state;
	for (size_t i = 0; (type = mcu_type_at(i)); i++) {
		const struct kcan_chip *chip =
			kcan_chip_find(type->connect_name);

		for (size_t k = 0; type->flash_map && k < chip->klipper->len;
		     k++) {
			uint32_t built = chip->flash.start +
					 chip->klipper->starts[k].offset;

			if (image_start_ok(type, built))
				pairs += try_on_chip(type, chip, built);
		}
	}
	assert_in_range(pairs, 80, 200);
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(
			test_the_chip_runs_what_is_not_refused_and_nothing_else),
		cmocka_unit_test(
			test_the_reset_entry_fits_where_the_start_does_not),
		cmocka_unit_test(test_a_second_witness_decides_between_two),
		cmocka_unit_test(test_without_it_nothing_is_proven),
		cmocka_unit_test(test_two_of_another_firmware_are_none),
		cmocka_unit_test(test_an_rp2040_is_searched_in_its_menu_only),
		cmocka_unit_test(test_multiples_of_256_are_tried_at_last),
		cmocka_unit_test(test_what_the_board_says_is_tried_as_well),
	};
	size_t n = 8;

	for (size_t i = 0; kcan_chip_at(i); i++)
		if (kcan_chip_at(i)->katapult->len)
			tests[n++] = ROW_TEST(kcan_chip_at(i)->name, test_pairs,
					      kcan_chip_at(i));
	return _cmocka_run_group_tests("image_start", tests, n, NULL, NULL);
}
