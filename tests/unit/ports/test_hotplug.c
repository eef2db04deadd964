// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/ports/hotplug.c
// needs: sim/canmcu/ports/hotplug_device.c sim/canmcu/usb sim/canmcu/wire
// needs: sim/canmcu/world
/*
 * What an MCU of a world and the process with its USB device tell each other; the
 * test is that process. Facts: can-admin-channel.md, sections 4, 8.5 and 9;
 * usbip-gsusb-bridge.md, section 4.3.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/klipper/firmware.h"
#include "hotplug_bench.h"

static void test_a_bridge_is_plugged_in_at_once(void **state)
{
	struct bench *b = *state;

	create(b);
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_PLUG);
	assert_int_equal(b->told[0].plug.kind, USB_GSUSB);
	attach(b);
	assert_string_equal(b->events, "plugged gs_usb 2;");
}

static void test_a_request_swaps_it_for_katapult(void **state)
{
	struct bench *b = *state;

	start(b);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x02, UUID));
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_UNPLUG);
	TAKE(b, .kind = USB_LINK_UNPLUGGED, .number = 0);
	assert_int_equal(b->told_len, 1);
	wait_us(b, 30000);
	assert_int_equal(b->told_len, 2);
	expect(b, 1, USB_LINK_PLUG);
	assert_int_equal(b->told[1].plug.kind, USB_CDC_KATAPULT);
	attach(b);
	assert_string_equal(
		b->events, "plugged gs_usb 2;unplugged  2;plugged katapult 2;");
}

static void test_a_request_for_another_uuid_does_nothing(void **state)
{
	struct bench *b = *state;

	start(b);
	from_host(b, USB_LINK_LOCAL,
		  FRAME(0x3f0, 0x02, 0xb0, 0x91, 0xcc, 0xc2, 0x41, 0xc8));
	assert_int_equal(b->told_len, 0);
	assert_int_equal(b->m->state, MCU_KLIPPER);
}

static void test_a_reset_is_an_unplug_even_when_told_late(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].bootloader = BOOTLOADER_NONE;
	start(b);
	/* the same thing again, and at once */
	world_reset(b->world, b->m, b->now_us);
	assert_int_equal(b->m->state, MCU_KLIPPER);
	b->room = 0;
	kick(b);
	assert_true(b->hotplug.waits);
	b->room = SIZE_MAX;
	kick(b);
	assert_false(b->hotplug.waits);
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_PLUG);
}

static void test_power_goes_and_comes(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].bootloader = BOOTLOADER_NONE;
	start(b);
	world_power(b->world, b->m, false, b->now_us);
	kick(b);
	expect(b, 0, USB_LINK_UNPLUG);
	world_power(b->world, b->m, true, b->now_us);
	kick(b);
	assert_int_equal(b->told_len, 2);
	expect(b, 1, USB_LINK_PLUG);
}

static void test_one_that_never_starts_stays_away(void **state)
{
	struct bench *b = *state;
	struct fault never;
	char error[FAULT_ERROR_MAX];

	start(b);
	assert_int_equal(fault_parse(&never, "boot-never", error), 0);
	assert_int_equal(world_add_fault(b->world, b->m, &never), 0);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x02, UUID));
	wait_us(b, 60000000);
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_UNPLUG);
}

static void test_a_device_that_cannot_be_plugged_in_is_an_error(void **state)
{
	struct bench *b = *state;

	create(b);
	TAKE(b, .kind = USB_LINK_UNPLUGGED, .number = -EBUSY);
	assert_int_equal(b->hotplug.err, -EBUSY);
	assert_string_equal(b->events, "");
}

static void test_a_host_that_breaks_off_has_unplugged_it(void **state)
{
	struct bench *b = *state;

	start(b);
	b->events[0] = '\0';
	TAKE(b, .kind = USB_LINK_UNPLUGGED, .number = -ECONNRESET);
	assert_int_equal(b->hotplug.err, 0);
	assert_string_equal(b->events, "unplugged  2;");
}

/* A bridge. */

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

/* A serial port. */

static void take_bytes(struct bench *b, const void *data, uint32_t len)
{
	struct usb_link_msg msg = { .kind = USB_LINK_BYTES, .bytes.len = len };

	memcpy(msg.bytes.bytes, data, len);
	take(b, msg);
}

/* tests/vectors/katapult.txt */
static const uint8_t connect[] = { 0x01, 0x88, 0x11, 0x00,
				   0xf1, 0x7c, 0x99, 0x03 };
static const uint8_t ack_head[] = { 0x01, 0x88, 0xa0, 0x0d, 0x11 };

static void test_katapult_answers_on_its_serial_port(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	start(b);
	take_bytes(b, connect, 3);
	assert_int_equal(b->told_len, 0);
	take_bytes(b, connect + 3, sizeof(connect) - 3);
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_BYTES);
	assert_memory_equal(b->told[0].bytes.bytes, ack_head, sizeof(ack_head));
}

/* tests/vectors/klipper.txt, V39: emergency_stop, and the id of shutdown */
static void test_klipper_answers_on_its_serial_port(void **state)
{
	static const uint8_t stop[] = { 0x06, 0x10, 0x07, 0x0e, 0xc4, 0x7e };
	struct bench *b = *state;

	b->cfgs[0].link = MCU_LINK_USB;
	start(b);
	take_bytes(b, stop, sizeof(stop));
	/* it has something to say of its own, first */
	assert_int_equal(b->told_len, 2);
	expect(b, 1, USB_LINK_BYTES);
	assert_int_equal(b->told[1].bytes.bytes[2], 0x12);
}

