// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * What the simulated Klipper reads by itself from the converters of load cells,
 * and from an LDC1612, and the triggers that follow from that.
 */
#include "parrot.h"

/* what they say is told where they are first used */
#define TRIGGER      \
	"0404"       \
	"7800010304" \
	"6d0100"     \
	"7001000100" \
	"00"         \
	"720201"     \
	"730200"     \
	"8768"       \
	"7402018064" \
	"790002"     \
	"2903"       \
	"7a008768"
/* the same, with an offset and what it is to trigger by */
#define TRIGGER_BY(offset, type, value) \
	"0404"                          \
	"7800010304"                    \
	"6d0100"                        \
	"7001" offset "010000"          \
	"720201"                        \
	"7302f8188768"                  \
	"7402" type value "790002"      \
	"2903"                          \
	"7a008768"
#define HOME         \
	"2a03000002" \
	"7502030105" \
	"83748f5003"
#define HOME_4       \
	"2a04000002" \
	"7503040105" \
	"83748f5003"
#define TRIGGER_BY_LDC1612 \
	"0405"             \
	"4a00"             \
	"4b0000868d208068" \
	"81000100"         \
	"6d0200"           \
	"700200010000"     \
	"720302"           \
	"7303008768"       \
	"7403018064"       \
	"81020103"         \
	"2904"             \
	"8103018768"
#define ADS131M02 "810a0100010203810c018768"

