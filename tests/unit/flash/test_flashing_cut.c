// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
// needs: sim/canmcu/image/image_build.c
/*
 * The power goes off behind every block of a flash, and a board with what is in
 * it is switched on: flashing.md, section 3.
 */
#include "../../support/unit.h"

#include <errno.h>

#include "application.h"
#include "bench.h"

#define LEN (40 * 1024) /* as in that section */
#define CUTS 8		/* of each order, that are flashed over */

static struct bench b;
static struct board probe;
static uint8_t old[LEN], new[LEN], third[LEN];

/* What a board starts, behind how many blocks. */
struct tally {
	unsigned int old, none, mixed, new;
};
static struct tally tally;

/*
 * 642 positions of ours: behind 641 blocks and behind EOF; without the zeros
 * one less. The known tool has 641. The pages are those of the answer to EOF.
 */
static const struct row {
	const char *name;
	struct tally want, known;
	uint32_t want_pages, known_pages;
} rows[] = {
	/* 1 KiB */
	{ "stm32f042x6", { 0, 625, 15, 2 }, { 0, 0, 639, 2 }, 41, 40 },
	/* 1 KiB, and 2 KiB are assumed */
	{ "stm32f103x6", { 0, 609, 31, 2 }, { 0, 0, 639, 2 }, 41, 40 },
	{ "stm32f103xe", { 0, 609, 31, 2 }, { 0, 0, 639, 2 }, 21, 20 },
	{ "stm32f072xb", { 0, 609, 31, 2 }, { 0, 0, 639, 2 }, 21, 20 },
	{ "stm32g0b1xx", { 0, 609, 31, 2 }, { 0, 0, 639, 2 }, 21, 20 },
	{ "stm32g431xx", { 0, 609, 31, 2 }, { 0, 0, 639, 2 }, 21, 20 },
	{ "stm32f405xx", { 0, 385, 255, 2 }, { 0, 0, 639, 2 }, 4, 3 },
	{ "stm32f407xx", { 0, 385, 255, 2 }, { 0, 0, 639, 2 }, 4, 3 },
	{ "stm32f429xx", { 0, 385, 255, 2 }, { 0, 0, 639, 2 }, 4, 3 },
	{ "stm32f446xx", { 0, 385, 255, 2 }, { 0, 0, 639, 2 }, 4, 3 },
	/* zeros would buy nothing, and are not sent */
	{ "stm32h723xx", { 0, 0, 639, 2 }, { 0, 0, 639, 2 }, 1, 1 },
	{ "stm32h743xx", { 0, 0, 639, 2 }, { 0, 0, 639, 2 }, 1, 1 },
	{ "rp2040", { 1, 580, 60, 1 }, { 4, 0, 636, 1 }, 161, 160 },
	{ "rp2350", { 1, 580, 60, 1 }, { 4, 0, 636, 1 }, 161, 160 },
};

static int not_written(void *arg, uint32_t offset, const uint8_t *data,
		       uint32_t len)
{
	(void)arg;
	(void)offset;
	(void)data;
	(void)len;
	return -EROFS;
}

/* Another board with that flash: what was in the RAM of the first is lost. */
static enum mcu_state boot(const struct flash *flash)
{
	struct mcu_cfg cfg = b.board.mcu.cfg;

	cfg.state = MCU_OFF;
	cfg.nodeid = -1;
	cfg.flash_store = flash->store;
	cfg.flash_store.write = not_written;
	board_init(&probe, &cfg);
	/* no more of it than there is to look at */
	probe.mcu.flash.size = flash->app_start - flash->map->start + LEN;
	mcu_power(&probe.mcu, true, probe.now_us);
	while (probe.mcu.state == MCU_BOOT) {
		probe.now_us = mcu_deadline(&probe.mcu);
		board_run(&probe);
	}
	mcu_fini(&probe.mcu);
	return probe.mcu.state;
}

static void count_one(struct bench *bench)
{
	if (boot(&bench->board.mcu.flash) == MCU_KATAPULT)
		tally.none++;
	else if (bench_holds(bench, new, LEN))
		tally.new ++;
	else if (bench_holds(bench, old, LEN))
		tally.old++;
	else
		tally.mixed++;
}

