// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/*
 * One frame is lost, doubled, late or held back, each one of a flash in turn:
 * flashing.md, section 4. Time is a number.
 */
#include "bench.h"

#define LEN (20 * BLOCK)

static struct bench b;
static uint8_t *old, *images[2];
static const uint8_t *image; /* one of them */

/* What must not be sent twice is in the CRC: katapult-protocol.md, section 3. */
static bool has_01_in_crc(const uint8_t *data, uint32_t address)
{
	uint8_t payload[4 + BLOCK], out[KCAN_KAT_MAX];

	memcpy(payload, &address, 4);
	memcpy(payload + 4, data, BLOCK);
	assert_int_equal(kcan_kat_encode(out,
					 &(struct kcan_kat_block){
						 .code = KCAN_KAT_SEND_BLOCK,
						 .words = sizeof(payload) / 4,
						 .payload = payload }),
			 76);
	return out[72] == 1 || out[73] == 1;
}

static uint8_t *hard_image(uint32_t start)
{
	uint8_t *bytes = bench_image(LEN, 5);

	for (uint32_t at = 0; at < LEN; at += BLOCK)
		for (uint32_t i = 0; !has_01_in_crc(bytes + at, start + at);
		     i++)
			memcpy(bytes + at + BLOCK - 4, &i, 4);
	return bytes;
}

