// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* A flash from end to end, against the simulator's Katapult. */
#include "bench.h"

#include <errno.h>

static struct bench b;

/* What is erased and written differs: flashing.md, section 3.1. */
static const struct family_row {
	const char *name;
	size_t unit; /* bytes, of the first one */
} families[] = {
	{ "stm32f042x6", 1024 },   { "stm32f072xb", 2048 },
	{ "stm32f103x6", 2048 },   { "stm32f103xe", 2048 },
	{ "stm32g0b1xx", 2048 },   { "stm32g431xx", 2048 },
	{ "stm32f446xx", 16384 },  { "stm32f407xx", 16384 },
	{ "stm32h743xx", 131072 }, { "stm32h723xx", 131072 },
	{ "rp2040", 4096 },	   { "rp2350", 4096 },
};

/* An image of @len bytes is there at the end, whatever was before. */
static void flash_len(const char *type, size_t len)
{
	uint8_t *old = bench_image(len + 3000, 7), *image = bench_image(len, 1);
	struct kcan_flash_result result;

	bench_start(&b, type);
	if (len + 3000 < b.board.mcu.flash.size - 0x2000)
		bench_preload(&b, old, len + 3000);
	bench_write(&b, image, len);
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_FLASHED);
	assert_int_equal(result.content, KCAN_FLASH_CONTENT_NEW);
	assert_true(result.completed);
	assert_int_equal(result.written, (len + 63) / 64);
	assert_int_equal(result.read, (len + 63) / 64);
	assert_int_equal(result.repeats, 0);
	assert_true(bench_holds(&b, image, len));
	bench_end(&b);
	free(old);
	free(image);
}

static void test_every_size(void **state)
{
	const struct family_row *row = *state;
	const size_t sizes[] = { 1,	    63,		  64,	65,
				 255,	    256,	  257,	1023,
				 1024,	    1025,	  2047, 2048,
				 2049,	    4095,	  4096, 4097,
				 8191,	    8192,	  8193, row->unit - 1,
				 row->unit, row->unit + 1 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		flash_len(row->name, sizes[i]);
}

static void test_the_whole_flash_where_it_is_small(void **state)
{
	(void)state;
	flash_len("stm32f042x6", 24 * 1024);
	flash_len("stm32g431xx", 120 * 1024);
}

/* What the order test does not see: the commands around the blocks. */
static void test_it_asks_who_and_what_before_it_writes(void **state)
{
	static const struct can_frame want[] = {
		FRAME(0x3f0, 0x11, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 240),
		/* katapult-protocol.md, section 12 */
		FRAME(0x2e0, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03),
		FRAME(0x2e0, 0x01, 0x88, 0x11, 0x00, 0xf1, 0x7c, 0x99, 0x03),
		FRAME(0x2e0, 0x01, 0x88, 0x14, 0x01, 0x00, 0x20, 0x00, 0x08),
		FRAME(0x2e0, 0x5b, 0xde, 0x99, 0x03),
		FRAME(0x2e0, 0x01, 0x88, 0x12, 0x11, 0x00, 0x20, 0x00, 0x08),
	};
	struct can_frame frames[KCAN_FLASH_FRAMES];
	size_t seen = 0;

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	bench_write(&b, (const uint8_t *)"12345678", 8);
	bench_begin(&b);
	while (seen < ARRAY_SIZE(want)) {
		size_t n = kcan_flash_tx(b.flash, frames, b.board.now_us);

		kcan_flash_taken(b.flash, n, b.board.now_us);
		for (size_t i = 0; i < n && seen < ARRAY_SIZE(want); i++) {
			assert_frame_equal(frames[i], want[seen++]);
			bench_put(&b, &frames[i], MISHAP_NONE);
		}
		bench_hear(&b);
		if (!n)
			b.board.now_us = bench_next(&b);
	}
	bench_end(&b);
}

static void test_an_old_image_goes_first_and_comes_last(void **state)
{
	uint8_t *image = bench_image(4096 + 64, 3);

	(void)state;
	bench_start(&b, "stm32f042x6");
	bench_write(&b, image, 1024 + 64);
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_string_equal(
		b.order,
		"z08002000 08002400 08002000 08002040 08002080 080020c0 "
		"08002100 08002140 08002180 080021c0 08002200 08002240 "
		"08002280 080022c0 08002300 08002340 08002380 080023c0");
	bench_end(&b);
	bench_start(&b, "rp2040");
	bench_write(&b, image, 4096 + 64);
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_memory_equal(b.order, "z10004000 10005000 10004000 10004040",
			    36);
	bench_end(&b);
	free(image);
}

static void test_the_same_image_is_not_written_again(void **state)
{
	uint8_t *image = bench_image(5000, 3);
	struct kcan_flash_result result;

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	bench_write(&b, image, 5000);
	b.cfg.skip_same = true;
	b.cfg.stay = true;
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_SAME);
	assert_string_equal(b.order, "");
	b.cfg.stay = false;
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_SAME);
	assert_true(result.completed);
	assert_int_equal(result.written, 0);
	assert_int_equal(result.content, KCAN_FLASH_CONTENT_NEW);
	bench_end(&b);
	free(image);
}

