// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/*
 * A USB-to-CAN bridge in a world: what its host, its MCU and the bus behind it
 * hear of each other. Facts: can-admin-channel.md, section 4, and
 * usbip-gsusb-bridge.md, section 4.3.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/world/bridge.h"
#include "../../../sim/canmcu/world/world.h"
#include "../../support/software.h"
#include "../../support/unit.h"

#define BUS 0
#define HEARD_MAX 16

/* Number 0 is a bridge, number 1 a node behind it, with UUIDs 0000000000nn. */
struct bench {
	struct world *world;
	struct mcu_cfg cfgs[3];
	const struct mcu *m;
	struct can_frame heard[HEARD_MAX]; /* by the host */
	size_t heard_len;
	size_t states; /* events of the bus */
	uint64_t now_us;
};

static void receive(void *arg, const struct can_frame *f)
{
	struct bench *b = arg;

	assert_in_range(b->heard_len, 0, HEARD_MAX - 1);
	b->heard[b->heard_len++] = *f;
}

static void count(void *arg, const struct event *event)
{
	struct bench *b = arg;

	b->states += event->type == EVENT_BUS_STATE;
}

static int prepare(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->now_us = 1000000;
	for (size_t i = 0; i < ARRAY_SIZE(b->cfgs); i++)
		b->cfgs[i] = (struct mcu_cfg){
			.uuid = { { 0, 0, 0, 0, 0, (uint8_t)i } },
			.type = mcu_type_find("stm32g0b1xx"),
			.bootloader = BOOTLOADER_ROM,
			.state = MCU_KLIPPER,
			.nodeid = -1,
		};
	b->cfgs[0].link = MCU_LINK_BRIDGE;
	*state = b;
	return 0;
}

static int release(void **state)
{
	struct bench *b = *state;

	world_free(b->world);
	free(b);
	return 0;
}

static void start_paced(struct bench *b, size_t len, uint32_t bitrate_bps)
{
	struct world_cfg cfg = { .mcus = b->cfgs,
				 .mcus_len = len,
				 .buses_len = 2,
				 .bitrate_bps = bitrate_bps,
				 .collisions = bitrate_bps,
				 .start_us = b->now_us,
				 .events = { count, b },
				 .software = real_software() };

	assert_int_equal(world_new(&b->world, &cfg), 0);
	b->m = world_at(b->world, 0);
	bridge_attach(b->m, receive, b);
}

static void start(struct bench *b)
{
	start_paced(b, 2, 0);
}

static void from_host(struct bench *b, struct can_frame f)
{
	world_rx(b->world, bridge_inside(b->m), &f, false, b->now_us);
}

static bool forward(struct bench *b, struct can_frame f)
{
	return bridge_forward(b->m, &f, b->now_us);
}

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

/* Errors of its own: 16 of 8 each until it is error-passive, as is the other. */
static void test_error_counters_that_climb_are_told(void **state)
{
	struct bench *b = *state;

	b->cfgs[2].link = MCU_LINK_BRIDGE;
	start_paced(b, 3, 1000000);
	assert_true(bridge_forward(b->m, &FRAME(0x321, 0x00), b->now_us));
	assert_true(bridge_forward(world_at(b->world, 2), &FRAME(0x321, 0xff),
				   b->now_us));
	while (b->heard_len < 2) {
		assert_in_range(world_deadline(b->world), b->now_us,
				b->now_us + 1000);
		b->now_us = world_deadline(b->world);
		world_step(b->world, b->now_us);
	}
	assert_frame_equal(b->heard[0],
			   FRAME(0x20000004, 0, 0x08, 0, 0, 0, 0, 0, 0));
	assert_frame_equal(b->heard[1],
			   FRAME(0x20000004, 0, 0x20, 0, 0, 0, 0, 0, 0));
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

static const struct row {
	const char *name;
	enum confinement_state from, to;
	struct can_frame told;
} rows[] = {
	{ "warning", CONFINEMENT_ACTIVE, CONFINEMENT_WARNING,
	  FRAME(0x20000004, 0, 0x08, 0, 0, 0, 0, 0, 0) },
	{ "passive", CONFINEMENT_WARNING, CONFINEMENT_PASSIVE,
	  FRAME(0x20000004, 0, 0x20, 0, 0, 0, 0, 0, 0) },
	{ "bus-off", CONFINEMENT_PASSIVE, CONFINEMENT_BUS_OFF,
	  FRAME(0x20000040, 0, 0, 0, 0, 0, 0, 0, 0) },
	{ "out of passive", CONFINEMENT_PASSIVE, CONFINEMENT_ACTIVE,
	  FRAME(0x20000004, 0, 0x40, 0, 0, 0, 0, 0, 0) },
	/* the driver forgets bus-off by a restart only */
	{ "out of bus-off", CONFINEMENT_BUS_OFF, CONFINEMENT_ACTIVE,
	  FRAME(0x20000100, 0, 0x40, 0, 0, 0, 0, 0, 0) },
};

static void set_state(struct bench *b, enum confinement_state to)
{
	struct mcu_cfg cfg = b->m->cfg;

	cfg.usb.bus_state = to;
	assert_int_equal(world_configure(b->world, b->m, &cfg, b->now_us), 0);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct bench *b;
	void *bench;

	prepare(&bench);
	b = bench;
	b->cfgs[0].usb.bus_state = row->from;
	start(b);
	bridge_host(b->m, true, 1000000, b->now_us);
	b->heard_len = 0;
	b->states = 0;
	set_state(b, row->to);
	assert_int_equal(b->heard_len, 1);
	assert_frame_equal(b->heard[0], row->told);
	assert_int_equal(b->states, 1);
	set_state(b, row->to);
	assert_int_equal(b->heard_len, 1);
	release(&bench);
}

static void test_an_interface_that_goes_up_is_told_again(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].usb.bus_state = CONFINEMENT_PASSIVE;
	start(b);
	for (size_t i = 0; i < 3; i++) {
		bridge_host(b->m, true, 1000000, b->now_us);
		assert_int_equal(b->heard_len, i + 1);
		assert_int_equal(b->heard[i].data[1], 0x20);
		bridge_host(b->m, false, 1000000, b->now_us);
	}
	assert_int_equal(b->states, 1);
}

