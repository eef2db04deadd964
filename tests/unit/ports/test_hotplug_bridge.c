// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/ports/hotplug.c
// needs: sim/canmcu/ports/hotplug_device.c sim/canmcu/usb sim/canmcu/wire
// needs: sim/canmcu/world
/*
 * What a bridge of a world and the process with its USB device tell each other; the
 * test is that process. Facts: can-admin-channel.md, section 4;
 * usbip-gsusb-bridge.md, section 4.3.
 */
#include "hotplug_bench.h"

/* klipper-mcu-protocol.md, section 12: stats every 5 s, whoever is there to hear. */
static void test_what_it_says_without_a_host_is_not_due_for_ever(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].nodeid = 4;
	create(b);
	b->told_len = 0;
	for (int i = 0; i < 4; i++)
		wait_us(b, 5000000);
	/* as many frames as its hardware holds */
	assert_int_equal(b->told_len, 3);
	expect(b, 0, USB_LINK_SENT);
	assert_true(world_deadline(b->world) > b->now_us);
	/* a device that has no host takes them all */
	TAKE(b, .kind = USB_LINK_ACCEPTED);
	assert_int_equal(b->told_len, 4);
}

static void test_its_own_answers_go_to_the_host_one_by_one(void **state)
{
	struct bench *b = *state;

	start(b);
	for (int i = 0; i < 5; i++)
		from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x00));
	/* as many as its hardware holds */
	assert_int_equal(b->told_len, 3);
	expect(b, 0, USB_LINK_SENT);
	assert_frame_equal(b->told[0].frame, FRAME(0x3f1, 0x20, UUID, 0x01));
	TAKE(b, .kind = USB_LINK_ACCEPTED);
	assert_int_equal(b->told_len, 4);
	for (int i = 0; i < 9; i++)
		TAKE(b, .kind = USB_LINK_ACCEPTED);
	assert_int_equal(b->told_len, 5);
}

static void test_answers_from_before_a_reset_are_not_due_for_ever(void **state)
{
	struct bench *b = *state;

	start(b);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x00));
	expect(b, 0, USB_LINK_SENT);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x02, UUID));
	wait_us(b, 30000);
	assert_int_equal(b->m->state, MCU_KATAPULT);
	assert_true(world_deadline(b->world) > b->now_us);
}

static void test_its_nodeid_is_told(void **state)
{
	struct bench *b = *state;

	start(b);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x01, UUID, 4));
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_LOCAL_ID);
	assert_int_equal(b->told[0].local_id, 0x108);
	/* a conflict: nobody's any more */
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x01, 0, 0, 0, 0, 0, 1, 4));
	expect(b, 1, USB_LINK_LOCAL_ID);
	assert_int_equal(b->told[1].local_id, 0);
}

static void test_a_frame_that_overtook_the_nodeid_stays_local(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b);
	b->room = 0;
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x01, UUID, 4));
	b->now_us += MCU_FILTER_CHANGE_US;
	b->room = SIZE_MAX;
	hotplug_take(&b->hotplug,
		     &(struct usb_link_msg){ .kind = USB_LINK_BUS,
					     .frame = FRAME(0x108, 0x7e) },
		     b->now_us);
	assert_false(world_tx(b->world, BUS, &f, b->now_us));
	assert_false(hotplug_is_full(&b->hotplug));
}

static void test_frames_go_both_ways(void **state)
{
	struct bench *b = *state;

	start(b);
	from_host(b, USB_LINK_BUS, FRAME(0x3f0, 0x00));
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_FRAME);
	assert_frame_equal(b->told[0].frame,
			   FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 1, 0x01));
}

static void test_a_full_bus_keeps_one_frame_back(void **state)
{
	struct bench *b = *state;
	struct usb_link_msg msg = { .kind = USB_LINK_BUS };
	struct can_frame f;

	start(b);
	for (uint8_t i = 0; i < 4; i++) {
		assert_false(hotplug_is_full(&b->hotplug));
		msg.frame = FRAME(0x123, i);
		hotplug_take(&b->hotplug, &msg, b->now_us);
	}
	assert_true(hotplug_is_full(&b->hotplug));
	assert_false(hotplug_kick(&b->hotplug, b->now_us));
	for (uint8_t i = 0; i < 3; i++) {
		assert_true(world_tx(b->world, BUS, &f, b->now_us));
		assert_frame_equal(f, FRAME(0x123, i));
		world_sent(b->world, BUS);
		world_rx(b->world, BUS, &f, true, b->now_us);
	}
	assert_true(hotplug_kick(&b->hotplug, b->now_us));
	assert_false(hotplug_is_full(&b->hotplug));
	assert_true(world_tx(b->world, BUS, &f, b->now_us));
	assert_frame_equal(f, FRAME(0x123, 3));
}

