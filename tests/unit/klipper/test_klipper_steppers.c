// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * Steppers of the simulated Klipper. Commands are written by hand: the formats
 * are in klipper-mcu-protocol.md, section 20, integers in 5.2.
 */
#include "story.h"

/*
 * config_stepper oid=0 step_pin=PA0 dir_pin=PA1, config_trsync oid=1, finalized;
 * reset_step_clock oid=0 clock=1000
 */
#define STEPPER                                           \
	{                                                 \
		"04023200000100002901030135008768", "ack" \
	}
#define DIR "3400"  /* set_next_step_dir oid=0 dir */
#define STEP "3300" /* queue_step oid=0 interval count add */
/* ten steps from 1100 to 2000 */
#define TEN STEP "80640a00"
/* stepper_get_position oid=0, and its answer */
#define ASK "3600"
#define AT(pos) "3700" pos " ack"
/* trsync_start oid=1, without reports; stepper_stop_on_trigger oid=0 */
#define LISTEN "2a01000002380001"

static const struct story stories[] = {
	{ "nothing yet", { STEPPER, { ASK, AT("00") } } },
	{ "ten steps forward",
	  { STEPPER,
	    { DIR "01" TEN, "ack" },
	    { ASK, AT("00"), 1099 },
	    { ASK, AT("01"), 1 },
	    { ASK, AT("04"), 399 },
	    { ASK, AT("05"), 1 },
	    { ASK, AT("09"), 499 },
	    { ASK, AT("0a"), 1 },
	    { ASK, AT("0a"), 5000 } } },
	{ "ten steps back",
	  { STEPPER,
	    { DIR "00" TEN, "ack" },
	    { ASK, AT("7b"), 1500 },
	    { ASK, AT("76"), 500 } } },
	{ "each interval is longer: 1100, 1210, 1330",
	  { STEPPER,
	    { DIR "01" STEP "8064030a", "ack" },
	    { ASK, AT("01"), 1209 },
	    { ASK, AT("02"), 1 },
	    { ASK, AT("02"), 119 },
	    { ASK, AT("03"), 1 } } },
	{ "each interval is shorter: 1100, 1190, 1270",
	  { STEPPER,
	    { DIR "01" STEP "80640376", "ack" },
	    { ASK, AT("01"), 1189 },
	    { ASK, AT("02"), 1 },
	    { ASK, AT("02"), 79 },
	    { ASK, AT("03"), 1 } } },
	{ "forward and back again, in one queue",
	  { STEPPER,
	    { DIR "01" TEN DIR "00" STEP "80640400", "ack" },
	    { ASK, AT("0a"), 2099 },
	    { ASK, AT("09"), 1 },
	    { ASK, AT("06"), 300 } } },
	{ "the direction can be seen",
	  { STEPPER,
	    { DIR "01" TEN DIR "00" STEP "80640400", "ack" },
	    { "look PA1", "output 1", 1500 },
	    { "look PA1", "output 0", 1000 } } },
	{ "from standing still, on from the last step",
	  { STEPPER,
	    { DIR "01" TEN, "ack" },
	    { STEP "87680100", "ack", 2500 },
	    { ASK, AT("0a"), 499 },
	    { ASK, AT("0b"), 1 } } },
	{ "from standing still, too late",
	  { STEPPER, { DIR "01" TEN, "12a70811 ack", 5000 } } },
	/* -4096 ticks: section 5.2 */
	{ "steps that are over, in a queue",
	  { STEPPER,
	    { DIR "01" TEN STEP "8fffffe0000100", "ack" },
	    { "", "128f5025", 2000 },
	    { "08" ASK, AT("0a") } } },
	/* -33 ticks are let pass */
	{ "steps that are nearly over, in a queue",
	  { STEPPER,
	    { DIR "01" TEN STEP "8fffffff5f0100", "ack" },
	    { ASK, AT("0b"), 2000 } } },
	/* back by 33 from a clock of 1000, which is 967 */
	{ "a first interval below zero",
	  { STEPPER,
	    { DIR "01" STEP "8fffffff5f0100", "ack" },
	    { ASK, AT("00"), 966 },
	    { ASK, AT("01"), 1 } } },
	/* 1100, 1067 and 901 in this order, by the definition: they count */
	{ "intervals that fall below zero",
	  { STEPPER,
	    { DIR "01" STEP "806403fe7b", "ack" },
	    { ASK, AT("03"), 2000 } } },
	{ "a move without steps",
	  { STEPPER, { STEP "80640000", "120026 ack" } } },
	{ "another clock while it moves",
	  { STEPPER, { TEN "35008768", "120027 ack" } } },
	{ "stopped by a trigger: the steps made count",
	  { STEPPER,
	    { LISTEN DIR "01" TEN TEN, "ack" },
	    { "2c0103", "2d01000300 ack", 1550 },
	    { ASK, AT("05"), 5000 } } },
	{ "after a trigger, moves are dropped until there is a new clock",
	  { STEPPER,
	    { LISTEN DIR "01" TEN, "ack" },
	    { "2c0103", "2d01000300 ack", 1550 },
	    { TEN, "ack" },
	    { ASK, AT("05"), 450 },
	    /* clock=2000 */
	    { "35008f50" DIR "01" TEN, "ack" },
	    { ASK, AT("0f"), 1000 } } },
	{ "after a trigger, the next move goes back until the host says otherwise",
	  { STEPPER,
	    { LISTEN DIR "01" TEN, "ack" },
	    { "look PA1", "output 1", 1500 },
	    { "2c0103", "2d01000300 ack", 50 },
	    { "look PA1", "output 0" },
	    { "35008f50" TEN, "ack" }, /* 2000 */
	    { ASK, AT("7b"), 1450 },
	    { DIR "01" STEP "80640100", "ack" },
	    { ASK, AT("7c"), 100 } } },
	{ "stopped when a host is silent for too long",
	  { STEPPER,
	    { LISTEN DIR "01" TEN "2b018b5c", "ack" }, /* 1500 */
	    { "", "2d0100028b5c", 1500 },
	    { ASK, AT("05"), 1000 } } },
	{ "a trigger before the first step",
	  { STEPPER,
	    { LISTEN DIR "01" TEN, "ack" },
	    { "2c0103", "2d01000300 ack", 50 },
	    { ASK, AT("00"), 5000 } } },
	{ "a trigger that was not asked for",
	  { STEPPER,
	    { "2a01000002" DIR "01" TEN, "ack" },
	    { "2c0103", "2d01000300 ack", 1550 },
	    { ASK, AT("0a"), 450 } } },
	{ "twice in one trsync",
	  { STEPPER, { LISTEN "380001", "120024 ack" } } },
	{ "a new trsync_start forgets who was to stop",
	  { STEPPER,
	    { LISTEN LISTEN DIR "01" TEN, "ack" },
	    { "2c0103", "2d01000300 ack", 1550 },
	    { ASK, AT("05"), 1000 } } },
	{ "a trsync that is none", { STEPPER, { "380000", "12000a ack" } } },
	{ "stopped by a shutdown",
	  { STEPPER,
	    { DIR "01" TEN, "ack" },
	    { "07", "128c0e02 ack", 1550 },
	    { "08" ASK, AT("05"), 5000 } } },
	{ "after a shutdown, the next move goes back",
	  { STEPPER,
	    { DIR "01" TEN, "ack" },
	    { "07", "128c0e02 ack", 1550 },
	    { "look PA1", "output 0" },
	    { "0835008f50" TEN, "ack" }, /* 2000 */
	    { ASK, AT("7b"), 1450 } } },
	{ "without finalize_config there are no moves",
	  { { "0401320000010000350087683300806401"
	      "00",
	      "12000d ack" } } },
	{ "without finalize_config, even for a move without steps",
	  { { "040132000001000033008064"
	      "0000",
	      "12000d ack" } } },
	{ "after a trigger, a move that is dropped needs one that is free",
	  { { "0402320000010000290135008768", "ack" },
	    { LISTEN "2c0103", "2d01000300 ack" },
	    { TEN, "12000d ack" } } },
	{ "the step pin rests where invert_step has it",
	  { { "04013200000101000301", "ack" },
	    { "look PA0", "output 1" },
	    { "look PA1", "output 0" } } },
	{ "a taken oid is said before a pin that is not there",
	  { { "040132000001000032008148000000", "120009 ack" } } },
	{ "a pin that is not there",
	  { { "040132008148000000", "120015 ack" } } },
	{ "an oid of nothing", { STEPPER, { "3601", "12000a ack" } } },
};

