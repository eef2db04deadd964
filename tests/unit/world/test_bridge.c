// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/*
 * A USB-to-CAN bridge in a world: what its host, its MCU and the bus behind it
 * hear of each other. Facts: can-admin-channel.md, section 4, and
 * usbip-gsusb-bridge.md, section 4.3.
 */
#include "bridge_bench.h"

static bool next_on(struct bench *b, unsigned int bus, struct can_frame *f)
{
	if (!world_tx(b->world, bus, f, b->now_us))
		return false;
	world_sent(b->world, bus);
	return true;
}

static void test_its_mcu_answers_the_host_and_nobody_else(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b);
	from_host(b, FRAME(0x3f0, 0x00));
	assert_false(next_on(b, BUS, &f));
	assert_true(next_on(b, bridge_inside(b->m), &f));
	assert_frame_equal(f, FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 0, 0x01));
	assert_false(next_on(b, bridge_inside(b->m), &f));
	assert_int_equal(b->heard_len, 0);
}

static void test_a_request_from_the_bus_is_not_for_its_mcu(void **state)
{
	struct bench *b = *state;
	struct can_frame request = FRAME(0x3f0, 0x02, 0, 0, 0, 0, 0, 0);

	start(b);
	world_rx(b->world, BUS, &request, false, b->now_us);
	assert_int_equal(b->m->state, MCU_KLIPPER);
	assert_int_equal(b->heard_len, 1);
	assert_frame_equal(b->heard[0], request);
	from_host(b, request);
	assert_int_equal(b->m->state, MCU_ROM);
}

static void test_a_query_of_the_host_is_answered_behind_it_too(void **state)
{
	struct bench *b = *state;

	start(b);
	assert_true(forward(b, FRAME(0x3f0, 0x00)));
	world_loop_back(b->world, BUS, b->now_us);
	/* and of what it sends the bridge hears nothing */
	assert_int_equal(b->heard_len, 1);
	assert_frame_equal(b->heard[0],
			   FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 1, 0x01));
}

static void test_a_node_behind_it_is_assigned_and_answers(void **state)
{
	struct bench *b = *state;

	start(b);
	assert_true(forward(b, FRAME(0x3f0, 0x01, 0, 0, 0, 0, 0, 1, 4)));
	world_loop_back(b->world, BUS, b->now_us);
	assert_int_equal(mcu_nodeid(world_at(b->world, 1)), 4);
	assert_int_equal(mcu_nodeid(b->m), -1);
	b->now_us += MCU_FILTER_CHANGE_US;
	/* a Katapult block, and the NAK to it: section 6 */
	assert_true(forward(b, FRAME(0x108, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31,
				     0x99, 0x03)));
	assert_true(forward(b, FRAME(0x108, 0x7e)));
	world_loop_back(b->world, BUS, b->now_us);
	assert_int_equal(b->heard_len, 1);
	assert_frame_equal(b->heard[0],
			   FRAME(0x109, 0x05, 0x10, 0x9e, 0x81, 0x7e));
}

static void test_all_kinds_of_frames_are_heard(void **state)
{
	struct bench *b = *state;
	struct can_frame f = FRAME(CAN_EFF_FLAG | 0x12345678, 0xab);

	start(b);
	world_rx(b->world, BUS, &f, false, b->now_us);
	f.can_id = 0x7ff | CAN_RTR_FLAG;
	world_rx(b->world, BUS, &f, false, b->now_us);
	assert_int_equal(b->heard_len, 2);
	assert_int_equal(b->heard[0].can_id, 0x92345678);
	assert_int_equal(b->heard[1].can_id, 0x400007ff);
}

static void test_a_host_sends_no_error_frame(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b);
	assert_true(forward(b, FRAME(CAN_ERR_FLAG | 0x040, 0xcd)));
	assert_true(next_on(b, BUS, &f));
	assert_frame_equal(f, FRAME(0x040, 0xcd));
}

static void test_a_host_sends_no_more_than_8_bytes(void **state)
{
	struct can_frame f = FRAME(0x123, 1, 2, 3, 4, 5, 6, 7, 8);
	struct bench *b = *state;

	start(b);
	f.can_dlc = 15;
	assert_true(bridge_forward(b->m, &f, b->now_us));
	assert_true(next_on(b, BUS, &f));
	assert_frame_equal(f, FRAME(0x123, 1, 2, 3, 4, 5, 6, 7, 8));
	/* it is known again, and there is room for three as before */
	world_rx(b->world, BUS, &f, true, b->now_us);
	for (int i = 0; i < 3; i++)
		assert_true(forward(b, FRAME(0x123, 3)));
}