static void test_verify_compares_and_writes_nothing(void **state)
{
	uint8_t *image = bench_image(5000, 3);
	struct kcan_flash_result result;

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	bench_write(&b, image, 5000);
	b.cfg.stay = true;
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	b.cfg.goal = KCAN_FLASH_GOAL_VERIFY;
	b.cfg.chip = NULL;
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_SAME);
	assert_int_equal(result.read, 79);
	image[4999] ^= 1;
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_DIFFERS);
	assert_int_equal(result.address, 0x08002000 + 78 * 64);
	assert_int_equal(result.content, KCAN_FLASH_CONTENT_OLD);
	assert_string_equal(b.order, "");
	bench_end(&b);
	free(image);
}

struct saved {
	uint8_t bytes[256];
	size_t len;
	size_t enough;
};

static uint32_t save(void *ctx, uint32_t address, const uint8_t *data,
		     size_t len)
{
	struct saved *saved = ctx;

	assert_int_equal(address, 0x08002000 + saved->len);
	assert_in_range(len, 1, sizeof(saved->bytes) - saved->len);
	memcpy(saved->bytes + saved->len, data, len);
	saved->len += len;
	return saved->len != saved->enough ? address + (uint32_t)len : 0;
}

static void test_read_hands_over_what_is_there(void **state)
{
	uint8_t *old = bench_image(1000, 3);
	struct saved saved = { .len = 0 };

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	bench_preload(&b, old, 1000);
	b.cfg.goal = KCAN_FLASH_GOAL_READ;
	b.cfg.len = 200;
	b.cfg.block = save;
	b.cfg.ctx = &saved;
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_READ);
	assert_int_equal(saved.len, 200);
	assert_memory_equal(saved.bytes, old, 200);
	saved = (struct saved){ .enough = 128 };
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_READ);
	assert_int_equal(saved.len, 128);
	assert_memory_equal(saved.bytes, old, 128);
	bench_end(&b);
	free(old);
}

/* Where to read; a multiple of 64 and within 200 bytes until it ends. */
struct route {
	const uint8_t *bytes;
	uint32_t offsets[8];
	size_t at;
};

static uint32_t go_on(void *ctx, uint32_t address, const uint8_t *data,
		      size_t len)
{
	struct route *route = ctx;
	uint32_t offset = route->offsets[route->at++];

	assert_int_equal(address, 0x08002000 + offset);
	assert_int_equal(len, offset == 192 ? 8 : 64);
	assert_memory_equal(data, route->bytes + offset, len);
	return 0x08002000 + route->offsets[route->at];
}

static void test_read_goes_where_it_is_told_to(void **state)
{
	static const uint32_t ends[] = { 256, 100, -0x08002000u, -64u };
	uint8_t *old = bench_image(1000, 3);
	struct route route = { .bytes = old,
			       .offsets = { 0, 128, 64, 64, 192 } };

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	bench_preload(&b, old, 1000);
	b.cfg.goal = KCAN_FLASH_GOAL_READ;
	b.cfg.len = 200;
	b.cfg.block = go_on;
	b.cfg.ctx = &route;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		route.at = 0;
		route.offsets[5] = ends[i];
		assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_READ);
		assert_int_equal(route.at, 5);
	}
	bench_end(&b);
	free(old);
}

