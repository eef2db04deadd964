// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/image/image_build.c
/*
 * Images as flashing.md, sections 1 and 2, has them. What is expected is written
 * out from there, and not read by what the simulator reads with.
 */
#include "../../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/image/image_build.h"

#define DICTIONARY "a dictionary, that is, any bytes"
#define SIZE 20000
#define CODE 12600	/* 63 % */
#define SIGNATURE 15120 /* 75.6 % */
#define TEXT 16800	/* 84 % */

static uint8_t image[SIZE];

static void build(const char *type, uint32_t start, bool is_signed)
{
	struct image_spec spec = { .type = mcu_type_find(type),
				   .start = start,
				   .size = SIZE,
				   .is_signed = is_signed,
				   .dictionary = (const uint8_t *)DICTIONARY,
				   .dictionary_len = strlen(DICTIONARY),
				   .version = "v1" };

	image_build(image, &spec);
}

/* How often these bytes occur; *@at is where they do last. */
static size_t count(const void *bytes, size_t len, size_t *at)
{
	size_t n = 0;

	for (size_t i = 0; i + len <= SIZE; i++) {
		if (memcmp(image + i, bytes, len) != 0)
			continue;
		*at = i;
		n++;
	}
	return n;
}

/*
 * Word 0, word 1, and words 2 to 15, which are alike; and where the code of the
 * reset entry lies in the file.
 */
static const struct row {
	const char *name;
	const char *type;
	uint32_t start;
	uint8_t table[12];
	uint32_t reset;
} rows[] = {
	{ "stm32f042x6 at 4 KiB",
	  "stm32f042x6",
	  0x08001000,
	  { 0x00, 0x18, 0x00, 0x20, 0x39, 0x41, 0x00, 0x08, 0x41, 0x10, 0x00,
	    0x08 },
	  CODE },
	{ "stm32f103xe at 8 KiB",
	  "stm32f103xe",
	  0x08002000,
	  { 0x00, 0x50, 0x00, 0x20, 0x39, 0x51, 0x00, 0x08, 0x41, 0x20, 0x00,
	    0x08 },
	  CODE },
	{ "stm32g0b1xx without a bootloader",
	  "stm32g0b1xx",
	  0x08000000,
	  { 0x00, 0x40, 0x02, 0x20, 0x39, 0x31, 0x00, 0x08, 0x41, 0x00, 0x00,
	    0x08 },
	  CODE },
	{ "stm32f446xx at 32 KiB",
	  "stm32f446xx",
	  0x08008000,
	  { 0x00, 0x00, 0x02, 0x20, 0x39, 0xb1, 0x00, 0x08, 0x41, 0x80, 0x00,
	    0x08 },
	  CODE },
	{ "stm32h743xx at 128 KiB",
	  "stm32h743xx",
	  0x08020000,
	  { 0x00, 0x00, 0x02, 0x20, 0x39, 0x31, 0x02, 0x08, 0x41, 0x00, 0x02,
	    0x08 },
	  CODE },
	{ "rp2040, whose handlers are in RAM",
	  "rp2040",
	  0x10004000,
	  { 0x00, 0x20, 0x04, 0x20, 0x81, 0x40, 0x00, 0x10, 0x41, 0x02, 0x00,
	    0x20 },
	  0x80 },
	{ "rp2350, likewise",
	  "rp2350",
	  0x10004000,
	  { 0x00, 0x20, 0x08, 0x20, 0x81, 0x40, 0x00, 0x10, 0x41, 0x02, 0x00,
	    0x20 },
	  0x80 },
};

static void test_the_vector_table_is_that_of_the_chip(void **state)
{
	const struct row *row = *state;

	build(row->type, row->start, true);
	assert_memory_equal(image, row->table, sizeof(row->table));
	for (size_t i = 3; i < 16; i++)
		assert_memory_equal(image + 4 * i, row->table + 8, 4);
	assert_memory_equal(image + row->reset, "\x72\xb6", 2);
	if (row->table[11] == 0x08)
		assert_memory_equal(image + 0x40, "\xfe\xe7", 2);
}

static void test_dictionary_and_signature_are_there_once(void **state)
{
	const struct row *row = *state;
	size_t at = 0;

	build(row->type, row->start, true);
	assert_int_equal(count(DICTIONARY, strlen(DICTIONARY), &at), 1);
	assert_int_equal(at, TEXT);
	assert_int_equal(count("CanBoot!", 8, &at), 1);
	assert_int_equal(at, SIGNATURE);
	build(row->type, row->start, false);
	assert_int_equal(count("CanBoot!", 8, &at), 0);
}

