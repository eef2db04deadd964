// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/* Many MCUs on a bus with a bit rate: frames take their time, and collide. */
#include "bench.h"

static void start_paced(struct bench *b, size_t len, bool collisions)
{
	struct world_cfg cfg = { .mcus = b->cfgs,
				 .mcus_len = len,
				 .buses_len = 1,
				 .bitrate_bps = 1000000,
				 .collisions = collisions,
				 .events = { count_event, b },
				 .software = real_software() };

	assert_int_equal(world_new(&b->world, &cfg), 0);
}

/* Let @us pass; what is sent comes back at once. */
static void pass(struct bench *b, uint64_t us)
{
	uint64_t end_us = b->now_us + us;
	uint64_t next_us;

	while ((next_us = world_deadline(b->world)) <= end_us) {
		if (next_us > b->now_us)
			b->now_us = next_us;
		world_step(b->world, b->now_us);
		take(b);
		echo(b);
	}
	b->now_us = end_us;
}

/*
 * 3F1 [8] 20 00 00 00 00 00 0n 01: 111 bits and the stuff bits of the zeros.
 * The arbiter's own tests count them; here two frames must not overlap.
 */
static void test_frames_take_their_time_at_a_bit_rate(void **state)
{
	struct bench *b = *state;
	uint64_t first_us, start_us = b->now_us;

	start_paced(b, 2, false);
	receive(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 0);
	first_us = world_deadline(b->world) - start_us;
	assert_in_range(first_us, 108, 135);
	pass(b, first_us);
	assert_int_equal(b->wire_len, 1);
	pass(b, first_us - 3);
	assert_int_equal(b->wire_len, 1);
	pass(b, 10);
	assert_int_equal(b->wire_len, 2);
}

static void test_answers_that_collide_cost_error_counts(void **state)
{
	struct bench *b = *state;

	start_paced(b, 2, true);
	receive(b, FRAME(0x3f0, 0x00));
	pass(b, 100000);
	/* both came through in the end, and were error-passive on the way */
	assert_int_equal(b->wire_len, 2);
	assert_true(b->events[EVENT_BUS_STATE] >= 4);
}

/* An ACK, of klipper-mcu-protocol.md, section 18, which is the same of both. */
static void test_equal_frames_of_one_nodeid_are_no_conflict(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].uuid = b->cfgs[0].uuid;
	b->cfgs[1].same_uuid = true;
	b->cfgs[0].nodeid = b->cfgs[1].nodeid = 4;
	start_paced(b, 2, true);
	pass(b, 10000);
	b->wire_len = b->returned = 0;
	receive(b, FRAME(0x108, 0x05, 0x10, 0x9e, 0x81, 0x7e));
	pass(b, 10000);
	assert_int_equal(b->wire_len, 1);
	assert_int_equal(b->events[EVENT_CONFLICT], 0);
	assert_int_equal(b->events[EVENT_BUS_STATE], 0);
	/* but what only one of them says is one */
	world_shutdown(b->world, world_at(b->world, 1), "Timer too close",
		       b->now_us);
	pass(b, 10000);
	assert_int_equal(b->events[EVENT_CONFLICT], 1);
	assert_int_equal(nodeid_of(b, 0), -1);
}

static void test_one_at_another_rate_disturbs_those_who_have_it(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].klipper_bps = 500000;
	start_paced(b, 2, true);
	receive(b, FRAME(0x3f0, 0x00));
	pass(b, 10000);
	/* the one answer came through when the other one was error-passive */
	assert_int_equal(b->wire_len, 1);
	assert_int_equal(b->wire[0].data[6], 0);
	assert_true(b->events[EVENT_BUS_STATE] >= 2);
	/* it hears nothing, until its Klipper is built for this speed */
	receive(b, FRAME(0x3f0, 0x01, UUID_1, 4));
	assert_int_equal(nodeid_of(b, 1), -1);
	b->cfgs[1].klipper_bps = 1000000;
	assert_int_equal(world_configure(b->world, world_at(b->world, 1),
					 &b->cfgs[1], b->now_us),
			 0);
	receive(b, FRAME(0x3f0, 0x01, UUID_1, 4));
	assert_int_equal(nodeid_of(b, 1), 4);
}