/* endstop oid=2 on PB0, which is 16: everything that homing needs */
static const struct story homing[] = {
	{ "homing: the stepper stops where the endstop was hit",
	  { { "040332000001000029012e0210010301", "ack" },
	    { "35008768" LISTEN DIR "01" STEP "80648f5000", "ack" },
	    /* from 1000 on, each 50; four samples 10 apart */
	    { "2f0287680a0432000101", "ack" },
	    { "put PB0 0", "", 1512 },
	    /* looked at 1550 to 1580, with the step of 1500 made */
	    { "", "", 67 },
	    { "", "2d0100018c2c", 1 },
	    { ASK, AT("05") },
	    { "3002", "3102018c4000 ack" } } },
};

/* against the definition: one step after the other */
static void test_every_step_is_in_time(void **state)
{
	static const struct {
		const char *say;
		int interval, add, count;
	} moves[] = {
		{ DIR "01" STEP "87683207", 1000, 7, 50 },
		{ DIR "01" STEP "87683279", 1000, -7, 50 },
		{ DIR "01" STEP "01806400", 1, 0, 100 },
	};
	static const struct story_step step = STEPPER;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(moves); i++) {
		int at = 1000, interval = moves[i].interval;
		struct klipper *k;
		struct host h;

		host_start(&h, "stm32g0b1xx");
		host_assign(&h, 4);
		h.board.mcu.live.start_us = h.board.now_us;
		story_play(&h, &step);
		host_ask(&h, moves[i].say);
		k = mcu_object(&h.board.mcu);
		for (int n = 1; n <= moves[i].count; n++) {
			char want[32];

			at += interval;
			interval += moves[i].add;
			host_wait(&h,
				  at - 1 - klipper_clock(k, h.board.now_us));
			sprintf(want,
				n - 1 > 95 ? "370080%02x ack" : "3700%02x ack",
				n - 1);
			assert_string_equal(host_ask(&h, ASK), want);
			host_wait(&h, 1);
		}
		host_end(&h);
	}
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(test_every_step_is_in_time),
	};
	size_t n = 1;

	ROWS(stories, story_test);
	ROWS(homing, story_test);
	return _cmocka_run_group_tests("klipper_steppers", tests, n, NULL,
				       NULL);
}
