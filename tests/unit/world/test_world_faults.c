// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/* Faults on the way between an MCU and its bus. */
#include "bench.h"

static void give(struct bench *b, size_t n, struct fault *fault,
		 const char *text)
{
	char error[FAULT_ERROR_MAX];

	assert_int_equal(fault_parse(fault, text, error), 0);
	b->cfgs[n].faults = fault;
	b->cfgs[n].faults_len = 1;
}

static void test_a_frame_twice_is_not_heard_by_its_sender(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 200;
	give(b, 0, &fault, "duplicate tx");
	start(b, 1);
	for (int i = 0; i < 3; i++) {
		b->wire_len = b->returned = 0;
		receive(b, WHO(0x290));
		echo(b);
		/* three frames are an answer; all hardware slots are free again */
		assert_int_equal(b->wire_len, 6);
		assert_frame_equal(b->wire[0], b->wire[1]);
		assert_int_equal(nodeid_of(b, 0), 200);
	}
	assert_int_equal(b->events[EVENT_FAULT], 9);
}

static void test_a_late_frame_comes_at_its_time(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 200;
	give(b, 0, &fault, "delay tx ms=50");
	start(b, 1);
	receive(b, WHO(0x290));
	assert_int_equal(b->wire_len, 0);
	assert_int_equal(world_deadline(b->world), b->now_us + 50000);
	b->now_us += 50000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 3);
	echo(b);
	/* the same on the way in */
	b->wire_len = b->returned = 0;
	receive(b, WHO(0x290));
	b->now_us += 50000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 3);
}

/* REQUEST_BLOCK's answer has 10 frames, of which the hardware holds 3. */
static void test_of_a_long_answer_that_is_late_nothing_is_lost(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 200;
	give(b, 0, &fault, "delay tx ms=50");
	start(b, 1);
	/* katapult-protocol.md, section 12 */
	receive(b,
		FRAME(0x290, 0x01, 0x88, 0x14, 0x01, 0x00, 0x20, 0x00, 0x08));
	receive(b, FRAME(0x290, 0x5b, 0xde, 0x99, 0x03));
	b->now_us += 50000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 10);
}

/*
 * COMPLETE is answered, and 100 ms later the node resets (katapult-protocol.md,
 * section 4.5): here all at once, as canmcu was not run meanwhile.
 */
static void test_a_late_frame_outlives_the_reset_of_its_sender(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 200;
	give(b, 0, &fault, "delay tx ms=2");
	start(b, 1);
	receive(b,
		FRAME(0x290, 0x01, 0x88, 0x15, 0x00, 0x91, 0x1b, 0x99, 0x03));
	b->now_us += 200000;
	world_step(b->world, b->now_us);
	assert_int_not_equal(state_of(b, 0), MCU_KATAPULT);
	take(b);
	assert_int_equal(b->wire_len, 2);
	assert_frame_equal(b->wire[1], FRAME(0x291, 0x00, 0x2e, 0x99, 0x03));
	echo(b);
}

static void test_a_late_request_is_obeyed_late(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	give(b, 1, &fault, "delay rx ms=50");
	start(b, 2);
	receive(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(state_of(b, 1), MCU_KLIPPER);
	world_step(b->world, b->now_us + 50000);
	assert_int_equal(state_of(b, 1), MCU_BOOT);
}

static void test_a_fault_tells_the_frame_as_it_was(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	give(b, 1, &fault, "corrupt rx");
	start(b, 2);
	receive(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_string_equal(b->struck, "3F0#02000000000001");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_a_frame_twice_is_not_heard_by_its_sender),
		CASE(test_a_late_frame_comes_at_its_time),
		CASE(test_of_a_long_answer_that_is_late_nothing_is_lost),
		CASE(test_a_late_frame_outlives_the_reset_of_its_sender),
		CASE(test_a_late_request_is_obeyed_late),
		CASE(test_a_fault_tells_the_frame_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
