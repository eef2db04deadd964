// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board
/* What a chip could run: flashing.md, sections 1 and 2. */
#include "../../support/unit.h"

#include <string.h>
#include <zlib.h>

#include "../../../sim/canmcu/board/flashed.h"
#include "klipper_stream.h"

#define G0 "stm32g0b1xx"
#define START 0x08002000u
#define STACK "the application has its stack where this chip has no RAM"
#define RESET "the application begins outside of its flash"
#define OFFSET "the application was built for another start"
#define MCU "the application was built for another MCU"

/* Where the stream is, and an image without one ends. */
#define STREAM sizeof(klipper_head)

/* An image for the G0 at START, with some bytes changed, in a chip. */
static const struct row {
	const char *name;
	const char *type;
	const char *problem;
	bool has_dictionary;
	size_t at;
	const char *bytes;
	size_t len;
} rows[] = {
	{ "the chip that it is built for", G0, NULL, true },
	{ "without a dictionary nothing is known of its MCU", "rp2350", NULL,
	  false },
	{ "a stack in the RAM of another family", G0, STACK, true, 0,
	  "\xe0\x7f\x00\x10", 4 },
	{ "a stack within the RAM", G0, NULL, true, 0, "\x04\x00\x00\x20", 4 },
	{ "a smaller chip", "stm32g431xx", STACK, false },
	{ "blank flash", G0, STACK, false, 0,
	  "\xff\xff\xff\xff\xff\xff\xff\xff", 8 },
	{ "an entry in the bootloader", G0, RESET, true, 4, "\x01\x01\x00\x08",
	  4 },
	{ "an entry behind the flash", "stm32g0b1xx", RESET, true, 4,
	  "\x01\x00\x08\x08", 4 },
	{ "an even entry", G0, RESET, true, 4, "\x20\x20\x00\x08", 4 },
	{ "Klipper for another start", G0, OFFSET, true, 4, "\x21\x30\x00\x08",
	  4 },
	{ "other firmware is not asked for its start", G0, NULL, false, 4,
	  "\x21\x30\x00\x08", 4 },
	{ "Klipper of another chip with more RAM", "rp2350", MCU, START, true },
	{ "a dictionary cut off is none", "rp2350", NULL, true, STREAM + 60,
	  "\xff", 1 },
};

static uint8_t flash[512 * 1024 - 0x2000];

static void make(const struct row *row)
{
	memset(flash, 0xff, sizeof(flash));
	memcpy(flash, klipper_head, sizeof(klipper_head));
	if (row->has_dictionary)
		memcpy(flash + STREAM, klipper_stream, sizeof(klipper_stream));
	if (row->len)
		memcpy(flash + row->at, row->bytes, row->len);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct flashed a;

	make(row);
	flashed_read(&a, mcu_type_find(row->type), START, flash, sizeof(flash));
	if (row->problem)
		assert_string_equal(a.problem ? a.problem : "", row->problem);
	else
		assert_null(a.problem);
	assert_true(a.is_signed);
}

/* Section 2: names of one chip, names that differ in nothing else, and others. */
static const struct pair {
	const char *name;
	const char *type;
	const char *json;
	bool runs;
} pairs[] = {
	{ "an F405's on an F407", "stm32f407xx",
	  "{\"app\":\"Klipper\",\"config\":{\"MCU\":\"stm32f405xx\"}}", true },
	{ "an F407's on an F429", "stm32f429xx",
	  "{\"app\":\"Klipper\",\"config\":{\"MCU\":\"stm32f407xx\"}}", true },
	{ "an F407's on an F446", "stm32f446xx",
	  "{\"app\":\"Klipper\",\"config\":{\"MCU\":\"stm32f407xx\"}}", false },
	{ "the F103's on one with less RAM", "stm32f103x6",
	  "{\"app\":\"Klipper\",\"config\":{\"MCU\":\"stm32f103xe\"}}", true },
	{ "one that tells of no MCU", "stm32g0b1xx", "{\"app\":\"Klipper\"}",
	  true },
};

static void test_pair(void **state)
{
	const struct pair *pair = *state;
	uLongf room = sizeof(flash) - STREAM;
	struct flashed a;

	memset(flash, 0xff, sizeof(flash));
	memcpy(flash, klipper_head, sizeof(klipper_head));
	/* in the RAM of all of them */
	memcpy(flash, "\x00\x20\x00\x20", 4);
	assert_int_equal(compress2(flash + STREAM, &room,
				   (const Bytef *)pair->json,
				   strlen(pair->json), 9),
			 Z_OK);
	flashed_read(&a, mcu_type_find(pair->type), START, flash, 4096);
	assert_int_equal(a.problem == NULL, pair->runs);
}

static void test_what_is_not_signed_is_told(void **state)
{
	struct flashed a;

	(void)state;
	memset(flash, 0xff, sizeof(flash));
	memcpy(flash, klipper_head, sizeof(klipper_head) - 1);
	flashed_read(&a, mcu_type_find(G0), START, flash, 4096);
	assert_null(a.problem);
	assert_false(a.is_signed);
}

int main(void)
{
	struct CMUnitTest tests[32] = {
		cmocka_unit_test(test_what_is_not_signed_is_told),
	};
	size_t n = 1;

	ROWS(rows, test_row);
	ROWS(pairs, test_pair);
	return _cmocka_run_group_tests("flashed", tests, n, NULL, NULL);
}