static void test_what_comes_from_before_a_reset_is_lost(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x00));
	world_put(b->world, b->m, MCU_KATAPULT, b->now_us);
	world_put(b->world, b->m, MCU_KLIPPER, b->now_us);
	kick(b);
	b->told_len = 0;
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x02, UUID));
	from_host(b, USB_LINK_BUS, FRAME(0x123));
	TAKE(b, .kind = USB_LINK_ACCEPTED);
	TAKE(b, .kind = USB_LINK_MODE, .mode = { true, 500000 });
	TAKE(b, .kind = USB_LINK_UNPLUGGED, .number = 0);
	assert_int_equal(b->m->state, MCU_KLIPPER);
	assert_false(world_tx(b->world, BUS, &f, b->now_us));
	assert_int_equal(b->told_len, 0);
	attach(b);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x00));
	assert_int_equal(b->told_len, 1);
}

static void test_deviations_are_told_and_told_again(void **state)
{
	struct bench *b = *state;
	struct mcu_cfg cfg;

	start(b);
	cfg = b->m->cfg;
	cfg.usb.mute = true;
	world_configure(b->world, b->m, &cfg, b->now_us);
	kick(b);
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_DEVIATE);
	assert_true(b->told[0].gsusb.mute);
	assert_false(b->told[0].gsusb.slow);
	/* a device that is plugged in has forgotten */
	world_put(b->world, b->m, MCU_KATAPULT, b->now_us);
	world_put(b->world, b->m, MCU_KLIPPER, b->now_us);
	kick(b);
	attach(b);
	TAKE(b, .kind = USB_LINK_UNPLUGGED, .number = 0);
	attach(b);
	world_put(b->world, b->m, MCU_KATAPULT, b->now_us);
	kick(b);
	world_put(b->world, b->m, MCU_KLIPPER, b->now_us);
	b->told_len = 0;
	kick(b);
	expect(b, 0, USB_LINK_PLUG);
	TAKE(b, .kind = USB_LINK_PLUGGED, .number = 2);
	expect(b, 1, USB_LINK_DEVIATE);
}

static void test_a_wrong_bit_rate_is_bus_off(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].usb.bitrate_bps = 1000000;
	start(b);
	TAKE(b, .kind = USB_LINK_MODE, .mode = { true, 500000 });
	assert_int_equal(b->told_len, 2);
	expect(b, 0, USB_LINK_FRAME);
	assert_int_equal(b->told[0].frame.can_id, 0x20000040);
	assert_string_equal(b->events, "plugged gs_usb 2;host up 500000;");
	expect(b, 1, USB_LINK_DEVIATE);
	assert_true(b->told[1].gsusb.stalled);
}

/* The MCU is within, and hears its host whatever is on the bus. */
static void test_a_stalled_bus_is_told_and_keeps_nobody_waiting(void **state)
{
	struct bench *b = *state;
	struct mcu_cfg cfg;

	start(b);
	cfg = b->m->cfg;
	cfg.usb.stalled = true;
	world_configure(b->world, b->m, &cfg, b->now_us);
	kick(b);
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_DEVIATE);
	assert_true(b->told[0].gsusb.stalled);
	for (int i = 0; i < 10; i++)
		from_host(b, USB_LINK_BUS, FRAME(0x123));
	assert_false(b->hotplug.held);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x00));
	assert_int_equal(b->told_len, 2);
	expect(b, 1, USB_LINK_SENT);
}

/* usb_canbus_state of klipper-mcu-protocol.md, section 9.1, in a block of its own */
static void test_klipper_tells_what_its_bus_discards(void **state)
{
	struct bench *b = *state;

	start(b);
	/* nobody hears it yet */
	TAKE(b, .kind = USB_LINK_DISCARDS, .number = 1);
	assert_int_equal(b->told_len, 0);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x01, UUID, 4));
	for (int discards = 0; discards < 2; discards++) {
		const struct can_frame *f = &b->told[b->told_len].frame;

		TAKE(b, .kind = USB_LINK_DISCARDS, .number = discards);
		expect(b, b->told_len - 1, USB_LINK_SENT);
		assert_int_equal(f->can_id, 0x109);
		assert_int_equal(f->can_dlc, 8);
		assert_int_equal(f->data[0], 8);
		assert_int_equal(f->data[4], discards);
		assert_int_equal(f->data[7], 0x7e);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_what_it_says_without_a_host_is_not_due_for_ever),
		CASE(test_its_own_answers_go_to_the_host_one_by_one),
		CASE(test_answers_from_before_a_reset_are_not_due_for_ever),
		CASE(test_its_nodeid_is_told),
		CASE(test_a_frame_that_overtook_the_nodeid_stays_local),
		CASE(test_frames_go_both_ways),
		CASE(test_a_full_bus_keeps_one_frame_back),
		CASE(test_what_comes_from_before_a_reset_is_lost),
		CASE(test_deviations_are_told_and_told_again),
		CASE(test_a_wrong_bit_rate_is_bus_off),
		CASE(test_a_stalled_bus_is_told_and_keeps_nobody_waiting),
		CASE(test_klipper_tells_what_its_bus_discards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
