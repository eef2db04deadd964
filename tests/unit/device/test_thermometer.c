// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * Thermometers on buses, at 25 degrees C where nothing heats them. What they answer
 * was worked out by the formulas of their data sheets elsewhere. Checksums are those
 * of SHT3x ("0xbeef has 0x92") and HTU21D ("0x683a has 0x7c").
 */
#include "section.h"
#include "util/hex.h"

#define NOW_US 7000000
#define BYTES 8

/* What is written and read, I2C also without the one or the other. */
static const struct row {
	const char *name;
	const char *sensor_type;
	struct device_wires at;
	const char *key, *value; /* told as well */
	struct {
		const char *say;
		const char *want;
	} steps[3];
} rows[] = {
	{ "MAX31855",
	  "MAX31855",
	  { DEVICE_SPI, DEVICE_ANY, 3 },
	  NULL,
	  NULL,
	  { { "00000000", "01901900" } } },
	{ "MAX6675",
	  "MAX6675",
	  { DEVICE_SPI, DEVICE_ANY, 3 },
	  NULL,
	  NULL,
	  { { "0000", "0320" } } },
	{ "MAX31856 is set up, and tells no fault",
	  "MAX31856",
	  { DEVICE_SPI, DEVICE_ANY, 3 },
	  NULL,
	  NULL,
	  { { "80800303", "00000000" },
	    { "0c000000", "00019000" },
	    { "0f00", "0000" } } },
	{ "MAX31865 with a PT100",
	  "MAX31865",
	  { DEVICE_SPI, DEVICE_ANY, 3 },
	  NULL,
	  NULL,
	  { { "010000", "004154" }, { "0700", "0000" } } },
	{ "MAX31865 with a PT1000 and another reference",
	  "MAX31865",
	  { DEVICE_SPI, DEVICE_ANY, 3 },
	  "rtd_reference_r",
	  "43",
	  { { "010000", "00fffe" } } },
	{ "LM75",
	  "LM75",
	  { DEVICE_I2C, 0, 0x48 },
	  NULL,
	  NULL,
	  { { "00", "1900" }, { "07", "a100" } } },
	{ "LM75 on another bus",
	  "LM75",
	  { DEVICE_I2C, 3, 0x48 },
	  "i2c_bus",
	  "i2c3",
	  { { "00", "1900" } } },
	{ "SHT3X: its status, and both values",
	  "SHT3X",
	  { DEVICE_I2C, 0, 0x44 },
	  NULL,
	  NULL,
	  { { "f32d", "000081" }, { "e000", "666693666693" } } },
	{ "HTU21D: its number, and a value asked for before",
	  "HTU21D",
	  { DEVICE_I2C, 0, 0x40 },
	  NULL,
	  NULL,
	  { { "fcc9", "32006b" }, { "f3", "" }, { "", "68ace3" } } },
	{ "HTU21D: humidity",
	  "HTU21D",
	  { DEVICE_I2C, 0, 0x40 },
	  NULL,
	  NULL,
	  { { "f5", "" }, { "", "5e36e9" }, { "e7", "02" } } },
	{ "AHT10",
	  "AHT10",
	  { DEVICE_I2C, 0, 0x38 },
	  NULL,
	  NULL,
	  { { "ac3300", "" }, { "", "186666660000" } } },
	{ "BME280: its number and its values",
	  "BME280",
	  { DEVICE_I2C, 0, 0x76 },
	  NULL,
	  NULL,
	  { { "d0", "60" }, { "88", "706b4367" }, { "f7", "655ac07ece" } } },
	{ "by software, the clock tells the bus",
	  "LM75",
	  { DEVICE_I2C, DEVICE_SOFTWARE + 5, 0x48 },
	  "i2c_software_scl_pin",
	  "5",
	  { { "00", "1900" } } },
};

static void step(struct devices *d, const struct row *row, const char *say,
		 const char *want, uint64_t now_us)
{
	uint8_t out[BYTES], in[BYTES] = { 0 };
	char text[2 * BYTES + 1];
	struct device_message message = { .to = row->at,
					  .out = out,
					  .out_len = strlen(say) / 2,
					  .in = in,
					  .in_len = strlen(want) / 2 };

	assert_int_equal(util_hex_decode(out, say, strlen(say)), 0);
	assert_true(devices_talk(d, &message, now_us));
	util_hex_encode(text, in, message.in_len);
	assert_string_equal(text, want);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct devices d;

	section_make(&d, (struct section){
				 .source.section = "temperature_sensor x",
				 .told = { { "sensor_type", row->sensor_type },
					   { "sensor_pin",
					     row->at.bus == DEVICE_SPI ? "3" :
									 NULL },
					   { row->key, row->value } } });
	for (size_t i = 0; i < ARRAY_SIZE(row->steps) && row->steps[i].say; i++)
		step(&d, row, row->steps[i].say, row->steps[i].want, NOW_US);
	devices_fini(&d);
}

/* 205.475 degrees C after a minute: test_heat.c */
static void test_a_heater_warms_a_chip_as_well(void **state)
{
	struct devices d;

	(void)state;
	section_make(&d,
		     (struct section){ .source.section = "extruder",
				       .told = { { "sensor_type", "MAX31855" },
						 { "sensor_pin", "3" },
						 { "heater_pin", "4" } } });
	devices_drive(&d, 4, 1, NOW_US);
	step(&d, &rows[0], "00000000", "01901900", NOW_US);
	step(&d, &rows[0], "00000000", "0cd81900", NOW_US + 60000000);
	devices_fini(&d);
}

static void test_what_is_not_there(void **state)
{
	static const struct section none[] = {
		{ .source.section = "x",
		  .told = { { "sensor_type", "LM75" },
			    { "i2c_mcu", "tool" } } },
		{ .source.section = "x",
		  .told = { { "sensor_type", "LM75" },
			    { "i2c_bus", "spi1" } } },
		{ .source.section = "x",
		  .told = { { "sensor_type", "LM75" },
			    { "i2c_address", "128" } } },
		{ .source.section = "x",
		  .told = { { "sensor_type", "LM75" },
			    { "i2c_software_scl_pin", "x" } } },
		{ .source.section = "x",
		  .told = { { "sensor_type", "MAX31865" },
			    { "sensor_pin", "x" } } },
		{ .source.section = "x",
		  .told = { { "sensor_type", "DS18B20" } } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		struct devices d;

		section_try(&d, none[i]);
		assert_int_equal(d.len, 0);
		devices_fini(&d);
	}
}

int main(void)
{
	struct CMUnitTest tests[24] = {
		cmocka_unit_test(test_a_heater_warms_a_chip_as_well),
		cmocka_unit_test(test_what_is_not_there),
	};
	size_t n = 2;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("thermometer", tests, n, NULL, NULL);
}
