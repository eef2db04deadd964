// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * What the simulated Klipper reads by itself from chips on a bus, and the displays
 * that it writes to. Commands are written by hand: the formats are in
 * klipper-mcu-protocol.md, section 20.2, integers in 5.2. The chip says what its
 * row says: for each length that is read, one answer after the other, the last one
 * for ever.
 */
#include "story.h"

#define ANSWERS 4

struct parrot {
	struct device_wires wires; /* first */
	const char *const *answers;
	const char *heard; /* what it has to be told; NULL: anything */
};

static void assert_hex(const uint8_t *bytes, size_t len, const char *want)
{
	char hex[2 * KCAN_KLP_CONTENT_MAX + 1];

	util_hex_encode(hex, bytes, len);
	assert_string_equal(hex, want);
}

static bool parrot_talk(void *self, const struct device_message *message,
			uint64_t now_us)
{
	struct parrot *p = self;
	size_t digits = 2 * message->in_len;
	const char *const *a = p->answers;

	(void)now_us;
	if (p->heard)
		assert_hex(message->out, message->out_len, p->heard);
	while (*a && strlen(*a) != digits)
		a++;
	if (!*a)
		return true;
	assert_int_equal(util_hex_decode(message->in, *a, digits), 0);
	/* it is not the last one of its length: the next time that */
	if (a[1] && strlen(a[1]) == digits)
		p->answers = a + 1;
	return true;
}

static const struct device_kind parrot_kind = {
	.size = sizeof(struct parrot),
	.talk = parrot_talk,
};

/* config_spi oid=0 pin=PA1, spi_set_bus oid=0 spi_bus=1 mode=3 rate=100000 */
#define SPI        \
	"0402"     \
	"3f000100" \
	"41000103868d20"
/* config_i2c oid=0, i2c_set_bus oid=0 i2c_bus=0 rate=100000 address=0x68 */
#define I2C    \
	"0402" \
	"4a00" \
	"4b0000868d208068"
#define X8(hex) hex hex hex hex hex hex hex hex
#define X4(hex) hex hex hex hex
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
#define AT_SPI                            \
	{                                 \
		DEVICE_SPI, DEVICE_ANY, 1 \
	}
#define AT_I2C                      \
	{                           \
		DEVICE_I2C, 0, 0x68 \
	}
#define NOWHERE                           \
	{                                 \
		DEVICE_SPI, DEVICE_ANY, 2 \
	}

static const struct chip_story {
	const char *name;
	struct device_wires wires;
	const char *answers[ANSWERS];
	struct story_step steps[STORY_STEPS];
	const char *reason; /* of the last shutdown; NULL: not looked at */
	const char *heard;  /* by the chip; NULL: not looked at */
} stories[] = {
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
	{ "an angle sensor without a pin",
	  AT_SPI,
	  { NULL },
	  { { "0402"
	      "4000"
	      "8105010000",
	      "12003d ack" } },
	  "angle sensor requires cs pin" },
};

static void test_story(void **state)
{
	const struct chip_story *story = *state;
	struct parrot *parrot;
	struct host h;

	host_start(&h, "stm32g0b1xx");
	parrot = devices_add(&h.board.mcu.devices, &parrot_kind);
	assert_non_null(parrot);
	parrot->wires = story->wires;
	parrot->answers = story->answers;
	parrot->heard = story->heard;
	host_assign(&h, 4);
	h.board.mcu.live.start_us = h.board.now_us;
	for (size_t i = 0; i < STORY_STEPS && story->steps[i].say; i++)
		story_play(&h, &story->steps[i]);
	if (story->reason)
		assert_string_equal(h.board.reason, story->reason);
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[80];
	size_t n = 0;

	ROWS(stories, test_story);
	return _cmocka_run_group_tests("klipper_sensors", tests, n, NULL, NULL);
}
