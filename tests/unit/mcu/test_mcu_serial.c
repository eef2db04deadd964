// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/* Klipper and Katapult on a serial line: bytes in, bytes out. */
#include "serial_board.h"

#include <kcan/klp.h>

/* katapult-protocol.md, section 12 */
#define CONNECT "\x01\x88\x11\x00\xf1\x7c\x99\x03"
#define GET_CANBUS_ID "\x01\x88\x16\x00\xf9\x31\x99\x03"
#define COMPLETE "\x01\x88\x15\x00\x91\x1b\x99\x03"
#define COMPLETE_ACK "0188a00115000000002e9903"
#define ERROR "0188f20000bf9903"

/* Klipper. */

static void test_klipper_answers_blocks(void **state)
{
	static const enum mcu_link links[] = { MCU_LINK_UART, MCU_LINK_USB };
	struct board b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		struct mcu_cfg cfg = serial_cfg(links[i]);
		const char *text;

		start(&b, &cfg);
		feed(&b, IDENTIFY, 8);
		text = written(&b);
		/* identify_response with 40 bytes, from 0 */
		assert_memory_equal(text, "3011000028", 10);
		assert_string_equal(text + strlen(text) - 10, ACK_1);
		mcu_fini(&b.mcu);
	}
}

static void test_klipper_says_that_it_starts(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	struct board b;

	(void)state;
	cfg.state = MCU_OFF;
	cfg.bootloader = BOOTLOADER_NONE;
	start(&b, &cfg);
	mcu_power(&b.mcu, true, b.now_us);
	assert_int_equal(mcu_deadline(&b.mcu), b.now_us);
	board_run(&b);
	assert_memory_equal(written(&b), STARTING, 6);
	mcu_fini(&b.mcu);
}

/* klipper-mcu-protocol.md, section 12: every 5 s, asked or not. */
static void test_klipper_tells_its_stats(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	struct board b;

	(void)state;
	start(&b, &cfg);
	board_wait(&b, 4999999);
	assert_string_equal(written(&b), "");
	board_wait(&b, 1);
	/* message 17 */
	assert_memory_equal(written(&b) + 4, "11", 2);
	mcu_fini(&b.mcu);
}

/* klipper-mcu-protocol.md, section 14.1: no ACK, and it says that it starts. */
static void test_klipper_resets_itself(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	struct kcan_klp_block block = { .len = 1,
					.content = (const uint8_t *)"\x09" };
	uint8_t bytes[KCAN_KLP_MAX];
	struct board b;

	(void)state;
	start(&b, &cfg);
	feed(&b, bytes, (size_t)kcan_klp_encode(bytes, &block));
	board_run(&b);
	assert_memory_equal(written(&b), STARTING, 6);
	assert_true(board_reported(&b, EVENT_RESET));
	mcu_fini(&b.mcu);
}

/*
 * Its build does not know what belongs to CAN: klipper-mcu-protocol.md, section
 * 9.1, message 10.
 */
static void test_klipper_has_no_canbus_id(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	struct kcan_klp_block block = { .len = 1,
					.content = (const uint8_t *)"\x0a" };
	uint8_t bytes[KCAN_KLP_MAX];
	struct board b;

	(void)state;
	start(&b, &cfg);
	feed(&b, bytes, (size_t)kcan_klp_encode(bytes, &block));
	assert_int_equal(b.mcu.state, MCU_SHUTDOWN);
	assert_string_equal(b.reason, "Invalid command");
	mcu_fini(&b.mcu);
}

/* Nodeids are of CAN, on which a bridge's Katapult is not either. */
static void test_there_is_no_nodeid(void **state)
{
	static const struct {
		enum mcu_link link;
		enum mcu_state state;
		int nodeid;
	} cases[] = {
		{ MCU_LINK_UART, MCU_KLIPPER, -1 },
		{ MCU_LINK_USB, MCU_KLIPPER, -1 },
		{ MCU_LINK_USB, MCU_KATAPULT, -1 },
		{ MCU_LINK_BRIDGE, MCU_KATAPULT, -1 },
		{ MCU_LINK_BRIDGE, MCU_KLIPPER, 7 },
	};
	struct board b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mcu_cfg cfg = serial_cfg(cases[i].link);

		cfg.state = cases[i].state;
		cfg.nodeid = 7;
		start(&b, &cfg);
		assert_int_equal(mcu_nodeid(&b.mcu), cases[i].nodeid);
		mcu_assign(&b.mcu, 7, b.now_us);
		assert_int_equal(mcu_nodeid(&b.mcu), cases[i].nodeid);
		mcu_fini(&b.mcu);
	}
}

/* Of a UART: 192 bytes, and what is more is lost. */
static void test_a_uart_loses_what_has_no_room(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	uint8_t bytes[200];
	struct board b;

	(void)state;
	memset(bytes, 'A', sizeof(bytes));
	start(&b, &cfg);
	feed(&b, bytes, sizeof(bytes));
	assert_int_equal(b.mcu.live.rx.len, 192);
	/* the sync is lost, and still wakes the task that throws all away */
	feed(&b, "~", 1);
	assert_int_equal(b.mcu.live.rx.len, 0);
	assert_string_equal(written(&b), NAK_0);
	mcu_fini(&b.mcu);
}

