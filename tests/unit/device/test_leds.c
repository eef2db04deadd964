// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * Chains of LEDs: WS2812 take green, red and blue of each in turn, APA102 frames of
 * four bytes by their data sheet, and each shows a colour.
 */
#include "section.h"
#include "util/hex.h"

#define NOW_US 7000000
#define BYTES 300

static const struct row {
	const char *name;
	struct section section;
	struct device_wires at;
	const char *sent[2];
	const char *want;
} rows[] = {
	{ "nothing was sent",
	  { .source.section = "neopixel x", .told = { { "pin", "3" } } },
	  { DEVICE_LEDS, 0, 3 },
	  { NULL },
	  "" },
	{ "green is first",
	  { .source.section = "neopixel x", .told = { { "pin", "3" } } },
	  { DEVICE_LEDS, 0, 3 },
	  { "80ff00102030" },
	  "ff8000 201030" },
	{ "the last message counts",
	  { .source.section = "neopixel x", .told = { { "pin", "3" } } },
	  { DEVICE_LEDS, 0, 3 },
	  { "80ff00102030", "010203" },
	  "020103" },
	{ "another order, and white",
	  { .source.section = "neopixel x",
	    .told = { { "pin", "3" }, { "color_order", "WRGB" } } },
	  { DEVICE_LEDS, 0, 3 },
	  { "0102030405060708" },
	  "02030401 06070805" },
	{ "half an LED is none",
	  { .source.section = "neopixel x", .told = { { "pin", "3" } } },
	  { DEVICE_LEDS, 0, 3 },
	  { "80ff0010" },
	  "ff8000" },
	{ "APA102: in two messages",
	  { .source.section = "dotstar x",
	    .told = { { "data_pin", "4" }, { "clock_pin", "5" } } },
	  { DEVICE_SPI, DEVICE_SOFTWARE + 5, DEVICE_ANY },
	  { "00000000ff0080ff", "e1302010" },
	  "ff8000 102030" },
	{ "APA102: four zeros begin anew",
	  { .source.section = "dotstar x",
	    .told = { { "data_pin", "4" }, { "clock_pin", "5" } } },
	  { DEVICE_SPI, DEVICE_SOFTWARE + 5, DEVICE_ANY },
	  { "00000000ff0080ff", "00000000e1302010" },
	  "102030" },
};

static void send(struct devices *d, const struct device_wires *to,
		 const char *hex)
{
	uint8_t out[BYTES];
	struct device_message message = { .to = *to,
					  .out = out,
					  .out_len = strlen(hex) / 2 };

	assert_int_equal(util_hex_decode(out, hex, strlen(hex)), 0);
	assert_true(devices_talk(d, &message, NOW_US));
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct devices d;
	char shown[64];

	section_make(&d, row->section);
	for (size_t i = 0; i < 2 && row->sent[i]; i++)
		send(&d, &row->at, row->sent[i]);
	d.list[0].kind->show(d.list[0].self, 0, shown, sizeof(shown));
	assert_string_equal(shown, row->want);
	devices_fini(&d);
}

/* 256 bytes are 85 LEDs, which are told as far as there is room. */
static void test_a_long_chain_is_cut(void **state)
{
	static uint8_t bytes[BYTES];
	struct device_message message = { .to = { DEVICE_LEDS, 0, 3 },
					  .out = bytes,
					  .out_len = sizeof(bytes) };
	char shown[1024];
	struct devices d;

	(void)state;
	section_make(&d, rows[0].section);
	assert_true(devices_talk(&d, &message, NOW_US));
	d.list[0].kind->show(d.list[0].self, 0, shown, sizeof(shown));
	assert_int_equal(strlen(shown), 85 * 7 - 1);
	d.list[0].kind->show(d.list[0].self, 0, shown, 10);
	assert_string_equal(shown, "000000 00");
	devices_fini(&d);
}

int main(void)
{
	struct CMUnitTest tests[16] = {
		cmocka_unit_test(test_a_long_chain_is_cut),
	};
	size_t n = 1;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("leds", tests, n, NULL, NULL);
}
