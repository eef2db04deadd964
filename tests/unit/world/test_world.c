// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/* Many MCUs on one bus: who hears what, and in which order. */
#include "bench.h"

#include <errno.h>

static void test_a_query_is_answered_by_all_unassigned_nodes(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].nodeid = 4;
	b->cfgs[2].state = MCU_KATAPULT;
	b->cfgs[3].state = MCU_OFF;
	start(b, 5);
	receive(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 3);
	assert_frame_equal(b->wire[0],
			   FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 0, 0x01));
	assert_frame_equal(b->wire[1],
			   FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 2, 0x11));
	assert_frame_equal(b->wire[2],
			   FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 4, 0x01));
}

static void test_a_request_reaches_one_node_only(void **state)
{
	struct bench *b = *state;

	start(b, 3);
	receive(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(state_of(b, 0), MCU_KLIPPER);
	assert_int_equal(state_of(b, 1), MCU_BOOT);
	assert_int_equal(state_of(b, 2), MCU_KLIPPER);
}

static void test_a_node_never_hears_its_own_frames(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].state = MCU_KATAPULT;
	b->cfgs[1].nodeid = 4;
	start(b, 2);
	receive(b, WHO(0x108));
	echo(b);
	assert_int_equal(b->wire_len, 3);
	assert_int_equal(nodeid_of(b, 1), 4);
	assert_int_equal(b->events[EVENT_CONFLICT], 0);
}

static void test_a_sibling_on_the_same_nodeid_hears_them(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].nodeid = 4;
	b->cfgs[1].state = MCU_KATAPULT;
	b->cfgs[1].nodeid = 4;
	start(b, 2);
	receive(b, WHO(0x108));
	/* both answer: a NAK and a proof; nobody has heard anything yet */
	assert_int_equal(nodeid_of(b, 0), 4);
	assert_int_equal(nodeid_of(b, 1), 4);
	echo(b);
	assert_int_equal(state_of(b, 0), MCU_SHUTDOWN);
	assert_int_equal(nodeid_of(b, 0), -1);
	assert_int_equal(nodeid_of(b, 1), -1);
	assert_int_equal(state_of(b, 1), MCU_KATAPULT);
}

static void
test_siblings_hear_each_other_on_a_bus_without_interface(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	b->cfgs[0].nodeid = 4;
	b->cfgs[1].state = MCU_KATAPULT;
	b->cfgs[1].nodeid = 4;
	start(b, 2);
	world_rx(b->world, 0, &WHO(0x108), false, b->now_us);
	world_loop_back(b->world, 0, b->now_us);
	assert_int_equal(state_of(b, 0), MCU_SHUTDOWN);
	assert_int_equal(nodeid_of(b, 1), -1);
	assert_int_equal(state_of(b, 1), MCU_KATAPULT);
	assert_false(world_tx(b->world, 0, &f, b->now_us));
}

static void test_two_nodes_may_share_a_nodeid_until_one_sends(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].nodeid = 4;
	b->cfgs[1].state = MCU_KATAPULT;
	start(b, 2);
	receive(b, FRAME(0x3f0, 0x11, UUID_1, 4));
	assert_int_equal(nodeid_of(b, 0), 4);
	assert_int_equal(nodeid_of(b, 1), 4);
	assert_int_equal(b->events[EVENT_CONFLICT], 0);
}

static void test_a_set_for_another_uuid_takes_the_nodeid_away(void **state)
{
	struct bench *b = *state;

	b->cfgs[2].state = MCU_KATAPULT;
	b->cfgs[2].nodeid = 0xf0;
	start(b, 3);
	receive(b,
		FRAME(0x3f0, 0x11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd, 0xf0));
	assert_int_equal(nodeid_of(b, 2), -1);
}

static void test_a_clear_reaches_every_katapult(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 3; i++) {
		b->cfgs[i].state = i ? MCU_KATAPULT : MCU_KLIPPER;
		b->cfgs[i].nodeid = 4 + i;
	}
	start(b, 3);
	receive(b, FRAME(0x3f0, 0x12));
	assert_int_equal(nodeid_of(b, 0), 4);
	assert_int_equal(nodeid_of(b, 1), -1);
	assert_int_equal(nodeid_of(b, 2), -1);
}

