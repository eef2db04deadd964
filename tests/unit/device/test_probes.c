// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * Load cells, eddy current probes and angle sensors: messages and identities by
 * their data sheets, checksums worked out elsewhere. A load cell measures 1000 and a
 * little, and 5 kg a mm that the nozzle is below the bed, a coil on the bed 17/128 of
 * its reference, and a motor stands at a quarter turn.
 */
#include "../../../sim/canmcu/device/motion.h"
#include "section.h"
#include "util/hex.h"

#define START_US 7000000
#define BYTES 18
#define STEPS 12

/* Said @wait_us after the last step; or "ready N" and "waits N": a pin's level. */
struct step {
	const char *say;
	const char *want;
	uint64_t wait_us;
};

#define ON_PINS                   \
	{                         \
		DEVICE_BITS, 4, 3 \
	}
#define ON_SPI                            \
	{                                 \
		DEVICE_SPI, DEVICE_ANY, 7 \
	}

static const struct row {
	const char *name;
	const char *section;
	const char *sensor_type;
	struct device_wires at;
	const char *key, *value; /* one more of the section */
	struct step steps[STEPS];
	double below_mm; /* the bed */
} rows[] = {
	{ "HX711: 80 times a second",
	  "load_cell",
	  "hx711",
	  ON_PINS,
	  NULL,
	  NULL,
	  { { "ready 3", "" },
	    { "", "0003ea" },
	    { "waits 3", "" },
	    { "waits 3", "", 12499 },
	    { "ready 3", "", 1 },
	    { "", "0003e8" } } },
	{ "HX717: 320 times a second",
	  "load_cell",
	  "hx717",
	  ON_PINS,
	  NULL,
	  NULL,
	  { { "", "0003ea" }, { "waits 3", "", 3124 }, { "ready 3", "", 1 } } },
	{ "HX711: a nozzle that presses, 100 counts a gram",
	  "load_cell_probe",
	  "hx711",
	  ON_PINS,
	  NULL,
	  NULL,
	  { { "", "018a8a" } },
	  0.2 },
	{ "HX711: a nozzle above the bed",
	  "load_cell_probe",
	  "hx711",
	  ON_PINS,
	  NULL,
	  NULL,
	  { { "", "0003ea" } },
	  -0.2 },
	{ "HX711: a load cell that is no probe",
	  "load_cell",
	  "hx711",
	  ON_PINS,
	  NULL,
	  NULL,
	  { { "", "0003ea" } },
	  0.2 },
	{ "HX711: as many counts a gram as it was told",
	  "load_cell_probe",
	  "hx711",
	  ON_PINS,
	  "counts_per_gram",
	  "2.5",
	  { { "", "000dae" } },
	  0.2 },
	{ "HX711: a cell that is turned round counts down",
	  "load_cell_probe",
	  "hx711",
	  ON_PINS,
	  "sensor_orientation",
	  "inverted",
	  { { "", "fe7d4a" } },
	  0.2 },
	{ "HX711: at its end",
	  "load_cell_probe",
	  "hx711",
	  ON_PINS,
	  "counts_per_gram",
	  "20000",
	  { { "", "7fffff" } },
	  0.2 },
	{ "HX711: another zero",
	  "load_cell_probe",
	  "hx711",
	  ON_PINS,
	  "reference_tare_counts",
	  "-5",
	  { { "", "fffffd" } },
	  0 },
	{ "ADS1220: its registers, and a value",
	  "load_cell",
	  "ads1220",
	  ON_SPI,
	  "data_ready_pin",
	  "5",
	  { { "06", "00" },
	    { "2300000000", "0000000000" },
	    { "430ed44000", "0000000000" },
	    { "2300000000", "000ed44000" },
	    { "2800", "0040" },
	    { "ready 5", "" },
	    { "000000", "0003e8" },
	    { "waits 5", "" } } },
	/* By the data sheet SBAS885: a frame tells what the last one asked. */
	{ "ADS131M02: its number, its words and its reset",
	  "load_cell",
	  "ads131m02",
	  ON_SPI,
	  "data_ready_pin",
	  "5",
	  { { "ready 5", "" },
	    { "a00000000000000000000000", "0503000003e90003e907d000" },
	    { "waits 5", "" },
	    { "000000000000000000000000", "2200000003e90003e9d9f200" },
	    { "001100000000000000000000", "0500000003e90003e9cfa500" },
	    { "000000000000000000000000", "ff22000003e90003e9c09a00" },
	    { "610000010000000000000000", "0500000003e90003e9cfa500" },
	    { "a10000000000000000000000", "4100000003e90003e90c9300" },
	    { "a20000000000000000000000", "0100000003e90003e9534a00" },
	    { "000000000000000000000000", "0000000003e90003e9b86900" },
	    { "000000000000000000000000", "0100000003e90003e9534a00" } } },
	/* 8.192 MHz / 2 / 8192 */
	{ "ADS131M02: 500 times a second, of one channel",
	  "load_cell",
	  "ads131m02",
	  ON_SPI,
	  "data_ready_pin",
	  "5",
	  { { "618000011a00000000000000", "0503000003e90003e907d000" },
	    { "waits 5", "", 1999 },
	    { "ready 5", "", 1 },
	    { "000000000000000000000000", "4180000003e80003e8978700" },
	    { "ready 5", "", 2000 },
	    { "000000000000000000000000", "0501000003e90003e9887600" },
	    { "waits 5", "" } } },
	/* 8.192 MHz / 2 / (3 * 1024 + 16), by its section on global chop */
	{ "ADS131M02: global chop, with its delay of 16",
	  "load_cell",
	  "ads131m02",
	  ON_SPI,
	  "data_ready_pin",
	  "5",
	  { { "630000070000000000000000", "0503000003e90003e907d000" },
	    { "waits 5", "", 19 },
	    { "ready 5", "", 1 },
	    { "000000000000000000000000", "4300000003e80003e8ac6100" },
	    { "waits 5", "", 753 },
	    { "ready 5", "", 1 } } },
	/* 8.192 MHz / 2 / 64 */
	{ "ADS131M02: turbo",
	  "load_cell",
	  "ads131m02",
	  ON_SPI,
	  "data_ready_pin",
	  "5",
	  { { "618000032e00000000000000", "0503000003e90003e907d000" },
	    { "waits 5", "", 15 },
	    { "ready 5", "", 1 } } },
	{ "ADS131M02: a nozzle that presses",
	  "load_cell_probe",
	  "ads131m02",
	  ON_SPI,
	  "data_ready_pin",
	  "5",
	  { { "a00000000000000000000000", "050300018a89018a896b9800" } },
	  0.2 },
	{ "ADS131M04: it has four",
	  "load_cell",
	  "ads131m04",
	  ON_SPI,
	  "data_ready_pin",
	  "5",
	  { { "a00000000000000000000000000000000000",
	      "050f000003e90003e90003e90003e9497600" },
	    { "000000000000000000000000000000000000",
	      "2400000003e90003e90003e90003e9e1f300" } } },
	{ "LDC1612: its numbers, and it sleeps at first",
	  "probe_eddy_current x",
	  "ldc1612",
	  { DEVICE_I2C, 0, 0x2a },
	  NULL,
	  NULL,
	  { { "7e", "5449" },
	    { "7f", "3055" },
	    { "18", "0000", 100000 },
	    { "1a1601", "" },
	    { "1a", "1601" },
	    { "18", "0008" },
	    { "00", "0220" },
	    { "01", "0000" } } },
	{ "LDC1612: a conversion is told once, on its pin as well",
	  "probe_eddy_current x",
	  "ldc1612",
	  { DEVICE_I2C, 0, 0x2a },
	  "intb_pin",
	  "5",
	  { { "waits 5", "" },
	    { "1a1601", "" },
	    { "ready 5", "" },
	    { "18", "0008" },
	    { "waits 5", "" },
	    { "18", "0000", 3999 },
	    { "18", "0008", 1 } } },
	{ "A1333",
	  "angle x",
	  "a1333",
	  ON_SPI,
	  NULL,
	  NULL,
	  { { "3200", "2000" } } },
	{ "AS5047D: with its parity",
	  "angle x",
	  "as5047d",
	  ON_SPI,
	  NULL,
	  NULL,
	  { { "7ffe", "9000" } } },
	{ "MT6816: with its parity",
	  "angle x",
	  "mt6816",
	  ON_SPI,
	  NULL,
	  NULL,
	  { { "830000", "004001" } } },
	{ "MT6826S: with its checksum",
	  "angle x",
	  "mt6826s",
	  ON_SPI,
	  NULL,
	  NULL,
	  { { "300300000000", "000040000086" } } },
	{ "TLE5012B: an angle, and a register",
	  "angle x",
	  "tle5012b",
	  ON_SPI,
	  NULL,
	  NULL,
	  { { "802100000000", "0000a000f06f" },
	    { "506140000000", "00004000f0dd" },
	    { "d06100000000", "00004000f0e8" } } },
	{ "TLE5012B: all that is read at once",
	  "angle x",
	  "tle5012b",
	  ON_SPI,
	  NULL,
	  NULL,
	  { { "84230000000000000000", "0000a00000003c00f082" } } },
};