static void test_the_host_waits_when_the_bus_is_full(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b);
	for (int i = 0; i < 3; i++)
		assert_true(forward(b, FRAME(0x123, (uint8_t)i)));
	assert_false(forward(b, FRAME(0x123, 3)));
	assert_true(next_on(b, BUS, &f));
	assert_false(forward(b, FRAME(0x123, 3)));
	world_rx(b->world, BUS, &f, true, b->now_us);
	assert_true(forward(b, FRAME(0x123, 3)));
	assert_false(forward(b, FRAME(0x123, 4)));
}

static void test_a_reset_forgets_what_was_to_be_sent(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b);
	for (int i = 0; i < 3; i++)
		assert_true(forward(b, FRAME(0x123, (uint8_t)i)));
	world_reset(b->world, b->m, b->now_us);
	for (int i = 0; i < 3; i++)
		assert_true(forward(b, FRAME(0x124, (uint8_t)i)));
	assert_true(next_on(b, BUS, &f));
	assert_frame_equal(f, FRAME(0x124, 0));
}

static void test_a_frame_takes_its_time_on_a_bus_with_a_bit_rate(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start_paced(b, 2, 10000);
	assert_true(forward(b, FRAME(0x123)));
	assert_false(next_on(b, BUS, &f));
	assert_in_range(world_deadline(b->world), b->now_us + 4000,
			b->now_us + 5000);
	b->now_us = world_deadline(b->world);
	world_step(b->world, b->now_us);
	assert_true(next_on(b, BUS, &f));
	assert_frame_equal(f, FRAME(0x123));
}

static void test_two_bridges_hear_each_other(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	b->cfgs[2].link = MCU_LINK_BRIDGE;
	start_paced(b, 3, 0);
	f = FRAME(0x321, 0xcd);
	assert_true(bridge_forward(world_at(b->world, 2), &f, b->now_us));
	assert_int_equal(b->heard_len, 0);
	world_loop_back(b->world, BUS, b->now_us);
	assert_int_equal(b->heard_len, 1);
	assert_frame_equal(b->heard[0], f);
}

static void test_it_moves_to_another_bus(void **state)
{
	struct bench *b = *state;
	struct can_frame f = FRAME(0x321, 0xcd);

	start(b);
	world_power(b->world, b->m, false, b->now_us);
	b->cfgs[0].bus = 1;
	assert_int_equal(
		world_configure(b->world, b->m, &b->cfgs[0], b->now_us), 0);
	world_power(b->world, b->m, true, b->now_us);
	world_rx(b->world, 0, &f, false, b->now_us);
	assert_int_equal(b->heard_len, 0);
	world_rx(b->world, 1, &f, false, b->now_us);
	assert_int_equal(b->heard_len, 1);
	from_host(b, FRAME(0x3f0, 0x00));
	assert_true(next_on(b, bridge_inside(b->m), &f));
}

/* Each has a frame for the bus to which all have come, at the same time. */
static void test_three_may_move_to_a_bus(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(b->cfgs); i++)
		b->cfgs[i].link = MCU_LINK_BRIDGE;
	start_paced(b, ARRAY_SIZE(b->cfgs), 1000000);
	for (size_t i = 0; i < ARRAY_SIZE(b->cfgs); i++) {
		const struct mcu *m = world_at(b->world, i);

		world_power(b->world, m, false, b->now_us);
		b->cfgs[i].bus = 1;
		assert_int_equal(
			world_configure(b->world, m, &b->cfgs[i], b->now_us),
			0);
		world_power(b->world, m, true, b->now_us);
	}
	for (size_t i = 0; i < ARRAY_SIZE(b->cfgs); i++)
		assert_true(bridge_forward(world_at(b->world, i),
					   &FRAME(0x321 + (canid_t)i, 0xcd),
					   b->now_us));
	for (int i = 0; i < 100; i++) {
		b->now_us += 10;
		world_step(b->world, b->now_us);
		world_loop_back(b->world, 1, b->now_us);
	}
	assert_int_equal(b->heard_len, 2);
	assert_frame_equal(b->heard[0], FRAME(0x322, 0xcd));
	assert_frame_equal(b->heard[1], FRAME(0x323, 0xcd));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_its_mcu_answers_the_host_and_nobody_else),
		CASE(test_a_request_from_the_bus_is_not_for_its_mcu),
		CASE(test_a_query_of_the_host_is_answered_behind_it_too),
		CASE(test_a_node_behind_it_is_assigned_and_answers),
		CASE(test_all_kinds_of_frames_are_heard),
		CASE(test_a_host_sends_no_error_frame),
		CASE(test_a_host_sends_no_more_than_8_bytes),
		CASE(test_the_host_waits_when_the_bus_is_full),
		CASE(test_a_reset_forgets_what_was_to_be_sent),
		CASE(test_a_frame_takes_its_time_on_a_bus_with_a_bit_rate),
		CASE(test_two_bridges_hear_each_other),
		CASE(test_it_moves_to_another_bus),
		CASE(test_three_may_move_to_a_bus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
