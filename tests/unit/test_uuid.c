// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"
#include "../support/vectors.h"

#include <errno.h>
#include <string.h>

#include <kcan/uuid.h>

#include "util/hex.h"

static const struct kcan_uuid UUID = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0xaa } };

static const struct parse_row {
	const char *name;
	const char *text;
	int want;
} parse_rows[] = {
	{ "12 lower case digits are a uuid", "1122334455aa", 0 },
	{ "upper case is accepted", "1122334455AA", 0 },
	{ "11 digits are refused, not padded", "122334455aa", -ERANGE },
	{ "14 digits are refused, not cut", "001122334455aa", -ERANGE },
	{ "an empty text is refused", "", -ERANGE },
	{ "a 0x prefix is refused", "0x1122334455aa", -ERANGE },
	{ "0x within 12 characters is refused", "0x22334455aa", -EINVAL },
	{ "a letter that is no hex digit is refused", "1122334455ag", -EINVAL },
	{ "a blank is refused", "11223344 5aa", -EINVAL },
	{ "a sign is refused", "-122334455aa", -EINVAL },
	{ "separators are refused", "11:22:33:44:", -EINVAL },
	{ "bytes above 7F are refused",
	  "\xc3\xa4"
	  "22334455aa",
	  -EINVAL },
};

static void test_parse(void **state)
{
	const struct parse_row *row = *state;
	struct kcan_uuid got = { { 0 } };
	const struct kcan_uuid untouched = { { 0 } };

	assert_int_equal(kcan_uuid_parse(&got, row->text), row->want);
	assert_memory_equal(&got, row->want ? &untouched : &UUID, sizeof(got));
}

static void test_format_keeps_leading_zeros(void **state)
{
	const struct kcan_uuid uuid = { { 0x00, 0x0a, 0xff, 0x00, 0x01,
					  0x10 } };
	char text[KCAN_UUID_STR_LEN + 1];

	(void)state;
	kcan_uuid_format(&uuid, text);
	assert_string_equal(text, "000aff000110");
}

static void test_complement_differs_in_every_bit(void **state)
{
	const struct kcan_uuid want = { { 0xee, 0xdd, 0xcc, 0xbb, 0xaa,
					  0x55 } };
	struct kcan_uuid got = kcan_uuid_complement(&UUID);

	(void)state;
	assert_true(kcan_uuid_equal(&got, &want));
	assert_false(kcan_uuid_equal(&got, &UUID));
}

static void test_from_chip_id(void **state)
{
	const struct vector *v = *state;
	uint8_t id[32];
	struct kcan_uuid uuid;
	char text[KCAN_UUID_STR_LEN + 1];
	size_t len = strlen(v->name);

	assert_in_range(len, 2, 2 * sizeof(id));
	assert_int_equal(util_hex_decode(id, v->name, len), 0);
	kcan_uuid_from_chip_id(&uuid, id, len / 2);
	kcan_uuid_format(&uuid, text);
	assert_string_equal(text, v->value);
}

int main(void)
{
	static struct vector vectors[VECTORS_MAX];
	struct CMUnitTest tests[ARRAY_SIZE(parse_rows) + 2 + VECTORS_MAX] = {
		cmocka_unit_test(test_format_keeps_leading_zeros),
		cmocka_unit_test(test_complement_differs_in_every_bit),
	};
	size_t count = vectors_load("uuid.txt", ' ', vectors);
	size_t n = 2;

	ROWS(parse_rows, test_parse);
	for (size_t i = 0; i < count; i++)
		tests[n++] = ROW_TEST(vectors[i].name, test_from_chip_id,
				      &vectors[i]);
	return _cmocka_run_group_tests("uuid", tests, n, NULL, NULL);
}
