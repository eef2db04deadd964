// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/* can-admin-channel.md, sections 8.1 to 8.3: what runs after which reset. */
#include "../../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "klipper_board.h"

#define REQUEST FRAME(0x3f0, 0x02, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04)

enum deed {
	END,
	ASK, /* REQUEST_BOOTLOADER */
	PIN, /* the reset pin */
	OFF,
	ON,
};

/* At @ms after the start, do @deed; at the end of each, @state is expected. */
struct act {
	unsigned int ms;
	enum deed deed;
	enum mcu_state state;
};

/* END with a time: only look. */
static const struct course {
	const char *name;
	const char *type;
	enum bootloader bootloader;
	bool single_reset;
	enum mcu_state start;
	struct act acts[8];
} courses[] = {
	{ "a request leads to Katapult after the boot time",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_BOOT },
	    { 29, END, MCU_BOOT },
	    { 30, END, MCU_KATAPULT },
	    { 3600000, END, MCU_KATAPULT } } },
	{ "a request in shutdown leads to Katapult too",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_SHUTDOWN,
	  { { 0, ASK, MCU_BOOT }, { 30, END, MCU_KATAPULT } } },
	{ "a reset of Katapult starts the application after 500 ms",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KATAPULT,
	  { { 0, PIN, MCU_BOOT },
	    { 499, END, MCU_BOOT },
	    { 500, END, MCU_KLIPPER } } },
	{ "without the window a reset starts the application at once",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  true,
	  MCU_KLIPPER,
	  { { 0, PIN, MCU_KLIPPER } } },
	{ "without the window a request still leads to Katapult",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  true,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_BOOT }, { 30, END, MCU_KATAPULT } } },
	{ "a second reset within 10 ms starts the window anew",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, PIN, MCU_BOOT },
	    { 9, PIN, MCU_BOOT },
	    { 508, END, MCU_BOOT },
	    { 509, END, MCU_KLIPPER } } },
	{ "a second reset after 10 ms stays in Katapult",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, PIN, MCU_BOOT },
	    { 10, PIN, MCU_BOOT },
	    { 40, END, MCU_KATAPULT },
	    { 5000, END, MCU_KATAPULT } } },
	{ "a second reset after 499 ms stays in Katapult",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, PIN, MCU_BOOT },
	    { 499, PIN, MCU_BOOT },
	    { 529, END, MCU_KATAPULT } } },
	{ "a second reset after 501 ms is a first one",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, PIN, MCU_BOOT },
	    { 501, PIN, MCU_BOOT },
	    { 531, END, MCU_BOOT },
	    { 1001, END, MCU_KLIPPER } } },
	{ "staying consumes the request: the next reset is a normal one",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_BOOT },
	    { 30, END, MCU_KATAPULT },
	    { 100, PIN, MCU_BOOT },
	    { 600, END, MCU_KLIPPER } } },
	{ "power-on waits for the double reset",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_OFF,
	  { { 0, ON, MCU_BOOT },
	    { 499, END, MCU_BOOT },
	    { 500, END, MCU_KLIPPER } } },
	{ "a power cycle loses the request",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_BOOT },
	    { 1, OFF, MCU_OFF },
	    { 2, ON, MCU_BOOT },
	    { 501, END, MCU_BOOT },
	    { 502, END, MCU_KLIPPER } } },
	{ "a power cycle inside the window is no double reset",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, PIN, MCU_BOOT },
	    { 100, OFF, MCU_OFF },
	    { 101, ON, MCU_BOOT },
	    { 140, END, MCU_BOOT },
	    { 601, END, MCU_KLIPPER } } },
	{ "off stays off",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, OFF, MCU_OFF }, { 1, OFF, MCU_OFF }, { 9999, END, MCU_OFF } } },
	{ "switching on what is on does nothing",
	  "stm32g0b1xx",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, ON, MCU_KLIPPER } } },
	{ "a CAN-only STM32 without Katapult ignores the request",
	  "stm32g0b1xx",
	  BOOTLOADER_NONE,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_KLIPPER }, { 9999, END, MCU_KLIPPER } } },
	{ "... in shutdown too",
	  "stm32f446xx",
	  BOOTLOADER_NONE,
	  false,
	  MCU_SHUTDOWN,
	  { { 0, ASK, MCU_SHUTDOWN } } },
	{ "an STM32 with a way to its ROM leaves the bus",
	  "stm32g0b1xx",
	  BOOTLOADER_ROM,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_ROM }, { 9999, END, MCU_ROM } } },
	{ "a reset brings it back from the ROM",
	  "stm32g0b1xx",
	  BOOTLOADER_ROM,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_ROM }, { 5, PIN, MCU_KLIPPER } } },
	{ "an STM32F103 with a HID loader leaves the bus",
	  "stm32f103xe",
	  BOOTLOADER_ROM,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_ROM }, { 5, PIN, MCU_KLIPPER } } },
	{ "an STM32F207 with a HID loader leaves the bus",
	  "stm32f207xx",
	  BOOTLOADER_ROM,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_ROM } } },
	{ "an RP2040 without Katapult leaves the bus",
	  "rp2040",
	  BOOTLOADER_NONE,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_ROM } } },
	{ "a power cycle brings it back",
	  "rp2350",
	  BOOTLOADER_NONE,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_ROM }, { 1, OFF, MCU_OFF }, { 2, ON, MCU_KLIPPER } } },
	{ "an RP2040 with Katapult goes there",
	  "rp2040",
	  BOOTLOADER_KATAPULT,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_BOOT }, { 30, END, MCU_KATAPULT } } },
	{ "a SAMC21 with an offset just resets",
	  "samc21",
	  BOOTLOADER_ROM,
	  false,
	  MCU_SHUTDOWN,
	  { { 0, ASK, MCU_KLIPPER } } },
	{ "a SAME70 does not come back from its ROM by power",
	  "same70",
	  BOOTLOADER_NONE,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_ROM },
	    { 1, OFF, MCU_OFF },
	    { 2, ON, MCU_ROM },
	    { 3, PIN, MCU_ROM } } },
	{ "an LPC176x without an offset ignores the request",
	  "lpc1769",
	  BOOTLOADER_NONE,
	  false,
	  MCU_KLIPPER,
	  { { 0, ASK, MCU_KLIPPER } } },
};

