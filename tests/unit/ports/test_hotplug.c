// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/ports/hotplug.c
// needs: sim/canmcu/ports/hotplug_device.c sim/canmcu/usb sim/canmcu/wire
// needs: sim/canmcu/world
/*
 * What an MCU of a world and the process with its USB device tell each other; the
 * test is that process. When there is a device, and which: can-admin-channel.md,
 * sections 4, 8.5 and 9; usbip-gsusb-bridge.md, section 4.3.
 */
#include "hotplug_bench.h"

#include <errno.h>

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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
