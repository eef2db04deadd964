// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * What the simulated Klipper does on buses. Commands are written by hand: the
 * formats are in klipper-mcu-protocol.md, section 20.2, integers in 5.2. What is on
 * the bus answers each byte with the next higher one, and notes what it heard.
 */
#include "story.h"

struct echo {
	struct device_wires wires; /* first */
	char heard[128];
};

static bool echo_talk(void *self, const struct device_message *message,
		      uint64_t now_us)
{
	struct echo *e = self;
	size_t at = strlen(e->heard);

	(void)now_us;
	assert_in_range(at + 2 * message->out_len + 2, 0, sizeof(e->heard));
	if (at)
		e->heard[at++] = ' ';
	util_hex_encode(e->heard + at, message->out, message->out_len);
	for (size_t i = 0; i < message->in_len; i++)
		message->in[i] =
			(uint8_t)(i + 1 +
				  (i < message->out_len ? message->out[i] : 0));
	return true;
}

static const struct device_kind echo_kind = {
	.size = sizeof(struct echo),
	.talk = echo_talk,
};

static const struct bus_story {
	const char *name;
	struct device_wires wires;
	struct story_step steps[STORY_STEPS];
	const char *heard;
	const char *reason; /* of the last shutdown; NULL: not looked at */
} stories[] = {
	/* spi_transfer oid=0 data=8f00 */
	{ "SPI: what is selected by its pin answers",
	  { DEVICE_SPI, DEVICE_ANY, 1 },
	  { { "0401"
	      "3f000100"
	      "41000103868d20",
	      "ack" },
	    { "4300028f00", "4400029002 ack" },
	    { "look PA1", "output 1" } },
	  "8f00" },
	/* spi_send oid=0 data=8f00 */
	{ "SPI: an answer is not told when nobody asks",
	  { DEVICE_SPI, DEVICE_ANY, 1 },
	  { { "0401"
	      "3f000100"
	      "41000103868d20",
	      "ack" },
	    { "4500028f00", "ack" } },
	  "8f00" },
	{ "SPI: nobody there leaves the line high",
	  { DEVICE_SPI, DEVICE_ANY, 2 },
	  { { "0401"
	      "3f000100"
	      "41000103868d20",
	      "ack" },
	    { "4300028f00", "440002ffff ack" } },
	  "" },
	{ "SPI: without a bus nothing is sent",
	  { DEVICE_SPI, DEVICE_ANY, 1 },
	  { { "0401"
	      "3f000100",
	      "ack" },
	    { "4300028f00", "4400028f00 ack" } },
	  "" },
	/* config_spi_without_cs oid=0, spi_set_bus oid=0 spi_bus=1 */
	{ "SPI: without a pin the bus tells who is meant",
	  { DEVICE_SPI, 1, DEVICE_ANY },
	  { { "0401"
	      "4000"
	      "41000103868d20",
	      "ack" },
	    { "430001aa", "440001ab ack" } },
	  "aa" },
	/* spi_set_sw_bus oid=0 miso_pin=2 mosi_pin=3 sclk_pin=4 mode=0
	 * pulse_ticks=10 */
	{ "SPI: in software the clock tells the bus",
	  { DEVICE_SPI, DEVICE_SOFTWARE + 4, DEVICE_ANY },
	  { { "0401"
	      "4000"
	      "4200020304000a",
	      "ack" },
	    { "430001aa", "440001ab ack" },
	    { "look PA2", "input 1" },
	    { "look PA4", "output 0" } },
	  "aa" },
	{ "SPI: an active high pin is low at rest",
	  { DEVICE_SPI, DEVICE_ANY, 1 },
	  { { "0401"
	      "3f000101",
	      "ack" },
	    { "look PA1", "output 0" } },
	  "" },
	/* config_spi_shutdown oid=1 spi_oid=0 shutdown_msg=0102 */
	{ "SPI: a message at a shutdown",
	  { DEVICE_SPI, DEVICE_ANY, 1 },
	  { { "0402"
	      "3f000100"
	      "41000103868d20"
	      "460100020102",
	      "ack" },
	    { "07", "120002 ack" } },
	  "0102" },
	{ "SPI: a mode that there is not",
	  { DEVICE_SPI, DEVICE_ANY, 1 },
	  { { "0401"
	      "3f000100"
	      "41000104868d20",
	      "120028 ack" } },
	  "",
	  "Invalid spi config" },
	{ "SPI: a bus that the chip does not have",
	  { DEVICE_SPI, DEVICE_ANY, 1 },
	  { { "0401"
	      "3f000100"
	      "41000803868d20",
	      "120029 ack" } },
	  "",
	  "Invalid spi bus" },
	{ "SPI: a second bus",
	  { DEVICE_SPI, DEVICE_ANY, 1 },
	  { { "0401"
	      "3f000100"
	      "41000103868d20"
	      "41000103868d20",
	      "120028 ack" } },
	  "",
	  "Invalid spi config" },
	/*
	 * config_tmcuart oid=0 rx_pin=3 pull_up=1 tx_pin=3 bit_time=25, and
	 * tmcuart_send oid=0 write=... read=10: f5000628 as klippy encodes it,
	 * ten bits a byte. 200 us and 40 bits later it is sent.
	 */
	{ "UART: what is asked is answered",
	  { DEVICE_UART, 3, 3 },
	  { { "0401"
	      "470003010319",
	      "ack" },
	    { "480005ea03c820940a", "ack" },
	    { "", "", 3499 },
	    { "", "49000aec132821960a32e82084", 1 } },
	  "f5000628" },
	{ "UART: nobody answers",
	  { DEVICE_UART, 4, 4 },
	  { { "0401"
	      "470003010319",
	      "ack" },
	    { "480005ea03c820940a", "ack" },
	    { "", "", 2924 },
	    { "", "490000", 1 } },
	  "" },
	{ "UART: what is written only",
	  { DEVICE_UART, 3, 3 },
	  { { "0401"
	      "470003010319",
	      "ack" },
	    { "480005ea03c8209400", "ack" },
	    { "", "", 1199 },
	    { "", "490000", 1 } },
	  "f5000628" },
	{ "UART: while it is busy more is dropped",
	  { DEVICE_UART, 3, 3 },
	  { { "0401"
	      "470003010319",
	      "ack" },
	    { "480005ea03c8209400", "ack" },
	    { "480005ea03c8209400", "ack" },
	    { "", "490000", 1200 },
	    { "", "", 5000 } },
	  "f5000628" },
	/* the first byte has no stop bit */
	{ "UART: bits that are no bytes are not heard",
	  { DEVICE_UART, 3, 3 },
	  { { "0401"
	      "470003010319",
	      "ack" },
	    { "480005ea01c820940a", "ack" },
	    { "", "490000", 2925 } },
	  "" },
	{ "UART: two wires",
	  { DEVICE_UART, 5, 3 },
	  { { "0401"
	      "470003010519",
	      "ack" },
	    { "480005ea03c8209400", "ack" },
	    { "look PA5", "output 1" },
	    { "", "490000", 1200 } },
	  "f5000628" },
	{ "UART: a shutdown ends it",
	  { DEVICE_UART, 3, 3 },
	  { { "0401"
	      "470003010319",
	      "ack" },
	    { "480005ea03c820940a", "ack" },
	    { "07", "120002 ack" },
	    { "", "", 4000 } },
	  "" },
	/* read=11 */
	{ "UART: too long an answer",
	  { DEVICE_UART, 3, 3 },
	  { { "0401"
	      "470003010319",
	      "ack" },
	    { "480005ea03c820940b", "12002c ack" } },
	  "",
	  "tmcuart data too large" },
	/* config_i2c oid=0, i2c_set_bus oid=0 i2c_bus=2 rate=100000
	 * address=0x44; i2c_transfer oid=0 write=2400 read_len=0 */
	{ "I2C: a write is acknowledged",
	  { DEVICE_I2C, 2, 0x44 },
	  { { "0401"
	      "4a00"
	      "4b0002868d2044",
	      "ack" },
	    { "4d0002240000", "4e000000 ack" } },
	  "2400" },
	{ "I2C: a write and a read",
	  { DEVICE_I2C, 2, 0x44 },
	  { { "0401"
	      "4a00"
	      "4b0002868d2044",
	      "ack" },
	    { "4d00012403", "4e000003250203 ack" } },
	  "24" },
	{ "I2C: nobody at an address",
	  { DEVICE_I2C, 2, 0x45 },
	  { { "0401"
	      "4a00"
	      "4b0002868d2044",
	      "ack" },
	    { "4d00012403", "4e000303000000 ack" } },
	  "" },
	{ "I2C: nobody to read from",
	  { DEVICE_I2C, 2, 0x45 },
	  { { "0401"
	      "4a00"
	      "4b0002868d2044",
	      "ack" },
	    { "4d000001", "4e00040100 ack" } },
	  "" },
	/* i2c_set_sw_bus oid=0 scl_pin=22 sda_pin=23 pulse_ticks=5
	 * address=0x44 */
	{ "I2C: in software the clock tells the bus",
	  { DEVICE_I2C, DEVICE_SOFTWARE + 22, 0x44 },
	  { { "0401"
	      "4a00"
	      "4c0016170544",
	      "ack" },
	    { "4d0002240000", "4e000000 ack" },
	    { "look PB6", "input 1" } },
	  "2400" },
	{ "I2C: a bus that the chip does not have",
	  { DEVICE_I2C, 9, 0x44 },
	  { { "0401"
	      "4a00"
	      "4b0009868d2044",
	      "120031 ack" } },
	  "",
	  "Unsupported i2c bus" },
	/* config_neopixel oid=0 pin=PA3 data_size=3 bit_max_ticks=5
	 * reset_min_ticks=50; neopixel_update oid=0 pos=0 data=0a0b0c */
	{ "LEDs: what was put in is sent",
	  { DEVICE_LEDS, 0, 3 },
	  { { "0401"
	      "4f0003030532",
	      "ack" },
	    { "500000030a0b0c", "ack" },
	    { "5100", "520001 ack" },
	    { "500002010d"
	      "5100",
	      "520001 ack" } },
	  "0a0b0c 0a0b0d" },
	{ "LEDs: more than there are",
	  { DEVICE_LEDS, 0, 3 },
	  { { "0401"
	      "4f0003030532",
	      "ack" },
	    { "500001030a0b0c", "120035 ack" } },
	  "",
	  "Invalid neopixel update command" },
	/* data_size=32768 */
	{ "LEDs: too many of them",
	  { DEVICE_LEDS, 0, 3 },
	  { { "0401"
	      "4f0003828000"
	      "0532",
	      "120034 ack" } },
	  "",
	  "Invalid neopixel data_size" },
};

static void test_story(void **state)
{
	const struct bus_story *story = *state;
	struct echo *echo;
	struct host h;

	echo = story_connect(&h, &echo_kind, story->wires);
	story_tell(&h, story->steps);
	assert_string_equal(echo->heard, story->heard);
	if (story->reason)
		assert_string_equal(h.board.reason, story->reason);
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[32];
	size_t n = 0;

	ROWS(stories, test_story);
	return _cmocka_run_group_tests("klipper_buses", tests, n, NULL, NULL);
}
