// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Klipper's data dictionary, in whatever else an image holds. */
#include "../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "board/klipper_stream.h"
#include "dict/find.h"

#define IMAGE_MAX (2u << 20)
#define TEN "0123456789"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct dict_lib linked = DICT_LINKED;

/* An image under construction. */
static uint8_t image[IMAGE_MAX];
static size_t image_len;

static void add(const void *bytes, size_t len)
{
	assert_true(len <= sizeof(image) - image_len);
	memcpy(image + image_len, bytes, len);
	image_len += len;
}

static void add_stream(const void *text, size_t len, int level)
{
	uLongf room = sizeof(image) - image_len;

	assert_int_equal(compress2(image + image_len, &room, text, len, level),
			 Z_OK);
	image_len += room;
}

static void add_text(const char *text)
{
	add_stream(text, strlen(text), Z_DEFAULT_COMPRESSION);
}

/* Beginnings of streams, none of which goes on. */
static void add_rubbish(size_t len)
{
	for (size_t i = 0; i < len; i += 2)
		add("\x78\x9c", 2);
}

/* A stream that has more in it than any dictionary. */
static void add_bomb(void)
{
	size_t len = (1u << 20) + 1;
	uint8_t *zeros = calloc(1, len);

	assert_non_null(zeros);
	add_stream(zeros, len, Z_BEST_COMPRESSION);
	free(zeros);
}

static struct dictionary find(bool want)
{
	struct dictionary d;

	assert_int_equal(dictionary_find(&linked, &d, image, image_len), want);
	return d;
}

static void assert_klipper(void)
{
	struct dictionary d = find(true);

	assert_string_equal(d.version, KLIPPER_VERSION);
	assert_string_equal(d.mcu, KLIPPER_MCU);
}

static void assert_nothing(void)
{
	struct dictionary d = find(false);

	assert_string_equal(d.version, "");
	assert_string_equal(d.mcu, "");
}

static int begin(void **state)
{
	(void)state;
	image_len = 0;
	return 0;
}

/* NULL for both texts: it is none. */
static const struct row {
	const char *name;
	const char *json;
	const char *version;
	const char *mcu;
} rows[] = {
	{ "version and MCU",
	  "{\"app\":\"Klipper\",\"version\":\"v1\",\"config\":{\"MCU\":\"m\","
	  "\"CLOCK_FREQ\":64000000}}",
	  "v1", "m" },
	{ "blanks around it are JSON, too",
	  "{ \"version\": \"v1\",\n \"app\": \"Klipper\" }\n", "v1", "?" },
	{ "no version", "{\"app\":\"Klipper\",\"config\":{\"MCU\":\"rp2040\"}}",
	  "?", "rp2040" },
	{ "a version and an MCU that are no texts",
	  "{\"app\":\"Klipper\",\"version\":12,\"config\":{\"MCU\":null}}", "?",
	  "?" },
	{ "a config that is no object",
	  "{\"app\":\"Klipper\",\"version\":\"v1\",\"config\":[]}", "v1", "?" },
	{ "what cannot be printed",
	  "{\"app\":\"Klipper\",\"version\":\"a\\n\\u00e9\\u007f\"}", "a????",
	  "?" },
	{ "texts that are too long are cut",
	  "{\"app\":\"Klipper\",\"version\":\"" LONG TEN
	  "\",\"config\":{\"MCU\":\"" LONG "\"}}",
	  LONG "0123456", TEN TEN TEN TEN "0123456" },
	{ "another app", "{\"app\":\"Other\",\"version\":\"v1\"}" },
	{ "no app", "{\"version\":\"v1\"}" },
	{ "an app that is no text", "{\"app\":1,\"version\":\"v1\"}" },
	{ "an array", "[\"app\",\"Klipper\"]" },
	{ "no JSON", "{\"app\":\"Klipper\"" },
	{ "rubbish behind the object", "{\"app\":\"Klipper\"}x" },
	{ "nothing", "" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct dictionary d;

	image_len = 0;
	add_text(row->json);
	d = find(row->version != NULL);
	assert_string_equal(d.version, row->version ? row->version : "");
	assert_string_equal(d.mcu, row->mcu ? row->mcu : "");
}

static void test_a_recorded_stream(void **state)
{
	(void)state;
	add(klipper_stream, sizeof(klipper_stream));
	assert_klipper();
}

static void test_every_level_of_compression(void **state)
{
	static const char json[] = "{\"app\":\"Klipper\",\"version\":\"v1\"}";

	(void)state;
	for (int level = 0; level <= 9; level++) {
		image_len = 0;
		add_stream(json, strlen(json), level);
		assert_string_equal(find(true).version, "v1");
	}
}

static void test_it_may_lie_anywhere(void **state)
{
	(void)state;
	add("\x00\x20\x00\x20\x78\x78", 6);
	add_text("{\"app\":\"Other\"}");
	add_rubbish(20000);
	add_bomb();
	add(klipper_stream, sizeof(klipper_stream));
	add("\xff\xff\x78", 3);
	assert_klipper();
}

static void test_cut_short_anywhere_it_is_none(void **state)
{
	struct dictionary d;

	(void)state;
	for (size_t len = 0; len < sizeof(klipper_stream); len++) {
		/* of its own size: nothing behind it is looked at */
		uint8_t *cut = malloc(len ? len : 1);

		assert_non_null(cut);
		memcpy(cut, klipper_stream, len);
		assert_false(dictionary_find(&linked, &d, cut, len));
		free(cut);
	}
}

static void test_a_wrong_bit_makes_it_none(void **state)
{
	(void)state;
	add(klipper_stream, sizeof(klipper_stream));
	image[40] ^= 1;
	assert_nothing();
}

static void test_an_image_full_of_beginnings_ends(void **state)
{
	(void)state;
	add_rubbish(sizeof(image));
	assert_nothing();
}

/* Not all of it is read: the work is bounded. */
static void test_bombs_use_up_the_budget(void **state)
{
	(void)state;
	for (int i = 0; i < 33; i++)
		add_bomb();
	add(klipper_stream, sizeof(klipper_stream));
	assert_nothing();
}

int main(void)
{
	struct CMUnitTest tests[32] = {
		cmocka_unit_test_setup(test_a_recorded_stream, begin),
		cmocka_unit_test_setup(test_every_level_of_compression, begin),
		cmocka_unit_test_setup(test_it_may_lie_anywhere, begin),
		cmocka_unit_test_setup(test_cut_short_anywhere_it_is_none,
				       begin),
		cmocka_unit_test_setup(test_a_wrong_bit_makes_it_none, begin),
		cmocka_unit_test_setup(test_an_image_full_of_beginnings_ends,
				       begin),
		cmocka_unit_test_setup(test_bombs_use_up_the_budget, begin),
	};
	size_t n = 7;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("dictionary", tests, n, NULL, NULL);
}