static void assert_tally(const struct tally *want)
{
	assert_int_equal(tally.old, want->old);
	assert_int_equal(tally.none, want->none);
	assert_int_equal(tally.mixed, want->mixed);
	assert_int_equal(tally.new, want->new);
}

/* Some parts have less than 40 KiB; their pages are those of larger ones. */
static void start(const char *name)
{
	const struct mcu_type *type = mcu_type_find(name);

	bench_start(&b, name);
	if (b.board.mcu.flash.size < 64 * 1024)
		b.board.mcu.flash.memory.size = b.board.mcu.flash.size =
			64 * 1024;
	application_make(old, type, b.cfg.start, LEN, "old",
			 APPLICATION_ON_CAN);
	application_make(new, type, b.cfg.start, LEN, "new",
			 APPLICATION_ON_CAN);
	application_make(third, type, b.cfg.start, LEN, "third",
			 APPLICATION_ON_CAN);
	bench_preload(&b, old, LEN);
	bench_write(&b, new, LEN);
	b.cfg.stay = true;
	tally = (struct tally){ 0 };
}

static void test_cut(void **state)
{
	const struct row *row = *state;

	start(row->name);
	assert_int_equal(boot(&b.board.mcu.flash), MCU_KLIPPER);
	b.acknowledged = count_one;
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_tally(&row->want);
	assert_int_equal(b.board.mcu.flash.pages, row->want_pages);
	assert_int_equal(boot(&b.board.mcu.flash), MCU_KLIPPER);
	bench_end(&b);
}

static void write_known_block(uint32_t at)
{
	assert_int_equal(flash_write_block(&b.board.mcu.flash, b.cfg.start + at,
					   new + at)
				 .err,
			 0);
}

/* Beside it: from the first block to the last one. */
static void test_known_cut(void **state)
{
	const struct row *row = *state;

	start(row->name);
	for (uint32_t at = 0; at < LEN; at += BLOCK) {
		write_known_block(at);
		count_one(&b);
	}
	assert_int_equal(flash_flush(&b.board.mcu.flash).err, 0);
	count_one(&b);
	assert_tally(&row->known);
	assert_int_equal(b.board.mcu.flash.pages, row->known_pages);
	bench_end(&b);
}

static unsigned int left; /* blocks until the power goes off */

static void count_down(struct bench *bench)
{
	(void)bench;
	left--;
}

static void flash_some(unsigned int blocks)
{
	left = blocks;
	b.acknowledged = count_down;
	bench_begin(&b);
	while (left && !kcan_flash_done(b.flash)) {
		bench_step(&b);
		if (bench_next(&b) > b.board.now_us)
			b.board.now_us = bench_next(&b);
	}
	assert_false(kcan_flash_done(b.flash));
	b.acknowledged = NULL;
}

/* Off and on; where something else runs then, two resets lead to Katapult. */
static void flash_over(void)
{
	b.board.events_len = 0;
	mcu_power(&b.board.mcu, false, b.board.now_us);
	mcu_power(&b.board.mcu, true, b.board.now_us);
	board_wait(&b.board, 30000);
	if (b.board.mcu.state != MCU_KATAPULT)
		mcu_put(&b.board.mcu, MCU_KATAPULT, b.board.now_us);
	bench_write(&b, third, LEN);
	assert_int_equal(bench_run(&b).verdict, KCAN_FLASH_FLASHED);
	assert_true(bench_holds(&b, third, LEN));
	assert_int_equal(boot(&b.board.mcu.flash), MCU_KLIPPER);
	bench_end(&b);
}

/* Whoever was there before, another image can be flashed. */
static void test_over(void **state)
{
	const struct row *row = *state;
	unsigned int seed = 1, blocks;

	for (unsigned int i = 0; i < CUTS; i++) {
		seed = seed * 1103515245 + 12345;
		blocks = 1 + (seed >> 16) % (LEN / BLOCK - 1);
		start(row->name);
		flash_some(blocks);
		flash_over();
		start(row->name);
		for (uint32_t at = 0; at < blocks * BLOCK; at += BLOCK)
			write_known_block(at);
		flash_over();
	}
}

int main(void)
{
	struct CMUnitTest tests[3 * ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_cut);
	ROWS(rows, test_known_cut);
	ROWS(rows, test_over);
	return cmocka_run_group_tests_name("flashing_cut", tests, NULL, NULL);
}
