// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
// needs: sim/canmcu/ports/image.c
/* Flash in a file while a board has it: written, started from, and never torn. */
#include "image_bench.h"

#include <sys/wait.h>

#include "../mcu/katapult_board.h"

static void flash_on(struct flash *f, struct image *image)
{
	const struct mcu_type *type = mcu_type_find(TYPE);
	struct flash_store store = image_store(image);

	flash_init(f, type->flash_map, type->flash_size, mcu_type_stack(type));
	flash_attach(f, &store);
}

static void test_what_is_written_is_in_the_file_at_once(void **state)
{
	struct image *image = open_ok(true);
	uint8_t block[64], got[64];
	struct flash f;

	(void)state;
	memset(block, 0x5a, sizeof(block));
	flash_on(&f, image);
	assert_int_equal(flash_write_block(&f, APP, block).err, 0);
	get_file(got, sizeof(got), APP_AT);
	assert_memory_equal(got, block, sizeof(block));
	assert_blank(APP_AT + 64, APP_AT + 1024);
	image_close(image);
	/* and a new start finds it, whatever a new board would hold */
	image = open_ok(false);
	flash_on(&f, image);
	assert_int_equal(flash_read(&f, APP, got, sizeof(got)), 0);
	assert_memory_equal(got, block, sizeof(block));
	image_close(image);
}

/* A page of the kernel is 4096 bytes: this begins in one and ends in the third. */
static void test_what_is_longer_than_a_page_is_written_in_order(void **state)
{
	struct image *image = open_ok(true);
	struct flash_store store = image_store(image);
	uint8_t bytes[9000], got[sizeof(bytes)];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i % 251);
	assert_int_equal(
		store.write(store.arg, APP_AT + 100, bytes, sizeof(bytes)), 0);
	get_file(got, sizeof(got), APP_AT + 100);
	assert_memory_equal(got, bytes, sizeof(bytes));
	image_close(image);
}

static void test_a_write_that_fails_is_a_flash_error(void **state)
{
	struct image *image = open_ok(true);
	struct flash f;

	(void)state;
	flash_on(&f, image);
	limit_files(APP_AT);
	/* the first one erases, and not even that is done */
	assert_int_equal(flash_write_block(&f, APP, (uint8_t[64]){ 1 }).err,
			 -EFBIG);
	limit_files(RLIM_INFINITY);
	assert_true(flash_has_application(&f));
	image_close(image);
}

static void test_an_image_that_is_cut_meanwhile(void **state)
{
	struct image *image = open_ok(true);
	uint8_t got[64];
	struct flash f;

	(void)state;
	flash_on(&f, image);
	assert_int_equal(truncate(path, APP_AT), 0);
	assert_int_equal(flash_read(&f, APP, got, sizeof(got)), -EIO);
	assert_false(flash_has_application(&f));
	image_close(image);
}

#define BEGINNING                                              \
	{                                                      \
		0x00, 0x20, 0x00, 0x20, 0x01, 0x21, 0x00, 0x08 \
	}

/*
 * katapult-protocol.md, section 7.6: to Katapult the first word decides, nothing
 * else; then the chip has to find its stack, and code, where the words say.
 */
static const struct boot {
	const char *name;
	uint8_t words[8];
	enum mcu_state state;
} boots[] = {
	{ "boot: blank",
	  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	  MCU_KATAPULT },
	{ "boot: zeros", { 0 }, MCU_KATAPULT },
	{ "boot: stack pointer and reset entry", BEGINNING, MCU_KLIPPER },
	{ "boot: a stack pointer alone", { 0, 0x20, 0, 0x20 }, MCU_DEAD },
	{ "boot: nonsense", { 0, 0, 0, 1 }, MCU_DEAD },
};

static void test_boot(void **state)
{
	struct mcu_cfg cfg = board_cfg(TYPE);
	const struct boot *row = *state;
	struct image *image;
	struct board b;

	make_folder(NULL);
	put_file(row->words, sizeof(row->words), APP_AT);
	assert_int_equal(truncate(path, SIZE), 0);
	image = open_ok(true);
	cfg.flash_store = image_store(image);
	cfg.double_reset = false;
	/* canmcu starts anew, which is a power cycle ... */
	board_init(&b, &cfg);
	assert_int_equal(b.mcu.state, row->state);
	/* ... and a power cycle */
	mcu_power(&b.mcu, false, b.now_us);
	mcu_power(&b.mcu, true, b.now_us);
	board_wait(&b, 30000);
	assert_int_equal(b.mcu.state, row->state);
	mcu_fini(&b.mcu);
	image_close(image);
	remove_folder(NULL);
}

/* Flash for ever, each time with another byte; a byte to @told per block. */
static void flash_for_ever(int told)
{
	struct image *image = open_ok(true);
	uint8_t block[64];
	struct flash f;

	flash_on(&f, image);
	for (uint8_t byte = 0;; byte++) {
		memset(block, byte, sizeof(block));
		for (uint32_t at = APP_AT; at < SIZE; at += sizeof(block)) {
			flash_write_block(&f, APP - APP_AT + at, block);
			if (write(told, "", 1) != 1)
				_exit(1);
		}
	}
}

static void kill_after(size_t blocks)
{
	int told[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		flash_for_ever(told[1]);
	close(told[1]);
	while (blocks--)
		assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	close(told[0]);
}

static void test_killed_at_any_instant_no_block_is_torn(void **state)
{
	uint8_t bytes[SIZE];

	(void)state;
	for (size_t round = 0; round < 30; round++) {
		kill_after(1 + round * 67);
		assert_size(SIZE);
		get_file(bytes, SIZE, 0);
		/* the words of the factory are gone after the first block */
		for (size_t at = APP_AT; at < SIZE; at += 64)
			assert_memory_equal(bytes + at, bytes + at + 1, 63);
		/* and a new start goes on */
		image_close(open_ok(true));
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(boots) + 5] = {
		TEST(test_what_is_written_is_in_the_file_at_once),
		TEST(test_what_is_longer_than_a_page_is_written_in_order),
		TEST(test_a_write_that_fails_is_a_flash_error),
		TEST(test_an_image_that_is_cut_meanwhile),
		TEST(test_killed_at_any_instant_no_block_is_torn),
	};
	size_t n = 5;

	ROWS(boots, test_boot);
	return _cmocka_run_group_tests("image_flash", tests, n, NULL, NULL);
}
