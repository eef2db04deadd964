// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * What the simulated Klipper counts. Commands are written by hand: the formats are
 * in klipper-mcu-protocol.md, section 20, integers in 5.2. When a look is told is
 * from Klipper's src/pulse_counter.c: at the first one behind the time for it, with
 * the clock of the next.
 */
#include "../device/section.h"
#include "story.h"

/* config_counter oid=0 pin=PA0 pull_up=0 or 1, finalized */
#define COUNTER                           \
	{                                 \
		"0401390000000301", "ack" \
	}
#define COUNTER_PULLED_UP                 \
	{                                 \
		"0401390000010301", "ack" \
	}
/* query_counter oid=0 clock=1000 poll_ticks=100 sample_ticks=1000 */
#define QUERY                             \
	{                                 \
		"3a00876880648768", "ack" \
	}
#define STATE "3b00" /* counter_state oid=0 next_clock count count_clock */

static const struct story stories[] = {
	{ "nothing changes: 0, again and again",
	  { COUNTER,
	    QUERY,
	    { "", "", 1099 },
	    { "", STATE "89300000", 1 },
	    { "", "", 1099 },
	    { "", STATE "917c0000", 1 } } },
	{ "an edge is seen by the next look",
	  { COUNTER,
	    QUERY,
	    { "", STATE "89300000", 1100 },
	    { "", "", 50 },
	    { "put PA0 1", "" },
	    { "", STATE "917c018930", 1050 } } },
	{ "two edges, each by a look",
	  { COUNTER,
	    QUERY,
	    { "put PA0 1", "", 1050 },
	    { "", STATE "893001884c", 50 },
	    { "put PA0 0", "" },
	    { "", STATE "917c028930", 1100 } } },
	{ "what is back before a look is not seen",
	  { COUNTER,
	    QUERY,
	    { "put PA0 1", STATE "89300000", 1110 },
	    { "put PA0 0", "", 80 },
	    { "", STATE "917c0000", 1010 } } },
	{ "high from the start is an edge",
	  { COUNTER_PULLED_UP, QUERY, { "", STATE "8930018768", 1100 } } },
	{ "on another pin it is not seen",
	  { COUNTER,
	    QUERY,
	    { "put PA1 1", "" },
	    { "", STATE "89300000", 1100 } } },
	{ "asked for once more, it goes on counting",
	  { COUNTER,
	    QUERY,
	    { "put PA0 1", "" },
	    { "", STATE "8930018768", 1100 },
	    { "put PA0 0", "" },
	    /* clock=1200 */
	    { "3a00893080648768", "ack" },
	    { "", STATE "8a78028930", 200 } } },
	{ "nothing is counted in shutdown",
	  { COUNTER, QUERY, { "07", "120002 ack" }, { "", "", 4000 } } },
	{ "nor after a look, whatever happens to the pin",
	  { COUNTER,
	    QUERY,
	    { "", STATE "89300000", 1100 },
	    { "07", "12884c02 ack" },
	    { "put PA0 1", "" },
	    { "", "", 4000 } } },
	{ "a clock in the past",
	  { COUNTER, { "3a00876880648768", "12876911 ack", 1001 } } },
	{ "too often", { COUNTER, { "3a008768018768", "120013 ack" } } },
	{ "a pin that is not there",
	  { { "040139008148"
	      "00",
	      "120016 ack" } } },
	{ "an oid of nothing", { { "3a00876880648768", "12000a ack" } } },
};

/* A fan on PA1 and its tachometer on PA0: 400 edges a second, see test_fan.c. */
static void start_fan(struct host *h, const char *query)
{
	host_start(h, "stm32g0b1xx");
	section_make(&h->board.mcu.devices,
		     (struct section){ .source.section = "fan",
				       .told = { { "tachometer_pin", "0" },
						 { "pin", "1" } } });
	host_assign(h, 4);
	h->board.mcu.live.start_us = h->board.now_us;
	assert_string_equal(host_ask(h, "0401390000000301"), "ack");
	/* set_digital_out pin=1 value=1 */
	assert_string_equal(host_ask(h, "1d0101"), "ack");
	assert_string_equal(host_ask(h, query), "ack");
}

/* query_counter oid=0 clock=1100 poll_ticks=1500 sample_ticks=1000000 */
#define QUERY_FAN "3a00884c8b5cbd8440"

static void assert_told(struct host *h, uint64_t wait_us, const char *want)
{
	h->heard_len = 0;
	board_wait(&h->board, wait_us);
	host_hear(h);
	assert_string_equal(host_text(h), want);
}

/* The first edge is at 2500 and seen at 2600, the 401st at 1002500. */
static void test_a_fan_is_counted_by_what_it_drives(void **state)
{
	struct host h;

	(void)state;
	start_fan(&h, QUERY_FAN);
	assert_told(&h, 2600, STATE "a004019428");
	assert_told(&h, 1003100 - 2600, STATE "bda8388311bd9c5c");
	/* set_digital_out pin=1 value=0, with the 401st edge over */
	assert_string_equal(host_ask(&h, "1d0100"), "ack");
	assert_told(&h, 1000500, STATE "80fab06c8311bd9c5c");
	host_end(&h);
}

/* Whenever it is looked at, four more edges are over, and the level is low. */
static void test_what_is_too_fast_is_not_seen(void **state)
{
	struct host h;

	(void)state;
	/* clock=1100 poll_ticks=10000 sample_ticks=1000 */
	start_fan(&h, "3a00884cce108768");
	assert_told(&h, 11100, STATE "81a46c0000");
	assert_told(&h, 10000, STATE "81f27c0000");
	host_end(&h);
}

static void test_the_user_stops_the_tachometer(void **state)
{
	struct host h;

	(void)state;
	start_fan(&h, QUERY_FAN);
	assert_told(&h, 2600, STATE "a004019428");
	assert_int_equal(mcu_put_pin(&h.board.mcu, 0, 1, h.board.now_us), 0);
	assert_told(&h, 1003100 - 2600, STATE "bda838019428");
	assert_int_equal(
		mcu_put_pin(&h.board.mcu, 0, PINS_FREE, h.board.now_us), 0);
	/* the level is that of the 401st; the 801st is at 2002500 */
	assert_told(&h, 1500, "");
	assert_told(&h, 999000, STATE "80fab06c831180faa510");
	host_end(&h);
}

/* Nobody is woken for looks that would tell nothing new. */
static void test_only_what_is_told_wakes_it(void **state)
{
	struct host h;

	(void)state;
	start_fan(&h, QUERY_FAN);
	board_wait(&h.board, 2600);
	assert_int_equal(mcu_deadline(&h.board.mcu) - h.board.now_us,
			 1003100 - 2600);
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[32] = {
		cmocka_unit_test(test_a_fan_is_counted_by_what_it_drives),
		cmocka_unit_test(test_what_is_too_fast_is_not_seen),
		cmocka_unit_test(test_the_user_stops_the_tachometer),
		cmocka_unit_test(test_only_what_is_told_wakes_it),
	};
	size_t n = 4;

	ROWS(stories, story_test);
	return _cmocka_run_group_tests("klipper_counter", tests, n, NULL, NULL);
}
