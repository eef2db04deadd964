// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/* can-admin-channel.md, section 11.2: the request for the bootloader on a serial line. */
#include "serial_board.h"

/* The table of can-admin-channel.md, section 11.2, row by row, and beside it. */
static const struct row {
	const char *name;
	const char *before; /* in the receive buffer */
	const char *sent;
	bool accepted;
} rows[] = {
	{ "nothing, the pattern", "", REQUEST, true },
	{ "nothing, a sync and the pattern", "", "~" REQUEST, true },
	{ "a byte without a sync", "A", REQUEST, false },
	{ "two bytes, a sync and the pattern", "AB", "~" REQUEST, true },
	{ "what an echo left", "\n", REQUEST, false },
	{ "the start of a block", "\x05\x10", "~" REQUEST, true },
	{ "the pattern twice in a row", "", REQUEST REQUEST, true },
	{ "a long line without a sync", "a word or two\n", REQUEST, false },
	{ "a long line, a sync and the pattern", "a word or two\n", "~" REQUEST,
	  true },
	{ "the pattern without its end", "",
	  " \x1c Request Serial Bootloader!! ", false },
	{ "the pattern with another byte", "",
	  " \x1c Request Serial Bootloader?! ~", false },
	{ "the pattern and a newline", "", REQUEST "\n", true },
};

static void check_row(const struct row *row, size_t chunk)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	size_t len = strlen(row->sent);
	struct board b;

	start(&b, &cfg);
	feed(&b, row->before, strlen(row->before));
	for (size_t i = 0; i < len; i += chunk)
		feed(&b, row->sent + i, len - i < chunk ? len - i : chunk);
	assert_int_equal(reports(&b), row->accepted);
	board_wait(&b, cfg.boot_us);
	assert_int_equal(b.mcu.state,
			 row->accepted ? MCU_KATAPULT : MCU_KLIPPER);
	mcu_fini(&b.mcu);
}

static void test_row(void **state)
{
	check_row(*state, 100);
}

/* "gaps and fragmentation do not matter" */
static void test_row_in_single_bytes(void **state)
{
	check_row(*state, 1);
}

static void test_the_request_works_in_shutdown(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	struct board b;

	(void)state;
	cfg.state = MCU_SHUTDOWN;
	start(&b, &cfg);
	feed(&b, REQUEST, 32);
	board_wait(&b, cfg.boot_us);
	assert_int_equal(b.mcu.state, MCU_KATAPULT);
	mcu_fini(&b.mcu);
}

/* The NAK before it is cut off by the reset, where there is one. */
static void test_the_request_without_a_bootloader_is_a_nak(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	struct board b;

	(void)state;
	cfg.bootloader = BOOTLOADER_NONE;
	start(&b, &cfg);
	feed(&b, "~" REQUEST, 33);
	assert_string_equal(written(&b), NAK_0);
	assert_true(board_reported(&b, EVENT_REQUEST));
	assert_int_equal(b.mcu.state, MCU_KLIPPER);
	/* only one until there is a good block */
	feed(&b, REQUEST, 32);
	assert_string_equal(written(&b), "");
	mcu_fini(&b.mcu);
}

static void test_no_nak_comes_before_a_reset(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_UART);
	struct board b;

	(void)state;
	start(&b, &cfg);
	feed(&b, REQUEST, 32);
	board_wait(&b, 1000000);
	assert_string_equal(written(&b), "");
	mcu_fini(&b.mcu);
}

/* It is not recognised there. */
static void test_the_request_over_usb_is_noise(void **state)
{
	struct mcu_cfg cfg = serial_cfg(MCU_LINK_USB);
	struct board b;

	(void)state;
	start(&b, &cfg);
	feed(&b, REQUEST, 32);
	assert_string_equal(written(&b), NAK_0);
	assert_false(board_reported(&b, EVENT_REQUEST));
	mcu_fini(&b.mcu);
}

static void test_a_touch_is_for_klipper_on_usb(void **state)
{
	static const struct {
		enum mcu_link link;
		enum mcu_state state;
		bool asks;
	} cases[] = {
		{ MCU_LINK_USB, MCU_KLIPPER, true },
		{ MCU_LINK_USB, MCU_SHUTDOWN, true },
		{ MCU_LINK_USB, MCU_KATAPULT, false },
		{ MCU_LINK_USB, MCU_OFF, false },
		{ MCU_LINK_UART, MCU_KLIPPER, false },
		{ MCU_LINK_BRIDGE, MCU_KATAPULT, false },
	};
	struct board b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mcu_cfg cfg = serial_cfg(cases[i].link);

		cfg.state = cases[i].state;
		start(&b, &cfg);
		mcu_usb_touch(&b.mcu, b.now_us);
		assert_int_equal(reports(&b), cases[i].asks);
		mcu_fini(&b.mcu);
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_the_request_works_in_shutdown),
		cmocka_unit_test(
			test_the_request_without_a_bootloader_is_a_nak),
		cmocka_unit_test(test_no_nak_comes_before_a_reset),
		cmocka_unit_test(test_the_request_over_usb_is_noise),
		cmocka_unit_test(test_a_touch_is_for_klipper_on_usb),
	};
	struct CMUnitTest tests[2 * ARRAY_SIZE(rows) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(rows, test_row);
	ROWS(rows, test_row_in_single_bytes);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
