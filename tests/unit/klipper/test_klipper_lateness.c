// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * Clocks of simulated Klippers that are set back for a host that is late. Commands
 * are written by hand: the formats are in klipper-mcu-protocol.md, sections 9.1
 * and 20, integers in 5.2.
 */
#include "story.h"

/* of most rows: 4 ms, and a tick is a microsecond */
#define LATENESS_US 4000

/*
 * config_stepper oid=0 step_pin=PA0 dir_pin=PA1, config_trsync oid=1, finalized;
 * reset_step_clock oid=0 clock=1000
 */
#define STEPPER                                           \
	{                                                 \
		"04023200000100002901030135008768", "ack" \
	}
/* set_next_step_dir oid=0 dir=1; queue_step: ten steps from 1100 to 2000 */
#define TEN        \
	"34000133" \
	"0080640a00"
/* stepper_get_position oid=0, and its answer */
#define ASK "3600"
#define AT(pos) "3700" pos " ack"
#define GET_CLOCK "05"
#define CLOCK(hex) "0f" hex " ack"
/* trsync_start oid=1, expire_reason=2; stepper_stop_on_trigger oid=0 */
#define LISTEN "2a01000002380001"
/* trsync_set_timeout oid=1 clock=1500 */
#define TIMEOUT "2b018b5c"

static const struct story stories[] = {
	{ "in time, nothing is changed",
	  { STEPPER, { TEN, "ack" }, { GET_CLOCK, CLOCK("8f50"), 2000 } } },
	/* its first step was to be at 1100, which it is now */
	{ "a late move begins now",
	  { STEPPER,
	    { TEN, "ack", 5000 },
	    { ASK, AT("01") },
	    { ASK, AT("09"), 899 },
	    { ASK, AT("0a"), 1 } } },
	{ "too late is too late", { STEPPER, { TEN, "12a76d11 ack", 5101 } } },
	{ "what moves goes on from where it was at that clock",
	  { STEPPER,
	    { LISTEN TEN, "ack" },
	    { ASK, AT("09"), 1999 },
	    /* 1500 with what a host may be late is no cause */
	    { TIMEOUT, "ack" },
	    { ASK, AT("0a"), 1 } } },
	/* of 1500 and 4000 */
	{ "a host that may be late is waited for",
	  { STEPPER,
	    { LISTEN TIMEOUT, "ack" },
	    { "", "", 5499 },
	    { "", "2d010002aa7c", 1 } } },
	/* trsync_start oid=1 report_clock=1000 report_ticks=100000 */
	{ "what moves is set back with the clock",
	  { STEPPER,
	    { TEN, "ack" },
	    { "2a018768868d2002", "ack 2d0101008768", 1550 },
	    { ASK, AT("00"), 99 },
	    { ASK, AT("09"), 900 },
	    { ASK, AT("0a"), 1 } } },
	/* 1500 is in the move before: ten steps from 2100 to 3000 follow */
	{ "what moves is set back by more than a move",
	  { STEPPER,
	    { TEN "330080640a00", "ack" },
	    { ASK, AT("0f"), 2550 },
	    { "2a018b5c868d2002", "ack 2d0101008b5c" },
	    { ASK, AT("05") },
	    { ASK, AT("0a"), 599 },
	    { ASK, AT("0b"), 1 },
	    { ASK, AT("14"), 900 } } },
	/* as if it had not been made */
	{ "what was set back is where it stops",
	  { STEPPER,
	    { TEN, "ack" },
	    { "2a018b5c868d2002"
	      "3800012c0103",
	      "2d01000300 ack", 2550 },
	    { ASK, AT("05"), 5000 } } },
	/* from 3000 to 1100 */
	{ "the clock that is told does not go back",
	  { STEPPER,
	    { GET_CLOCK, CLOCK("9738"), 3000 },
	    { TEN, "ack" },
	    { GET_CLOCK, CLOCK("9738") },
	    { GET_CLOCK, CLOCK("9738"), 1900 },
	    { GET_CLOCK, CLOCK("9739"), 1 } } },
};

static struct klipper_lateness *lateness_of(struct host *h)
{
	struct klipper_firmware *fw = h->board.mcu.env->software.shared;

	return &fw->lateness;
}

static int allow(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	*lateness_of(&h) = (struct klipper_lateness){ .max_us = LATENESS_US };
	host_end(&h);
	return 0;
}

static void start_with_stepper(struct host *h)
{
	static const struct story_step stepper = STEPPER;

	host_start(h, "stm32g0b1xx");
	host_assign(h, 4);
	h->board.mcu.live.start_us = h->board.now_us;
	story_play(h, &stepper);
}

/* As boards of one printer move together. */
static void test_the_clocks_of_all_are_set_back(void **state)
{
	static const struct story_step late[] = { { TEN, "ack", 1550 } };
	static const struct story_step other[] = { { TEN, "ack" },
						   { ASK, AT("05"), 1550 },
						   { ASK, AT("01") },
						   { ASK, AT("09"), 899 },
						   { ASK, AT("0a"), 1 } };
	struct host a, b;

	(void)state;
	start_with_stepper(&a);
	start_with_stepper(&b);
	story_play(&b, &other[0]);
	story_play(&b, &other[1]);
	story_play(&a, &late[0]);
	for (size_t i = 2; i < ARRAY_SIZE(other); i++)
		story_play(&b, &other[i]);
	host_end(&a);
	host_end(&b);
}

static void test_each_setting_back_is_told(void **state)
{
	struct klipper *k;
	struct host h;

	(void)state;
	start_with_stepper(&h);
	k = mcu_object(&h.board.mcu);
	h.board.now_us += LATENESS_US;
	assert_false(klipper_is_over(k, LATENESS_US, h.board.now_us));
	assert_false(board_reported(&h.board, EVENT_LATE));
	assert_false(klipper_is_over(k, 0, h.board.now_us));
	assert_true(board_reported(&h.board, EVENT_LATE));
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(test_the_clocks_of_all_are_set_back),
		cmocka_unit_test(test_each_setting_back_is_told),
	};
	size_t n = 2;

	ROWS(stories, story_test);
	return _cmocka_run_group_tests("klipper_lateness", tests, n, allow,
				       NULL);
}