static int setup(void **state)
{
	(void)state;
	old = bench_image(2 * LEN, 77);
	images[0] = bench_image(LEN, 5);
	images[1] = hard_image(0x08002000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(old);
	free(images[0]);
	free(images[1]);
	return 0;
}

static void start(const char *type)
{
	bench_start(&b, type);
	bench_preload(&b, old, 2 * LEN);
	bench_write(&b, image, LEN);
}

static bool is_old(void)
{
	return bench_holds(&b, old, 2 * LEN);
}

/* What is said to be in the flash is there. */
static void assert_content(const struct kcan_flash_result *result)
{
	bool there = flash_has_application(&b.board.mcu.flash);

	switch (result->content) {
	case KCAN_FLASH_CONTENT_UNKNOWN:
	case KCAN_FLASH_CONTENT_OLD:
		assert_true(is_old());
		break;
	case KCAN_FLASH_CONTENT_NONE:
		assert_false(there);
		break;
	case KCAN_FLASH_CONTENT_OLD_OR_NONE:
		assert_true(!there || is_old());
		break;
	case KCAN_FLASH_CONTENT_NEW:
		assert_true(bench_holds(&b, image, LEN));
		break;
	case KCAN_FLASH_CONTENT_MIXED:
		break;
	}
	assert_int_equal(result->verdict == KCAN_FLASH_FLASHED,
			 result->content == KCAN_FLASH_CONTENT_NEW);
}

/* A reset is what the sentence asks for; then it goes on. */
static void recover(void)
{
	b.mishap = MISHAP_NONE;
	b.late_us = 0;
	assert_int_equal(mcu_put(&b.board.mcu, MCU_OFF, b.board.now_us), 0);
	assert_int_equal(mcu_put(&b.board.mcu, MCU_KATAPULT, b.board.now_us),
			 0);
	board_wait(&b.board, 600000);
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_true(bench_holds(&b, image, LEN));
}

/** Which frames may end it otherwise than as flashed. */
enum may_fail {
	FAILS_NONE,
	FAILS_INNER,  /* but the last, or only one, of a command */
	FAILS_FIRST,  /* or only one: behind it the node hears no beginning */
	FAILS_MIDDLE, /* neither the first nor the last one */
};

static const struct row {
	const char *name;
	enum mishap mishap;
	bool from_node;
	enum may_fail may_fail;
} rows[] = {
	{ "an answer, or a part of it, is lost", MISHAP_LOSE, true,
	  FAILS_NONE },
	{ "an answer, or a part of it, comes twice", MISHAP_DOUBLE, true,
	  FAILS_NONE },
	{ "an answer, or a part of it, is late", MISHAP_LATE, true,
	  FAILS_NONE },
	{ "a frame is lost behind the bus", MISHAP_LOSE, false, FAILS_INNER },
	{ "a frame comes twice", MISHAP_DOUBLE, false, FAILS_INNER },
	{ "a frame is late", MISHAP_LATE, false, FAILS_INNER },
	{ "the queue is full from a frame on", MISHAP_SHORT, false,
	  FAILS_NONE },
	{ "the interface is down from a frame on", MISHAP_PULL, false,
	  FAILS_NONE },
	{ "another tool's CLEAR is in front of a frame", MISHAP_CLEAR, false,
	  FAILS_NONE },
	{ "another tool's CLEAR goes unheard", MISHAP_DEAF, false,
	  FAILS_MIDDLE },
	{ "a confirmation is lost", MISHAP_MUTE, false, FAILS_NONE },
	{ "a frame is taken, but never sent", MISHAP_UNSENT, false,
	  FAILS_FIRST },
};

static bool may_fail(const struct row *row)
{
	/* and nobody tells that it will never come */
	if (row->mishap == MISHAP_UNSENT && b.struck_last)
		return true;
	/* a question in three frames, because its CRC has an 01 */
	if (row->mishap == MISHAP_UNSENT && !b.struck_block)
		return true;
	return (row->may_fail == FAILS_INNER && !b.struck_last) ||
	       (row->may_fail == FAILS_MIDDLE && !b.struck_last &&
		!b.struck_first) ||
	       (row->may_fail == FAILS_FIRST && b.struck_first);
}

/* Return: false when the flash has fewer frames than that. */
static bool play(const char *type, const struct row *row, unsigned int nth,
		 unsigned int *failed)
{
	struct kcan_flash_result result;

	start(type);
	b.mishap = row->mishap;
	b.from_node = row->from_node;
	b.nth = nth;
	result = bench_run(&b);
	assert_content(&result);
	if (result.verdict != KCAN_FLASH_FLASHED) {
		if (!may_fail(row))
			fail_msg("%s: frame %u: %s at %08x", type, nth,
				 kcan_flash_verdict_name(result.verdict),
				 result.address);
		++*failed;
		recover();
	}
	bench_end(&b);
	return b.struck;
}

static void play_all(const struct row *row, const char *type)
{
	unsigned int nth = 0, failed = 0;

	while (play(type, row, nth, &failed))
		nth++;
	assert_in_range(nth, 40, 1000);
	print_message("%s, %s: %u of %u failed\n", row->name, type, failed,
		      nth);
	assert_true(row->may_fail || !failed);
}

static void test_mishap(void **state)
{
	static const char *const types[] = { "stm32f042x6", "stm32g0b1xx",
					     "stm32f446xx", "stm32h743xx",
					     "rp2040" };

	image = images[0];
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		play_all(*state, types[i]);
	image = images[1];
	play_all(*state, "stm32g0b1xx");
}

/* What is said then, and how long it takes: flashing.md, section 4.1. */
static const struct talk {
	const char *name;
	const char *type;
	enum mishap mishap;
	bool from_node;
	unsigned int nth;
	const char *want; /* see struct bench */
	unsigned int ms;
} talks[] = {
	{ "nothing gets lost", "stm32g0b1xx", MISHAP_NONE, false, 0,
	  "Sgcrzwwerrx", 10 },
	/* a second SET does not disturb: the nodeid may have been lost */
	{ "one frame is asked again after 1 s", "stm32g0b1xx", MISHAP_LOSE,
	  false, 0, "SgSgcrzwwerrx", 1020 },
	{ "a block is looked at before it is repeated", "stm32g0b1xx",
	  MISHAP_LOSE, true, 26, "SgcrzwwStSrerrx", 10 + 5000 + 10 + 100 + 10 },
	{ "on RP2040 it is repeated at once", "rp2040", MISHAP_LOSE, true, 25,
	  "SgcrzwwStSwerrx", 10 + 5000 + 10 + 100 + 10 },
	{ "the last frame of a block is repeated alone", "stm32g0b1xx",
	  MISHAP_LOSE, false, 33, "SgcrzwwSterrx", 10 + 5000 + 10 },
	{ "a gap is filled, and its page begun again", "stm32g0b1xx",
	  MISHAP_UNSENT, false, 17, "Sgcrzwtzwwerrx", 10 },
	{ "on RP2040 a gap is filled, and the block repeated", "rp2040",
	  MISHAP_UNSENT, false, 17, "Sgcrzwtwwerrx", 10 },
	{ "an interface that was down goes on with the frame", "stm32g0b1xx",
	  MISHAP_PULL, false, 17, "Sgcrzwtwerrx", 10 },
	{ "a nodeid that was taken away is set, then the rest follows",
	  "stm32g0b1xx", MISHAP_CLEAR, false, 17, "SgcrzwStwerrx", 20 },
	{ "a full queue gets the rest of the block", "stm32g0b1xx",
	  MISHAP_SHORT, false, 17, "Sgcrzwtwerrx", 15 },
	{ "a question whose confirmation is lost counts when answered",
	  "stm32g0b1xx", MISHAP_MUTE, false, 0, "Sgcrzwwerrx", 10000 },
	{ "a gap that was none makes a NACK, and its page begins again",
	  "stm32g0b1xx", MISHAP_MUTE, false, 17, "Sgcrzwtzwwerrx", 10 },
	{ "COMPLETE is repeated within its 100 ms", "stm32g0b1xx", MISHAP_LOSE,
	  false, 39, "Sgcrzwwerrxx", 50 },
};

static void test_talk(void **state)
{
	const struct talk *talk = *state;
	uint64_t begun_us;

	image = images[0];
	start(talk->type);
	b.cfg.len = 2 * BLOCK;
	b.mishap = talk->mishap;
	b.from_node = talk->from_node;
	b.nth = talk->nth;
	begun_us = b.board.now_us;
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_string_equal(b.talk, talk->want);
	assert_int_equal(b.board.now_us - begun_us, talk->ms * 1000);
	bench_end(&b);
}

static void test_answers_may_come_before_confirmations(void **state)
{
	(void)state;
	image = images[0];
	start("stm32g0b1xx");
	b.cfg.len = 2 * BLOCK;
	b.answers_first = true;
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_string_equal(b.talk, "Sgcrzwwerrx");
	bench_end(&b);
}

/* An old answer, or one for somebody else, as far as its content goes. */
static void test_an_answer_about_another_address_is_none(void **state)
{
	/* katapult-protocol.md, section 12: ACK SEND_BLOCK 08002040 */
	static const struct can_frame ack[] = {
		FRAME(FROM_NODE, 0x01, 0x88, 0xa0, 0x02, 0x12, 0, 0, 0),
		FRAME(FROM_NODE, 0x40, 0x20, 0, 0x08, 0xed, 0xc0, 0x99, 0x03),
	};
	struct can_frame frames[KCAN_FLASH_FRAMES];
	size_t n;

	(void)state;
	image = images[0];
	start("stm32g0b1xx");
	bench_begin(&b);
	/* until the zeros for 08002000 are on their way */
	do {
		bench_hear(&b);
		n = kcan_flash_tx(b.flash, frames, b.board.now_us);
		if (!n)
			b.board.now_us = bench_next(&b);
		else
			kcan_flash_taken(b.flash, n, b.board.now_us);
		for (size_t i = 0; i < n; i++)
			bench_put(&b, &frames[i], MISHAP_NONE);
	} while (n != 10);
	for (size_t i = 0; i < ARRAY_SIZE(ack); i++)
		kcan_flash_rx(b.flash, &ack[i], b.board.now_us);
	assert_int_equal(kcan_flash_tx(b.flash, frames, b.board.now_us), 0);
	assert_int_equal(kcan_flash_deadline(b.flash),
			 b.board.now_us + 5000000);
	assert_int_equal(bench_finish(&b).verdict, KCAN_FLASH_FLASHED);
	bench_end(&b);
}

/* Several in one flash: nothing is promised but that it tells the truth. */
static void test_all_of_them_at_random(void **state)
{
	static const char *const types[] = { "stm32f103x6", "stm32g0b1xx",
					     "stm32f446xx", "stm32h743xx",
					     "rp2040" };
	unsigned int count[KCAN_FLASH_ABORTED + 1] = { 0 };
	struct kcan_flash_result result;

	(void)state;
	image = images[0];
	for (unsigned int seed = 1; seed <= 1000; seed++) {
		start(types[seed % ARRAY_SIZE(types)]);
		b.one_in = 100;
		b.seed = seed;
		result = bench_run(&b);
		assert_content(&result);
		count[result.verdict]++;
		b.one_in = 0;
		recover();
		bench_end(&b);
	}
	for (size_t i = 0; i < ARRAY_SIZE(count); i++)
		if (count[i])
			print_message("%s: %u\n", kcan_flash_verdict_name(i),
				      count[i]);
	assert_in_range(count[KCAN_FLASH_FLASHED], 100, 900);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(talks) + 3];
	size_t n = 0;

	ROWS(rows, test_mishap);
	ROWS(talks, test_talk);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_answers_may_come_before_confirmations);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_an_answer_about_another_address_is_none);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(test_all_of_them_at_random);
	return cmocka_run_group_tests_name("flashing_mishap", tests, setup,
					   teardown);
}