static void test_an_answer_waits_for_room(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	start(b);
	b->room = 0;
	take_bytes(b, connect, sizeof(connect));
	assert_int_equal(b->told_len, 0);
	assert_true(b->hotplug.waits);
	b->room = 1;
	kick(b);
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_BYTES);
}

/* The port drops what is longer than its room, all of it: cdc.h. */
static void test_many_bytes_come_in_pieces_that_the_port_takes(void **state)
{
	static const uint8_t bytes[300] = { [192] = 7 };
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	start(b);
	b->room = 1;
	assert_int_equal(hotplug_write(&b->hotplug, bytes, sizeof(bytes)), 192);
	assert_int_equal(b->told[0].bytes.len, 192);
	b->room = 1;
	assert_int_equal(hotplug_write(&b->hotplug, bytes + 192, 108), 108);
	assert_int_equal(b->told[1].bytes.len, 108);
	assert_int_equal(b->told[1].bytes.bytes[0], 7);
}

static void test_1200_baud_is_a_request_to_klipper_on_usb(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].link = MCU_LINK_USB;
	start(b);
	TAKE(b, .kind = USB_LINK_TOUCH);
	assert_int_equal(b->m->state, MCU_BOOT);
	expect(b, b->told_len - 1, USB_LINK_UNPLUG);
}

/* The bootloader in the ROM. */

static void start_rom(struct bench *b)
{
	b->cfgs[0].bootloader = BOOTLOADER_ROM;
	start(b);
	from_host(b, USB_LINK_LOCAL, FRAME(0x3f0, 0x02, UUID));
	expect(b, 0, USB_LINK_PLUG);
	assert_int_equal(b->told[0].plug.kind, USB_DFUSE);
	attach(b);
}

static int32_t ask(struct bench *b, enum usb_link_kind kind, uint32_t address,
		   const void *data, uint32_t len)
{
	struct usb_link_msg msg = {
		.kind = kind,
		.memory = { .seq = 7, .address = address, .len = len }
	};

	if (data)
		memcpy(msg.memory.bytes, data, len);
	b->told_len = 0;
	take(b, msg);
	assert_int_equal(b->told_len, 1);
	expect(b, 0, USB_LINK_MEMORY);
	assert_int_equal(b->told[0].memory.seq, 7);
	return b->told[0].memory.result;
}

static void test_the_rom_erases_programs_and_reads(void **state)
{
	struct bench *b = *state;

	start_rom(b);
	assert_int_equal(ask(b, USB_LINK_ERASE, 0x08000000, NULL, 0),
			 16 * 1024);
	assert_int_equal(
		ask(b, USB_LINK_PROGRAM, 0x08000000, "\x00\x10\x00\x20", 4), 0);
	assert_int_equal(ask(b, USB_LINK_READ, 0x08000000, NULL, 6), 0);
	assert_int_equal(b->told[0].memory.len, 6);
	assert_memory_equal(b->told[0].memory.bytes, "\x00\x10\x00\x20\xff\xff",
			    6);
	assert_int_equal(ask(b, USB_LINK_READ, 0x08080000, NULL, 1), -EFAULT);
	assert_int_equal(ask(b, USB_LINK_READ, 0x08000000, NULL, UINT32_MAX),
			 -EINVAL);
}

static void test_an_answer_of_the_flash_is_not_lost(void **state)
{
	struct bench *b = *state;

	start_rom(b);
	b->room = 0;
	TAKE(b, .kind = USB_LINK_READ,
	     .memory = { .seq = 9, .address = 0x08000000, .len = 4 });
	assert_true(hotplug_is_full(&b->hotplug));
	b->room = 1;
	kick(b);
	assert_false(hotplug_is_full(&b->hotplug));
	expect(b, 0, USB_LINK_MEMORY);
	assert_int_equal(b->told[0].memory.seq, 9);
}

static void test_leaving_starts_what_is_there(void **state)
{
	struct bench *b = *state;

	start_rom(b);
	TAKE(b, .kind = USB_LINK_LEAVE, .number = 0x08000000);
	assert_int_equal(b->m->state, MCU_KLIPPER);
	expect(b, 0, USB_LINK_PLUG);
	assert_int_equal(b->told[0].plug.kind, USB_GSUSB);
}

static void test_leaving_to_nothing_is_the_end(void **state)
{
	struct bench *b = *state;

	start_rom(b);
	ask(b, USB_LINK_ERASE, 0x08000000, NULL, 0);
	b->told_len = 0;
	TAKE(b, .kind = USB_LINK_LEAVE, .number = 0x08000000);
	assert_int_equal(b->m->state, MCU_DEAD);
	expect(b, 0, USB_LINK_UNPLUG);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_a_bridge_is_plugged_in_at_once),
		CASE(test_a_request_swaps_it_for_katapult),
		CASE(test_a_request_for_another_uuid_does_nothing),
		CASE(test_a_reset_is_an_unplug_even_when_told_late),
		CASE(test_power_goes_and_comes),
		CASE(test_one_that_never_starts_stays_away),
		CASE(test_a_device_that_cannot_be_plugged_in_is_an_error),
		CASE(test_a_host_that_breaks_off_has_unplugged_it),
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
		CASE(test_katapult_answers_on_its_serial_port),
		CASE(test_klipper_answers_on_its_serial_port),
		CASE(test_an_answer_waits_for_room),
		CASE(test_many_bytes_come_in_pieces_that_the_port_takes),
		CASE(test_1200_baud_is_a_request_to_klipper_on_usb),
		CASE(test_the_rom_erases_programs_and_reads),
		CASE(test_an_answer_of_the_flash_is_not_lost),
		CASE(test_leaving_starts_what_is_there),
		CASE(test_leaving_to_nothing_is_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