static void play(struct devices *d, const struct row *row,
		 const struct step *step, uint64_t now_us)
{
	uint8_t out[BYTES], in[BYTES] = { 0 };
	char text[2 * BYTES + 1];
	struct device_message message = { .to = row->at,
					  .out = out,
					  .out_len = strlen(step->say) / 2,
					  .in = in,
					  .in_len = strlen(step->want) / 2 };

	assert_int_equal(util_hex_decode(out, step->say, strlen(step->say)), 0);
	assert_true(devices_talk(d, &message, now_us));
	util_hex_encode(text, in, message.in_len);
	assert_string_equal(text, step->want);
}

static void check_pin(struct devices *d, const char *say, uint64_t now_us)
{
	float level;

	assert_true(devices_read(d, (uint8_t)(say[6] - '0'), now_us, &level));
	assert_float_equal(level, *say == 'r' ? 0 : 1, 0);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	uint64_t now_us = START_US;
	struct motion motion = { .axes[2].start_mm = -row->below_mm };
	struct devices d;

	section_make(&d, (struct section){
				 .source = { .section = row->section,
					     .motion = &motion },
				 .told = { { "sensor_type", row->sensor_type },
					   { "cs_pin", "7" },
					   { "sclk_pin", "4" },
					   { "dout_pin", "3" },
					   { row->key, row->value } } });
	for (size_t i = 0; i < STEPS && row->steps[i].say; i++) {
		const struct step *step = &row->steps[i];

		now_us += step->wait_us;
		if (strchr(step->say, ' '))
			check_pin(&d, step->say, now_us);
		else
			play(&d, row, step, now_us);
	}
	devices_fini(&d);
}

int main(void)
{
	struct CMUnitTest tests[24];
	size_t n = 0;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("probes", tests, n, NULL, NULL);
}
