// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/say/application.c
#include "../support/unit.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../tools/canbootreq/say/application.h"

static struct dict_lib lib;

static int load(void **state)
{
	const char *why;

	(void)state;
	return dict_load(&lib, &why) ? 0 : -1;
}

/* @out holds any dictionary of these tests. */
static size_t deflated(uint8_t out[static 4096], const char *text, size_t len)
{
	uLongf out_len = 4096;

	assert_int_equal(compress2(out, &out_len, (const Bytef *)text, len, 9),
			 Z_OK);
	return out_len;
}

/* klipper-mcu-protocol.md, section 8.2: the smallest that klippy takes */
#define MINIMAL                                                              \
	"{\"commands\":{\"allocate_oids count=%c\":4,\"emergency_stop\":7,"  \
	"\"finalize_config crc=%u\":3,\"get_canbus_id\":10,\"get_clock\":5," \
	"\"get_config\":2,\"get_uptime\":6},\"config\":{\"CLOCK_FREQ\":"     \
	"50000000,\"STATS_SUMSQ_BASE\":256},\"responses\":{\"canbus_id "     \
	"canbus_uuid=%.*s canbus_nodeid=%u\":21,\"clock clock=%u\":15,"      \
	"\"config is_config=%c crc=%u is_shutdown=%c move_count=%hu\":14,"   \
	"\"uptime high=%u clock=%u\":16}}"
#define ID_PAIR                                                           \
	"\"commands\":{\"get_canbus_id\":10},\"responses\":{\"canbus_id " \
	"canbus_uuid=%.*s canbus_nodeid=%u\":21}"

static const struct row {
	const char *name;
	const char *json;
	struct application want;
} rows[] = {
	{ "the minimal dictionary", MINIMAL, { .has_uuid = true } },
	{ "version and type",
	  "{\"version\":\"canmcu-spike-1\",\"config\":{\"MCU\":\"rp2040\"}," //
	  ID_PAIR "}",
	  { .version = "canmcu-spike-1", .mcu = "rp2040", .has_uuid = true } },
	{ "an empty object", "{}", { .version = "" } },
	{ "values of other types",
	  "{\"version\":7,\"config\":[],\"commands\":\"x\",\"responses\":null}",
	  { .version = "" } },
	{ "a version of 100 characters is cut",
	  "{\"version\":\"0123456789012345678901234567890123456789012345678901"
	  "23456789012345678901234567890123456789012345678901\"}",
	  { .version = "01234567890123456789012345678901234567890123456789012"
		       "3456789012" } },
	{ "an id out of range",
	  "{\"commands\":{\"get_canbus_id\":99999999999},\"responses\":"
	  "{\"canbus_id canbus_uuid=%.*s\":21}}",
	  { .version = "" } },
	{ "an id that no message can have",
	  "{\"commands\":{\"get_canbus_id\":100},\"responses\":"
	  "{\"canbus_id canbus_uuid=%.*s\":21}}",
	  { .version = "" } },
	{ "an id that is no number",
	  "{\"commands\":{\"get_canbus_id\":10},\"responses\":"
	  "{\"canbus_id canbus_uuid=%q\":21}}",
	  { .version = "" } },
	{ "names that only begin like it",
	  "{\"commands\":{\"get_canbus_id2\":10},\"responses\":"
	  "{\"canbus_id canbus_uuid=%.*s\":21}}",
	  { .version = "" } },
	{ "no JSON", "version", { .unreadable = true } },
	{ "JSON that ends early",
	  "{\"version\":\"v1\"",
	  { .unreadable = true } },
	{ "text that is no UTF-8",
	  "{\"version\":\"\377\"}",
	  { .unreadable = true } },
	{ "nothing", "", { .unreadable = true } },
	{ "an array", "[1,2]", { .version = "" } },
};

static void assert_read(const uint8_t *bytes, size_t len,
			const struct application *want)
{
	struct application got;

	application_read(&lib, &got, bytes, len);
	assert_string_equal(got.version, want->version);
	assert_string_equal(got.mcu, want->mcu);
	assert_int_equal(got.unreadable, want->unreadable);
	assert_int_equal(got.has_uuid, want->has_uuid);
	if (!got.has_uuid)
		return;
	assert_int_equal(got.ask.id, 10);
	assert_int_equal(got.ask.count, 0);
	assert_int_equal(got.answer.id, 21);
	assert_int_equal(got.answer.types[0], KCAN_KLP_BYTES);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	uint8_t bytes[4096];

	assert_read(bytes, deflated(bytes, row->json, strlen(row->json)),
		    &row->want);
}

static const struct application unreadable = { .unreadable = true };

static void test_every_cut_of_a_stream_is_unreadable(void **state)
{
	uint8_t bytes[4096];
	size_t len = deflated(bytes, MINIMAL, strlen(MINIMAL));

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = malloc(cut ? cut : 1);

		assert_non_null(exact);
		memcpy(exact, bytes, cut);
		assert_read(exact, cut, &unreadable);
		free(exact);
	}
}