static const struct chip_story stories[] = {
	/* config_hx71x oid=0 gain_channel=1 dout_pin=3 sclk_pin=4,
	 * query_hx71x oid=0 rest_ticks=1000; 256 */
	{ "HX711: twelve values are a report, and it is looked at less then",
	  { DEVICE_BITS, 4, 3 },
	  { "000100" },
	  { { "put PA3 0", "" },
	    { "0401"
	      "7800010304"
	      "7a008768",
	      "ack" },
	    { "", "", 88999 },
	    { "", "56000030" X8("00010000") X4("00010000"), 1 },
	    { "look PA4", "output 0" },
	    { "7a0000", "ack" },
	    { "look PA4", "output 1" } },
	  NULL },
	{ "HX711: a value below 0",
	  { DEVICE_BITS, 4, 3 },
	  { "ffff38" },
	  { { "put PA3 0", "" },
	    { "0401"
	      "7800010304"
	      "7a008768",
	      "ack" },
	    { "", "56000030" X8("38ffffff") X4("38ffffff"), 89000 } },
	  NULL },
	{ "HX711: nothing on its pins is never ready",
	  NOWHERE,
	  { NULL },
	  { { "0401"
	      "7800010304"
	      "7a008768",
	      "ack" },
	    { "", "", 100000 },
	    { "7b00", "5700868d2000000000 ack" } },
	  NULL },
	{ "HX711: a gain that there is not",
	  NOWHERE,
	  { NULL },
	  { { "0401"
	      "7800050304",
	      "12003b ack" } },
	  "HX71x gain/channel out of range 1-4" },
	/* config_ads1220 oid=1 spi_oid=0 data_ready_pin=3 */
	{ "ADS1220: by SPI, and its status",
	  AT_SPI,
	  { "000100" },
	  { { "put PA3 0", "" },
	    { SPI "7c010003"
		  "7e018768",
	      "ack" },
	    { "", "56010030" X8("00010000") X4("00010000"), 89000 },
	    { "7f01", "570185b728"
		      "0001"
		      "0400 ack" } },
	  NULL },
	/* config_ads131m0x oid=1 spi_oid=0 channel=1 num_channels=2
	 * data_ready_pin=3, query_ads131m0x oid=1 rest_ticks=1000; status,
	 * two channels and a checksum that was worked out elsewhere */
	{ "ADS131M02: the channel that was asked for, and its status",
	  AT_SPI,
	  { "0100000000050001007c2500" },
	  { { "put PA3 0", "" },
	    { SPI ADS131M02, "ack" },
	    { "", "", 88999 },
	    { "", "56010030" X8("00010000") X4("00010000"), 1 },
	    { "810d01", "570185b728"
			"0001"
			"0400 ack" } },
	  NULL },
	{ "ADS131M02: a value below 0",
	  AT_SPI,
	  { "010000000005ffff3834d300" },
	  { { "put PA3 0", "" },
	    { SPI ADS131M02, "ack" },
	    { "", "56010030" X8("38ffffff") X4("38ffffff"), 89000 } },
	  NULL },
	{ "ADS131M02: a checksum that is wrong",
	  AT_SPI,
	  { "0100000000050001007c2600" },
	  { { "put PA3 0", "" },
	    { SPI ADS131M02, "ack" },
	    { "", "56010030" X8("00000001") X4("00000001"), 89000 } },
	  NULL },
	{ "ADS131M02: a reset is told until it is asked anew",
	  AT_SPI,
	  { "050000000005000100e0ca00", "0100000000050001007c2500" },
	  { { "put PA3 0", "" },
	    { SPI ADS131M02, "ack" },
	    { "", "56010030" X8("00000002") X4("00000002"), 89000 },
	    { "810c018768", "ack" },
	    { "", "56010030" X8("00010000") X4("00010000"), 89000 } },
	  NULL },
	{ "ADS131M02: a third channel",
	  AT_SPI,
	  { NULL },
	  { { SPI "810a0100020203", "12003f ack" } },
	  "Invalid ads131m0x channels configuration" },
	/* as below, with oids 2 to 4; error_reason=5, 3 and 2 for a reset */
	{ "ADS131M02: a trigger, by an error",
	  AT_SPI,
	  { "050000000005000100e0ca00" },
	  { { "put PA3 0", "" },
	    { "0405"
	      "3f000100"
	      "41000103868d20"
	      "810a0100010203"
	      "6d0200"
	      "700200010000"
	      "720302"
	      "7303008768"
	      "7403018064"
	      "810b0103"
	      "2904"
	      "810c018768",
	      "ack" },
	    { HOME_4, "ack" },
	    { "", "2d04000a8768", 1000 } },
	  NULL },
	/*
	 * An HX711 with oid=0, and: config_sos_filter oid=1 max_sections=0,
	 * sos_filter_set_offset_scale oid=1 offset=0 scale=1, then
	 * config_trigger_analog oid=2 sos_filter_oid=1,
	 * trigger_analog_set_raw_range oid=2 raw_min=0 raw_max=1000,
	 * trigger_analog_set_trigger oid=2 type=1 (gt) value=100,
	 * hx71x_attach_trigger_analog oid=0 trigger_analog_oid=2,
	 * config_trsync oid=3, trsync_start oid=3 expire_reason=2,
	 * trigger_analog_home oid=2 trsync_oid=3 trigger_reason=1
	 * error_reason=5 clock=500 monitor_ticks=2000 monitor_max=3
	 */
	{ "a trigger: a value above",
	  { DEVICE_BITS, 4, 3 },
	  { "000100" },
	  { { "put PA3 0", "" },
	    { TRIGGER, "ack" },
	    { HOME, "ack" },
	    { "7602", "7702018374 ack" },
	    { "", "", 999 },
	    { "", "2d0300018768", 1 },
	    { "7602", "7702008768 ack" } },
	  NULL },
	{ "a trigger: a value out of range",
	  { DEVICE_BITS, 4, 3 },
	  { "ffff38" },
	  { { "put PA3 0", "" },
	    { TRIGGER, "ack" },
	    { HOME, "ack" },
	    { "", "2d0300058768", 1000 } },
	  NULL },
	/* from -1000 to 1000; the numbers are 200 and 201 */
	{ "a trigger: a size, below 0",
	  { DEVICE_BITS, 4, 3 },
	  { "ffff38" },
	  { { "put PA3 0", "" },
	    { TRIGGER_BY("00", "00", "8148"), "ack" },
	    { HOME, "ack" },
	    { "", "2d0300018768", 1000 } },
	  NULL },
	{ "a trigger: a size below 0 that is too small by one",
	  { DEVICE_BITS, 4, 3 },
	  { "ffff38" },
	  { { "put PA3 0", "" },
	    { TRIGGER_BY("00", "00", "8149"), "ack" },
	    { HOME, "ack" },
	    { "7602", "7702018374 ack", 5000 } },
	  NULL },
	/* 256, 512, then 411 is 101 below the peak; 100 is not enough */
	{ "a trigger: so far below the peak",
	  { DEVICE_BITS, 4, 3 },
	  { "000100", "000200", "00019b" },
	  { { "put PA3 0", "" },
	    { TRIGGER_BY("00", "02", "8064"), "ack" },
	    { HOME, "ack" },
	    { "", "", 16999 },
	    { "", "2d030001818468", 1 } },
	  NULL },
	{ "a trigger: not so far below the peak",
	  { DEVICE_BITS, 4, 3 },
	  { "000100", "000200", "00019c" },
	  { { "put PA3 0", "" },
	    { TRIGGER_BY("00", "02", "8064"), "ack" },
	    { HOME, "ack" },
	    { "7602", "7702018374 ack", 18000 } },
	  NULL },
	{ "a trigger: of a kind that there is not",
	  { DEVICE_BITS, 4, 3 },
	  { "000100" },
	  { { "put PA3 0", "" },
	    { TRIGGER_BY("00", "03", "00"), "ack" },
	    { HOME, "ack" },
	    { "7602", "7702018374 ack", 5000 } },
	  NULL },
	/* 80 is not above 100, 80 and 100 is */
	{ "a trigger: an offset counts",
	  { DEVICE_BITS, 4, 3 },
	  { "000050" },
	  { { "put PA3 0", "" },
	    { TRIGGER_BY("8064", "01", "8064"), "ack" },
	    { HOME, "ack" },
	    { "", "2d0300018768", 1000 } },
	  NULL },
	/* looked at 500, 2500, 4500, 6500, and then it is too late */
	{ "a trigger: no values any more",
	  { DEVICE_BITS, 4, 3 },
	  { NULL },
	  { { TRIGGER, "ack" },
	    { HOME, "ack" },
	    { "", "", 8499 },
	    { "", "2d030007c234", 1 } },
	  NULL },
	{ "a filter: a section that there is not",
	  NOWHERE,
	  { NULL },
	  { { "0401"
	      "6d0001"
	      "6f00010000",
	      "12003a ack" } },
	  "Filter section index larger than max_sections" },
	/* config_ldc1612 oid=1 i2c_oid=0, query_ldc1612 oid=1 rest_ticks=1000
	 * with ids of two bytes; its status and both halves are 0008 */
	{ "LDC1612: twelve samples are a report",
	  AT_I2C,
	  { "0008" },
	  { { I2C "81000100"
		  "8103018768",
	      "ack" },
	    { "", "56010030" X8("00080008") X4("00080008"), 12000 },
	    { "810401", "5701dd60"
			"0001"
			"0400 ack" } },
	  NULL },
	{ "LDC1612: no sample yet",
	  AT_I2C,
	  { "0000" },
	  { { I2C "81000100"
		  "8103018768",
	      "ack" },
	    { "", "", 20000 } },
	  NULL },
	{ "LDC1612: nobody there",
	  NOWHERE,
	  { NULL },
	  { { I2C "81000100"
		  "8103018768",
	      "ack" },
	    { "", "56010030" X8("ffff0001") X4("ffff0001"), 12000 },
	    { "810401", "ack" } },
	  NULL },
	/* config_ldc1612_with_intb oid=1 i2c_oid=0 intb_pin=3 */
	{ "LDC1612: a pin tells of samples",
	  AT_I2C,
	  { "0008" },
	  { { I2C "8101010003"
		  "8103018768",
	      "ack" },
	    { "", "", 20000 },
	    { "put PA3 0", "" },
	    { "", "56010030" X8("00080008") X4("00080008"), 12000 } },
	  NULL },
	/* with a trigger as above: status, and the halves of a value */
	{ "LDC1612: a trigger, by a value of 28 bits",
	  AT_I2C,
	  { "0008", "1000", "0065" },
	  { { TRIGGER_BY_LDC1612, "ack" },
	    { HOME_4, "ack" },
	    { "", "2d0400018768", 1000 } },
	  NULL },
	{ "LDC1612: no trigger, by one that is too small",
	  AT_I2C,
	  { "0008", "1000", "0064" },
	  { { TRIGGER_BY_LDC1612, "ack" }, { HOME_4, "ack" }, { "", "", 2000 } },
	  NULL },
	{ "LDC1612: a trigger, by an error of the sensor",
	  AT_I2C,
	  { "0008", "2000", "0000" },
	  { { TRIGGER_BY_LDC1612, "ack" },
	    { HOME_4, "ack" },
	    { "", "2d0400088768", 1000 } },
	  NULL },
};

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(stories)];
	size_t n = 0;

	ROWS(stories, parrot_test);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