static void test_another_board_is_left_alone(void **state)
{
	uint8_t *image = bench_image(1000, 3);

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	bench_write(&b, image, 1000);
	b.cfg.start = 0x08001000;
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_OTHER_BOARD);
	b.cfg.start = 0x08002000;
	bench_break(&b, "wrong-uuid uuid=41f905f55005");
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_OTHER_BOARD);
	assert_string_equal(b.order, "");
	bench_end(&b);
	free(image);
}

static void test_what_makes_no_sense_is_refused(void **state)
{
	struct kcan_flash_cfg cfg;
	struct kcan_flash *flash;

	(void)state;
	bench_start(&b, "stm32g0b1xx");
	bench_write(&b, (const uint8_t *)"1234", 4);
	for (int i = 0; i < 8; i++) {
		cfg = b.cfg;
		if (i == 0)
			cfg.len = 0;
		else if (i == 1)
			cfg.image = NULL;
		else if (i == 2)
			cfg.chip = NULL;
		else if (i == 3)
			cfg.start += 4;
		else if (i == 4)
			cfg.nodeid = 255;
		else if (i == 5)
			cfg.chip = kcan_chip_find("same70");
		else if (i == 6)
			cfg.goal = KCAN_FLASH_GOAL_READ;
		else
			cfg.len = UINT32_MAX;
		assert_int_equal(kcan_flash_new(&flash, &cfg, 0), -EINVAL);
	}
	bench_end(&b);
}

static void test_each_verdict_has_a_name_and_a_sentence(void **state)
{
	(void)state;
	for (int i = 0; i <= KCAN_FLASH_ABORTED; i++) {
		enum kcan_flash_verdict verdict = (enum kcan_flash_verdict)i;
		const char *text = kcan_flash_verdict_text(verdict);

		assert_int_equal(strspn(kcan_flash_verdict_name(verdict),
					"abcdefghijklmnopqrstuvwxyz-"),
				 strlen(kcan_flash_verdict_name(verdict)));
		assert_int_not_equal(text[strlen(text) - 1], '.');
		assert_int_equal(
			!strcmp(kcan_flash_verdict_name(verdict), "pending"),
			!i);
	}
	assert_string_equal(kcan_flash_verdict_name(KCAN_FLASH_ABORTED + 1),
			    "pending");
}

static void test_an_erase_is_waited_for(void **state)
{
	uint8_t *image = bench_image(1000, 3);
	struct kcan_flash_result result;

	(void)state;
	bench_start(&b, "stm32h743xx");
	/* 128 KiB take 7 s */
	b.board.mcu.cfg.erase_us = 55000;
	bench_write(&b, image, 1000);
	result = bench_run(&b);
	assert_int_equal(result.verdict, KCAN_FLASH_FLASHED);
	assert_int_equal(result.repeats, 0);
	bench_end(&b);
	free(image);
}

static void test_own_frames_of_somebody_else_change_nothing(void **state)
{
	uint8_t *image = bench_image(1000, 3);
	unsigned int sent[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		bench_start(&b, "stm32g0b1xx");
		b.strangers = i;
		bench_write(&b, image, 1000);
		assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
		sent[i] = b.sent;
		bench_end(&b);
	}
	assert_int_equal(sent[0], sent[1]);
	free(image);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(families) + 12];
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_the_whole_flash_where_it_is_small),
		cmocka_unit_test(test_it_asks_who_and_what_before_it_writes),
		cmocka_unit_test(test_an_old_image_goes_first_and_comes_last),
		cmocka_unit_test(test_the_same_image_is_not_written_again),
		cmocka_unit_test(test_verify_compares_and_writes_nothing),
		cmocka_unit_test(test_read_hands_over_what_is_there),
		cmocka_unit_test(test_read_goes_where_it_is_told_to),
		cmocka_unit_test(test_another_board_is_left_alone),
		cmocka_unit_test(test_what_makes_no_sense_is_refused),
		cmocka_unit_test(test_an_erase_is_waited_for),
		cmocka_unit_test(
			test_own_frames_of_somebody_else_change_nothing),
		cmocka_unit_test(test_each_verdict_has_a_name_and_a_sentence),
	};
	size_t n = 0;

	ROWS(families, test_every_size);
	memcpy(tests + n, others, sizeof(others));
	return cmocka_run_group_tests_name("flashing", tests, NULL, NULL);
}