static void act(struct board *b, enum deed deed)
{
	if (deed == ASK)
		board_hear(b, REQUEST);
	if (deed == PIN)
		assert_int_equal(mcu_reset(&b->mcu, b->now_us), 0);
	if (deed == OFF || deed == ON)
		mcu_power(&b->mcu, deed == ON, b->now_us);
	board_run(b);
}

static void test_course(void **state)
{
	const struct course *c = *state;
	struct mcu_cfg cfg = board_cfg(c->type);
	uint64_t start_us;
	struct board b;

	cfg.bootloader = c->bootloader;
	cfg.double_reset = !c->single_reset;
	cfg.state = c->start;
	board_init(&b, &cfg);
	start_us = b.now_us;
	for (const struct act *a = c->acts;
	     a < c->acts + ARRAY_SIZE(c->acts) && (a->deed || a->ms); a++) {
		b.now_us = start_us + a->ms * 1000u;
		board_run(&b);
		act(&b, a->deed);
		assert_int_equal(b.mcu.state, a->state);
	}
}

static void test_nothing_is_left_to_wait_for_in_the_end(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct board b;

	(void)state;
	board_init(&b, &cfg);
	assert_true(mcu_deadline(&b.mcu) == NEVER);
	board_hear(&b, REQUEST);
	assert_true(mcu_deadline(&b.mcu) == b.now_us + 30000);
	board_wait(&b, 30000);
	assert_true(mcu_deadline(&b.mcu) == NEVER);
}

static void test_every_reset_forgets_the_nodeid_and_says_nothing(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct board b;

	(void)state;
	cfg.nodeid = 4;
	board_init(&b, &cfg);
	board_hear(&b, REQUEST);
	board_wait(&b, 1000000);
	assert_int_equal(mcu_nodeid(&b.mcu), -1);
	assert_int_equal(b.sent_len, 0);
}

static void test_a_boot_time_of_zero_means_at_once(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct board b;

	(void)state;
	cfg.boot_us = 0;
	board_init(&b, &cfg);
	board_hear(&b, REQUEST);
	board_run(&b);
	assert_int_equal(b.mcu.state, MCU_KATAPULT);
}

static void test_the_reset_pin_of_a_board_that_is_off(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct board b;

	(void)state;
	cfg.state = MCU_OFF;
	board_init(&b, &cfg);
	assert_int_equal(mcu_reset(&b.mcu, b.now_us), -EHOSTDOWN);
	assert_int_equal(mcu_shutdown(&b.mcu, "x", b.now_us), -EINVAL);
	assert_int_equal(b.events_len, 0);
}

static void test_a_late_look_at_the_clock_changes_nothing(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct board b;

	(void)state;
	board_init(&b, &cfg);
	mcu_reset(&b.mcu, b.now_us);
	board_wait(&b, 7200000000u);
	assert_int_equal(b.mcu.state, MCU_KLIPPER);
}

static void test_the_events_of_a_request_are_in_order(void **state)
{
	static const enum event_type want[] = { EVENT_REQUEST, EVENT_RESET,
						EVENT_STATE, EVENT_STATE };
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct board b;

	(void)state;
	board_init(&b, &cfg);
	board_hear(&b, REQUEST);
	board_wait(&b, 30000);
	assert_int_equal(b.events_len, ARRAY_SIZE(want));
	assert_memory_equal(b.events, want, sizeof(want));
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_nothing_is_left_to_wait_for_in_the_end),
		cmocka_unit_test(
			test_every_reset_forgets_the_nodeid_and_says_nothing),
		cmocka_unit_test(test_a_boot_time_of_zero_means_at_once),
		cmocka_unit_test(test_the_reset_pin_of_a_board_that_is_off),
		cmocka_unit_test(test_a_late_look_at_the_clock_changes_nothing),
		cmocka_unit_test(test_the_events_of_a_request_are_in_order),
	};
	struct CMUnitTest tests[ARRAY_SIZE(courses) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(courses, test_course);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
