// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * What the simulated Klipper reads by itself from accelerometers, thermometers
 * and angle sensors, and the displays that it writes to.
 */
#include "parrot.h"

static const struct chip_story stories[] = {
	/* config_adxl345 oid=1 spi_oid=0, query_adxl345 oid=1
	 * rest_ticks=1000; x=258 y=-1 z=256, and ten in the FIFO */
	{ "ADXL345: ten samples of five bytes are a report",
	  AT_SPI,
	  { "000201ffff0001900a" },
	  { { SPI "580100"
		  "59018768",
	      "ack" },
	    { "", "", 999 },
	    { "",
	      "56010032" X8("02ff00211f") "02ff00211f"
					  "02ff00211f",
	      1 },
	    { "",
	      "56010132" X8("02ff00211f") "02ff00211f"
					  "02ff00211f",
	      200 },
	    { "590100", "ack" },
	    { "", "", 5000 } },
	  NULL },
	{ "ADXL345: each byte has its place",
	  AT_SPI,
	  { "0012013402560b900a" },
	  { { SPI "580100"
		  "59018768",
	      "ack" },
	    { "",
	      "56010032" X8("1234566122") "1234566122"
					  "1234566122",
	      1000 } },
	  NULL },
	{ "ADXL345: the last one in the FIFO ends it",
	  AT_SPI,
	  { "000201ffff00019001" },
	  { { SPI "580100"
		  "59018768",
	      "ack" },
	    { "", "", 9999 },
	    { "",
	      "56010032" X8("02ff00211f") "02ff00211f"
					  "02ff00211f",
	      1 } },
	  NULL },
	{ "ADXL345: nobody there is an error in each",
	  NOWHERE,
	  { NULL },
	  { { SPI "580100"
		  "59018768",
	      "ack" },
	    { "",
	      "56010032" X8("ffffffffff") "ffffffffff"
					  "ffffffffff",
	      10000 } },
	  NULL },
	/* query_adxl345_status: ten samples are 50 bytes */
	{ "ADXL345: its status",
	  AT_SPI,
	  { "000a" },
	  { { SPI "580100", "ack" },
	    { "5a01",
	      "57018768000032"
	      "00 ack",
	      1000 } },
	  NULL },
	{ "ADXL345: a status that cannot be is not told",
	  NOWHERE,
	  { NULL },
	  { { SPI "580100", "ack" }, { "5a01", "ack" } },
	  NULL },
	/* config_lis2dw oid=1 bus_oid=0 bus_oid_type=0 lis_chip_type=0 */
	{ "LIS2DW: eight samples of six bytes are a report",
	  AT_SPI,
	  { "0048", "0000", "ff" X8("010203040506") },
	  { { SPI "5b01000000"
		  "5c018768",
	      "ack" },
	    { "", "56010030" X8("010203040506"), 1000 },
	    { "", "", 5000 } },
	  NULL },
	{ "LIS2DW: less than eight are left there",
	  AT_SPI,
	  { "0007" },
	  { { SPI "5b01000000"
		  "5c018768",
	      "ack" },
	    { "", "", 5000 } },
	  NULL },
	{ "LIS2DW: a bus that there is not",
	  AT_SPI,
	  { NULL },
	  { { SPI "5b01000200", "120038 ack" } },
	  "bus_type invalid" },
	{ "LIS2DW: a model that there is not",
	  AT_SPI,
	  { NULL },
	  { { SPI "5b01000002", "120039 ack" } },
	  "model type invalid" },
	/* config_mpu9250 oid=1 i2c_oid=0; 48 bytes, and no more */
	{ "MPU9250: by I2C",
	  AT_I2C,
	  { "0030", "0000", X8("010203040506") },
	  { { I2C "5e0100"
		  "5f018768",
	      "ack" },
	    { "", "56010030" X8("010203040506"), 1000 },
	    { "", "", 5000 } },
	  NULL },
	{ "MPU9250: nobody there is a shutdown",
	  NOWHERE,
	  { NULL },
	  { { I2C "5e0100"
		  "5f018768",
	      "ack" },
	    { "", "1287682f", 1000 } },
	  "I2C START NACK" },
	/* the 97th message: its id is 60 */
	{ "MPU9250: its status, with what was lost",
	  AT_I2C,
	  { "10", "0102" },
	  { { I2C "5e0100", "ack" },
	    { "6001",
	      "570187680000"
	      "820201 ack",
	      1000 } },
	  NULL },
	/* config_bmi160 oid=1 bus_oid=0 bus_oid_type=0, and its status */
	{ "BMI160: the lower byte of a length is first",
	  AT_SPI,
	  { "000201" },
	  { { SPI "64010000", "ack" },
	    { "6601",
	      "570187680000"
	      "820200 ack",
	      1000 } },
	  NULL },
	/* config_thermocouple oid=1 spi_oid=0 thermocouple_type=0,
	 * query_thermocouple oid=1 clock=1000 rest_ticks=2000 min_value=0
	 * max_value=2147483647 max_invalid_count=3 */
	{ "MAX31855: told every so often",
	  AT_SPI,
	  { "01901900" },
	  { { SPI "53010000"
		  "540187688f500087ffffff7f03",
	      "ack" },
	    { "", "", 999 },
	    { "",
	      "55019738"
	      "8cc0b20000",
	      1 },
	    { "",
	      "5501a708"
	      "8cc0b20000",
	      2000 } },
	  NULL },
	{ "MAX31855: three faults in a row",
	  AT_SPI,
	  { "01901901" },
	  { { SPI "53010000"
		  "540187688f500087ffffff7f03",
	      "ack" },
	    { "",
	      "55019738"
	      "8cc0b20101",
	      1000 },
	    { "",
	      "5501a708"
	      "8cc0b20101",
	      2000 },
	    { "",
	      "5501b658"
	      "8cc0b20101 12a70836",
	      2000 } },
	  "Thermocouple reader fault" },
	/* max_value=256 and max_invalid_count=1 */
	{ "MAX31855: too warm",
	  AT_SPI,
	  { "01901900" },
	  { { SPI "53010000"
		  "540187688f5000820001",
	      "ack" },
	    { "",
	      "55019738"
	      "8cc0b20000 12876836",
	      1000 } },
	  "Thermocouple reader fault" },
	{ "MAX31856: its registers",
	  AT_SPI,
	  { "00019000", "0000" },
	  { { SPI "53010001"
		  "540187688f500087ffffff7f03",
	      "ack" },
	    { "",
	      "55019738"
	      "86a00000",
	      1000 } },
	  NULL },
	{ "MAX31865: the lowest bit of a value is a fault",
	  AT_SPI,
	  { "004155", "0003" },
	  { { SPI "53010002"
		  "540187688f500087ffffff7f03",
	      "ack" },
	    { "",
	      "55019738"
	      "81825501",
	      1000 } },
	  NULL },
	{ "MAX6675: an open thermocouple",
	  AT_SPI,
	  { "0324" },
	  { { SPI "53010003"
		  "540187688f500087ffffff7f03",
	      "ack" },
	    { "",
	      "55019738"
	      "862404",
	      1000 } },
	  NULL },
	{ "a thermometer that there is not",
	  AT_SPI,
	  { NULL },
	  { { SPI "53010004", "120037 ack" } },
	  "Invalid thermocouple chip type" },
	/* config_st7920 oid=0 cs_pin=1 sclk_pin=2 sid_pin=3
	 * sync_delay_ticks=5 cmd_delay_ticks=5; st7920_send_cmds oid=0 */
	{ "ST7920: it is told everything",
	  NOWHERE,
	  { NULL },
	  { { "0401"
	      "67000102030505",
	      "ack" },
	    { "6800022021"
	      "69000141",
	      "ack" },
	    { "look PA1", "output 1" },
	    { "look PA2", "output 0" } },
	  NULL },
	/* config_hd44780 oid=0 and its pins, delay_ticks=5 */
	{ "HD44780: it is told everything",
	  NOWHERE,
	  { NULL },
	  { { "0401"
	      "6a0001020304050605",
	      "ack" },
	    { "6b00012a"
	      "6c000141",
	      "ack" },
	    { "6800012a", "12000a ack" } },
	  "Invalid oid type" },
	/* config_spi_angle oid=1 spi_oid=0 spi_angle_type=0, query_spi_angle
	 * oid=1 clock=1000 rest_ticks=1000 time_shift=0; 17 are a report */
	{ "A1333: 15 bits",
	  AT_SPI,
	  { "2001" },
	  { { SPI "8105010000"
		  "8106018768876800",
	      "ack" },
	    { "", "56010033" X8("000240") X8("000240") "000240", 17000 } },
	  NULL },
	{ "A1333: an error",
	  AT_SPI,
	  { "a001" },
	  { { SPI "8105010000"
		  "8106018768876800",
	      "ack" },
	    { "", "56010033" X8("ff0300") X8("ff0300") "ff0300", 17000 } },
	  NULL },
	{ "AS5047D: its parity is wrong",
	  AT_SPI,
	  { "1000" },
	  { { SPI "8105010001"
		  "8106018768876800",
	      "ack" },
	    { "", "56010033" X8("ff0300") X8("ff0300") "ff0300", 17000 } },
	  NULL },
	{ "MT6816: no magnet",
	  AT_SPI,
	  { "004043" },
	  { { SPI "8105010003"
		  "8106018768876800",
	      "ack" },
	    { "", "56010033" X8("ff0500") X8("ff0500") "ff0500", 17000 } },
	  NULL },
	/* spi_angle_transfer oid=1 data=8021 */
	{ "TLE5012B: a message, and when it was",
	  AT_SPI,
	  { "00ff" },
	  { { SPI "8105010002", "ack" },
	    { "8107010280"
	      "21",
	      "8108018768"
	      "0200ff ack",
	      1000 } },
	  .heard = "8021" },
	{ "an angle sensor that there is not",
	  AT_SPI,
	  { NULL },
	  { { SPI "8105010005", "12003c ack" } },
	  "Invalid spi_angle chip type" },
	/* set_sercom_pin bus=1 sercom_pin_type=0 pin=3 */
	{ "pins of a SERCOM, on a chip that has none",
	  NOWHERE,
	  { NULL },
	  { { "8109010003", "12002b ack" } },
	  "Invalid SERCOM bus" },
	/* clear_shutdown, then query_*: nothing is behind the oid */
	{ "an angle sensor on an SPI that there is not is of no use",
	  AT_SPI,
	  { NULL },
	  { { "0402"
	      "8105010000",
	      "12000a ack" },
	    { "08", "ack" },
	    { "8106018768876800", "12000a ack" } },
	  "Invalid oid type" },
	{ "nor is an ADXL345",
	  AT_SPI,
	  { NULL },
	  { { "0402"
	      "580100",
	      "12000a ack" },
	    { "08", "ack" },
	    { "59018768", "12000a ack" } },
	  "Invalid oid type" },
	{ "an angle sensor without a pin",
	  AT_SPI,
	  { NULL },
	  { { "0402"
	      "4000"
	      "8105010000",
	      "12003d ack" } },
	  "angle sensor requires cs pin" },
};

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(stories)];
	size_t n = 0;

	ROWS(stories, parrot_test);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
