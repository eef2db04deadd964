// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <errno.h>

#include "util/cursor.h"
#include "util/hex.h"
#include "util/number.h"
#include "util/random.h"
#include "util/texts.h"

static void test_hex_reads_either_case(void **state)
{
	static const uint8_t want[] = { 0x0a, 0xbc, 0xde, 0xf9 };
	uint8_t got[4];

	(void)state;
	assert_int_equal(util_hex_decode(got, "0aBcDEf9", 8), 0);
	assert_memory_equal(got, want, sizeof(want));
}

static void test_hex_refuses_what_is_not_hex(void **state)
{
	static const char *const bad[] = { "0g",  "g0", " 0", "0x", "-1",
					   "\n0", "@a", "`a", "/0", ":0" };
	uint8_t out[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(util_hex_decode(out, bad[i], 2), -EINVAL);
	assert_int_equal(util_hex_decode(out, "abc", 3), -EINVAL);
}

static void test_hex_writes_two_digits_a_byte(void **state)
{
	char text[7];

	(void)state;
	util_hex_encode(text, (const uint8_t[]){ 0x00, 0x0f, 0xa5 }, 3);
	assert_string_equal(text, "000fa5");
}

static void test_cursor_writes_little_endian(void **state)
{
	static const uint8_t want[] = { 0x7f, 0x44, 0x33, 0x22, 0x11, 0, 0 };
	uint8_t buf[7] = { 9, 9, 9, 9, 9, 9, 9 };
	struct util_cursor c = util_cursor_on(buf, sizeof(buf));

	(void)state;
	util_put_u8(&c, 0x7f);
	util_put_le32(&c, 0x11223344);
	util_put_zeros(&c, 2);
	assert_false(c.bad);
	assert_memory_equal(buf, want, sizeof(want));
}

static void test_cursor_keeps_big_endian_apart(void **state)
{
	static const uint8_t want[] = { 0x01, 0x11, 0x80, 0x05, 0xf0, 0x0d };
	uint8_t buf[6];
	struct util_cursor c = util_cursor_on(buf, sizeof(buf));

	(void)state;
	util_put_be16(&c, 0x0111);
	util_put_be32(&c, 0x8005f00d);
	assert_false(c.bad);
	assert_memory_equal(buf, want, sizeof(want));
	c = util_cursor_reading(want, sizeof(want));
	assert_int_equal(util_get_le16(&c), 0x1101);
	assert_int_equal(util_get_be32(&c), 0x8005f00d);
	assert_int_equal(util_get_be16(&c), 0);
	assert_true(c.bad);
}

static void test_cursor_stops_for_good_at_the_end(void **state)
{
	uint8_t buf[3] = { 0 };
	struct util_cursor c = util_cursor_on(buf, sizeof(buf));

	(void)state;
	util_put_le32(&c, 0xffffffff);
	assert_true(c.bad);
	util_put_u8(&c, 0xff);
	assert_int_equal(c.pos, 0);
	assert_int_equal(buf[0], 0);
	assert_int_equal(util_cursor_left(&c), 0);
}

static void test_cursor_reads_zero_past_the_end(void **state)
{
	static const uint8_t bytes[] = { 0x78, 0x56, 0x34, 0x12, 0xab };
	uint8_t two[2] = { 1, 1 };
	struct util_cursor c = util_cursor_reading(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(util_get_le32(&c), 0x12345678);
	assert_int_equal(util_cursor_left(&c), 1);
	util_get_bytes(&c, two, sizeof(two));
	assert_true(c.bad);
	assert_int_equal(two[0] | two[1], 0);
	assert_int_equal(util_get_u8(&c), 0);
}

static const struct number_row {
	const char *name; /* the text, too */
	int want;
	uint64_t value;
} number_rows[] = {
	{ "0", 0, 0 },
	{ "254", 0, 254 },
	{ "0xfe", 0, 254 },
	{ "0XFE", 0, 254 },
	{ "010", 0, 10 },
	{ "", -EINVAL, 7 },
	{ "0x", -EINVAL, 7 },
	{ "-1", -EINVAL, 7 },
	{ "+1", -EINVAL, 7 },
	{ " 1", -EINVAL, 7 },
	{ "1 ", -EINVAL, 7 },
	{ "12a", -EINVAL, 7 },
	{ "0x0x1", -EINVAL, 7 },
	{ "0x-1", -EINVAL, 7 },
	{ "18446744073709551615", 0, UINT64_MAX },
	{ "18446744073709551616", -ERANGE, 7 },
	{ "99999999999999999999999", -ERANGE, 7 },
};

static void test_number(void **state)
{
	const struct number_row *row = *state;
	uint64_t value = 7;

	assert_int_equal(util_parse_number(row->name, &value), row->want);
	assert_int_equal(value, row->value);
}

static void test_texts_stay_where_they_are(void **state)
{
	struct util_texts *texts = NULL;
	const char *first = util_texts_add(&texts, "%s:%d", "a", 7);
	const char *second = util_texts_add(&texts, "%s", "");

	(void)state;
	assert_string_equal(first, "a:7");
	assert_string_equal(second, "");
	util_texts_free(&texts);
	assert_null(texts);
	util_texts_free(&texts);
}

static void test_no_draw_tells_the_next(void **state)
{
	uint32_t first = util_random(), second = util_random();

	(void)state;
	/* all three the same: 1 in 2^64 */
	assert_true(first != second || second != util_random());
}

int main(void)
{
	struct CMUnitTest tests[32] = {
		cmocka_unit_test(test_hex_reads_either_case),
		cmocka_unit_test(test_hex_refuses_what_is_not_hex),
		cmocka_unit_test(test_hex_writes_two_digits_a_byte),
		cmocka_unit_test(test_cursor_writes_little_endian),
		cmocka_unit_test(test_cursor_keeps_big_endian_apart),
		cmocka_unit_test(test_cursor_stops_for_good_at_the_end),
		cmocka_unit_test(test_cursor_reads_zero_past_the_end),
		cmocka_unit_test(test_texts_stay_where_they_are),
		cmocka_unit_test(test_no_draw_tells_the_next),
	};
	size_t n = 9;

	ROWS(number_rows, test_number);
	return _cmocka_run_group_tests("util", tests, n, NULL, NULL);
}