/* Section 1.3: the second witness, of what runs from flash. */
static void test_the_address_of_the_dictionary_is_there_once(void **state)
{
	size_t at;

	(void)state;
	build("stm32g0b1xx", 0x08002000, true);
	assert_int_equal(count("\xa0\x61\x00\x08", 4, &at), 1);
}

/* Section 1.2: behind the start code. */
static void test_an_rp2350_has_its_image_definition(void **state)
{
	size_t at;

	(void)state;
	build("rp2350", 0x10004000, true);
	assert_int_equal(count("\xd3\xde\xff\xff\x42\x01\x21\x10", 8, &at), 1);
	assert_int_equal(at, 0x90);
}

static void test_the_smallest_image_holds_all_of_it(void **state)
{
	struct image_spec spec = { .type = mcu_type_find("stm32g0b1xx"),
				   .start = 0x08002000,
				   .is_signed = true,
				   .dictionary = (const uint8_t *)DICTIONARY,
				   .dictionary_len = strlen(DICTIONARY),
				   .version = "v1" };
	uint8_t *small;

	(void)state;
	spec.size = image_size_min(spec.dictionary_len);
	/* of its own size: nothing is written behind it */
	small = malloc(spec.size);
	assert_non_null(small);
	image_build(small, &spec);
	assert_non_null(
		memmem(small, spec.size, DICTIONARY, spec.dictionary_len));
	assert_non_null(memmem(small, spec.size, "\x72\xb6", 2));
	assert_non_null(memmem(small, spec.size, "CanBoot!", 8));
	free(small);
}

static void test_versions_differ_in_every_block(void **state)
{
	uint8_t other[SIZE];
	struct image_spec spec = { .type = mcu_type_find("stm32g0b1xx"),
				   .start = 0x08002000,
				   .size = SIZE,
				   .dictionary = (const uint8_t *)DICTIONARY,
				   .dictionary_len = strlen(DICTIONARY),
				   .version = "v2" };

	(void)state;
	image_build(other, &spec);
	build("stm32g0b1xx", 0x08002000, false);
	for (size_t at = 64; at + 64 < TEXT; at += 64) {
		assert_memory_not_equal(image + at, other + at, 64);
		assert_memory_not_equal(image + at, image + at + 64, 64);
	}
}

static const struct start_row {
	const char *name;
	const char *type;
	uint32_t address;
	bool ok;
} starts[] = {
	{ "start: behind Katapult", "stm32g0b1xx", 0x08002000, true },
	{ "start: no bootloader", "stm32g0b1xx", 0x08000000, true },
	{ "start: within a block", "stm32g0b1xx", 0x08002020, false },
	{ "start: behind the flash", "stm32f042x6", 0x08008000, false },
	{ "start: another family's", "rp2040", 0x08002000, false },
	{ "start: boot2 of an RP2040", "rp2040", 0x10000000, false },
	{ "start: an RP2350 has none", "rp2350", 0x10000000, true },
};

static void test_start(void **state)
{
	const struct start_row *row = *state;

	assert_int_equal(image_start_ok(mcu_type_find(row->type), row->address),
			 row->ok);
}

static void test_the_flash_limits_its_size(void **state)
{
	(void)state;
	assert_int_equal(
		image_size_max(mcu_type_find("stm32f042x6"), 0x08002000),
		24 * 1024);
	assert_int_equal(image_size_max(mcu_type_find("rp2040"), 0x10004000),
			 2048 * 1024 - 0x4000);
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(
			test_the_address_of_the_dictionary_is_there_once),
		cmocka_unit_test(test_an_rp2350_has_its_image_definition),
		cmocka_unit_test(test_the_smallest_image_holds_all_of_it),
		cmocka_unit_test(test_versions_differ_in_every_block),
		cmocka_unit_test(test_the_flash_limits_its_size),
	};
	size_t n = 5;

	ROWS(rows, test_the_vector_table_is_that_of_the_chip);
	ROWS(rows, test_dictionary_and_signature_are_there_once);
	ROWS(starts, test_start);
	return _cmocka_run_group_tests("image_build", tests, n, NULL, NULL);
}
