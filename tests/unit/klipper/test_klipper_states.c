// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * What the simulated Klipper remembers, and what makes it forget. Sections are
 * those of klipper-mcu-protocol.md.
 */
#include "host.h"

/* Steps that are no block; the others are messages of one, in hex. */
static void be_taken(struct host *h)
{
	board_hear(&h->board, HOST_SET(0x00, 4));
}

static void be_assigned(struct host *h)
{
	host_assign(h, 4);
}

static void be_moved(struct host *h)
{
	host_assign(h, 5);
}

static void be_seen_on_own_id(struct host *h)
{
	board_hear(&h->board, FRAME(0x109, 0x00));
}

static void be_requested(struct host *h)
{
	board_hear(&h->board,
		   FRAME(0x3f0, 0x02, 0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac));
	assert_int_equal(h->board.mcu.state, MCU_BOOT);
	host_wait(h, 30000);
	assert_int_equal(h->board.mcu.state, MCU_KATAPULT);
}

/* Out of Katapult, as far as that takes. */
static void be_started(struct host *h)
{
	mcu_reset(&h->board.mcu, h->board.now_us);
	host_wait(h, 1000000);
	assert_int_equal(h->board.mcu.state, MCU_KLIPPER);
	h->board.mcu.live.start_us = h->board.now_us;
	h->seq = 0;
}

static void be_new(struct host *h)
{
	assert_int_equal(h->board.mcu.state, MCU_KLIPPER);
	assert_null(mcu_object(&h->board.mcu));
	assert_int_equal(mcu_nodeid(&h->board.mcu), -1);
	host_assign(h, 4);
	h->board.mcu.live.start_us = h->board.now_us;
	h->seq = 0;
}

static void shut_down_oddly(struct host *h)
{
	mcu_shutdown(&h->board.mcu, "coffee on the board", h->board.now_us);
	board_run(&h->board);
}

static void shut_down_hot(struct host *h)
{
	mcu_shutdown(&h->board.mcu, "Timer too close", h->board.now_us);
	board_run(&h->board);
}

static void begin_a_block(struct host *h)
{
	host_send(h, (const uint8_t[]){ 0x0b, 0x10, 0x03, 0x8e }, 4, 4);
}

static const struct deed {
	const char *name;
	void (*run)(struct host *h);
} deeds[] = {
	{ "taken", be_taken },
	{ "assigned", be_assigned },
	{ "moved", be_moved },
	{ "seen on own id", be_seen_on_own_id },
	{ "requested", be_requested },
	{ "started", be_started },
	{ "is new", be_new },
	{ "shut down oddly", shut_down_oddly },
	{ "shut down hot", shut_down_hot },
	{ "begin a block", begin_a_block },
};

static bool do_deed(struct host *h, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(deeds); i++) {
		if (strcmp(deeds[i].name, name) != 0)
			continue;
		h->heard_len = 0;
		deeds[i].run(h);
		host_hear(h);
		host_text(h);
		return true;
	}
	return false;
}

/* Commands and responses by id, as section 9.1 numbers them. */
#define GET_CONFIG "02"
#define FINALIZE "038191d1ac78"
#define EMERGENCY "07"
#define CLEAR "08"
#define RESET "09"
#define GET_ID "0a"
#define PING "0c0141"
#define CONFIG_RESET "18"

#define FRESH "0e00000000 ack"
#define CONFIGURED "0e018191d1ac78008800 ack"
#define CONFIGURED_SHUTDOWN "0e018191d1ac78018800 ack"
#define FRESH_SHUTDOWN "0e00000100 ack"
#define ID_4 "1506ca463a06a1ac04"
#define DOWN(reason) "1200" reason /* at clock 0 */
#define IS_DOWN(reason) "13" reason

