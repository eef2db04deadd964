// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/ports/hotplug.c
// needs: sim/canmcu/ports/hotplug_device.c sim/canmcu/usb sim/canmcu/wire
// needs: sim/canmcu/world
/*
 * What a board with a serial port on USB, or with the bootloader in its ROM, and the
 * process of that device tell each other; the test is that process.
 */
#include "hotplug_bench.h"

#include <errno.h>

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
