// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/*
 * SEND_BLOCKs of which a frame is lost: what was seen of original firmware in
 * flashing.md, sections 4.3 and 5.
 */
#include "katapult_blocks.h"

#define OWN 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04
#define STRANGER 0x11, 0x22, 0x33, 0x44, 0x55, 0x66

/* Some frames of a block, in a row. */
static void send_frames(struct board *b, const char *block, int first, int last)
{
	char part[2 * KCAN_KAT_MAX + 1];

	snprintf(part, sizeof(part), "%.*s", 16 * (last - first + 1),
		 vector_named(block) + 16 * (first - 1));
	send(b, part);
}

static void send_without(struct board *b, const char *block, int missing)
{
	send_frames(b, block, 1, missing - 1);
	if (missing < FRAMES)
		send_frames(b, block, missing + 1, FRAMES);
	assert_string_equal(answer(b), "");
}

/* Section 4.3, the repair: filler, CRC over all that is held, trailer. */
static const struct repair {
	const char *name;
	const char *type;
	int missing;
	const char *frame;
} repairs[] = {
	{ "G0, frame 2 is missing: repaired", G0, 2, "00000000c0059903" },
	{ "G0, frame 3 is missing: repaired", G0, 3, "0000000026f29903" },
	{ "G0, frame 4 is missing: repaired", G0, 4, "00000000dd659903" },
	{ "G0, frame 5 is missing: repaired", G0, 5, "00000000cc669903" },
	{ "G0, frame 6 is missing: repaired", G0, 6, "02000000770b9903" },
	{ "G0, frame 7 is missing: repaired", G0, 7, "0000000058cd9903" },
	{ "G0, frame 8 is missing: repaired", G0, 8, "0000000029439903" },
	{ "G0, frame 9 is missing: repaired", G0, 9, "0000000031209903" },
	{ "G0, frame 10 is missing: its 4 bytes", G0, 10, "d2f39903" },
	{ "RP, frame 2 is missing: repaired", RP, 2, "000000000b6e9903" },
	{ "RP, frame 3 is missing: repaired", RP, 3, "00000000ed999903" },
	{ "RP, frame 4 is missing: repaired", RP, 4, "00000000160e9903" },
	{ "RP, frame 5 is missing: repaired", RP, 5, "00000000070d9903" },
	{ "RP, frame 6 is missing: repaired", RP, 6, "00000000ca599903" },
	{ "RP, frame 7 is missing: repaired", RP, 7, "0000000093a69903" },
	{ "RP, frame 8 is missing: repaired", RP, 8, "00000000e2289903" },
	{ "RP, frame 9 is missing: repaired", RP, 9, "00000000fa4b9903" },
	{ "RP, frame 10 is missing: its 4 bytes", RP, 10, "0cca9903" },
};

/* Restart the page, or send the right block while it is in the buffer. */
static void write_right(struct board *b, const char *block, const char *ack)
{
	static const uint8_t zeros[64];

	if (!b->mcu.flash.map->buffered) {
		send_block(b, b->mcu.flash.app_start, zeros);
		assert_string_equal(answer(b), vector_named(ack));
	}
	ask(b, block, ack);
	send(b, vector_named("SEND_EOF"));
	answer(b);
}

static void test_repair(void **state)
{
	const struct repair *row = *state;
	const char *block = strcmp(row->type, RP) ? G0_BLOCK : RP_BLOCK;
	const char *ack = strcmp(row->type, RP) ? G0_ACK : RP_ACK;
	struct board *b = katapult(row->type, true, 0);
	uint8_t got[64];

	send_without(b, block, row->missing);
	send(b, row->frame);
	assert_string_equal(answer(b), vector_named(ack));
	assert_healthy(b);
	write_right(b, block, ack);
	assert_int_equal(flash_read(&b->mcu.flash, b->mcu.flash.app_start, got,
				    sizeof(got)),
			 0);
	for (uint8_t i = 0; i < sizeof(got); i++)
		assert_int_equal(got[i], i);
	mcu_fini(&b->mcu);
}

static void test_a_repair_of_nothing_gets_one_nack(void **state)
{
	struct board *b = katapult(G0, true, 0);

	(void)state;
	ask(b, G0_BLOCK, G0_ACK);
	for (size_t i = 0; i < ARRAY_SIZE(repairs); i++) {
		if (repairs[i].missing == FRAMES)
			continue;
		send(b, repairs[i].frame);
		assert_string_equal(answer(b), vector_named("NACK"));
		assert_healthy(b);
	}
	mcu_fini(&b->mcu);
}

static void test_after_a_gap_get_is_a_nack_and_then_silence(void **state)
{
	(void)state;
	for (int missing = 2; missing <= FRAMES; missing++) {
		struct board *b = katapult(G0, true, 0);

		send_without(b, G0_BLOCK, missing);
		ask(b, GET, "NACK");
		assert_silent(b);
		mcu_fini(&b->mcu);
		b = katapult(RP, true, 0);
		send_without(b, RP_BLOCK, missing);
		ask(b, GET, "NACK");
		assert_silent(b);
		mcu_fini(&b->mcu);
	}
}

