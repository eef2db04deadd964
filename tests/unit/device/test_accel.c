// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * Accelerometers: registers and identities by their data sheets; how Klipper sets
 * them up is from klippy/extras/adxl345.py, lis2dw.py and so on. What they feel at
 * half a second is 1 g on z, and nothing on x and y: that is when the frame is
 * struck.
 */
#include "section.h"
#include "util/hex.h"

#define START_US 500000
#define BYTES 20
#define STEPS 13

/* What is said, and how many microseconds after the step before. */
struct step {
	const char *say;
	const char *want; /* I2C: without any bytes for what is said */
	uint64_t wait_us;
};

static const struct row {
	const char *name;
	const char *section;
	struct device_wires at;
	struct step steps[STEPS];
} rows[] = {
	{ "ADXL345: 3200 a second, as soon as it measures",
	  "adxl345",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "8000", "00e5" },
	    { "310b", "0000" },
	    { "2c0f", "0000" },
	    { "3890", "0000" },
	    { "b900", "0000", 100000 },
	    { "2d08", "0000", 396874 },
	    /* the first one is there after 312.5 us */
	    { "b900", "0001", 313 },
	    { "b900", "0004", 1000 },
	    /* the FIFO holds 32 */
	    { "b900", "0020", 50000 } } },
	{ "ADXL345: a sample, what it was set to, and what is left",
	  "adxl345",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "2c0f", "0000" },
	    { "3890", "0000" },
	    { "2d08", "0000", 499688 },
	    { "f20000000000000000",
	      "00000000000001900"
	      "1",
	      626 },
	    { "2d00", "0000" },
	    { "b900", "0000" } } },
	{ "ADXL345: what is written is read",
	  "adxl345",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "310b", "0000" }, { "b100", "000b" } } },
	{ "LIS2DW: 1600 a second, eight of them in a row",
	  "lis2dw",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "8f00", "0044" },
	    { "2ec0", "0000" },
	    { "2094", "0000" },
	    { "af00", "0008", 5000 },
	    { "af00", "0060", 100000 },
	    { "2e00", "0000" },
	    { "af00", "0000" } } },
	{ "LIS2DW on I2C",
	  "lis2dw",
	  { DEVICE_I2C, 0, 0x19 },
	  { { "0f", "44" },
	    { "2ec0", "" },
	    { "2094", "" },
	    { "2f", "08", 5000 } } },
	{ "LIS3DH: 1344 a second",
	  "lis3dh",
	  { DEVICE_I2C, 0, 0x19 },
	  { { "0f", "33" },
	    { "2097", "" },
	    { "2440", "" },
	    { "2e80", "" },
	    { "2f", "20" },
	    { "2f", "06", 5000 },
	    { "2f", "5f", 100000 },
	    /* one is read of 32: the frame swings a little */
	    { "28", "000020005005", 1000000 },
	    { "2f", "1f" } } },
	{ "LIS3DH on SPI, and several registers at once",
	  "lis3dh",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "8f00", "0033" },
	    { "6097000040", "0000000000" },
	    { "2440", "0000" },
	    { "2e80", "0000" },
	    { "e0000000", "00970000" },
	    { "af00", "0006", 5000 } } },
	{ "BMI160 on I2C",
	  "bmi160",
	  { DEVICE_I2C, 0, 0x69 },
	  { { "00", "d1" }, { "40", "28" } } },
	/* counted for as long as one more a second would be one more */
	{ "LIS2DW: other rates",
	  "lis2dw",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "2ec0", "0000" },
	    { "2014", "0000" },
	    { "af00", "0018", 1999900 },
	    { "2e00", "0000" },
	    { "2ec0", "0000" },
	    { "2034", "0000" },
	    { "af00", "001c", 1154000 } } },
	{ "LIS3DH: 1 a second",
	  "lis3dh",
	  { DEVICE_I2C, 0, 0x19 },
	  { { "2440", "" },
	    { "2e80", "" },
	    { "2017", "" },
	    { "2f", "05", 5000100 } } },
	{ "LIS3DH: 10 a second",
	  "lis3dh",
	  { DEVICE_I2C, 0, 0x19 },
	  { { "2440", "" },
	    { "2e80", "" },
	    { "2027", "" },
	    { "2f", "0a", 1000100 } } },
	{ "LIS3DH: 25 a second",
	  "lis3dh",
	  { DEVICE_I2C, 0, 0x19 },
	  { { "2440", "" },
	    { "2e80", "" },
	    { "2037", "" },
	    { "2f", "1b", 1115400 } } },
	{ "MPU9250: 4000 a second, in bytes",
	  "mpu9250",
	  { DEVICE_I2C, 0, 0x68 },
	  { { "75", "71" },
	    { "6b00", "" },
	    { "6a40", "" },
	    { "2308", "" },
	    { "72", "0078", 5000 },
	    { "6a44", "" },
	    { "72", "0000" },
	    { "72", "01fe", 1000000 } } },
	{ "ICM20948: 4500 a second",
	  "icm20948",
	  { DEVICE_I2C, 0, 0x68 },
	  { { "00", "ea" },
	    { "0601", "" },
	    { "0340", "" },
	    { "6710", "" },
	    { "70", "0084", 5000 },
	    { "70", "01fe", 1000000 } } },
	{ "BMI160: 1600 a second, after it was woken",
	  "bmi160",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "8000", "00d1" },
	    { "402c", "0000" },
	    { "4740", "0000" },
	    { "a20000", "000000", 1100000 },
	    { "7e11", "0000" },
	    { "a20000", "003000", 5000 },
	    { "a20000", "00fc03", 1000000 },
	    { "7eb0", "0000" },
	    { "a20000", "000000" } } },
	{ "ICM20948: 1 g on z, the upper byte first",
	  "icm20948",
	  { DEVICE_I2C, 0, 0x68 },
	  { { "0601", "" },
	    { "0340", "" },
	    { "6710", "", 499778 },
	    { "72", "000000000800", 223 } } },
	{ "MPU9250: 1 g on z, the upper byte first",
	  "mpu9250",
	  { DEVICE_I2C, 0, 0x68 },
	  { { "6b00", "" },
	    { "6a40", "" },
	    { "2308", "", 499750 },
	    { "74", "000000001000", 251 } } },
	{ "ADXL345: its registers at first",
	  "adxl345",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "ac00", "000a" }, { "b000", "0002" }, { "b100", "0000" } } },
	{ "ADXL345: it measures by one bit, into a FIFO by two",
	  "adxl345",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "2c0f", "0000" },
	    { "38c0", "0000" },
	    { "2df7", "0000" },
	    { "b900", "0000", 1100000 },
	    { "383f", "0000" },
	    { "2d08", "0000" },
	    { "b900", "0000", 1100000 },
	    { "3840", "0000" },
	    { "b900", "0010", 5000 } } },
	{ "ADXL345: what else is written does not empty the FIFO",
	  "adxl345",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "2c0f", "0000" },
	    { "3890", "0000" },
	    { "2d08", "0000" },
	    { "1e01", "0000", 5000 },
	    { "b900", "0010" } } },
	{ "LIS2DW: its registers at first",
	  "lis2dw",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "a100", "0004" }, { "ae00", "0000" } } },
	{ "LIS2DW: no FIFO by its threshold alone",
	  "lis2dw",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "2e1f", "0000" },
	    { "2094", "0000" },
	    { "af00", "0000", 1100000 },
	    { "2e20", "0000" },
	    { "af00", "0008", 5000 } } },
	{ "LIS3DH: its registers at first",
	  "lis3dh",
	  { DEVICE_I2C, 0, 0x19 },
	  { { "20", "07" }, { "21", "00" } } },
	{ "LIS3DH: a FIFO by one bit, and by two",
	  "lis3dh",
	  { DEVICE_I2C, 0, 0x19 },
	  { { "2097", "" },
	    { "24bf", "" },
	    { "2ec0", "" },
	    { "2f", "20", 1100000 },
	    { "2440", "" },
	    { "2e3f", "" },
	    { "2f", "20", 1100000 },
	    { "2e40", "" },
	    { "2f", "06", 5000 } } },
	{ "MPU9250: it sleeps at first",
	  "mpu9250",
	  { DEVICE_I2C, 0, 0x68 },
	  { { "6b", "01" } } },
	{ "MPU9250: nothing without each of three bits",
	  "mpu9250",
	  { DEVICE_I2C, 0, 0x68 },
	  { { "6bbf", "" },
	    { "6a40", "" },
	    { "23f7", "" },
	    { "72", "0000", 1100000 },
	    { "2308", "" },
	    { "6abb", "" },
	    { "72", "0000", 1100000 },
	    { "6bff", "" },
	    { "6a40", "" },
	    { "72", "0000", 1100000 },
	    { "6bbf", "" },
	    { "72", "0078", 5000 } } },
	{ "MPU9250: only FIFO_RST empties it, and goes back",
	  "mpu9250",
	  { DEVICE_I2C, 0, 0x68 },
	  { { "6b00", "" },
	    { "6a40", "" },
	    { "2308", "" },
	    { "6afb", "", 5000 },
	    { "72", "0078" },
	    { "6aff", "" },
	    { "72", "0000" },
	    { "6a", "fb" } } },
	{ "ICM20948: it sleeps at first",
	  "icm20948",
	  { DEVICE_I2C, 0, 0x68 },
	  { { "06", "41" } } },
	{ "ICM20948: nothing without each of three bits",
	  "icm20948",
	  { DEVICE_I2C, 0, 0x68 },
	  { { "06bf", "" },
	    { "0340", "" },
	    { "67ef", "" },
	    { "70", "0000", 1100000 },
	    { "6710", "" },
	    { "03bf", "" },
	    { "70", "0000", 1100000 },
	    { "06ff", "" },
	    { "0340", "" },
	    { "70", "0000", 1100000 },
	    { "06bf", "" },
	    { "70", "0084", 5000 } } },
	{ "BMI160: its registers at first",
	  "bmi160",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "c000", "0028" },
	    { "c100", "0003" },
	    { "c700", "0010" },
	    { "8300", "0000" } } },
	{ "BMI160: it is suspended, and knows no other command",
	  "bmi160",
	  { DEVICE_SPI, DEVICE_ANY, 7 },
	  { { "402c", "0000" },
	    { "47bf", "0000" },
	    { "7e11", "0000" },
	    { "8300", "0010" },
	    { "a20000", "000000", 1100000 },
	    { "4740", "0000" },
	    { "a20000", "003000", 5000 },
	    { "7e12", "0000" },
	    { "5001", "0000" },
	    { "a20000", "003000" },
	    { "7e10", "0000" },
	    { "8300", "0000" },
	    { "a20000", "000000", 1100000 } } },
};

static void play(struct devices *d, const struct device_wires *at,
		 const struct step *step, uint64_t now_us)
{
	uint8_t out[BYTES], in[BYTES] = { 0 };
	char text[2 * BYTES + 1];
	struct device_message message = { .to = *at,
					  .out = out,
					  .out_len = strlen(step->say) / 2,
					  .in = in,
					  .in_len = strlen(step->want) / 2 };

	assert_int_equal(util_hex_decode(out, step->say, strlen(step->say)), 0);
	assert_true(devices_talk(d, &message, now_us));
	util_hex_encode(text, in, message.in_len);
	assert_string_equal(text, step->want);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	bool spi = row->at.bus == DEVICE_SPI;
	uint64_t now_us = START_US;
	struct devices d;

	section_make(&d, (struct section){
				 .source.section = row->section,
				 .told = { { spi ? "cs_pin" : "i2c_address",
					     spi ? "7" : NULL } } });
	for (size_t i = 0; i < STEPS && row->steps[i].say; i++) {
		now_us += row->steps[i].wait_us;
		play(&d, &row->at, &row->steps[i], now_us);
	}
	devices_fini(&d);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("accel", tests, n, NULL, NULL);
}
