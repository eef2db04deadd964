// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Which block is written when: flashing.md, section 3; addresses by hand. */
#include "../../support/unit.h"

#include <stdio.h>
#include <string.h>

#include "flash/flash_order.h"

#define BLOCKS_MAX 4096

static const char mark[] = {
	[FLASHING_FILL] = 'i', /* the image */
	[FLASHING_ZERO] = 'z',
	[FLASHING_POKE] = 'p',
};

/* "z08002000 i08002800-08002840": runs of blocks that follow each other. */
struct text {
	char text[1024];
	uint32_t from, last;
	char what;
};

static void end_run(struct text *t)
{
	size_t len = strlen(t->text);

	if (!t->what)
		return;
	snprintf(t->text + len, sizeof(t->text) - len, "%s%c%08x",
		 len ? " " : "", t->what, t->from);
	len = strlen(t->text);
	if (t->last != t->from)
		snprintf(t->text + len, sizeof(t->text) - len, "-%08x",
			 t->last);
}

static void add(struct text *t, const struct flashing_order *o)
{
	uint32_t address = flashing_order_address(o, o->block);

	if (t->what != mark[o->what] || address != t->last + 64) {
		end_run(t);
		t->what = mark[o->what];
		t->from = address;
	}
	t->last = address;
}

static const char *walk(struct flashing_order *o)
{
	static struct text t;

	t = (struct text){ 0 };
	for (; !o->done; flashing_order_next(o))
		add(&t, o);
	end_run(&t);
	return t.text;
}

static bool marks[2 * BLOCKS_MAX];

static struct flashing_order order(const char *chip, uint32_t start, size_t len)
{
	struct flashing_order o;

	memset(marks, 0, sizeof(marks));
	assert_in_range(len, 1, 64 * BLOCKS_MAX);
	flashing_order_init(&o, kcan_chip_find(chip), start,
			    flashing_order_blocks(kcan_chip_find(chip), len),
			    marks);
	return o;
}

static const struct row {
	const char *name;
	const char *chip;
	uint32_t start;
	size_t len;
	const char *want;
} rows[] = {
	{ "one byte on 2 KiB pages", "stm32g0b1xx", 0x08002000, 1,
	  "z08002000 i08002000" },
	{ "a page less one byte", "stm32g0b1xx", 0x08002000, 2047,
	  "z08002000 i08002000-080027c0" },
	{ "a page", "stm32g0b1xx", 0x08002000, 2048,
	  "z08002000 i08002000-080027c0" },
	{ "a page and one byte", "stm32g0b1xx", 0x08002000, 2049,
	  "z08002000 i08002800 i08002000-080027c0" },
	{ "three pages: the first one last", "stm32g0b1xx", 0x08002000, 6144,
	  "z08002000 i08002800-080037c0 i08002000-080027c0" },
	{ "F103 is taken for one of 2 KiB pages", "stm32f103xe", 0x08002000,
	  2049, "z08002000 i08002800 i08002000-080027c0" },
	{ "F103 from 4 KiB on", "stm32f103xe", 0x08001000, 4096,
	  "z08001000 i08001800-08001fc0 i08001000-080017c0" },
	{ "F042 has 1 KiB pages", "stm32f042x6", 0x08002000, 1025,
	  "z08002000 i08002400 i08002000-080023c0" },
	{ "F446: sectors of 16, 64 and 128 KiB", "stm32f446xx", 0x08008000,
	  98304 + 1, "z08008000 i0800c000-08020000 i08008000-0800bfc0" },
	{ "F446 within its first sector", "stm32f446xx", 0x08008000, 16384,
	  "z08008000 i08008000-0800bfc0" },
	{ "H7 within one sector: no zeros", "stm32h743xx", 0x08020000, 131072,
	  "i08020000-0803ffc0" },
	{ "H7 beyond one sector", "stm32h743xx", 0x08020000, 131073,
	  "z08020000 i08040000 i08020000-0803ffc0" },
	{ "RP2040: sectors of 4 KiB", "rp2040", 0x10004000, 8193,
	  "z10004000 i10005000-10006000 i10004000-10004fc0" },
	{ "RP2350 within one sector", "rp2350", 0x10004000, 100,
	  "z10004000 i10004000-10004040" },
	{ "LPC1769: a page of zeros before each sector", "lpc1769", 0x4000,
	  4097,
	  "z00004000-000040c0 z00005000-000050c0 i00005000-000050c0 i00004000-00004fc0" },
};

static void test_the_order(void **state)
{
	const struct row *row = *state;
	struct flashing_order o = order(row->chip, row->start, row->len);

	assert_string_equal(walk(&o), row->want);
}

static void next(struct flashing_order *o, int n)
{
	while (n--)
		flashing_order_next(o);
}

/* section 3.2 */
static void test_a_refused_block_begins_its_page_again(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 4096);

	(void)state;
	next(&o, 1 + 5); /* the zeros, and five blocks of the second page */
	assert_true(flashing_order_restart(&o));
	assert_string_equal(walk(&o), "z08002800 z08002c00 "
				      "i08002800-08002fc0 "
				      "i08002000-080027c0");
}

static void test_refused_zeros_are_sent_again_behind_others(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 2048);

	(void)state;
	assert_true(flashing_order_restart(&o));
	assert_string_equal(walk(&o), "p08002040 z08002000 i08002000-080027c0");
}

