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
	size_t len = (64u << 10) + 1;
	uint8_t *zeros = calloc(1, len);

	assert_non_null(zeros);
	add_stream(zeros, len, Z_BEST_COMPRESSION);
	free(zeros);
}

static struct kcan_image_dictionary find(bool want)
{
	struct kcan_image_dictionary d;

	assert_int_equal(dictionary_find(&linked, &d, image, image_len), want);
	return d;
}

static void assert_klipper(void)
{
	struct kcan_image_dictionary d = find(true);

	assert_string_equal(d.version, KLIPPER_VERSION);
	assert_string_equal(d.mcu, KLIPPER_MCU);
}

static void assert_nothing(void)
{
	struct kcan_image_dictionary d = find(false);

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
	{ "another app that has a configuration and commands",
	  "{\"app\":\"Other\",\"version\":\"v1\",\"commands\":{\"get_clock\":5},"
	  "\"config\":{\"MCU\":\"m\"}}",
	  "v1", "m" },
	{ "another app that has no commands",
	  "{\"app\":\"Other\",\"version\":\"v1\",\"commands\":{},"
	  "\"config\":{\"MCU\":\"m\"}}" },
	{ "another app that has no configuration",
	  "{\"app\":\"Other\",\"version\":\"v1\",\"commands\":{\"get_clock\":5},"
	  "\"config\":[1]}" },
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
	struct kcan_image_dictionary d;

	image_len = 0;
	add_text(row->json);
	d = find(row->version != NULL);
	assert_string_equal(d.version, row->version ? row->version : "");
	assert_string_equal(d.mcu, row->mcu ? row->mcu : "");
}

/* The table of links in flashing.md, section 2, and what is no number. */
static const struct link_row {
	const char *name;
	const char *config;
	uint32_t can_bps;
	bool bridge;
	uint32_t uart_bps;
	const char *pins;
} links[] = {
	{ "link: CAN",
	  "\"CANBUS_FREQUENCY\":1000000,\"RESERVE_PINS_CAN\":\"PB0,PB1\"",
	  1000000, false, 0, "PB0,PB1" },
	{ "link: a bridge",
	  "\"CANBUS_BRIDGE\":1,\"RESERVE_PINS_CAN\":\"gpio4,gpio5\"", 0, true,
	  0, "gpio4,gpio5" },
	{ "link: USB", "\"RESERVE_PINS_USB\":\"PA11,PA12\"", 0, false, 0, "?" },
	{ "link: a UART", "\"SERIAL_BAUD\":250000", 0, false, 250000, "?" },
	{ "link: the largest number", "\"SERIAL_BAUD\":4294967295", 0, false,
	  4294967295, "?" },
	{ "link: numbers that are none",
	  "\"CANBUS_FREQUENCY\":\"1000000\",\"CANBUS_BRIDGE\":0,"
	  "\"SERIAL_BAUD\":4294967296,\"RESERVE_PINS_CAN\":1",
	  0, false, 0, "?" },
	{ "link: less than nothing", "\"CANBUS_FREQUENCY\":-1", 0, false, 0,
	  "?" },
};

static void test_link(void **state)
{
	const struct link_row *row = *state;
	struct kcan_image_dictionary d;
	char json[256];

	image_len = 0;
	snprintf(json, sizeof(json), "{\"app\":\"Klipper\",\"config\":{%s}}",
		 row->config);
	add_text(json);
	d = find(true);
	assert_int_equal(d.can_bps, row->can_bps);
	assert_int_equal(d.bridge, row->bridge);
	assert_int_equal(d.uart_bps, row->uart_bps);
	assert_string_equal(d.pins, row->pins);
}

static void test_what_it_was_made_with(void **state)
{
	struct kcan_image_dictionary d;

	(void)state;
	add_text("{\"app\":\"Klipper\",\"build_versions\":\"gcc: 12.2\"}");
	d = find(true);
	assert_string_equal(d.app, "Klipper");
	assert_string_equal(d.build_versions, "gcc: 12.2");
}

/* What proves afterwards that it runs: flashing.md, section 6.2. */
static void test_where_the_stream_is(void **state)
{
	struct kcan_image_dictionary d;

	(void)state;
	add_rubbish(100);
	add(klipper_stream, sizeof(klipper_stream));
	add("\xff\xff\xff\xff", 4);
	d = find(true);
	assert_int_equal(d.offset, 100);
	assert_int_equal(d.len, sizeof(klipper_stream));
}

/* Whose header asks for a dictionary of zlib's own kind. */
static void test_a_stream_that_needs_more_than_itself_is_none(void **state)
{
	(void)state;
	add("\x78\xbb", 2);
	add(klipper_stream + 2, sizeof(klipper_stream) - 2);
	assert_nothing();
}

static void test_64_kib_of_text_are_read_and_no_more(void **state)
{
	static const char json[] = "{\"app\":\"Klipper\",\"version\":\"v1\"}";
	char text[65537];

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, json, strlen(json));
	add_stream(text, 65536, 9);
	assert_string_equal(find(true).version, "v1");
	image_len = 0;
	add_stream(text, 65537, 9);
	assert_nothing();
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
	struct kcan_image_dictionary d;

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
	for (int i = 0; i < 513; i++)
		add_bomb();
	add(klipper_stream, sizeof(klipper_stream));
	assert_nothing();
}

int main(void)
{
	struct CMUnitTest tests[48] = {
		cmocka_unit_test_setup(test_a_recorded_stream, begin),
		cmocka_unit_test_setup(test_every_level_of_compression, begin),
		cmocka_unit_test_setup(test_it_may_lie_anywhere, begin),
		cmocka_unit_test_setup(test_cut_short_anywhere_it_is_none,
				       begin),
		cmocka_unit_test_setup(test_a_wrong_bit_makes_it_none, begin),
		cmocka_unit_test_setup(test_an_image_full_of_beginnings_ends,
				       begin),
		cmocka_unit_test_setup(test_bombs_use_up_the_budget, begin),
		cmocka_unit_test_setup(test_what_it_was_made_with, begin),
		cmocka_unit_test_setup(test_where_the_stream_is, begin),
		cmocka_unit_test_setup(
			test_a_stream_that_needs_more_than_itself_is_none,
			begin),
		cmocka_unit_test_setup(test_64_kib_of_text_are_read_and_no_more,
				       begin),
	};
	size_t n = 11;

	ROWS(links, test_link);
	ROWS(rows, test_row);
	return _cmocka_run_group_tests("dictionary", tests, n, NULL, NULL);
}