static void test_a_damaged_stream_is_unreadable(void **state)
{
	uint8_t bytes[4096];
	size_t len = deflated(bytes, MINIMAL, strlen(MINIMAL));

	(void)state;
	/* the window size alone may be another and change nothing */
	for (size_t i = 2; i < len; i++) {
		bytes[i] ^= 0x10;
		assert_read(bytes, len, &unreadable);
		bytes[i] ^= 0x10;
	}
}

/* 32 KiB from the wire can be 32 MiB of text. */
static void test_a_bomb_is_unreadable(void **state)
{
	size_t size = 30u << 20;
	char *text = malloc(size);
	uLongf len = 32768;
	uint8_t bytes[32768];

	(void)state;
	assert_non_null(text);
	memset(text, ' ', size);
	assert_int_equal(compress2(bytes, &len, (Bytef *)text, size, 9), Z_OK);
	free(text);
	assert_read(bytes, len, &unreadable);
}

static void test_deep_nesting_is_unreadable(void **state)
{
	char text[200000];
	uint8_t bytes[4096];

	(void)state;
	memset(text, '[', sizeof(text));
	assert_read(bytes, deflated(bytes, text, sizeof(text)), &unreadable);
}

#define BY_REASON "by likely reasons, likeliest first:\n"
#define FIRST BY_REASON "1. no Katapult on it: put it there once, "

static const struct why_row {
	const char *name;
	const char *why; /* how it begins */
	const char *next;
} why_rows[] = {
	{ "stm32g0b1xx", "ignores the request unless Katapult",
	  FIRST "over USB (DFU)" },
	{ "stm32h723xx", "ignores the request unless Katapult",
	  FIRST "over USB (DFU)" },
	{ "stm32f103xe",
	  "ignores the request without Katapult, or, built "
	  "with an offset of 2 or 8 KiB, resets",
	  FIRST "with a debug probe, as its ROM has no DFU, and build" },
	{ "n32g455",
	  "ignores the request without Katapult, or, built "
	  "with an offset of 2 or 8 KiB, resets",
	  FIRST "with a debug probe" },
	{ "stm32f207xx", "ignores the request, or, built with an offset of 16",
	  "there is no Katapult" },
	{ "stm32f446xx",
	  "ignores the request unless Katapult lies in front of Klipper or "
	  "Klipper was built for USB; built with an offset of 16 KiB",
	  FIRST "over USB (DFU)" },
	{ "stm32g431xx",
	  "ignores the request unless Katapult lies in front of Klipper or "
	  "Klipper was built for USB; Klipper from before April 2026",
	  FIRST "over USB (DFU)" },
	{ "rp2040", "leaves Klipper whenever",
	  BY_REASON "1. the request was lost: look at the error" },
	{ "rp2350", "leaves Klipper whenever",
	  BY_REASON "1. the request was lost: look at the error" },
	{ "lpc1769", "ignores the request when Klipper was built without",
	  "there is no Katapult" },
	{ "samc21g18", "ignores the request when Klipper was built without",
	  "there is no Katapult" },
	{ "same51j19", "ignores the request when Klipper was built without",
	  "there is no Katapult" },
	/* into a ROM that it does not leave by itself */
	{ "same70q20b", "leaves Klipper whenever", "there is no Katapult" },
	{ "linux", "is not known here", FIRST "over USB (DFU)" },
	{ "", "is not known here", FIRST "over USB (DFU)" },
};

static void test_why(void **state)
{
	const struct why_row *row = *state;
	const char *next;
	const char *why = application_reason(row->name, &next);

	assert_memory_equal(why, row->why, strlen(row->why));
	assert_memory_equal(next, row->next, strlen(row->next));
}

/* The second guess is for a board that has Katapult; the third for one family. */
static void test_reasons_fit_the_chip(void **state)
{
	const char *g0, *g4, *rp2040;

	(void)state;
	application_reason("stm32g0b1xx", &g0);
	application_reason("stm32g431xx", &g4);
	application_reason("rp2040", &rp2040);
	assert_non_null(strstr(g0, "\n2. Klipper was built without the offset "
				   "of its Katapult: press reset twice"));
	assert_null(strstr(g0, "April 2026"));
	assert_non_null(strstr(g4, "\n3. Klipper is from before April 2026"));
	/* without Katapult, and without an offset, it would be in its ROM */
	assert_null(strstr(rp2040, "Katapult"));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(why_rows) + 5] = {
		cmocka_unit_test(test_reasons_fit_the_chip),
		cmocka_unit_test(test_every_cut_of_a_stream_is_unreadable),
		cmocka_unit_test(test_a_damaged_stream_is_unreadable),
		cmocka_unit_test(test_a_bomb_is_unreadable),
		cmocka_unit_test(test_deep_nesting_is_unreadable),
	};
	size_t n = 5;

	ROWS(rows, test_row);
	ROWS(why_rows, test_why);
	return cmocka_run_group_tests(tests, load, NULL);
}