static void test_so_are_they_when_those_others_are_refused(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 2048);

	(void)state;
	assert_true(flashing_order_restart(&o));
	assert_true(flashing_order_restart(&o));
	assert_string_equal(walk(&o), "p08002080 z08002000 i08002000-080027c0");
}

/* a quarter of 2 KiB is blocks 0 to 7 */
static void test_no_block_of_the_first_quarter_is_left_untried(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 2048);

	(void)state;
	for (int i = 1; i <= 7; i++) {
		assert_true(flashing_order_restart(&o));
		assert_int_equal(o.block, i);
	}
	assert_true(flashing_order_restart(&o));
	assert_int_equal(o.what, FLASHING_ZERO);
	assert_int_equal(o.block, 0);
	assert_false(flashing_order_restart(&o));
}

/* section 3.2: not the first block of a page, not the whole second page */
static void mark_blank(struct flashing_order *o)
{
	memset(o->blank + 5, true, 3);
	memset(o->blank + 32, true, 32);
	o->blank[95] = o->blank[96] = true;
}

static void test_where_cells_have_ecc_blocks_of_ff_are_not_sent(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 97 * 64);

	(void)state;
	mark_blank(&o);
	assert_string_equal(walk(&o), "z08002000 i08002800 "
				      "i08003000-08003780 i08003800 "
				      "i08002000-08002100 i08002200-080027c0");
}

static void test_blocks_of_ff_that_are_not_sent_are_counted(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 97 * 64);
	size_t n = 0;

	(void)state;
	mark_blank(&o);
	while (!o.done)
		n += flashing_order_next(&o);
	assert_int_equal(n, 97);
}

static void test_without_ecc_all_blocks_are_sent(void **state)
{
	struct flashing_order o = order("stm32f103xe", 0x08002000, 97 * 64);

	(void)state;
	mark_blank(&o);
	assert_string_equal(walk(&o), "z08002000 i08002800-08003800 "
				      "i08002000-080027c0");
}

static void test_zeros_refused_twice_are_the_end(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 2048);

	(void)state;
	assert_true(flashing_order_restart(&o));
	flashing_order_next(&o);
	assert_false(flashing_order_restart(&o));
}

static void test_a_page_is_begun_again_twice(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 4096);

	(void)state;
	next(&o, 1);
	for (int i = 0; i < 2; i++) {
		assert_true(flashing_order_restart(&o));
		next(&o, 2);
	}
	assert_false(flashing_order_restart(&o));
	/* and the next one anew */
	next(&o, 32);
	assert_int_equal(o.first, 0);
	assert_true(flashing_order_restart(&o));
}

static void test_where_blocks_are_buffered_refused_is_refused(void **state)
{
	struct flashing_order rp = order("rp2040", 0x10004000, 4096);
	struct flashing_order lpc = order("lpc1769", 0x4000, 4096);

	(void)state;
	assert_false(flashing_order_restart(&rp));
	assert_false(flashing_order_restart(&lpc));
}

static void test_only_pages_that_differ_are_written_again(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 8192);

	(void)state;
	walk(&o);
	o.bad[70] = true;
	flashing_order_mend(&o);
	/* the beginning goes first and comes last, as nobody may start it */
	assert_string_equal(walk(&o), "z08002000 z08003000 z08003400 "
				      "i08003000-080037c0 i08002000-080027c0");
}

static void test_the_first_page_alone_is_written_again(void **state)
{
	struct flashing_order o = order("stm32g0b1xx", 0x08002000, 8192);

	(void)state;
	walk(&o);
	o.bad[31] = true;
	flashing_order_mend(&o);
	assert_string_equal(walk(&o), "z08002000 i08002000-080027c0");
}

static void test_a_large_sector_is_erased_to_be_written_again(void **state)
{
	struct flashing_order o = order("stm32h743xx", 0x08020000, 100);

	(void)state;
	walk(&o);
	o.bad[1] = true;
	flashing_order_mend(&o);
	assert_string_equal(walk(&o), "z08020000 i08020000-08020040");
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 13] = { 0 };
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_a_refused_block_begins_its_page_again),
		cmocka_unit_test(
			test_refused_zeros_are_sent_again_behind_others),
		cmocka_unit_test(
			test_so_are_they_when_those_others_are_refused),
		cmocka_unit_test(
			test_no_block_of_the_first_quarter_is_left_untried),
		cmocka_unit_test(
			test_where_cells_have_ecc_blocks_of_ff_are_not_sent),
		cmocka_unit_test(
			test_blocks_of_ff_that_are_not_sent_are_counted),
		cmocka_unit_test(test_without_ecc_all_blocks_are_sent),
		cmocka_unit_test(test_zeros_refused_twice_are_the_end),
		cmocka_unit_test(test_a_page_is_begun_again_twice),
		cmocka_unit_test(
			test_where_blocks_are_buffered_refused_is_refused),
		cmocka_unit_test(test_only_pages_that_differ_are_written_again),
		cmocka_unit_test(test_the_first_page_alone_is_written_again),
		cmocka_unit_test(
			test_a_large_sector_is_erased_to_be_written_again),
	};
	size_t n = 0;

	ROWS(rows, test_the_order);
	memcpy(tests + n, others, sizeof(others));
	return cmocka_run_group_tests_name("flashing_order", tests, NULL, NULL);
}
