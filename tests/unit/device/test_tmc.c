// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * Trinamic's drivers. Datagrams of the UART are those of the TMC2209's data sheet,
 * with the checksum that it gives a program for; frames of SPI those of the
 * TMC5160's. Registers and what they are after switching on are from the data sheet
 * of each.
 */
#include <stdio.h>

#include "section.h"
#include "util/hex.h"

#define NOW_US 7000000
#define SAID_MAX 24
#define STEPS 8

/* What is said, in hex, and the answer: "" for none. Or "drive PIN LEVEL". */
struct step {
	const char *say;
	const char *want;
};

static void say(struct devices *d, const struct device_wires *to,
		const struct step *step)
{
	uint8_t out[SAID_MAX], in[SAID_MAX] = { 0 };
	char text[2 * SAID_MAX + 1] = "";
	size_t len = strlen(step->say) / 2;
	struct device_message message = {
		.to = *to, .out = out, .out_len = len, .in = in, .in_len = 8
	};

	assert_int_equal(util_hex_decode(out, step->say, 2 * len), 0);
	if (to->bus == DEVICE_SPI)
		message.in_len = len;
	if (devices_talk(d, &message, NOW_US))
		util_hex_encode(text, in, message.in_len);
	assert_string_equal(text, step->want);
}

static void play(struct devices *d, const struct device_wires *to,
		 const struct step *steps)
{
	for (size_t i = 0; i < STEPS && steps[i].say; i++) {
		float level;
		int pin;

		if (sscanf(steps[i].say, "drive %d %f", &pin, &level) == 2)
			devices_drive(d, (uint8_t)pin, level, NOW_US);
		else
			say(d, to, &steps[i]);
	}
}

/* All on pin 3, in both directions. */
static const struct uart_row {
	const char *name;
	const char *section;
	const char *told[4]; /* keys and their values */
	struct step steps[STEPS];
} uart_rows[] = {
	{ "IOIN of a TMC2209 has its version",
	  "tmc2209 stepper_x",
	  { NULL },
	  { { "0500066f", "05ff06210000404f" } } },
	{ "IOIN of a TMC2208",
	  "tmc2208 stepper_x",
	  { NULL },
	  { { "0500066f", "05ff0620000140c8" } } },
	{ "GCONF as it is at first",
	  "tmc2209 x",
	  { NULL },
	  { { "05000048", "05ff0000000101bb" } } },
	{ "the upper half of the sync byte is anything",
	  "tmc2209 x",
	  { NULL },
	  { { "f5000628", "05ff06210000404f" } } },
	{ "what is written is counted and read back",
	  "tmc2209 x",
	  { NULL },
	  { { "f50002c8", "05ff02000000004c" },
	    { "f50080000001c4ef", "" },
	    { "f50002c8", "05ff0200000001c5" },
	    { "05000048", "05ff00000001c4db" } } },
	{ "each byte of what is written has its place",
	  "tmc2209 x",
	  { NULL },
	  { { "f500ec1234567812", "" }, { "05006cca", "05ff6c1234567826" } } },
	{ "a wrong checksum is not heard",
	  "tmc2209 x",
	  { NULL },
	  { { "05000049", "" },
	    { "f50080000001c4ee", "" },
	    { "f50002c8", "05ff02000000004c" } } },
	{ "GSTAT tells of the start until a 1 is written",
	  "tmc2209 x",
	  { NULL },
	  { { "050001c1", "05ff01000000019a" },
	    { "050001c1", "05ff01000000019a" },
	    { "f5008100000001ae", "" },
	    { "050001c1", "05ff010000000013" } } },
	{ "the motor stands, with IHOLD, by StealthChop",
	  "tmc2209 x",
	  { NULL },
	  { { "05006f84", "05ff6fc0100000ad" } } },
	{ "another address",
	  "tmc2209 x",
	  { "uart_address", "3" },
	  { { "05000048", "" }, { "f5030225", "05ff02000000004c" } } },
	{ "an address that is no number",
	  "tmc2209 x",
	  { "uart_address", "3x" },
	  { { "f5030225", "" }, { "05000048", "05ff0000000101bb" } } },
	{ "select pins: both have to fit",
	  "tmc2209 x",
	  { "select_pins", "!5,6" },
	  { { "05000048", "" },
	    { "drive 6 1", "" },
	    { "05000048", "05ff0000000101bb" },
	    { "drive 5 1", "" },
	    { "05000048", "" } } },
	{ "select pins: from half of the supply on a pin is high",
	  "tmc2209 x",
	  { "select_pins", "5" },
	  { { "drive 5 0.49", "" },
	    { "05000048", "" },
	    { "drive 5 0.5", "" },
	    { "05000048", "05ff0000000101bb" } } },
	{ "select pins: as many as there can be",
	  "tmc2209 x",
	  { "select_pins", "5,6,7,!8" },
	  { { "drive 5 1", "" },
	    { "drive 6 1", "" },
	    { "05000048", "" },
	    { "drive 7 1", "" },
	    { "05000048", "05ff0000000101bb" } } },
};

static void test_uart(void **state)
{
	const struct uart_row *row = *state;
	const struct device_wires to = { DEVICE_UART, 3, 3 };
	struct devices d;

	section_make(&d, (struct section){
				 .source.section = row->section,
				 .told = { { "uart_pin", "3" },
					   { row->told[0], row->told[1] } } });
	play(&d, &to, row->steps);
	devices_fini(&d);
}

