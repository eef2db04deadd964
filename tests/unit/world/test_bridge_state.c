// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/*
 * A USB-to-CAN bridge in a world: what its host is told of errors and bit rates, and
 * who is cut off. Facts: usbip-gsusb-bridge.md, section 4.3.
 */
#include "bridge_bench.h"

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

int main(void)
{
	static const struct CMUnitTest others[] = {
		CASE(test_error_counters_that_climb_are_told),
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