static void test_bus_off_is_silence_both_ways(void **state)
{
	struct bench *b = *state;

	start(b);
	set_state(b, CONFINEMENT_BUS_OFF);
	b->heard_len = 0;
	assert_false(forward(b, FRAME(0x123)));
	world_rx(b->world, BUS, &FRAME(0x321), false, b->now_us);
	assert_int_equal(b->heard_len, 0);
	set_state(b, CONFINEMENT_ACTIVE);
	b->heard_len = 0;
	assert_true(forward(b, FRAME(0x123)));
	world_rx(b->world, BUS, &FRAME(0x321), false, b->now_us);
	assert_int_equal(b->heard_len, 1);
}

static void test_a_bit_rate_matters_on_demand_only(void **state)
{
	struct bench *b = *state;

	start(b);
	bridge_host(b->m, true, 500000, b->now_us);
	assert_true(forward(b, FRAME(0x123)));
	assert_int_equal(b->heard_len, 0);
	world_free(b->world);
	b->cfgs[0].usb.bitrate_bps = 1000000;
	start(b);
	bridge_host(b->m, true, 500000, b->now_us);
	assert_false(forward(b, FRAME(0x123)));
	assert_int_equal(b->heard_len, 1);
	assert_int_equal(b->heard[0].can_id, 0x20000040);
	bridge_host(b->m, false, 500000, b->now_us);
	bridge_host(b->m, true, 1000000, b->now_us);
	assert_true(forward(b, FRAME(0x123)));
	assert_int_equal(b->heard_len, 1);
}

static void test_a_klipper_at_another_speed_is_cut_off(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].klipper_bps = 500000;
	start(b);
	bridge_host(b->m, true, 1000000, b->now_us);
	assert_int_equal(b->heard_len, 1);
	assert_int_equal(b->heard[0].can_id, 0x20000040);
	assert_false(forward(b, FRAME(0x123)));
	world_rx(b->world, BUS, &FRAME(0x321), false, b->now_us);
	assert_int_equal(b->heard_len, 1);
	/* itself it can be reached: a QUERY */
	world_rx(b->world, bridge_inside(b->m), &FRAME(0x3f0, 0x00), false,
		 b->now_us);
	assert_true(world_tx(b->world, bridge_inside(b->m), &b->heard[1],
			     b->now_us));
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

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

int main(void)
{
	static const struct CMUnitTest others[] = {
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
		CASE(test_error_counters_that_climb_are_told),
		CASE(test_it_moves_to_another_bus),
		CASE(test_three_may_move_to_a_bus),
		CASE(test_an_interface_that_goes_up_is_told_again),
		CASE(test_bus_off_is_silence_both_ways),
		CASE(test_a_bit_rate_matters_on_demand_only),
		CASE(test_a_klipper_at_another_speed_is_cut_off),
	};
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(rows, test_row);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