/* Of USB: 128 bytes, and what is more waits in the host. */
static void test_usb_takes_what_has_room(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_USB);
	struct board b;

	(void)state;
	cfg.erase_us = 10000;
	cfg.state = MCU_KATAPULT;
	start(&b, &cfg);
	mcu_stall(&b.mcu, 1000, b.now_us);
	assert_int_equal(mcu_rx_bytes(&b.mcu, b.written, 200, b.now_us), 128);
	assert_int_equal(mcu_rx_bytes(&b.mcu, b.written, 72, b.now_us), 0);
	mcu_fini(&b.mcu);
}

static void test_usb_gives_what_is_taken(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_USB);
	struct board b;

	(void)state;
	cfg.state = MCU_KATAPULT;
	start(&b, &cfg);
	b.full_at = 3;
	feed(&b, GET_CANBUS_ID, 8);
	board_run(&b);
	assert_int_equal(b.written_len, 3);
	b.full_at = 0;
	board_run(&b);
	assert_string_equal(written(&b), ERROR);
	mcu_fini(&b.mcu);
}

/* Katapult. */

static void test_katapult_answers_blocks(void **state)
{
	static const enum mcu_link links[] = { MCU_LINK_UART, MCU_LINK_USB,
					       MCU_LINK_BRIDGE };
	struct board b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		struct mcu_cfg cfg = serial_cfg(links[i]);

		cfg.state = MCU_KATAPULT;
		start(&b, &cfg);
		for (size_t n = 0; n < 8; n++)
			feed(&b, &CONNECT[n], 1);
		/* ACK of CONNECT, protocol 1.1.0, start and size of a block */
		assert_memory_equal(written(&b) + 8,
				    "1100000000010100002000084000", 28);
		feed(&b, GET_CANBUS_ID, 8);
		assert_string_equal(written(&b), ERROR);
		mcu_fini(&b.mcu);
	}
}

static void test_complete_starts_the_application(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	struct board b;

	(void)state;
	cfg.state = MCU_KATAPULT;
	start(&b, &cfg);
	feed(&b, COMPLETE, 8);
	assert_string_equal(written(&b), COMPLETE_ACK);
	board_wait(&b, 99999);
	assert_int_equal(b.mcu.state, MCU_KATAPULT);
	board_wait(&b, 1);
	assert_int_equal(b.mcu.state, MCU_KLIPPER);
	board_run(&b);
	assert_memory_equal(written(&b), STARTING, 6);
	mcu_fini(&b.mcu);
}

static void test_a_double_reset_stays_in_katapult(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	struct board b;

	(void)state;
	start(&b, &cfg);
	mcu_reset(&b.mcu, b.now_us);
	board_wait(&b, 200000);
	mcu_reset(&b.mcu, b.now_us);
	board_wait(&b, 1000000);
	assert_int_equal(b.mcu.state, MCU_KATAPULT);
	feed(&b, REQUEST, 32);
	assert_int_equal(b.mcu.state, MCU_KATAPULT);
	mcu_fini(&b.mcu);
}

/* Nobody has a nodeid, and no frame means anything. */
static void test_frames_mean_nothing(void **state)
{
	static const enum mcu_state states[] = { MCU_KLIPPER, MCU_KATAPULT };
	struct board b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);

		cfg.state = states[i];
		start(&b, &cfg);
		board_hear(&b, FRAME(0x3f0, 0x00));
		board_hear(&b, FRAME(0x3f0, 0x02, 0x41, 0xf9, 0x05, 0xf5, 0x50,
				     0x04));
		board_hear(&b, FRAME(0x3f0, 0x11, 0x41, 0xf9, 0x05, 0xf5, 0x50,
				     0x04, 0x80));
		assert_int_equal(b.sent_len + b.events_len + b.written_len, 0);
		assert_int_equal(mcu_nodeid(&b.mcu), -1);
		mcu_fini(&b.mcu);
	}
}

static void test_bytes_mean_nothing_on_can(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_CAN);
	struct board b;

	(void)state;
	start(&b, &cfg);
	feed(&b, REQUEST, 32);
	assert_int_equal(b.events_len + b.written_len, 0);
	mcu_fini(&b.mcu);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_klipper_answers_blocks),
		cmocka_unit_test(test_klipper_says_that_it_starts),
		cmocka_unit_test(test_klipper_tells_its_stats),
		cmocka_unit_test(test_klipper_resets_itself),
		cmocka_unit_test(test_klipper_has_no_canbus_id),
		cmocka_unit_test(test_there_is_no_nodeid),
		cmocka_unit_test(test_a_uart_loses_what_has_no_room),
		cmocka_unit_test(test_usb_takes_what_has_room),
		cmocka_unit_test(test_usb_gives_what_is_taken),
		cmocka_unit_test(test_katapult_answers_blocks),
		cmocka_unit_test(test_complete_starts_the_application),
		cmocka_unit_test(test_a_double_reset_stays_in_katapult),
		cmocka_unit_test(test_frames_mean_nothing),
		cmocka_unit_test(test_bytes_mean_nothing_on_can),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
