// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* katapult-protocol.md, section 3: the receiver, with its trap and without. */
#include "katapult_hex.h"

#define OWN 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04

/* What the script sends, in hex; each is one stretch of bytes. */
#define GET "01881600f9319903"
#define BAD_CRC "01881600f8319903"
#define BAD_TRAILER "01881600f9319904"
#define TOO_LONG "0188161ff9319903"
/* the first 24 bytes of a SEND_BLOCK */
#define TORN                                   \
	"018812110020000800010203040506070809" \
	"0a0b0c0d0e0f"
#define CLEAR_AND_SET "!"

/* Letters of the answers: A: ACK with our UUID, N: NACK, E: ERROR. */
static const struct script {
	const char *name;
	const char *send[10];
	const char *want;
	const char *want_sane;
} scripts[] = {
	{ "a good GET_CANBUS_ID is acknowledged", { GET }, "A", "A" },
	{ "good blocks one after the other are all acknowledged",
	  { GET, GET, GET },
	  "AAA",
	  "AAA" },
	{ "one wrong CRC bit: NACK, then silence for ever",
	  { BAD_CRC, GET, GET, GET },
	  "N",
	  "NAAA" },
	{ "wrong second byte: NACK, then silence for ever",
	  { "01771600f9319903", GET, GET },
	  "N",
	  "NAA" },
	{ "wrong trailer byte: NACK, then silence for ever",
	  { BAD_TRAILER, GET, GET },
	  "N",
	  "NAA" },
	{ "L = 31: NACK, then silence for ever",
	  { TOO_LONG, GET, GET },
	  "N",
	  "NAA" },
	{ "a single byte 01, then a good block: NACK, then silence for ever",
	  { "01", GET, GET },
	  "N",
	  "NAA" },
	{ "a torn SEND_BLOCK swallows six blocks, then NACK and silence",
	  { TORN, GET, GET, GET, GET, GET, GET },
	  "",
	  "" },
	/* sane: of seven answers at once, five fit */
	{ "at the seventh block behind a torn SEND_BLOCK comes the NACK",
	  { TORN, GET, GET, GET, GET, GET, GET, GET, GET },
	  "N",
	  "NAAAAAA" },
	{ "wrong first byte: NACK, then the good block is acknowledged",
	  { "77881600f9319903", GET },
	  "NA",
	  "NA" },
	{ "three bytes of rubbish before a good block: NACK and ACK",
	  { "aabbcc", GET },
	  "NA",
	  "NA" },
	{ "eight bytes of rubbish: NACK at once, then ACK",
	  { "aabbccddeeff0203", GET },
	  "NA",
	  "NA" },
	{ "rubbish with an 01 inside: NACK, then silence for ever",
	  { "aabb01ddeeff0203", GET, GET },
	  "N",
	  "NAA" },
	{ "an unknown code is an ERROR and the channel stays healthy",
	  { "01889000e5e99903", GET },
	  "EA",
	  "EA" },
	{ "a partial command survives CLEAR and SET in front of the next",
	  { "01881600", CLEAR_AND_SET, GET, GET },
	  "N",
	  "NAA" },
	{ "a second burst of rubbish gets no second NACK",
	  { "aabbccddeeff0203", "aabbccddeeff0203", GET },
	  "NA",
	  "NA" },
	{ "after a good block the next rubbish gets a NACK again",
	  { "aabbcc", GET, "aabbcc", GET },
	  "NANA",
	  "NANA" },
	{ "a block may start anywhere in a frame",
	  { "018816", "00f931",
	    "9903"
	    "018816",
	    "00f9319903" },
	  "AA",
	  "AA" },
	{ "fewer than eight bytes are waited with, rubbish or not",
	  { "aabbccddeeff02" },
	  "",
	  "" },
};

static void clear_and_set(struct board *b)
{
	board_hear(b, FRAME(0x3f0, 0x12));
	board_hear(b, FRAME(0x3f0, 0x11, OWN, 4));
	board_wait(b, MCU_FILTER_CHANGE_US);
}

/* Section 12, byte for byte. */
static const struct {
	char letter;
	const char *hex;
} answers[] = {
	{ 'A', "0188a00316000000"
	       "41f905f550040000"
	       "32409903" },
	{ 'N', "0188f10068959903" },
	{ 'E', "0188f20000bf9903" },
};

static void spell(const struct board *b, char *out, size_t size)
{
	char all[2048] = "", *at = all;

	for (size_t i = 0; i < b->sent_len; i++) {
		assert_int_equal(b->sent[i].can_id, 0x109);
		util_hex_encode(at, b->sent[i].data, b->sent[i].can_dlc);
		at += strlen(at);
	}
	for (at = all; *at && --size;) {
		size_t i = 0, len;

		while (i < ARRAY_SIZE(answers) &&
		       strncmp(at, answers[i].hex, strlen(answers[i].hex)) != 0)
			i++;
		if (i == ARRAY_SIZE(answers))
			fail_msg("no known answer: %s", at);
		len = strlen(answers[i].hex);
		*out++ = answers[i].letter;
		at += len;
	}
	*out = '\0';
}

