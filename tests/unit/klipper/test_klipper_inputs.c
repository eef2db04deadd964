// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * What the simulated Klipper measures, and what is pressed. Commands are written
 * by hand: the formats are in klipper-mcu-protocol.md, section 20, integers in
 * 5.2.
 */
#include "story.h"

/* config_analog_in oid=0 pin=0, finalized */
#define ADC                             \
	{                               \
		"04012100000301", "ack" \
	}
/*
 * query_analog_in oid=0 clock=1000 sample_ticks=10 sample_count=8
 * rest_ticks=1000: measured from 1000 to 1070, from 2000 to 2070 ...
 */
#define QUERY_ADC(bytes, limits) "220087680a088768" bytes limits
#define ANY "0081ff7804" /* 0 to 8 times 4095 */
/* analog_in_state oid=0 next_clock values */
#define ADC_STATE "2300"

/*
 * config_buttons oid=0 button_count=2; buttons_add: PA0 with a pull-up, which is
 * low when pressed, and PA1, which is high then
 */
#define BUTTONS                                             \
	{                                                   \
		"0401240002250000000125000101000301", "ack" \
	}
/*
 * buttons_query oid=0 clock=1000 rest_ticks=1000 retransmit_count=5 invert=1:
 * looked at 1000, 2000 ..., and PA0 is taken to be high at first
 */
#define QUERY_BUTTONS                     \
	{                                 \
		"2600876887680501", "ack" \
	}
#define BUTTONS_STATE "2800" /* buttons_state oid=0 ack_count state */

