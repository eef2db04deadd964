// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/* What is on its way from MCUs: in their hardware, in queues and on the bus. */
#include "bench.h"

/* katapult-protocol.md, sections 3 and 4.4 */
static void
test_what_a_mailbox_holds_is_sent_though_the_cpu_faults(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 4;
	start(b, 1);
	/* rubbish, and a REQUEST_BLOCK where nothing is */
	world_rx(b->world, 0, &FRAME(0x108, 0xaa, 0xbb, 0xcc), false,
		 b->now_us);
	world_rx(b->world, 0,
		 &FRAME(0x108, 0x01, 0x88, 0x14, 0x01, 0x00, 0x40, 0x00, 0x10),
		 false, b->now_us);
	receive(b, FRAME(0x108, 0xdf, 0x47, 0x99, 0x03));
	assert_int_equal(state_of(b, 0), MCU_DEAD);
	assert_int_equal(b->wire_len, 1);
	assert_frame_equal(b->wire[0], FRAME(0x109, 0x01, 0x88, 0xf1, 0x00,
					     0x68, 0x95, 0x99, 0x03));
	echo(b);
	assert_int_equal(world_at(b->world, 0)->live.slots_used, 0);
	/* a reset is one of the hardware, too */
	world_reset(b->world, world_at(b->world, 0), b->now_us);
	assert_int_equal(state_of(b, 0), MCU_BOOT);
}

static void test_a_reset_takes_back_what_a_mailbox_holds(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 4;
	start(b, 1);
	world_rx(b->world, 0, &WHO(0x108), false, b->now_us);
	world_reset(b->world, world_at(b->world, 0), b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 0);
}

static void
test_a_refused_frame_was_heard_by_nobody_and_comes_again(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b, 1);
	world_rx(b->world, 0, &FRAME(0x3f0, 0x00), false, b->now_us);
	assert_true(world_tx(b->world, 0, &f, b->now_us));
	world_refused(b->world, 0, b->now_us);
	assert_false(world_tx(b->world, 0, &f, b->now_us));
	assert_int_equal(world_deadline(b->world), b->now_us + 1000);
	b->now_us += 1000;
	assert_true(world_tx(b->world, 0, &f, b->now_us));
	assert_frame_equal(f, FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 0, 0x01));
}

static void
test_no_more_frames_are_under_way_than_the_hardware_holds(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].state = MCU_KATAPULT;
	b->cfgs[1].nodeid = 4;
	start(b, 2);
	receive(b, WHO(0x108));
	receive(b, WHO(0x108));
	assert_int_equal(b->wire_len, 3);
	world_rx(b->world, 0, &b->wire[b->returned++], true, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 4);
	echo(b);
	assert_int_equal(b->wire_len, 6);
}

static void test_a_blocked_node_loses_the_ninth_admin_frame(void **state)
{
	struct bench *b = *state;

	start(b, 2);
	/* three answers fill the hardware, the fourth stands in the queue */
	for (int i = 0; i < 4; i++)
		receive(b, FRAME(0x3f0, 0x00));
	/* not for this node at all, and yet they take its last seven places */
	for (int i = 0; i < 7; i++)
		receive(b, FRAME(0x3f0, 0x02, 9, 9, 9, 9, 9, 9));
	receive(b, FRAME(0x3f0, 0x02, UUID_1));
	echo(b);
	assert_int_equal(state_of(b, 1), MCU_KLIPPER);
	receive(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(state_of(b, 1), MCU_BOOT);
}

static void test_a_reset_node_sends_nothing_that_is_older(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b, 2);
	world_rx(b->world, 0, &FRAME(0x3f0, 0x00), false, b->now_us);
	world_reset(b->world, world_at(b->world, 0), b->now_us);
	assert_true(world_tx(b->world, 0, &f, b->now_us));
	assert_frame_equal(f, FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 1, 0x01));
	world_sent(b->world, 0);
	assert_false(world_tx(b->world, 0, &f, b->now_us));
}

static void test_an_echo_from_before_a_reset_changes_nothing(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 4;
	b->cfgs[0].double_reset = false;
	start(b, 1);
	receive(b, WHO(0x108));
	world_reset(b->world, world_at(b->world, 0), b->now_us);
	receive(b, FRAME(0x3f0, 0x01, 0, 0, 0, 0, 0, 0, 4));
	b->now_us += 1000;
	echo(b);
	assert_int_equal(nodeid_of(b, 0), 4);
	assert_int_equal(b->events[EVENT_CONFLICT], 0);
}

static void test_a_cut_bus_sends_again_what_did_not_come_back(void **state)
{
	struct bench *b = *state;

	start(b, 1);
	receive(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 1);
	world_link(b->world, 0, false);
	take(b);
	assert_int_equal(b->wire_len, 1);
	world_link(b->world, 0, true);
	take(b);
	assert_int_equal(b->wire_len, 2);
}

static void test_lost_echoes_do_not_stop_a_node_for_ever(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 4;
	start(b, 1);
	receive(b, WHO(0x108));
	receive(b, WHO(0x108));
	assert_int_equal(b->wire_len, 3);
	world_lost(b->world, 0, b->now_us);
	assert_int_equal(world_deadline(b->world), b->now_us + 100000);
	b->now_us += 100000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 6);
}

static void test_frames_that_are_not_ours_do_not_confirm_anything(void **state)
{
	struct bench *b = *state;

	start(b, 1);
	world_rx(b->world, 0, &FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 0, 0x01), true,
		 b->now_us);
	receive(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 1);
}

/* What comes while nothing can be sent is answered later, by each of them. */
static void test_several_may_be_blocked_at_a_time(void **state)
{
	struct bench *b = *state;

	start(b, 3);
	for (int i = 0; i < 6; i++)
		world_rx(b->world, 0, &FRAME(0x3f0, 0x00), false, b->now_us);
	take(b);
	echo(b);
	assert_int_equal(b->wire_len, 3 * 6);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_several_may_be_blocked_at_a_time),
		CASE(test_what_a_mailbox_holds_is_sent_though_the_cpu_faults),
		CASE(test_a_reset_takes_back_what_a_mailbox_holds),
		CASE(test_a_refused_frame_was_heard_by_nobody_and_comes_again),
		CASE(test_no_more_frames_are_under_way_than_the_hardware_holds),
		CASE(test_a_blocked_node_loses_the_ninth_admin_frame),
		CASE(test_a_reset_node_sends_nothing_that_is_older),
		CASE(test_an_echo_from_before_a_reset_changes_nothing),
		CASE(test_a_cut_bus_sends_again_what_did_not_come_back),
		CASE(test_lost_echoes_do_not_stop_a_node_for_ever),
		CASE(test_frames_that_are_not_ours_do_not_confirm_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