static void play(const struct script *s, bool sane_rx, const char *want)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	char got[32];
	struct board b;

	cfg.state = MCU_KATAPULT;
	cfg.nodeid = 4;
	cfg.sane_rx = sane_rx;
	board_init(&b, &cfg);
	for (size_t i = 0; i < ARRAY_SIZE(s->send) && s->send[i]; i++) {
		size_t before = b.sent_len;

		if (!strcmp(s->send[i], CLEAR_AND_SET))
			clear_and_set(&b);
		else
			send_hex(&b, s->send[i]);
		while (before++ < b.sent_len) {
			mcu_tx_done(&b.mcu);
			board_run(&b);
		}
	}
	spell(&b, got, sizeof(got));
	assert_string_equal(got, want);
}

static void test_script(void **state)
{
	const struct script *s = *state;

	play(s, false, s->want);
}

static void test_script_sane(void **state)
{
	const struct script *s = *state;

	play(s, true, s->want_sane);
}

/* Section 4: up to 30 words, which nobody looks at. */
static void test_get_canbus_id_ignores_its_payload(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	uint8_t payload[4 * KCAN_KAT_WORDS_MAX], bytes[KCAN_KAT_MAX];
	char hex[2 * KCAN_KAT_MAX + 1], got[32];
	struct board b;

	(void)state;
	memset(payload, 0x5a, sizeof(payload));
	cfg.state = MCU_KATAPULT;
	cfg.nodeid = 4;
	for (uint8_t words = 0; words <= KCAN_KAT_WORDS_MAX; words++) {
		struct kcan_kat_block block = { KCAN_KAT_GET_CANBUS_ID, words,
						payload };
		int len = kcan_kat_encode(bytes, &block);

		board_init(&b, &cfg);
		util_hex_encode(hex, bytes, (size_t)len);
		send_hex(&b, hex);
		board_drain(&b);
		spell(&b, got, sizeof(got));
		assert_string_equal(got, "A");
	}
}

static void test_a_dead_channel_still_obeys_admin_frames(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct board b;

	(void)state;
	cfg.state = MCU_KATAPULT;
	cfg.nodeid = 4;
	board_init(&b, &cfg);
	for (int i = 0; i < 40; i++)
		send_hex(&b, BAD_CRC);
	assert_int_equal(b.sent_len, 1);
	assert_int_equal(b.mcu.live.rx.len, 192);
	clear_and_set(&b);
	assert_int_equal(mcu_nodeid(&b.mcu), 4);
	board_hear(&b, FRAME(0x3f0, 0x12));
	board_hear(&b, FRAME(0x3f0, 0x00));
	assert_frame_equal(b.sent[1], FRAME(0x3f1, 0x20, OWN, 0x11));
}

/* Section 6: 192 bytes, and a frame that does not fit is lost as a whole. */
static void test_a_frame_that_does_not_fit_is_lost_whole(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct board b;

	(void)state;
	cfg.state = MCU_KATAPULT;
	cfg.nodeid = 4;
	board_init(&b, &cfg);
	send_hex(&b, "01");
	for (int i = 0; i < 24; i++)
		send_hex(&b, GET);
	assert_int_equal(b.mcu.live.rx.len, 185);
}

/* 96 bytes of answers wait at most; the hardware holds three frames more. */
static void test_an_answer_that_does_not_fit_is_lost_whole(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	char got[32];
	struct board b;

	(void)state;
	cfg.state = MCU_KATAPULT;
	cfg.nodeid = 4;
	board_init(&b, &cfg);
	for (int i = 0; i < 9; i++)
		send_hex(&b, GET);
	board_drain(&b);
	spell(&b, got, sizeof(got));
	assert_string_equal(got, "AAAAA");
	send_hex(&b, GET);
	board_drain(&b);
	spell(&b, got, sizeof(got));
	assert_string_equal(got, "AAAAAA");
}

/* Section 3: once there was a NACK, it waits for nothing but an 01. */
static void test_behind_a_nack_rubbish_takes_no_room(void **state)
{
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");
	struct board b;

	(void)state;
	cfg.state = MCU_KATAPULT;
	cfg.nodeid = 4;
	board_init(&b, &cfg);
	send_hex(&b, "aabbcc");
	assert_int_equal(b.mcu.live.rx.len, 3);
	send_hex(&b, "ddeeff0203");
	assert_int_equal(b.mcu.live.rx.len, 0);
	send_hex(&b, "aabbcc");
	assert_int_equal(b.mcu.live.rx.len, 0);
	send_hex(&b, "aa0188");
	assert_int_equal(b.mcu.live.rx.len, 2);
	mcu_fini(&b.mcu);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_get_canbus_id_ignores_its_payload),
		cmocka_unit_test(test_a_dead_channel_still_obeys_admin_frames),
		cmocka_unit_test(test_a_frame_that_does_not_fit_is_lost_whole),
		cmocka_unit_test(test_behind_a_nack_rubbish_takes_no_room),
		cmocka_unit_test(
			test_an_answer_that_does_not_fit_is_lost_whole),
	};
	static char sane_names[ARRAY_SIZE(scripts)][128];
	struct CMUnitTest tests[2 * ARRAY_SIZE(scripts) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(scripts, test_script);
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		snprintf(sane_names[i], sizeof(sane_names[i]), "--sane-rx: %s",
			 scripts[i].name);
		tests[n++] =
			ROW_TEST(sane_names[i], test_script_sane, &scripts[i]);
	}
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