static void test_deadlines_come_in_order_of_time(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].boot_us = 50000;
	b->cfgs[1].boot_us = 20000;
	start(b, 2);
	assert_true(world_deadline(b->world) == UINT64_MAX);
	receive(b, FRAME(0x3f0, 0x02, 0, 0, 0, 0, 0, 0));
	receive(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(world_deadline(b->world), 1020000);
	world_step(b->world, 1020000);
	assert_int_equal(state_of(b, 1), MCU_KATAPULT);
	assert_int_equal(world_deadline(b->world), 1050000);
	world_step(b->world, 1050000);
	assert_int_equal(state_of(b, 0), MCU_KATAPULT);
	assert_true(world_deadline(b->world) == UINT64_MAX);
}

static void test_a_deadline_comes_before_a_frame_of_the_same_time(void **state)
{
	struct bench *b = *state;

	start(b, 2);
	receive(b, FRAME(0x3f0, 0x02, UUID_1));
	b->now_us += 30000;
	receive(b, FRAME(0x3f0, 0x11, UUID_1, 4));
	assert_int_equal(nodeid_of(b, 1), 4);
}

static void test_a_uuid_twice_is_refused(void **state)
{
	struct bench *b = *state;
	struct world *w = NULL;

	b->cfgs[1].uuid = b->cfgs[0].uuid;
	assert_int_equal(
		world_new(&w,
			  &(struct world_cfg){ .mcus = b->cfgs,
					       .mcus_len = 2,
					       .buses_len = 1,
					       .events = { count_event, b },
					       .software = real_software() }),
		-EEXIST);
	assert_null(w);
}

/*
 * ACK to a sequence of 0, from klipper-mcu-protocol.md, section 18; what either
 * answers is on the other's own id: can-admin-channel.md, section 4.
 */
#define ACKED(id) FRAME(id, 0x05, 0x10, 0x9e, 0x81, 0x7e)

static void
test_two_with_a_uuid_answer_both_and_throw_each_other_out(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].uuid = b->cfgs[2].uuid = b->cfgs[0].uuid;
	b->cfgs[1].same_uuid = b->cfgs[2].same_uuid = true;
	start(b, 3);
	receive(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 3);
	assert_frame_equal(b->wire[2], b->wire[0]);
	world_power(b->world, world_at(b->world, 2), false, b->now_us);
	receive(b, FRAME(0x3f0, 0x01, 0, 0, 0, 0, 0, 0, 4));
	assert_int_equal(nodeid_of(b, 0), 4);
	assert_int_equal(nodeid_of(b, 1), 4);
	assert_int_equal(b->events[EVENT_ASSIGNED], 2);
	b->now_us += 1000;
	echo(b);
	receive(b, ACKED(0x108));
	echo(b);
	assert_int_equal(b->events[EVENT_CONFLICT], 2);
	assert_int_equal(state_of(b, 0), MCU_SHUTDOWN);
	assert_int_equal(state_of(b, 1), MCU_SHUTDOWN);
	assert_int_equal(nodeid_of(b, 0), -1);
	/* the first one that there is goes by the UUID alone */
	assert_ptr_equal(world_find(b->world, &b->cfgs[2].uuid),
			 world_at(b->world, 0));
}

/* Katapult is asked at 1 Mbit/s, and what it starts is not heard. */
static void test_klipper_at_another_speed_is_silent(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].klipper_bps = 500000;
	b->cfgs[1].klipper_bps = b->cfgs[1].katapult_bps = 1000000;
	start(b, 2);
	receive(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 2);
	echo(b);
	world_put(b->world, world_at(b->world, 0), MCU_KLIPPER, b->now_us);
	receive(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 3);
	assert_int_equal(b->wire[2].data[6], 1);
	world_assign(b->world, world_at(b->world, 0), 4, b->now_us);
	world_shutdown(b->world, world_at(b->world, 0), "Timer too close",
		       b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 3);
	world_put(b->world, world_at(b->world, 0), MCU_KATAPULT, b->now_us);
	receive(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 5);
}

static void test_each_of_a_thousand_is_found_and_answers(void **state)
{
	struct bench *b = *state;
	struct kcan_uuid absent = { { 1, 2, 3, 4, 5, 6 } };

	start(b, MAX);
	for (size_t i = 0; i < MAX; i++)
		assert_ptr_equal(world_find(b->world, &b->cfgs[i].uuid),
				 world_at(b->world, i));
	assert_null(world_find(b->world, &absent));
	receive(b, FRAME(0x3f0, 0x00));
	echo(b);
	assert_int_equal(b->wire_len, MAX);
}

