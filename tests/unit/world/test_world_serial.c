// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/* MCUs on serial lines and USB, which have no bus. */
#include "bench.h"

#include <errno.h>

/* klipper-mcu-protocol.md, section 18, V1: each is answered with 5 bytes, V2 */
#define WRONG_BLOCK "\x06\x11\x02\x40\xb1\x7e"
#define WRONG_BLOCKS 40

static size_t send_wrong_blocks(struct bench *b)
{
	uint8_t bytes[6 * WRONG_BLOCKS];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)WRONG_BLOCK[i % 6];
	return world_rx_bytes(b->world, world_at(b->world, 0), bytes,
			      sizeof(bytes), b->now_us);
}

/* More than its buffer holds: the main loop is quicker than a line. */
static void test_bytes_take_no_time(void **state)
{
	static const enum mcu_link links[] = { MCU_LINK_UART, MCU_LINK_USB };
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		world_free(b->world);
		b->cfgs[0].link = links[i];
		start(b, 1);
		world_step(b->world, b->now_us);
		b->written = 0;
		assert_int_equal(send_wrong_blocks(b), 6 * WRONG_BLOCKS);
		assert_int_equal(b->written, 5 * WRONG_BLOCKS);
	}
}

static void test_usb_waits_for_its_host(void **state)
{
	struct bench *b = *state;
	size_t taken;

	b->cfgs[0].link = MCU_LINK_USB;
	start(b, 1);
	world_step(b->world, b->now_us);
	b->room = b->written + 7;
	/* what it has to say has room, but less and less */
	for (int i = 0; i < 40; i++)
		taken = send_wrong_blocks(b);
	assert_int_equal(taken, 0);
	b->room = 0;
	world_serial_room(b->world, world_at(b->world, 0), b->now_us);
	assert_int_equal(send_wrong_blocks(b), 6 * WRONG_BLOCKS);
}

static void test_a_touch_reaches_one_mcu(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].link = b->cfgs[1].link = MCU_LINK_USB;
	start(b, 2);
	world_usb_touch(b->world, world_at(b->world, 1), b->now_us);
	assert_int_equal(state_of(b, 0), MCU_KLIPPER);
	assert_int_equal(state_of(b, 1), MCU_BOOT);
	b->now_us += 30000;
	world_step(b->world, b->now_us);
	assert_int_equal(state_of(b, 1), MCU_KATAPULT);
}

static void test_without_frames_there_are_no_faults_of_them(void **state)
{
	static const struct fault drop = { .kind = FAULT_DROP,
					   .dirs = FAULT_RX };
	static const struct fault late = { .kind = FAULT_BOOT_LATE };
	struct bench *b = *state;

	b->cfgs[0].link = MCU_LINK_UART;
	start(b, 1);
	assert_int_equal(
		world_add_fault(b->world, world_at(b->world, 0), &drop),
		-EOPNOTSUPP);
	assert_int_equal(
		world_add_fault(b->world, world_at(b->world, 0), &late), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_bytes_take_no_time),
		CASE(test_usb_waits_for_its_host),
		CASE(test_a_touch_reaches_one_mcu),
		CASE(test_without_frames_there_are_no_faults_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