/* All selected by pin 7. */
static const struct spi_row {
	const char *name;
	const char *section;
	const char *length, *position; /* of a chain */
	struct step steps[STEPS];
} spi_rows[] = {
	{ "an answer comes with the next frame",
	  "tmc5160 x",
	  NULL,
	  NULL,
	  { { "0400000000", "0900000000" }, { "0400000000", "0930000040" } } },
	{ "what is written comes back, and is read",
	  "tmc5160 x",
	  NULL,
	  NULL,
	  { { "ec000100c3", "0900000000" },
	    { "6c00000000", "09000100c3" },
	    { "0000000000", "09000100c3" } } },
	{ "what can only be written reads as 0",
	  "tmc5160 x",
	  NULL,
	  NULL,
	  { { "9000061f0a", "0900000000" },
	    { "1000000000", "0900061f0a" },
	    { "0000000000", "0900000000" } } },
	{ "the current of a motor that stands is IHOLD",
	  "tmc5160 x",
	  NULL,
	  NULL,
	  { { "9000061f0a", "0900000000" },
	    { "6f00000000", "0900061f0a" },
	    { "0000000000", "09800a0000" } } },
	{ "reading GSTAT of a TMC2130 clears it",
	  "tmc2130 x",
	  NULL,
	  NULL,
	  { { "0100000000", "0900000000" },
	    { "0100000000", "0800000001" },
	    { "0400000000", "0800000000" },
	    { "0400000000", "0811000000" } } },
	{ "GSTAT of a TMC2240 is cleared by a 1",
	  "tmc2240 x",
	  NULL,
	  NULL,
	  { { "0100000000", "0900000000" },
	    { "8100000001", "0900000001" },
	    { "0100000000", "0800000001" },
	    { "0400000000", "0800000000" },
	    { "0400000000", "0840000040" } } },
	{ "what can be read only does not change",
	  "tmc2240 x",
	  NULL,
	  NULL,
	  { { "f500000007", "0900000000" },
	    { "7500000000", "0900000007" },
	    { "0400000000", "0900000000" } } },
	{ "a frame of another length",
	  "tmc5160 x",
	  NULL,
	  NULL,
	  { { "04000000", "" } } },
	{ "in a chain the last one's frame is first",
	  "tmc5160 x",
	  "2",
	  "2",
	  { { "04000000000000000000", "09000000000000000000" },
	    { "00000000000000000000", "09300000400000000000" } } },
	{ "in a chain the first one's frame is last",
	  "tmc5160 x",
	  "2",
	  "1",
	  { { "00000000000400000000", "00000000000900000000" },
	    { "00000000000000000000", "00000000000930000040" } } },
	/* SGCSCONF with CS=20, DRVCONF with RDSEL=2: SE is told then */
	{ "a TMC2660 tells what it was told to",
	  "tmc2660 x",
	  NULL,
	  NULL,
	  { { "0c0014", "000800" },
	    { "0e0020", "000800" },
	    { "0e0020", "050800" } } },
	{ "a TMC2660 tells nothing of the current by itself",
	  "tmc2660 x",
	  NULL,
	  NULL,
	  { { "0c0014", "000800" }, { "000104", "000800" } } },
};

static void test_spi(void **state)
{
	const struct spi_row *row = *state;
	const struct device_wires to = { DEVICE_SPI, DEVICE_ANY, 7 };
	struct devices d;

	section_make(&d,
		     (struct section){
			     .source.section = row->section,
			     .told = { { "cs_pin", "7" },
				       { "chain_length", row->length },
				       { "chain_position", row->position } } });
	play(&d, &to, row->steps);
	devices_fini(&d);
}

/* Sections that put no driver on the pins of this MCU. */
static const struct none_row {
	const char *name;
	struct section section;
} none_rows[] = {
	{ "a pin of another MCU",
	  { .source.section = "tmc2209 x", .told = { { "uart_pin", "x" } } } },
	{ "an address that it cannot have",
	  { .source.section = "tmc2209 x",
	    .told = { { "uart_pin", "3" }, { "uart_address", "4" } } } },
	{ "too many select pins",
	  { .source.section = "tmc2209 x",
	    .told = { { "uart_pin", "3" }, { "select_pins", "1,2,3,4,5" } } } },
	{ "a driver that has no UART",
	  { .source.section = "tmc5160 x", .told = { { "uart_pin", "3" } } } },
	{ "a driver that has no SPI",
	  { .source.section = "tmc2209 x", .told = { { "cs_pin", "3" } } } },
	{ "a driver that nobody knows",
	  { .source.section = "tmc22099 x", .told = { { "uart_pin", "3" } } } },
	{ "a place behind the end of a chain",
	  { .source.section = "tmc5160 x",
	    .told = { { "cs_pin", "3" },
		      { "chain_length", "2" },
		      { "chain_position", "3" } } } },
};

static void test_none(void **state)
{
	const struct none_row *row = *state;
	struct devices d;

	section_try(&d, row->section);
	assert_int_equal(d.len, 0);
	devices_fini(&d);
}

int main(void)
{
	struct CMUnitTest tests[48];
	size_t n = 0;

	ROWS(uart_rows, test_uart);
	ROWS(spi_rows, test_spi);
	ROWS(none_rows, test_none);
	return _cmocka_run_group_tests("tmc", tests, n, NULL, NULL);
}