static void test_many_answers_throw_nodes_off_the_bus(void **state)
{
	struct bench *b = *state;

	start_paced(b, 32, true);
	receive(b, FRAME(0x3f0, 0x00));
	pass(b, 1000000);
	/*
	 * half of them (test_arbiter_collisions.c); what they had is sent
	 * afterwards
	 */
	assert_int_equal(b->bus_off, 16);
	assert_int_equal(b->wire_len, 32);
}

/* ISO 11898-1: it has no part in the bus, so it acknowledges and hears nothing. */
static void test_who_is_bus_off_hears_nothing(void **state)
{
	struct bench *b = *state;
	size_t deaf = 0;

	start_paced(b, 32, true);
	receive(b, FRAME(0x3f0, 0x00));
	while (b->bus_off < 16)
		pass(b, 100);
	for (size_t i = 0; i < 32; i++) {
		receive(b, FRAME(0x3f0, 0x01, 0, 0, 0, 0, 0, (uint8_t)i, 4));
		deaf += nodeid_of(b, i) != 4;
	}
	assert_int_equal(deaf, 16);
}

static void test_a_reset_takes_frames_off_the_wire(void **state)
{
	struct bench *b = *state;

	start_paced(b, 1, false);
	receive(b, FRAME(0x3f0, 0x00));
	world_reset(b->world, world_at(b->world, 0), b->now_us);
	pass(b, 400000);
	assert_int_equal(b->wire_len, 0);
}

/*
 * COMPLETE's answer has ended on the wire when the node resets 100 ms later
 * (katapult-protocol.md, section 4.5), though both are done at once here.
 */
static void test_a_reset_behind_a_frame_does_not_take_it_back(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 200;
	start_paced(b, 1, false);
	receive(b,
		FRAME(0x290, 0x01, 0x88, 0x15, 0x00, 0x91, 0x1b, 0x99, 0x03));
	b->now_us += 200000;
	world_step(b->world, b->now_us);
	assert_int_not_equal(state_of(b, 0), MCU_KATAPULT);
	take(b);
	assert_int_equal(b->wire_len, 2);
}

/* get_canbus_status, id 11, after two answers have collided */
static void test_klipper_tells_the_errors_of_its_bus(void **state)
{
	struct bench *b = *state;
	const struct can_frame *last;

	start_paced(b, 2, true);
	receive(b, FRAME(0x3f0, 0x00));
	pass(b, 100000);
	receive(b, FRAME(0x3f0, 0x01, UUID_1, 4));
	pass(b, 1000);
	b->wire_len = b->returned = 0;
	/* V20, with the sequence 0 */
	receive(b, FRAME(0x108, 0x06, 0x10, 0x0b, 0xc4, 0xa8, 0x7e));
	pass(b, 10000);
	assert_true(b->wire_len >= 2);
	last = &b->wire[0];
	assert_int_equal(last->can_id, 0x109);
	assert_int_equal(last->data[2], 22);
	/* it had to send its answer more than once */
	assert_int_not_equal(last->data[4], 0);
	assert_int_equal(last->data[4], last->data[5]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_frames_take_their_time_at_a_bit_rate),
		CASE(test_answers_that_collide_cost_error_counts),
		CASE(test_equal_frames_of_one_nodeid_are_no_conflict),
		CASE(test_one_at_another_rate_disturbs_those_who_have_it),
		CASE(test_many_answers_throw_nodes_off_the_bus),
		CASE(test_who_is_bus_off_hears_nothing),
		CASE(test_a_reset_takes_frames_off_the_wire),
		CASE(test_a_reset_behind_a_frame_does_not_take_it_back),
		CASE(test_klipper_tells_the_errors_of_its_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