static void test_after_a_gap_the_block_is_a_nack_and_then_silence(void **state)
{
	(void)state;
	for (int missing = 2; missing <= FRAMES; missing++) {
		struct board *b = katapult(G0, true, 0);

		send_without(b, G0_BLOCK, missing);
		ask(b, G0_BLOCK, "NACK");
		assert_silent(b);
		mcu_fini(&b->mcu);
	}
}

static void test_frame_1_missing_is_a_nack_when_no_byte_is_01(void **state)
{
	struct board *b = katapult(G0, true, 0);

	(void)state;
	send_frames(b, NEXT_BLOCK, 2, FRAMES);
	assert_string_equal(answer(b), vector_named("NACK"));
	assert_healthy(b);
	ask(b, NEXT_BLOCK, NEXT_ACK);
	mcu_fini(&b->mcu);
}

static void test_frame_1_missing_is_deadly_when_a_byte_is_01(void **state)
{
	struct board *b = katapult(G0, true, 0);

	(void)state;
	send_frames(b, G0_BLOCK, 2, FRAMES);
	assert_string_equal(answer(b), vector_named("NACK"));
	assert_silent(b);
	mcu_fini(&b->mcu);
}

/* Sections 4.3 and 5: frames on 3F0 behind frame 4 of a block. */

#define SET_N FRAME(0x3f0, 0x11, OWN, NODEID)
#define SET_OTHER_N FRAME(0x3f0, 0x11, OWN, NODEID + 1)
#define STRANGERS_N FRAME(0x3f0, 0x11, STRANGER, NODEID)
#define STRANGERS_OTHER_N FRAME(0x3f0, 0x11, STRANGER, NODEID + 1)
#define QUERY FRAME(0x3f0, 0x00)

static const struct admin_row {
	const char *name;
	struct can_frame frame;
	int lost;	  /* frames that are sent then, and must not be heard */
	bool set;	  /* SET with our N follows */
	int first;	  /* what is sent then begins with this frame */
	const char *want; /* then; NACK: and silence */
} admins[] = {
	{ "QUERY: no effect and no answer", QUERY, 0, false, 5, G0_ACK },
	{ "SET of a stranger with another N: no effect", STRANGERS_OTHER_N, 0,
	  false, 5, G0_ACK },
	{ "SET with the N that it has: no effect", SET_N, 0, false, 5, G0_ACK },
	{ "CLEAR, SET at once, the rest: ACK", CLEAR, 0, true, 5, G0_ACK },
	{ "CLEAR, two frames lost, SET, exactly those and the rest: ACK", CLEAR,
	  2, true, 5, G0_ACK },
	{ "CLEAR, SET, the whole block: NACK and silence", CLEAR, 0, true, 1,
	  "NACK" },
	{ "a stranger's SET with our N, SET at once, the rest: ACK",
	  STRANGERS_N, 0, true, 5, G0_ACK },
	{ "a stranger's SET with our N, the rest lost, SET, the rest: ACK",
	  STRANGERS_N, 6, true, 5, G0_ACK },
	{ "a stranger's SET with our N, SET, the whole block: NACK, silence",
	  STRANGERS_N, 0, true, 1, "NACK" },
	{ "SET with another N: it moves, and back, the rest: ACK", SET_OTHER_N,
	  6, true, 5, G0_ACK },
};

static void hear_admin(struct board *b, struct can_frame frame)
{
	board_hear(b, frame);
	board_wait(b, MCU_FILTER_CHANGE_US);
}

static void test_admin(void **state)
{
	const struct admin_row *row = *state;
	struct board *b = katapult(G0, true, 0);

	send_frames(b, G0_BLOCK, 1, 4);
	hear_admin(b, row->frame);
	if (row->lost)
		send_frames(b, G0_BLOCK, 5, 4 + row->lost);
	if (row->set)
		hear_admin(b, SET_N);
	assert_string_equal(answer(b), "");
	send_frames(b, G0_BLOCK, row->first, FRAMES);
	assert_string_equal(answer(b), vector_named(row->want));
	if (strcmp(row->want, "NACK") != 0)
		assert_healthy(b);
	else
		assert_silent(b);
	mcu_fini(&b->mcu);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_a_repair_of_nothing_gets_one_nack),
		cmocka_unit_test(
			test_after_a_gap_get_is_a_nack_and_then_silence),
		cmocka_unit_test(
			test_after_a_gap_the_block_is_a_nack_and_then_silence),
		cmocka_unit_test(
			test_frame_1_missing_is_a_nack_when_no_byte_is_01),
		cmocka_unit_test(
			test_frame_1_missing_is_deadly_when_a_byte_is_01),
	};
	struct CMUnitTest tests[ARRAY_SIZE(repairs) + ARRAY_SIZE(admins) +
				ARRAY_SIZE(others)];
	size_t n = 0;

	vectors_load("katapult.txt", ':', vectors);
	ROWS(repairs, test_repair);
	ROWS(admins, test_admin);
	memcpy(&tests[n], others, sizeof(others));
	return _cmocka_run_group_tests("mcu_katapult_torn", tests,
				       ARRAY_SIZE(tests), NULL, NULL);
}