static const struct story {
	const char *name;
	struct {
		const char *say;
		const char *want;
	} steps[12];
} stories[] = {
	/* section 4.1: nothing but a reset touches the sequence */
	{ "the same nodeid again is nothing",
	  { { GET_CONFIG, FRESH }, { "assigned", "" }, { GET_CONFIG, FRESH } } },
	{ "another nodeid goes on with the sequence",
	  { { GET_CONFIG, FRESH },
	    { "moved", "" },
	    { GET_ID, "1506ca463a06a1ac05 ack" } } },
	/* section 6 */
	{ "an unknown id", { { "8b00", DOWN("03") " ack" } } },
	{ "id 0", { { "00", DOWN("03") " ack" } } },
	{ "the id of a response", { { "0e", DOWN("03") " ack" } } },
	{ "id 16383, which is not 127", { { "ff7f", DOWN("03") " ack" } } },
	{ "an id cut off is none", { { "82", DOWN("03") " ack" } } },
	/* 09 10 0c 01 09 80 07 bb 7e */
	{ "an id cut off is read on into the CRC",
	  { { "0c010980", "170109 " DOWN("02") " ack" } } },
	/* 09 10 0c 01 50 80 03 54 7e */
	{ "an id cut off of a command with a parameter",
	  { { "0c015080", "170150 " DOWN("05") " ack" } } },
	{ "a parameter cut off, with another one behind",
	  { { "0181", DOWN("05") " ack" } } },
	{ "a parameter missing, with another one behind",
	  { { "01", DOWN("05") " ack" } } },
	/* section 20.1; 06 10 03 48 e0 7e */
	{ "the last parameter missing: it is read from the CRC",
	  { { "03", "ack" }, { GET_CONFIG, "0e0148008800 ack" } } },
	/* 07 10 03 81 6e 7c 7e */
	{ "the last parameter cut off: it is read on into the CRC",
	  { { "0381", "ack" }, { GET_CONFIG, "0e01816e008800 ack" } } },
	{ "a string cut off before its length",
	  { { "0c", DOWN("05") " ack" } } },
	{ "a string beyond the content", { { "0c0500", DOWN("05") " ack" } } },
	{ "an unknown id in shutdown has the old reason",
	  { { EMERGENCY, DOWN("02") " ack" }, { "8b00", DOWN("02") " ack" } } },
	{ "a parser error in shutdown has the old reason",
	  { { EMERGENCY, DOWN("02") " ack" },
	    { "0c0500", DOWN("02") " ack" } } },
	{ "the last parameter missing in shutdown is refused with the rest",
	  { { EMERGENCY, DOWN("02") " ack" },
	    { "03", IS_DOWN("02") " ack" } } },
	{ "several responses and one ACK",
	  { { "020c01410d0a", "0e00000000 170141 " ID_4 " ack" } } },
	{ "a shutdown ends the block",
	  { { "02070a", "0e00000000 " DOWN("02") " ack" },
	    { GET_CONFIG, FRESH_SHUTDOWN } } },
	{ "what came before the shutdown stays done",
	  { { FINALIZE EMERGENCY GET_ID, DOWN("02") " ack" },
	    { GET_CONFIG, CONFIGURED_SHUTDOWN } } },
	{ "a refused command does not end the block",
	  { { EMERGENCY, DOWN("02") " ack" },
	    { "0204030a", "0e00000100 " IS_DOWN("02") " " ID_4 " ack" } } },
	{ "an id in two bytes", { { "8002", FRESH } } },
	{ "an empty block", { { "", "ack" } } },
	{ "identify with a count of 256 is 0",
	  { { "01008200", "000000 ack" } } },
	{ "a response too long is not sent, the ACK is",
	  { { "010039", "ack" } } },
	/* section 9.1 */
	{ "the bytes of a ping come back", { { PING, "170141 ack" } } },
	{ "an empty ping", { { "0c00", "1700 ack" } } },
	{ "nop", { { "0d", "ack" } } },
	/* section 10 */
	{ "finalize without oids",
	  { { FINALIZE, "ack" }, { GET_CONFIG, CONFIGURED } } },
	{ "finalize twice",
	  { { FINALIZE, "ack" },
	    { "0301", DOWN("0b") " ack" },
	    { GET_CONFIG, CONFIGURED_SHUTDOWN } } },
	{ "oids twice", { { "0403", "ack" }, { "0403", DOWN("08") " ack" } } },
	{ "no oids, twice",
	  { { "0400", "ack" }, { "0400", DOWN("08") " ack" } } },
	{ "oids refused in shutdown are not allocated",
	  { { EMERGENCY, DOWN("02") " ack" },
	    { "0403", IS_DOWN("02") " ack" },
	    { CLEAR, "ack" },
	    { "0403", "ack" } } },
	/* section 9.3 */
	{ "emergency stop keeps the configuration",
	  { { FINALIZE, "ack" },
	    { EMERGENCY, DOWN("02") " ack" },
	    { GET_CONFIG, CONFIGURED_SHUTDOWN } } },
	{ "clear_shutdown keeps the configuration",
	  { { FINALIZE, "ack" },
	    { EMERGENCY, DOWN("02") " ack" },
	    { CLEAR, "ack" },
	    { GET_CONFIG, CONFIGURED } } },
	{ "config_reset clears it, and keeps nodeid and sequence",
	  { { "0403" FINALIZE, "ack" },
	    { EMERGENCY, DOWN("02") " ack" },
	    { CONFIG_RESET, "ack" },
	    { GET_CONFIG, FRESH },
	    { "0403" FINALIZE, "ack" },
	    { GET_CONFIG, CONFIGURED },
	    { GET_ID, ID_4 " ack" } } },
	{ "config_reset outside shutdown is one",
	  { { FINALIZE, "ack" },
	    { CONFIG_RESET, DOWN("06") " ack" },
	    { GET_CONFIG, CONFIGURED_SHUTDOWN } } },
	{ "reset clears all",
	  { { FINALIZE, "ack" },
	    { RESET, "" },
	    { "is new", "" },
	    { GET_CONFIG, FRESH } } },
	{ "reset leaves shutdown",
	  { { EMERGENCY, DOWN("02") " ack" },
	    { RESET, "" },
	    { "is new", "" },
	    { GET_CONFIG, FRESH } } },
	{ "reset: the rest of its block is lost, and what it answered",
	  { { "0c01410902", "" }, { "is new", "" }, { GET_CONFIG, FRESH } } },
	{ "a conflict drops the nodeid and is not told",
	  { { FINALIZE, "ack" },
	    { "taken", "" },
	    { "assigned", "" },
	    { GET_CONFIG, CONFIGURED_SHUTDOWN },
	    { "0400", IS_DOWN("10") " ack" } } },
	{ "its own transmit id is a conflict",
	  { { GET_CONFIG, FRESH },
	    { "seen on own id", "" },
	    { "assigned", "" },
	    { GET_CONFIG, FRESH_SHUTDOWN },
	    { "0400", IS_DOWN("10") " ack" } } },
	{ "a conflict in shutdown keeps the first reason",
	  { { EMERGENCY, DOWN("02") " ack" },
	    { "taken", "" },
	    { "assigned", "" },
	    { "0400", IS_DOWN("02") " ack" } } },
	{ "a conflict before anything was said",
	  { { "taken", "" },
	    { "assigned", "" },
	    { GET_CONFIG, FRESH_SHUTDOWN },
	    { "0400", IS_DOWN("10") " ack" } } },
	/* section 13 */
	{ "emergency stop in shutdown says so again",
	  { { EMERGENCY, DOWN("02") " ack" },
	    { EMERGENCY, DOWN("02") " ack" } } },
	{ "clear_shutdown outside shutdown is one",
	  { { CLEAR, DOWN("07") " ack" }, { GET_CONFIG, FRESH_SHUTDOWN } } },
	{ "a new shutdown has a new reason",
	  { { EMERGENCY, DOWN("02") " ack" },
	    { CLEAR, "ack" },
	    { "8b00", DOWN("03") " ack" },
	    { "0400", IS_DOWN("03") " ack" } } },
	{ "from inside, with a reason of the firmware",
	  { { GET_CONFIG, FRESH },
	    { "shut down hot", DOWN("11") },
	    { "0400", IS_DOWN("11") " ack" } } },
	{ "from inside, with any text",
	  { { GET_CONFIG, FRESH },
	    { "shut down oddly", DOWN("14") },
	    { "0400", IS_DOWN("14") " ack" } } },
	{ "from inside, before anything was said",
	  { { "shut down hot", DOWN("11") }, { GET_CONFIG, FRESH_SHUTDOWN } } },
	{ "what is answered in shutdown, too",
	  { { EMERGENCY, DOWN("02") " ack" },
	    { "01000002050b", "000000 0e00000100 0f00 "
			      "1600000000 ack" },
	    { "060d", "100000 ack" },
	    { PING GET_ID, "170141 " ID_4 " ack" } } },
	/* section 14.3: in every state */
	{ "bootloader: before identify",
	  { { "requested", "" },
	    { "started", "" },
	    { "is new", "" },
	    { GET_CONFIG, FRESH } } },
	{ "bootloader: in mid-block",
	  { { "begin a block", "" },
	    { "requested", "" },
	    { "started", "" },
	    { "is new", "" },
	    { GET_CONFIG, FRESH } } },
	{ "bootloader: configured",
	  { { "0403" FINALIZE, "ack" },
	    { "requested", "" },
	    { "started", "" },
	    { "is new", "" },
	    { GET_CONFIG, FRESH } } },
	/* a thousand steps from 2000 on, 1000 apart: section 20 */
	{ "bootloader: while a stepper moves",
	  { { "0401320000010000" FINALIZE, "ack" },
	    { "3500876833008768876800", "ack" },
	    { "requested", "" },
	    { "started", "" },
	    { "is new", "" },
	    { GET_CONFIG, FRESH } } },
	{ "reset: while a stepper moves",
	  { { "0401320000010000" FINALIZE, "ack" },
	    { "3500876833008768876800", "ack" },
	    { RESET, "" },
	    { "is new", "" },
	    { GET_CONFIG, FRESH } } },
	{ "bootloader: in shutdown",
	  { { FINALIZE EMERGENCY, DOWN("02") " ack" },
	    { "requested", "" },
	    { "started", "" },
	    { "is new", "" },
	    { GET_CONFIG, FRESH } } },
};