static const struct story stories[] = {
	/* 8 times 3911, low byte first */
	{ "adc: by itself it is a thermistor in a room",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "", "", 1069 },
	    { "", ADC_STATE "8f5002387a", 1 } } },
	{ "adc: it is measured again and again",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "", ADC_STATE "8f5002387a", 1070 },
	    { "", ADC_STATE "973802387a", 1000 } } },
	/* 8 times 2048 */
	{ "adc: as the user has put it",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "put PA0 0.5", "" },
	    { "look PA0", "adc 0.5" },
	    { "", ADC_STATE "8f50020040", 1070 },
	    { "put PA0 0", "" },
	    { "", ADC_STATE "9738020000", 1000 } } },
	{ "adc: on another pin it is not seen",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "put PA1 0.5", "" },
	    { "", ADC_STATE "8f5002387a", 1070 } } },
	{ "adc: several values in a report",
	  { ADC,
	    { QUERY_ADC("04", ANY), "ack" },
	    { "", "", 1070 },
	    { "", ADC_STATE "973804387a387a", 1000 } } },
	{ "adc: out of range for the second time, and it goes on in shutdown",
	  { ADC,
	    { QUERY_ADC("02", "00806402"), "ack" },
	    { "", ADC_STATE "8f5002387a", 1070 },
	    { "", "1290161f", 1000 },
	    { "", ADC_STATE "9f2002387a", 1000 },
	    { "", ADC_STATE "a70802387a", 1000 } } },
	{ "adc: out of range again, when the shutdown is cleared",
	  { ADC,
	    { QUERY_ADC("02", "00806402"), "ack" },
	    { "", ADC_STATE "8f5002387a 1290161f", 2070 },
	    { "", ADC_STATE "9f2002387a", 1000 },
	    { "08", "ack" },
	    { "", ADC_STATE "a70802387a", 1000 },
	    { "", "12a74e1f", 1000 } } },
	{ "adc: in range in between",
	  { ADC,
	    { QUERY_ADC("02", "00806402"), "ack" },
	    { "", ADC_STATE "8f5002387a", 1070 },
	    { "put PA0 0", "" },
	    { "", ADC_STATE "9738020000", 1000 },
	    { "put PA0 1", "" },
	    { "", ADC_STATE "9f2002f87f", 1000 } } },
	{ "adc: below the range",
	  { ADC,
	    { "put PA0 0", "" },
	    { QUERY_ADC("02", "01806401"), "ack" },
	    { "", "12882e1f", 1070 } } },
	/* 3 samples of 3911, 5 of 2048 */
	{ "adc: each sample is taken at its own time",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "put PA0 0.5", "", 1025 },
	    { "", ADC_STATE "8f5002d555", 45 } } },
	{ "adc: it goes on in shutdown, a cycle that was begun is lost",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "07", "12880902 ack", 1033 },
	    { "", "", 1036 },
	    { "", ADC_STATE "973802387a", 1 } } },
	{ "adc: a second stop puts it off by one more cycle",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "07", "12880902 ack", 1033 },
	    { "07", "12880902 ack" },
	    { "", "", 2036 },
	    { "", ADC_STATE "9f2002387a", 1 } } },
	{ "adc: not after the configuration is forgotten",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "07", "120002 ack" },
	    { "18", "ack" },
	    { "", "", 4000 } } },
	{ "adc: what was stopped stays so in shutdown",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "22000000000000000000", "ack" },
	    { "07", "120002 ack" },
	    { "", "", 4000 } } },
	{ "adc: a value has no room in a report of three bytes",
	  { ADC,
	    { QUERY_ADC("03", ANY), "ack" },
	    { "", ADC_STATE "8f5002387a", 1070 } } },
	{ "adc: a value at least in a report",
	  { ADC,
	    { QUERY_ADC("00", ANY), "ack" },
	    { "", ADC_STATE "8f5002387a", 1070 } } },
	{ "adc: more than 48 bytes in a report",
	  { ADC, { QUERY_ADC("31", ANY), "120020 ack" }, { "", "", 4000 } } },
	{ "adc: 49 bytes do not matter where nothing is measured",
	  { ADC, { "22000000000031000000", "ack" } } },
	{ "adc: a cycle that takes longer than the time to the next one",
	  { ADC,
	    { "22008768837408876802" ANY, "ack" },
	    { "", ADC_STATE "8f5002387a 12a31413", 4500 } } },
	{ "adc: no more",
	  { ADC,
	    { QUERY_ADC("02", ANY), "ack" },
	    { "22000000000000000000", "ack" },
	    { "", "", 2000 } } },
	{ "adc: a clock in the past",
	  { ADC,
	    { QUERY_ADC("02", ANY), "12876911 ack", 1001 },
	    { "", ADC_STATE "973802387a", 1069 } } },
	{ "adc: too often",
	  { ADC, { "2200876800010102000101", "120013 ack" } } },
	{ "adc: a pin that is not there",
	  { { "040121008148", "120017 ack" } } },
	{ "adc: a pin that has none",
	  { { "0401210013", "120017 ack" }, { "look PB3", "unused 0" } } },
	{ "adc: the sensor in the chip",
	  { { "04012100817e", "ack" },
	    { "look ADC_TEMPERATURE", "adc 0.22642" } } },
	{ "adc: an oid of nothing",
	  { { "220087680a08876802000101", "12000a ack" } } },
	{ "buttons: all as the query has it, nothing is said",
	  { BUTTONS, QUERY_BUTTONS, { "", "", 4000 } } },
	{ "buttons: told when two looks agree, as a level",
	  { BUTTONS,
	    QUERY_BUTTONS,
	    { "put PA0 0", "", 1500 },
	    { "look PA0", "input 0" },
	    { "", "", 1499 },
	    { "", BUTTONS_STATE "000100", 1 } } },
	/* section 20.1: ^!PA4 is low from the beginning */
	{ "buttons: the level is raw, whatever is inverted",
	  { { "04012400012500000401"
	      "0301",
	      "ack" },
	    { "put PA4 0", "" },
	    { "2600ce900087e8001401", "ack" },
	    { "", BUTTONS_STATE "000100", 1408000 } } },
	{ "buttons: high where the query says low",
	  { BUTTONS,
	    { "2600876887680500", "ack" },
	    { "", BUTTONS_STATE "000101", 2000 } } },
	{ "buttons: low where the query says that there is no button",
	  { BUTTONS,
	    { "2600876887680505", "ack" },
	    { "", BUTTONS_STATE "000101", 2000 } } },
	{ "buttons: each pin has to agree with itself only",
	  { BUTTONS,
	    QUERY_BUTTONS,
	    { "put PA0 0", "", 1500 },
	    { "put PA1 1", "", 1000 },
	    { "", BUTTONS_STATE "000100", 500 },
	    { "", BUTTONS_STATE "00020002", 1000 } } },
	{ "buttons: pressed before they were looked at",
	  { BUTTONS,
	    { "put PA1 1", "" },
	    QUERY_BUTTONS,
	    { "", BUTTONS_STATE "000103", 2000 } } },
	{ "buttons: too short",
	  { BUTTONS,
	    QUERY_BUTTONS,
	    { "put PA0 0", "", 1500 },
	    { "put PA0 1", "", 1000 },
	    { "", "", 2000 } } },
	{ "buttons: said again after one look more than retransmit_count",
	  { BUTTONS,
	    QUERY_BUTTONS,
	    { "put PA0 0", "", 1500 },
	    { "", BUTTONS_STATE "000100", 1500 },
	    { "", "", 5999 },
	    { "", BUTTONS_STATE "000100", 1 },
	    { "270001", "ack" },
	    { "", "", 10000 },
	    { "put PA0 1", "" },
	    { "", BUTTONS_STATE "010101", 2000 } } },
	{ "buttons: said again at each look",
	  { BUTTONS,
	    { "2600876887680001", "ack" },
	    { "put PA0 0", "", 1500 },
	    { "", BUTTONS_STATE "000100", 1500 },
	    { "", BUTTONS_STATE "000100", 1000 },
	    { "", BUTTONS_STATE "000100", 1000 } } },
	{ "buttons: all that is not acknowledged is said",
	  { BUTTONS,
	    QUERY_BUTTONS,
	    { "put PA0 0", "", 1500 },
	    { "", BUTTONS_STATE "000100", 1500 },
	    { "put PA1 1", "" },
	    { "", BUTTONS_STATE "00020002", 2000 },
	    { "270001", "ack" },
	    { "", BUTTONS_STATE "010102", 6000 } } },
	{ "buttons: more is acknowledged than was said, and all of it counts",
	  { BUTTONS,
	    QUERY_BUTTONS,
	    { "put PA0 0", "", 1500 },
	    { "", BUTTONS_STATE "000100", 1500 },
	    { "270009", "ack" },
	    { "put PA0 1", "" },
	    { "", BUTTONS_STATE "090101", 2000 } } },
	{ "buttons: acknowledged before anything was said",
	  { BUTTONS,
	    QUERY_BUTTONS,
	    { "270003", "ack" },
	    { "put PA0 0", "", 1500 },
	    { "", BUTTONS_STATE "030100", 1500 } } },
	{ "buttons: retransmit_count has seven bits",
	  { BUTTONS,
	    { "260087688768810001", "120023 ack" },
	    { "put PA0 0", "" },
	    { "", "", 4000 } } },
	{ "buttons: no more",
	  { BUTTONS,
	    QUERY_BUTTONS,
	    { "260000000000", "ack" },
	    { "put PA0 0", "" },
	    { "", "", 4000 } } },
	{ "buttons: not in shutdown",
	  { BUTTONS,
	    QUERY_BUTTONS,
	    { "07", "120002 ack" },
	    { "put PA0 0", "" },
	    { "", "", 4000 } } },
	{ "buttons: a clock in the past",
	  { BUTTONS, { "2600876887680501", "12876911 ack", 1001 } } },
	{ "buttons: too often",
	  { BUTTONS, { "26008768010501", "120013 ack" } } },
	{ "buttons: nine", { { "0401240009", "120021 ack" } } },
	{ "buttons: behind the last",
	  { { "04012400022500020001", "120022 ack" } } },
	{ "buttons: a pin that is not there",
	  { { "0401240002250000814801", "120016 ack" } } },
	{ "buttons: the sensor in the chip is no pin",
	  { { "0401240002250000817e01", "120016 ack" } } },
	{ "buttons: an oid of nothing", { { "2500000001", "12000a ack" } } },
};

