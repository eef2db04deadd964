// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu
/* What the simulated Klipper remembers, and what makes it forget. */
#include "canmcu_host.h"

#define SET(last, nodeid) \
	FRAME(0x3f0, 0x01, 0xca, 0x46, 0x3a, 0x06, 0xa1, last, nodeid)

/* Steps that are no block; the others are messages of one, in hex. */
static void be_taken(struct host *h)
{
	board_hear(&h->board, SET(0x00, 4));
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
	assert_null(h->board.mcu.live.klipper);
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
	{ "an unknown id", { { "5a", DOWN("03") " ack" } } },
	{ "id 0", { { "00", DOWN("03") " ack" } } },
	{ "the id of a response", { { "0e", DOWN("03") " ack" } } },
	{ "id 127", { { "7f", DOWN("03") " ack" } } },
	{ "an id cut off", { { "82", DOWN("05") " ack" } } },
	{ "a parameter cut off", { { "0181", DOWN("05") " ack" } } },
	{ "a parameter missing", { { "03", DOWN("05") " ack" } } },
	{ "a string beyond the content", { { "0c0500", DOWN("05") " ack" } } },
	{ "an unknown id in shutdown has the old reason",
	  { { EMERGENCY, DOWN("02") " ack" }, { "5a", DOWN("02") " ack" } } },
	{ "a parser error in shutdown has the old reason",
	  { { EMERGENCY, DOWN("02") " ack" }, { "03", DOWN("02") " ack" } } },
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
	    { "5a", DOWN("03") " ack" },
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

/* Nothing but the nodeid is needed for stats: section 12. */
static void test_stats_come_every_five_seconds(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	assert_null(h.board.mcu.live.klipper);
	for (int i = 0; i < 3; i++) {
		uint64_t due_us = mcu_deadline(&h.board.mcu);

		assert_int_equal(due_us - h.board.mcu.live.start_us,
				 5000000 * (i + 1));
		h.board.now_us = due_us - 1;
		board_run(&h.board);
		assert_int_equal(h.board.sent_len, 0);
		board_wait(&h.board, 1);
		host_hear(&h);
		/* 100 rounds of 20 ticks, whose square is 2 times 256 */
		assert_string_equal(host_text(&h), "1180648f508148");
		h.heard_len = 0;
	}
	host_end(&h);
}

static void test_stats_go_on_in_shutdown(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	host_ask(&h, EMERGENCY);
	h.heard_len = 0;
	board_wait(&h.board, 5000000);
	host_hear(&h);
	/* 101 rounds: one block was handled */
	assert_string_equal(host_text(&h), "1180658f64814a");
	host_end(&h);
}

static void test_nothing_is_sent_while_unassigned(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	host_ask(&h, GET_CONFIG);
	be_taken(&h);
	board_wait(&h.board, 60000000);
	assert_int_equal(h.board.sent_len, 0);
	assert_int_equal(h.board.mcu.live.tx.len, 0);
	host_end(&h);
}

/* A day at 64 MHz: the lower half wraps every 67 s. */
static void test_a_day_of_clock_wrap(void **state)
{
	struct host h;
	char want[64];

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.mcu.cfg.clock_hz = 0;
	host_assign(&h, 4);
	for (uint64_t us = 0; us < UINT64_C(86400) * 1000000; us += 59999999) {
		uint64_t ticks =
			64 * (h.board.now_us - h.board.mcu.live.start_us);
		struct kcan_klp_value v[] = { { .num = (uint32_t)(ticks >> 32) },
					      { .num = (uint32_t)ticks } };
		uint8_t bytes[16];
		struct kcan_klp_format f;
		int len;

		kcan_klp_format_parse(&f, "uptime high=%u clock=%u", 16,
				      KCAN_KLP_RESPONSE);
		len = kcan_klp_msg_encode(bytes, sizeof(bytes), &f, v);
		util_hex_encode(want, bytes, (size_t)len);
		strcat(want, " ack");
		assert_string_equal(host_ask(&h, "06"), want);
		host_wait(&h, 59999999);
	}
	host_end(&h);
}

/* Exact for years: a century at an odd frequency, against 128 bits. */
static void test_the_clock_does_not_drift(void **state)
{
	static const uint64_t moments_us[] = {
		0,
		1,
		999999,
		1000000,
		UINT64_C(86400000000) + 7,
		UINT64_C(3155760000000000) + 123457,
	};
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.mcu.cfg.clock_hz = 715827882;
	for (size_t i = 0; i < ARRAY_SIZE(moments_us); i++) {
		uint64_t us = moments_us[i];
		uint64_t now_us = h.board.now_us + us;
		const struct klipper *k = klipper_of(&h.board.mcu, now_us);
		unsigned __int128 exact = (unsigned __int128)us * 715827882;
		uint64_t ticks = (uint64_t)(exact / 1000000);

		assert_true(klipper_clock(k, now_us) == ticks);
		assert_true(klipper_when_us(k, ticks) <= now_us);
		assert_true(klipper_clock(k, klipper_when_us(k, ticks)) >=
			    ticks);
		assert_true(klipper_clock_near(k, (uint32_t)ticks + 5,
					       now_us) == ticks + 5);
	}
	host_end(&h);
}

/* section 0.1, fact 5, and 2.4: the bus takes nothing, and then all */
static void test_no_answer_is_lost_on_a_busy_bus(void **state)
{
	struct host h;
	size_t acks = 0, ids = 0;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	for (uint8_t seq = 0; seq < 12; seq++) {
		static const uint8_t get_id = 10; /* 14 bytes come back */
		uint8_t out[KCAN_KLP_MAX];
		struct can_frame f = { .can_id = 0x108 };

		f.can_dlc = (uint8_t)kcan_klp_encode(
			out, &(struct kcan_klp_block){ .seq = seq,
						       .len = 1,
						       .content = &get_id });
		memcpy(f.data, out, f.can_dlc);
		board_hear(&h.board, f);
	}
	assert_int_equal(h.board.sent_len, 3);
	host_hear(&h);
	for (size_t pos = 0; pos < h.heard_len;) {
		struct kcan_klp_block block;
		int used = kcan_klp_decode(&block, h.heard + pos,
					   h.heard_len - pos);

		assert_true(used > 0);
		acks += !block.len;
		ids += block.len && block.content[0] == 21;
		pos += (size_t)used;
	}
	assert_int_equal(acks, 12);
	assert_int_equal(ids, 12);
	host_end(&h);
}

static void bus_is_very_bad(void *arg, const struct mcu *m,
			    struct mcu_bus_status *out)
{
	(void)arg;
	(void)m;
	*out = (struct mcu_bus_status){ 0x80000000, 0x80000000, 0x80000000,
					CONFINEMENT_PASSIVE };
}

/* section 2.4: unlike the firmware, a simulator drops none. 1303 bytes */
static void test_the_longest_answer_to_one_block(void **state)
{
	char content[2 * KCAN_KLP_CONTENT_MAX + 1] = "", want[HOST_TEXT] = "";
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.env.bus_status = bus_is_very_bad;
	host_assign(&h, 4);
	for (int i = 0; i < KCAN_KLP_CONTENT_MAX; i++) {
		strcat(content, "0b");
		strcat(want, "1688808080008880808000888080800002 ");
	}
	strcat(want, "ack");
	assert_string_equal(host_ask(&h, content), want);
	assert_int_equal(h.heard_len, 1303);
	host_end(&h);
}

/* A bus that takes nothing for minutes: stats are lost, the ACK is not. */
static void test_a_full_buffer_has_room_for_the_ack(void **state)
{
	static const uint8_t empty[] = { 0x05, 0x10, 0x9e, 0x81, 0x7e };
	struct host h;
	struct can_frame f = { .can_id = 0x108, .can_dlc = 5 };

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	for (int i = 0; i < 1000; i++)
		board_wait(&h.board, 5000000);
	assert_in_range(MCU_TX_SIZE - h.board.mcu.live.tx.len, 5, 5 + 64);
	memcpy(f.data, empty, sizeof(empty));
	board_hear(&h.board, f);
	host_hear(&h);
	h.seq = 1;
	assert_memory_equal(h.heard + h.heard_len - 5, "\x05\x11\x8f\x08\x7e",
			    5);
	host_end(&h);
}

/* A conflict and a new nodeid in one round of the main loop. */
static void test_what_was_not_sent_is_not_sent_later(void **state)
{
	struct can_frame taken = SET(0x00, 4), assigned = SET(0xac, 5);
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	mcu_rx(&h.board.mcu, &taken, h.board.now_us);
	mcu_rx(&h.board.mcu, &assigned, h.board.now_us);
	board_run(&h.board);
	assert_int_equal(mcu_nodeid(&h.board.mcu), 5);
	assert_int_equal(h.board.mcu.state, MCU_SHUTDOWN);
	assert_int_equal(h.board.sent_len, 0);
	host_end(&h);
}

static void bus_is_bad(void *arg, const struct mcu *m,
		       struct mcu_bus_status *out)
{
	(void)arg;
	(void)m;
	*out = (struct mcu_bus_status){ 1, 2, 3, CONFINEMENT_PASSIVE };
}

static void test_the_bus_status_is_the_bus_models(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.env.bus_status = bus_is_bad;
	host_assign(&h, 4);
	assert_string_equal(host_ask(&h, "0b"), "1601020302 ack");
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[96] = {
		cmocka_unit_test(test_starting_in_shutdown),
		cmocka_unit_test(test_reset_without_katapult),
		cmocka_unit_test(test_stats_come_every_five_seconds),
		cmocka_unit_test(test_stats_go_on_in_shutdown),
		cmocka_unit_test(test_nothing_is_sent_while_unassigned),
		cmocka_unit_test(test_a_day_of_clock_wrap),
		cmocka_unit_test(test_the_clock_does_not_drift),
		cmocka_unit_test(test_no_answer_is_lost_on_a_busy_bus),
		cmocka_unit_test(test_the_longest_answer_to_one_block),
		cmocka_unit_test(test_a_full_buffer_has_room_for_the_ack),
		cmocka_unit_test(test_the_bus_status_is_the_bus_models),
		cmocka_unit_test(test_what_was_not_sent_is_not_sent_later),
	};
	size_t n = 12;

	ROWS(stories, test_story);
	return _cmocka_run_group_tests("klipper_states", tests, n, NULL, NULL);
}
