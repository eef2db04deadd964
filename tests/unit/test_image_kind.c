// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What a file is by its first bytes, or scrambled: flashing.md, section 1.4. */
#include "../support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../lib/flash/image_parts.h"
#include "util/cursor.h"

#define LEN 40000u
#define FLASH 0x08000000u

static const struct front {
	const char *name;
	const char *bytes;
	size_t len;
	enum kcan_image_kind want;
} fronts[] = {
	{ "UF2: no more than its first bytes", "UF2\n\x57\x51\x5d\x9e", 8,
	  KCAN_IMAGE_UF2 },
	{ "UF2: all but one of them", "UF2\n\x57\x51\x5d", 7,
	  KCAN_IMAGE_SHORT },
	{ "ELF: its four", "\x7f\x45\x4c\x46", 4, KCAN_IMAGE_ELF },
	{ "ELF: three of them", "\x7f\x45\x4c", 3, KCAN_IMAGE_SHORT },
	{ "Intel hex: eight digits", ":00000001FF", 9, KCAN_IMAGE_IHEX },
	{ "Intel hex: one is missing", ":00000001FF", 8, KCAN_IMAGE_SHORT },
	{ "Intel hex: the last of them is none", ":0000000x", 9,
	  KCAN_IMAGE_SHORT },
	{ "S-record: two digits", "S00F", 4, KCAN_IMAGE_SREC },
	{ "S-record: one", "S00", 3, KCAN_IMAGE_SHORT },
	{ "S-record: the last of them is none", "S00-", 4, KCAN_IMAGE_SHORT },
	{ "DfuSe: five letters", "DfuSe", 5, KCAN_IMAGE_DFUSE },
	{ "DfuSe: four", "DfuS", 4, KCAN_IMAGE_SHORT },
	{ "Chitu: four bytes", "\x44\x3d\x2d\x3f", 4, KCAN_IMAGE_CHITU },
	{ "Chitu: three", "\x44\x3d\x2d", 3, KCAN_IMAGE_SHORT },
};

static void test_front(void **state)
{
	const struct front *row = *state;
	uint8_t *bytes = malloc(row->len);

	assert_non_null(bytes);
	memcpy(bytes, row->bytes, row->len);
	assert_int_equal(kcan_image_kind_of(bytes, row->len, false), row->want);
	free(bytes);
}

/* update_mks_robin.py's key, from the row of that section. */
static void scramble(uint8_t *bytes)
{
	static const uint8_t key[32] = {
		0xa3, 0xbd, 0xad, 0x0d, 0x41, 0x11, 0xbb, 0x8d,
		0xdc, 0x80, 0x2d, 0xd0, 0xd2, 0xc4, 0x9b, 0x1e,
		0x26, 0xeb, 0xe3, 0x33, 0x4a, 0x15, 0xe4, 0x0a,
		0xb3, 0xb1, 0x3c, 0x93, 0xbb, 0xaf, 0xf7, 0x3e,
	};

	for (size_t i = 320; i <= 31039; i++)
		bytes[i] ^= key[i % 32];
}

/* Both handlers of section 1.3, whose words in the table are odd. */
static enum kcan_image_kind kind_of(uint32_t start, uint32_t reset,
				    uint32_t handler)
{
	uint8_t *bytes = calloc(1, LEN);
	struct util_cursor c = util_cursor_on(bytes, LEN);
	enum kcan_image_kind kind;

	assert_non_null(bytes);
	util_put_le32(&c, 0x20005000);
	util_put_le32(&c, start + reset + 1);
	util_put_le32(&c, start + handler + 1);
	memcpy(bytes + reset, "\x72\xb6", 2);
	memcpy(bytes + handler, "\xfe\xe7", 2);
	scramble(bytes);
	kind = kcan_image_kind_of(bytes, LEN, false);
	free(bytes);
	return kind;
}

static const struct robin {
	const char *name;
	uint32_t start, reset, handler; /* where the last two are in the file */
	enum kcan_image_kind want;
} robins[] = {
	{ "Robin: starts behind 28 KiB", FLASH + 0x7000, 400, 402,
	  KCAN_IMAGE_ROBIN },
	{ "Robin: its first byte that is scrambled", FLASH + 0x7000, 320, 402,
	  KCAN_IMAGE_ROBIN },
	{ "Robin: a reset handler in front of that", FLASH + 0x7000, 318, 402,
	  KCAN_IMAGE_OTHER },
	{ "Robin: its last byte", FLASH + 0x7000, 31038, 402,
	  KCAN_IMAGE_ROBIN },
	{ "Robin: a reset handler behind that", FLASH + 0x7000, 31040, 402,
	  KCAN_IMAGE_OTHER },
	{ "Robin: another handler in front", FLASH + 0x7000, 400, 318,
	  KCAN_IMAGE_ROBIN },
	{ "Robin: another handler behind", FLASH + 0x7000, 400, 31040,
	  KCAN_IMAGE_ROBIN },
	{ "Robin: starts at the front", FLASH, 400, 402, KCAN_IMAGE_ROBIN },
	{ "Robin: starts at the last that is tried", FLASH + 0x30000, 400, 402,
	  KCAN_IMAGE_ROBIN },
	{ "Robin: starts behind that", FLASH + 0x30100, 400, 402,
	  KCAN_IMAGE_OTHER },
};

static void test_robin(void **state)
{
	const struct robin *row = *state;

	assert_int_equal(kind_of(row->start, row->reset, row->handler),
			 row->want);
}

static void test_robin_with_each_byte_of_its_key(void **state)
{
	(void)state;
	for (uint32_t at = 1024; at < 1056; at += 2)
		assert_int_equal(kind_of(FLASH + 0x7000, at, 402),
				 KCAN_IMAGE_ROBIN);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(fronts) + ARRAY_SIZE(robins) + 1] = {
		cmocka_unit_test(test_robin_with_each_byte_of_its_key),
	};
	size_t n = 1;

	ROWS(fronts, test_front);
	ROWS(robins, test_robin);
	return cmocka_run_group_tests_name("image_kind", tests, NULL, NULL);
}