static void test_story(void **state)
{
	const struct story *story = *state;
	struct host h;

	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	h.board.mcu.live.start_us = h.board.now_us;
	for (size_t i = 0; story->steps[i].say; i++) {
		const char *say = story->steps[i].say;

		/* all at one moment, or the clock would have to be told */
		h.board.mcu.live.start_us = h.board.now_us;
		if (!do_deed(&h, say))
			host_ask(&h, say);
		assert_string_equal(h.text, story->steps[i].want);
	}
	host_end(&h);
}

/* --state shutdown: what a host is told then */
static void test_starting_in_shutdown(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct host h = { 0 };

	(void)state;
	cfg.state = MCU_SHUTDOWN;
	cfg.nodeid = 4;
	board_init(&h.board, &cfg);
	assert_string_equal(host_ask(&h, GET_CONFIG), FRESH_SHUTDOWN);
	assert_string_equal(host_ask(&h, "0400"), IS_DOWN("14") " ack");
	host_end(&h);
}

/* section 14.1: without Katapult there is no cell to leave a note in */
static void test_reset_without_katapult(void **state)
{
	struct mcu_cfg cfg = board_cfg("samc21");
	struct host h = { 0 };

	(void)state;
	cfg.bootloader = BOOTLOADER_NONE;
	cfg.nodeid = 4;
	board_init(&h.board, &cfg);
	assert_string_equal(host_ask(&h, RESET), "");
	assert_int_equal(h.board.mcu.state, MCU_KLIPPER);
	assert_int_equal(mcu_nodeid(&h.board.mcu), -1);
	assert_int_equal(h.board.mcu.cell, MCU_CELL_CLEARED);
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[96] = {
		cmocka_unit_test(test_starting_in_shutdown),
		cmocka_unit_test(test_reset_without_katapult),
	};
	size_t n = 2;

	ROWS(stories, test_story);
	return _cmocka_run_group_tests("klipper_states", tests, n, NULL, NULL);
}
