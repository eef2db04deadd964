// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * Memory as the simulated Klipper has it, on an STM32G0. Commands are written by
 * hand: the formats are in debugcmds.c of the original, integers in
 * klipper-mcu-protocol.md, section 5.2.
 */
#include "story.h"

/* debug_read order=0: a byte, 1: 16 bits, 2: 32 bits */
#define READ "3c"
#define WRITE "3d"  /* debug_write order addr val */
#define RESULT "3e" /* debug_result val */

/* 0x1fff75a8 and 0x1fff75ca, where temperature_mcu.py reads them */
#define COLD "81fffdeb28"
#define HOT "81fffdeb4a"
/* 0x20000000 and on, which is RAM */
#define RAM(n)    \
	"8280808" \
	"0" n

static const struct story stories[] = {
	/* 1037 and 1379 */
	{ "16 bits of the calibration",
	  { { READ "01" COLD, RESULT "880d ack" } } },
	{ "16 bits of the other", { { READ "01" HOT, RESULT "8a63 ack" } } },
	{ "a byte of it", { { READ "00" COLD, RESULT "0d ack" } } },
	{ "32 bits of it, with what lies behind",
	  { { READ "02" COLD, RESULT "880d ack" } } },
	{ "an order that is none is a byte",
	  { { READ "07" COLD, RESULT "0d ack" } } },
	{ "the calibration stays as it is",
	  { { WRITE "01" COLD "00", "ack" },
	    { READ "01" COLD, RESULT "880d ack" } } },
	{ "what was never written is 0",
	  { { READ "02" RAM("00"), RESULT "00 ack" } } },
	/* 0x01020304 */
	{ "what was written is read",
	  { { WRITE "02" RAM("00") "88888604", "ack" },
	    { READ "02" RAM("00"), RESULT "88888604 ack" },
	    { READ "01" RAM("02"), RESULT "8202 ack" },
	    { READ "00" RAM("00"), RESULT "04 ack" } } },
	{ "a byte is written over",
	  { { WRITE "02" RAM("00") "88888604", "ack" },
	    { WRITE "00" RAM("01") "7f", "ack" },
	    { READ "01" RAM("00"), RESULT "83fe04 ack" } } },
	{ "no more than the order says is written",
	  { { WRITE "01" RAM("00") "88888604", "ack" },
	    { READ "02" RAM("00"), RESULT "8604 ack" } } },
	{ "in shutdown, too",
	  { { "07", "120002 ack" },
	    { WRITE "00" RAM("00") "05", "ack" },
	    { READ "00" RAM("00"), RESULT "05 ack" },
	    { READ "01" COLD, RESULT "880d ack" } } },
};

/* 64 of them are kept */
static void test_the_oldest_byte_is_forgotten(void **state)
{
	char say[32];
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	for (unsigned int i = 0; i < 65; i++) {
		sprintf(say,
			WRITE "00"
			      "82808080%02x"
			      "05",
			i);
		assert_string_equal(host_ask(&h, say), "ack");
	}
	assert_string_equal(host_ask(&h, READ "00" RAM("00")), RESULT "00 ack");
	assert_string_equal(host_ask(&h, READ "00" RAM("01")), RESULT "05 ack");
	assert_string_equal(host_ask(&h, READ "00" RAM("40")), RESULT "05 ack");
	host_end(&h);
}

/* 25.0 and 85.0 degrees C, 2785 and 3374 of 4095 at 1 V: see temperature_mcu.py */
static void test_the_words_of_a_same5x(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "same54");
	host_assign(&h, 4);
	/* 0x00800100, 0x00800104 */
	assert_string_equal(host_ask(&h, READ "0284808200"),
			    RESULT "95a019 ack");
	assert_string_equal(host_ask(&h, READ "0284808204"),
			    RESULT "8d97abc200 ack");
	host_end(&h);
}

/* klippy asks any chip that it does not know, too */
static void test_a_chip_without_words(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "lpc1769");
	host_assign(&h, 4);
	assert_string_equal(host_ask(&h, READ "01" COLD), RESULT "00 ack");
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[24] = {
		cmocka_unit_test(test_the_oldest_byte_is_forgotten),
		cmocka_unit_test(test_the_words_of_a_same5x),
		cmocka_unit_test(test_a_chip_without_words),
	};
	size_t n = 3;

	ROWS(stories, story_test);
	return _cmocka_run_group_tests("klipper_debug", tests, n, NULL, NULL);
}
