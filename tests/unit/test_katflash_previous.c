// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/file/previous.c tools/katflash/file/backup.c
#include "../support/unit.h"

#include "../../tools/katflash/file/previous.h"
#include "flash_make.h"

#define START 0x08002000
#define LEN 30000 /* of the new image; it has its dictionary at 83 % */
#define DICTIONARY 24900
#define DIGITS 7000 /* which make a stream of 57 blocks, as real ones have */

static struct made_flash file, flash;

static void put_klipper(struct made_flash *f, int moved, const char *version)
{
	put_code(f, 0, (size_t)(LEN + moved));
	put_dictionary(f, (size_t)(DICTIONARY + moved), version, DIGITS);
}

static void alike(void)
{
	put_klipper(&flash, 0, "v1");
}

static void larger(void)
{
	put_klipper(&flash, 12380, "v1");
}

static void smaller(void)
{
	put_klipper(&flash, -12380, "v1");
}

static void much_smaller(void)
{
	put_klipper(&flash, -20000, "v1");
}

/* Behind the table there is something compressed, and no dictionary. */
static void compressed_otherwise(void)
{
	put_klipper(&flash, -6000, "v1");
	for (size_t i = 0; i < 1000; i++)
		flash.bytes[DICTIONARY + 1000 + i] = (uint8_t)(i * 167);
}

static void damaged(void)
{
	alike();
	flash.bytes[DICTIONARY + 2000] ^= 1;
}

static void other_firmware(void)
{
	put_code(&flash, 0, 60 * KIB);
}

/* Its beginning is looked for no further back than it could be long; twice. */
static void compressed_all_over(void)
{
	put_code(&flash, 0, 60 * KIB);
	for (size_t i = KIB; i < 60 * KIB; i++)
		flash.bytes[i] = (uint8_t)(i * 167);
}

static void nothing(void)
{
}

static void zeros_in_front(void)
{
	alike();
	memset(flash.bytes, 0, 4);
}

/* What the pages behind an application hold was not erased for it. */
static void put_short_one(size_t len)
{
	alike();
	put_code(&flash, 0, len);
	memset(flash.bytes + len, 0xff, -len % KIB);
}

static void short_one_before_an_older_one(void)
{
	put_short_one(11 * KIB + 900);
}

static void short_one_within_a_last_block(void)
{
	put_short_one(12 * KIB - 4);
}

static void short_one_in_pages_of_1_kib(void)
{
	put_short_one(10 * KIB + 900);
}

static void short_one_up_to_the_older_one(void)
{
	put_short_one(23 * KIB + 900);
}

/* @blocks: so many are read. */
static const struct row {
	const char *name, *mcu;
	void (*make)(void);
	enum previous_is is;
	size_t blocks;
} rows[] = {
	{ "built as the new one", "stm32g0b1xx", alike, PREVIOUS_KLIPPER, 84 },
	{ "larger", "stm32g0b1xx", larger, PREVIOUS_KLIPPER, 108 },
	{ "smaller", "stm32g0b1xx", smaller, PREVIOUS_KLIPPER, 107 },
	{ "with other compressed data nearby", "stm32g0b1xx",
	  compressed_otherwise, PREVIOUS_KLIPPER, 185 },
	{ "more than 16 KiB away: unknown", "stm32g0b1xx", much_smaller,
	  PREVIOUS_UNKNOWN, 30 },
	{ "a damaged dictionary: unknown", "stm32g0b1xx", damaged,
	  PREVIOUS_UNKNOWN, 209 },
	{ "other firmware: unknown", "stm32g0b1xx", other_firmware,
	  PREVIOUS_UNKNOWN, 30 },
	{ "compressed all over: unknown", "stm32g0b1xx", compressed_all_over,
	  PREVIOUS_UNKNOWN, 313 },
	{ "FF in front: there is none", "stm32g0b1xx", nothing, PREVIOUS_NONE,
	  1 },
	{ "zeros in front: there is none", "stm32g0b1xx", zeros_in_front,
	  PREVIOUS_NONE, 1 },
	{ "what has ended in front of an older one has not its version",
	  "stm32g0b1xx", short_one_before_an_older_one, PREVIOUS_UNKNOWN, 78 },
	{ "likewise when it ended in the last block of a page", "stm32g0b1xx",
	  short_one_within_a_last_block, PREVIOUS_UNKNOWN, 78 },
	{ "likewise where pages may have 1 KiB", "stm32f103xe",
	  short_one_in_pages_of_1_kib, PREVIOUS_UNKNOWN, 83 },
	{ "likewise close to it", "stm32g0b1xx", short_one_up_to_the_older_one,
	  PREVIOUS_UNKNOWN, 84 },
	{ "of a chip that is not known nothing is", "stm32x", alike,
	  PREVIOUS_UNKNOWN, 0 },
	{ "nor of one that Katapult is not for", "stm32g474xx", alike,
	  PREVIOUS_UNKNOWN, 0 },
	/* that are 32 KiB, less 8 KiB; but the new one has to fit */
	{ "what some of its chips do not have is not read", "stm32f103xe",
	  larger, PREVIOUS_UNKNOWN, 18 },
};

/* As the exchange does it. Return: how many blocks were read. */
static size_t read_what_it_wants(struct previous *p)
{
	uint32_t at = 0;
	size_t n = 0;

	while (at < p->room && at % 64 == 0) {
		n++;
		assert_in_range(n, 1, 1000);
		at = previous_take(p, START + at, flash.bytes + at, 64) - START;
	}
	assert_int_equal(at + START, 0);
	return n;
}

static void test_what_is_found(void **state)
{
	const struct row *row = *state;
	struct firmware f = { .bytes = file.bytes, .len = LEN };
	struct kcan_kat_ident ident = { .app_start = START };
	struct previous p;
	size_t n = 0;

	make_blank(&file);
	make_blank(&flash);
	put_klipper(&file, 0, "v2");
	f.dictionary.offset = DICTIONARY;
	f.dictionary.len =
		put_dictionary(&file, DICTIONARY, "v2", DIGITS) - DICTIONARY;
	snprintf(ident.mcu, sizeof(ident.mcu), "%s", row->mcu);
	row->make();
	if (previous_begin(&p, &f, &ident))
		n = read_what_it_wants(&p);
	assert_int_equal(p.is, row->is);
	assert_int_equal(n, row->blocks);
	if (p.is == PREVIOUS_KLIPPER)
		assert_string_equal(previous_text(&p), "v1");
	previous_free(&p);
}

static void test_without_a_dictionary_nothing_is_read(void **state)
{
	struct firmware f = { .bytes = file.bytes, .len = LEN };
	struct kcan_kat_ident ident = { .mcu = "stm32g0b1xx",
					.app_start = START };
	struct previous p;

	(void)state;
	assert_false(previous_begin(&p, &f, &ident));
	assert_string_equal(previous_text(&p), "an unknown version");
	previous_free(&p);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 1] = {
		cmocka_unit_test(test_without_a_dictionary_nothing_is_read),
	};
	size_t n = 1;

	ROWS(rows, test_what_is_found);
	return _cmocka_run_group_tests("katflash_previous", tests, n, NULL,
				       NULL);
}