/* The user decides when there is something to look at. */
static void test_what_is_at_rest_wakes_nobody(void **state)
{
	static const struct story_step steps[] = {
		{ "0403240002250000000125000101002e01000129020301", "ack" },
		{ "2600876887680501", "ack" },
		{ "2a02000002", "ack" },
		{ "2f0187680a048768000201", "ack" },
		{ "", "", 2000 },
	};
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	h.board.mcu.live.start_us = h.board.now_us;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		story_play(&h, &steps[i]);
	/* stats */
	assert_int_equal(mcu_deadline(&h.board.mcu) - h.board.now_us,
			 5000000 - 2000);
	host_end(&h);
}

/* as buttons.c of the original has room for eight */
static void test_a_ninth_report_of_buttons_is_lost(void **state)
{
	static const struct story_step begin[] = { BUTTONS, QUERY_BUTTONS };
	static const struct story_step end[] = {
		{ "270008", "ack" },
		{ "put PA1 0", "" },
		{ "", BUTTONS_STATE "080101", 2000 },
	};
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	h.board.mcu.live.start_us = h.board.now_us;
	for (size_t i = 0; i < ARRAY_SIZE(begin); i++)
		story_play(&h, &begin[i]);
	for (int i = 0; i < 9; i++) {
		story_user(&h, i % 2 ? "put PA1 0" : "put PA1 1");
		host_wait(&h, 2000);
	}
	for (size_t i = 0; i < ARRAY_SIZE(end); i++)
		story_play(&h, &end[i]);
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[96] = {
		cmocka_unit_test(test_what_is_at_rest_wakes_nobody),
		cmocka_unit_test(test_a_ninth_report_of_buttons_is_lost),
	};
	size_t n = 2;

	ROWS(stories, story_test);
	return _cmocka_run_group_tests("klipper_inputs", tests, n, NULL, NULL);
}