static void test_a_thousand_boot_at_a_time_each_of_its_own(void **state)
{
	struct bench *b = *state;
	size_t booted = 0;

	for (size_t i = 0; i < MAX; i++)
		b->cfgs[i].boot_us = 1 + i * 7919 % MAX;
	start(b, MAX);
	for (size_t i = 0; i < MAX; i++)
		receive(b, FRAME(0x3f0, 0x02, 0, 0, 0, 0, (uint8_t)(i >> 8),
				 (uint8_t)i));
	while (world_deadline(b->world) != UINT64_MAX) {
		b->now_us = world_deadline(b->world);
		world_step(b->world, b->now_us);
		booted++;
		assert_int_equal(b->now_us, 1000000 + booted);
	}
	assert_int_equal(booted, MAX);
}

/* The world has two buses; all other tests are on the first one. */
static void test_a_bus_is_not_heard_on_another_one(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	b->cfgs[1].bus = 1;
	b->cfgs[1].nodeid = 4;
	b->cfgs[2].nodeid = 4;
	start(b, 3);
	/* on the transmit id of both nodes with nodeid 4 */
	world_rx(b->world, 1, &FRAME(0x109, 0x05), false, b->now_us);
	assert_int_equal(state_of(b, 1), MCU_SHUTDOWN);
	assert_int_equal(state_of(b, 2), MCU_KLIPPER);
	/* asked on one bus, answered there */
	receive(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 1);
	assert_false(world_tx(b->world, 1, &f, b->now_us));
	/* its UUID, but on the other bus */
	receive(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(state_of(b, 1), MCU_SHUTDOWN);
}

static void test_a_bus_that_is_not_there_is_refused(void **state)
{
	struct bench *b = *state;
	struct world *w = NULL;
	struct world_cfg cfg = { .mcus = b->cfgs,
				 .mcus_len = 1,
				 .buses_len = 1,
				 .software = real_software() };

	b->cfgs[0].bus = 1;
	assert_int_equal(world_new(&w, &cfg), -EINVAL);
	assert_null(w);
}

/* klipper-mcu-protocol.md, section 12, in the form of V54: an idle MCU */
static void test_nodes_with_a_nodeid_send_stats(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].nodeid = 4;
	start(b, 3);
	assert_int_equal(world_deadline(b->world), 5000000);
	world_step(b->world, 4999999);
	assert_false(world_tx(b->world, 0, &b->wire[0], 4999999));
	b->now_us = 5000000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 2);
	assert_int_equal(b->wire[0].can_id, 0x109);
	/* length, sequence 0, stats, 100 rounds */
	assert_memory_equal(b->wire[0].data, "\x0e\x10\x11\x80\x64", 5);
	assert_int_equal(world_deadline(b->world), 10000000);
}

/* klipper-mcu-protocol.md, section 13.1: at once, not with the next frame */
static void test_a_shutdown_by_hand_is_told(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].nodeid = 4;
	start(b, 3);
	assert_int_equal(world_shutdown(b->world, world_at(b->world, 1),
					"Timer too close", b->now_us),
			 0);
	take(b);
	assert_int_equal(b->wire_len, 2);
	/* shutdown, clock 64000000, static_string_id 17 */
	assert_frame_equal(b->wire[0], FRAME(0x109, 0x0b, 0x10, 0x12, 0x9e,
					     0xc2, 0xa0, 0x00, 0x11));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_a_query_is_answered_by_all_unassigned_nodes),
		CASE(test_a_request_reaches_one_node_only),
		CASE(test_a_node_never_hears_its_own_frames),
		CASE(test_siblings_hear_each_other_on_a_bus_without_interface),
		CASE(test_a_sibling_on_the_same_nodeid_hears_them),
		CASE(test_two_nodes_may_share_a_nodeid_until_one_sends),
		CASE(test_a_set_for_another_uuid_takes_the_nodeid_away),
		CASE(test_a_clear_reaches_every_katapult),
		CASE(test_deadlines_come_in_order_of_time),
		CASE(test_a_deadline_comes_before_a_frame_of_the_same_time),
		CASE(test_a_uuid_twice_is_refused),
		CASE(test_klipper_at_another_speed_is_silent),
		CASE(test_two_with_a_uuid_answer_both_and_throw_each_other_out),
		CASE(test_nodes_with_a_nodeid_send_stats),
		CASE(test_a_shutdown_by_hand_is_told),
		CASE(test_a_bus_is_not_heard_on_another_one),
		CASE(test_a_bus_that_is_not_there_is_refused),
		CASE(test_each_of_a_thousand_is_found_and_answers),
		CASE(test_a_thousand_boot_at_a_time_each_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
