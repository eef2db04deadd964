// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/flash.c sim/canmcu/board/family.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/pins.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
/* Flash as firmware writes it: katapult-protocol.md, section 5. */
#include "flash_steps.h"

#include <errno.h>

#define OLD 0x00 /* what the flash holds in the "old content" rows */

static const struct row {
	const char *name;
	const char *type;
	bool old; /* the whole flash holds OLD at the start */
	struct step steps[12];
} rows[] = {
	/* section 5.1, the table; pages of 1 KiB */
	{ "blocks 0, 1, EOF",
	  PAGES_1K,
	  false,
	  { { BLOCK, APP, 1 },
	    { BLOCK, APP + 64, 2 },
	    { FLUSH },
	    { COUNT, 1 },
	    { HOLDS, APP, 1 },
	    { HOLDS, APP + 64, 2 } } },
	{ "block 0 twice, block 1 twice",
	  PAGES_1K,
	  false,
	  { { BLOCK, APP, 1 },
	    { BLOCK, APP, 1 },
	    { BLOCK, APP + 64, 2 },
	    { BLOCK, APP + 64, 2 },
	    { COUNT, 1 } } },
	{ "block 0, block 1, block 0 again: erased again",
	  PAGES_1K,
	  false,
	  { { BLOCK, APP, 1 },
	    { BLOCK, APP + 64, 2 },
	    { BLOCK, APP, 1 },
	    { COUNT, 2 },
	    { HOLDS, APP, 1 },
	    { HOLDS, APP + 64, 0xff } } },
	{ "old content, block 1 first",
	  PAGES_1K,
	  true,
	  { { BLOCK, APP + 64, 2, -EINVAL }, { HOLDS, APP + 64, OLD } } },
	{ "old content, block in mid page that is equal",
	  PAGES_1K,
	  true,
	  { { BLOCK, APP + 64, OLD }, { COUNT, 0 } } },
	{ "blank page, block 1 then block 0: block 1 is lost",
	  PAGES_1K,
	  false,
	  { { BLOCK, APP + 64, 2 },
	    { BLOCK, APP, 1 },
	    { COUNT, 1 },
	    { HOLDS, APP, 1 },
	    { HOLDS, APP + 64, 0xff } } },
	{ "same address inside the page, other data",
	  PAGES_1K,
	  false,
	  { { BLOCK, APP, 1 },
	    { BLOCK, APP + 64, 2 },
	    { BLOCK, APP + 64, 3, -EINVAL },
	    { HOLDS, APP + 64, 2 } } },
	{ "re-flash of an identical image erases and writes",
	  PAGES_1K,
	  true,
	  { { BLOCK, APP, OLD },
	    { COUNT, 1 },
	    { HOLDS, APP, OLD },
	    { HOLDS, APP + 64, 0xff } } },
	{ "address + 4",
	  PAGES_1K,
	  false,
	  { { BLOCK, APP + 4, 1, -EINVAL }, { COUNT, 0 } } },
	{ "64 below the start",
	  PAGES_1K,
	  false,
	  { { BLOCK, APP - 64, 1, -EINVAL }, { COUNT, 0 } } },
	{ "all FF at page start, twice: counted each time",
	  PAGES_1K,
	  false,
	  { { BLOCK, APP, 0xff }, { BLOCK, APP, 0xff }, { COUNT, 2 } } },
	/* section 5.1, what "blank" looks at; pages of 2 KiB, of 1 KiB */
	{ "a page with a blank first quarter is not erased: ERROR",
	  PAGES_2K,
	  false,
	  { { BLOCK, 0x08002c00, 0x55 },
	    { BLOCK, 0x08002800, 0x66 },
	    { BLOCK, 0x08002c00, 0x66, -EINVAL },
	    { COUNT, 1 },
	    { HOLDS, 0x08002800, 0x66 },
	    { HOLDS, 0x08002c00, 0x55 } } },
	{ "the last block of the first quarter of a page has it erased",
	  PAGES_2K,
	  false,
	  { { BLOCK, 0x080029c0, 0x55 },
	    { BLOCK, 0x08002800, 0x66 },
	    { HOLDS, 0x080029c0, 0xff } } },
	{ "a repetition, as a quarter of the rest of the page is blank",
	  PAGES_2K,
	  false,
	  { { BLOCK, 0x08002000, 1 },
	    { BLOCK, 0x080027c0, 2 },
	    { BLOCK, 0x08002000, 1 },
	    { COUNT, 1 },
	    { HOLDS, 0x080027c0, 2 } } },
	{ "none, as that quarter is not: erased again",
	  PAGES_2K,
	  false,
	  { { BLOCK, 0x08002000, 1 },
	    { BLOCK, 0x08002200, 2 },
	    { BLOCK, 0x08002000, 1 },
	    { COUNT, 2 },
	    { HOLDS, 0x08002200, 0xff } } },
	{ "a block that begins with 16 bytes FF looks blank: ERROR",
	  PAGES_1K,
	  false,
	  { { BLOCK, APP, 1 },
	    { HEADED, APP + 64, 0x0f },
	    { BLOCK, APP + 64, 0xf3, -EINVAL },
	    { TAIL, APP + 64, 0x03 } } },
	{ "H7: a sector of which 32 KiB are blank is not erased",
	  H7,
	  false,
	  { { BLOCK, 0x08028000, 0x55 },
	    { BLOCK, 0x08020000, 0x66 },
	    { HOLDS, 0x08028000, 0x55 } } },
	{ "EOF without blocks", PAGES_1K, false, { { FLUSH }, { COUNT, 0 } } },
	{ "above the flash there is nothing to look at",
	  PAGES_1K,
	  false,
	  { { BLOCK, 0x08008000, 1, -EFAULT } } },
	{ "F4 sectors grow: 16, 64, 128 KiB",
	  SECTORS,
	  true,
	  { { BLOCK, 0x08008000, 1 },
	    { BLOCK, 0x0800c000, 1 },
	    { BLOCK, 0x08010000, 1 },
	    { BLOCK, 0x08014000, 1 },
	    { COUNT, 3 },
	    { HOLDS, 0x08008040, 0xff },
	    { HOLDS, 0x08018000, 0xff },
	    { HOLDS, 0x08020000, OLD } } },
	{ "H7 above sector 7 erases sector 7",
	  H7,
	  true,
	  { { BLOCK, 0x08100000, 1, -EINVAL },
	    { HOLDS, 0x080e0000, 0xff },
	    { HOLDS, 0x08100000, OLD } } },
	/* section 5.2, the table */
	{ "RP: 6 blocks, EOF, EOF",
	  RP,
	  true,
	  { { BLOCK, RP_APP, 1 },
	    { BLOCK, RP_APP + 64, 1 },
	    { BLOCK, RP_APP + 128, 1 },
	    { BLOCK, RP_APP + 192, 1 },
	    { COUNT, 0 },
	    { BLOCK, RP_APP + 256, 2 },
	    { COUNT, 1 },
	    { HOLDS, RP_APP + 192, 1 },
	    { FLUSH },
	    { COUNT, 2 },
	    { FLUSH } } },
	{ "RP: one block is not visible before EOF",
	  RP,
	  true,
	  { { BLOCK, RP_APP, 1 },
	    { HOLDS, RP_APP, OLD },
	    { FLUSH },
	    { HOLDS, RP_APP, 1 },
	    { HOLDS, RP_APP + 64, 0xff } } },
	{ "RP: going back to a page erases its sector again",
	  RP,
	  false,
	  { { BLOCK, RP_APP, 1 },
	    { BLOCK, RP_APP + 256, 2 },
	    { BLOCK, RP_APP + 64, 3 },
	    { FLUSH },
	    { COUNT, 3 },
	    { HOLDS, RP_APP, 0xff },
	    { HOLDS, RP_APP + 64, 3 },
	    { HOLDS, RP_APP + 256, 0xff } } },
	{ "RP: mid-sector on old content is the AND of both",
	  RP,
	  true,
	  { { BLOCK, RP_APP + 256, 0x55 },
	    { FLUSH },
	    { HOLDS, RP_APP + 256, OLD & 0x55 } } },
	{ "RP: beyond 2 MiB",
	  RP,
	  false,
	  { { BLOCK, 0x10200000, 1, -EINVAL }, { BLOCK, 0x101fffc0, 1 } } },
};

/* Section 5.3: 256 bytes at a time, one block behind the other. */
static const struct row lpc_rows[] = {
	{ "in order: nothing is written before 256 bytes are there",
	  LPC,
	  false,
	  { { BLOCK, 0x4000, 1 },
	    { BLOCK, 0x4040, 2 },
	    { BLOCK, 0x4080, 3 },
	    { HOLDS, 0x4000, 0xff },
	    { BLOCK, 0x40c0, 4 },
	    { HOLDS, 0x4000, 1 },
	    { HOLDS, 0x40c0, 4 },
	    { COUNT, 1 } } },
	{ "in order: the end is filled up with FF",
	  LPC,
	  false,
	  { { BLOCK, 0x4000, 1 },
	    { FLUSH },
	    { HOLDS, 0x4000, 1 },
	    { HOLDS, 0x4040, 0xff },
	    { COUNT, 1 },
	    { FLUSH },
	    { COUNT, 1 } } },
	{ "in order: a repeated block is refused",
	  LPC,
	  false,
	  { { BLOCK, 0x4000, 1 },
	    { BLOCK, 0x4040, 2 },
	    { BLOCK, 0x4040, 2, -EINVAL },
	    { BLOCK, 0x4080, 3 } } },
	{ "in order: the first one begins a page",
	  LPC,
	  false,
	  { { BLOCK, 0x4040, 1, -EINVAL }, { BLOCK, 0x4100, 1 } } },
	{ "in order: from a page to any other one",
	  LPC,
	  false,
	  { { BLOCK, 0x5000, 1 },
	    { BLOCK, 0x5040, 1 },
	    { BLOCK, 0x4000, 1, -EINVAL },
	    { BLOCK, 0x5080, 1 },
	    { BLOCK, 0x50c0, 1 },
	    { BLOCK, 0x4000, 2 } } },
	{ "in order: a sector is erased by its first page",
	  LPC,
	  true,
	  { { BLOCK, 0x4000, 1 },
	    { BLOCK, 0x4040, 1 },
	    { BLOCK, 0x4080, 1 },
	    { BLOCK, 0x40c0, 1 },
	    { HOLDS, 0x4fc0, 0xff },
	    { HOLDS, 0x5000, OLD },
	    { COUNT, 1 } } },
	{ "in order: one of 32 KiB, too",
	  LPC,
	  true,
	  { { BLOCK, 0x10000, 1 },
	    { FLUSH },
	    { HOLDS, 0x17fc0, 0xff },
	    { HOLDS, 0x18000, OLD } } },
	{ "in order: not by one in it",
	  LPC,
	  true,
	  { { BLOCK, 0x4100, 1 },
	    { BLOCK, 0x4140, 1 },
	    { BLOCK, 0x4180, 1 },
	    { BLOCK, 0x41c0, 1, -EINVAL },
	    { HOLDS, 0x4100, OLD } } },
	{ "in order: the last block of the flash",
	  LPC,
	  false,
	  { { BLOCK, 0x7ff00, 1 }, { BLOCK, 0x80000, 1, -EFAULT } } },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct mcu_type *type = mcu_type_find(row->type);
	static const uint8_t old[1024] = { OLD };
	struct flash f;

	flash_init(&f, type->flash_map, type->flash_size, 0);
	for (uint32_t at = 0; row->old && at < f.size; at += sizeof(old))
		assert_int_equal(
			f.store.write(f.store.arg, at, old, sizeof(old)), 0);
	for (size_t i = 0; row->steps[i].what != END; i++)
		take(&f, &row->steps[i]);
	flash_fini(&f);
}

static void test_factory_state(void **state)
{
	const struct mcu_type *type = mcu_type_find(PAGES_1K);
	struct flash f;

	(void)state;
	flash_init(&f, type->flash_map, type->flash_size, mcu_type_stack(type));
	assert_true(flash_has_application(&f));
	assert_int_equal(sparse_allocated(&f.memory), 0);
	flash_write_block(&f, APP + 1024, (uint8_t[64]){ 0 });
	assert_true(flash_has_application(&f));
	flash_fini(&f);
	flash_init(&f, type->flash_map, type->flash_size, 0);
	assert_false(flash_has_application(&f));
}

/* can-admin-channel.md, section 8.3: only the first word is looked at */
static void test_zeros_are_no_application(void **state)
{
	const struct mcu_type *type = mcu_type_find(PAGES_1K);
	uint8_t block[64] = { 0 };
	struct flash f;

	(void)state;
	flash_init(&f, type->flash_map, type->flash_size, 0);
	flash_write_block(&f, APP, block);
	assert_false(flash_has_application(&f));
	block[3] = 0x20;
	flash_write_block(&f, APP, block);
	assert_true(flash_has_application(&f));
	flash_fini(&f);
}

static void test_33_blocks_on_1_kib_pages_count_3(void **state)
{
	const struct mcu_type *type = mcu_type_find(PAGES_1K);
	struct flash f;

	(void)state;
	flash_init(&f, type->flash_map, type->flash_size, 0);
	for (uint32_t i = 0; i < 33; i++)
		assert_int_equal(
			flash_write_block(&f, APP + 64 * i, (uint8_t[64]){ 1 })
				.err,
			0);
	assert_int_equal(f.pages, 3);
	flash_reset(&f);
	assert_int_equal(f.pages, 0);
	flash_fini(&f);
}

static void write_blocks(struct flash *f, uint32_t address, uint32_t len,
			 uint8_t byte)
{
	uint8_t block[64];

	memset(block, byte, sizeof(block));
	for (uint32_t at = 0; at < len; at += sizeof(block))
		assert_int_equal(flash_write_block(f, address + at, block).err,
				 0);
}

/* and chunks of 4 KiB */
#define POINTERS (512 * sizeof(void *))

static void test_only_what_is_flashed_is_allocated(void **state)
{
	struct flash *f = new_flash(H7, true);

	(void)state;
	write_blocks(f, 0x08020000, 20 * 1024, 1);
	assert_int_equal(sparse_allocated(&f->memory), POINTERS + 5 * 4096);
	/* other data: the sector is erased */
	write_blocks(f, 0x08020000, 64, 2);
	assert_int_equal(sparse_allocated(&f->memory), POINTERS + 4096);
	flash_fini(f);
	assert_int_equal(sparse_allocated(&f->memory), 0);
}

static void test_blank_and_read_cost_nothing(void **state)
{
	struct flash *f = new_flash(H7, false);
	uint8_t got[3] = { 0 };

	(void)state;
	write_blocks(f, 0x08020000, 1024, 0xff);
	for (uint32_t at = 0; at < f->size; at += 4096) {
		/* over the edge of two chunks */
		assert_int_equal(flash_read(f, 0x08000000 + at + 4094, got,
					    at + 4096 < f->size ? 3 : 2),
				 0);
		assert_memory_equal(got, "\xff\xff", 2);
	}
	assert_int_equal(sparse_allocated(&f->memory), 0);
	flash_fini(f);
}

/* pages of 1 KiB, four of them in a chunk */
static void test_a_chunk_goes_with_its_last_page(void **state)
{
	struct flash *f = new_flash(PAGES_1K, false);

	(void)state;
	write_blocks(f, APP, 128, 1);
	write_blocks(f, APP + 1024, 128, 1);
	write_blocks(f, APP, 64, 0xff);
	assert_int_equal(f->memory.chunks_used, 1);
	write_blocks(f, APP + 1024, 64, 0xff);
	assert_int_equal(f->memory.chunks_used, 0);
	flash_fini(f);
}

/* What is written elsewhere leaves it there, erasing its page does not. */
static void test_the_application_of_the_factory(void **state)
{
	struct flash *f = new_flash(PAGES_1K, true);
	uint8_t got[10];

	(void)state;
	assert_int_equal(flash_read(f, APP - 1, got, sizeof(got)), 0);
	assert_memory_equal(got, "\xff\x00\x28\x00\x20\x01\x21\x00\x08\x43",
			    10);
	write_blocks(f, APP + 1024, 64, 1);
	assert_int_equal(flash_read(f, APP + 3, got, 3), 0);
	assert_memory_equal(got, "\x20\x01\x21", 3);
	write_blocks(f, APP, 64, 0xff);
	assert_false(flash_has_application(f));
	flash_fini(f);
}

/* A store that fails at the write of that number, and then goes on. */
struct broken {
	struct sparse memory;
	int fails_at;
	int err;
};

static int broken_read(void *arg, uint32_t offset, uint8_t *out, uint32_t len)
{
	struct broken *b = arg;

	return sparse_read(&b->memory, offset, out, len);
}

static int broken_write(void *arg, uint32_t offset, const uint8_t *data,
			uint32_t len)
{
	struct broken *b = arg;

	if (!--b->fails_at)
		return b->err;
	return sparse_write(&b->memory, offset, data, len);
}

static struct flash *flash_on(struct broken *b, const char *type)
{
	struct flash *f = new_flash(type, true);

	b->memory.size = f->size;
	flash_attach(f, &(struct flash_store){ broken_read, broken_write, b });
	/* nothing of the factory is in an attached store */
	assert_false(flash_has_application(f));
	assert_true(f->altered);
	return f;
}

static void test_a_store_that_fails(void **state)
{
	struct broken b = { .fails_at = 2, .err = -ENOSPC };
	struct flash *f = flash_on(&b, PAGES_1K);
	uint8_t block[64] = { 1 };

	(void)state;
	write_blocks(f, APP, 64, 1);
	assert_int_equal(flash_write_block(f, APP + 64, block).err, -ENOSPC);
	take(f, &(struct step){ HOLDS, APP + 64, 0xff });
	assert_int_equal(flash_write_block(f, APP + 64, block).err, 0);
	take(f, &(struct step){ HOLDS, APP, 1 });
	sparse_fini(&b.memory);
}

/* An errno with a meaning of its own here would kill the MCU. */
static void test_what_a_store_fails_with_is_an_error(void **state)
{
	struct broken b = { .fails_at = 1, .err = -EFAULT };
	struct flash *f = flash_on(&b, PAGES_1K);

	(void)state;
	assert_int_equal(flash_write_block(f, APP, (uint8_t[64]){ 0 }).err,
			 -EIO);
	sparse_fini(&b.memory);
}

static void test_a_page_that_fails_is_not_programmed(void **state)
{
	struct broken b = { .fails_at = 1, .err = -EIO };
	struct flash *f = flash_on(&b, RP);

	(void)state;
	write_blocks(f, RP_APP, 64, 1);
	/* its sector is not erased */
	assert_int_equal(flash_flush(f).err, -EIO);
	assert_int_equal(f->pages, 0);
	assert_int_equal(flash_flush(f).err, 0);
	take(f, &(struct step){ HOLDS, RP_APP, 0xff });
	sparse_fini(&b.memory);
}

static const struct start_row {
	const char *name;
	const char *type;
	uint32_t address;
	bool ok;
} starts[] = {
	{ "start: the usual one", PAGES_1K, 0x08002000, true },
	{ "start: 4 KiB, the other of section 5.4", PAGES_1K, 0x08001000,
	  true },
	{ "start: the last block", PAGES_1K, 0x08007fc0, true },
	{ "start: behind the flash", PAGES_1K, 0x08008000, false },
	{ "start: where the flash starts", PAGES_1K, 0x08000000, false },
	{ "start: below the flash", PAGES_1K, 0x07ffffc0, false },
	{ "start: 0", PAGES_1K, 0, false },
	{ "start: inside a block", PAGES_1K, 0x08002020, false },
	{ "start: RP2040", RP, 0x10004000, true },
	{ "start: the address of another family", RP, 0x08002000, false },
	{ "start: LPC176x", LPC, 0x00004000, true },
	{ "start: a flash that nothing writes", "same51", 0x00004000, false },
};

static void test_start(void **state)
{
	const struct start_row *row = *state;
	const struct mcu_type *type = mcu_type_find(row->type);

	assert_int_equal(flash_app_start_ok(type->flash_map, type->flash_size,
					    row->address),
			 row->ok);
}

int main(void)
{
	struct CMUnitTest tests[80] = {
		cmocka_unit_test(test_factory_state),
		cmocka_unit_test(test_zeros_are_no_application),
		cmocka_unit_test(test_33_blocks_on_1_kib_pages_count_3),
		cmocka_unit_test(test_only_what_is_flashed_is_allocated),
		cmocka_unit_test(test_blank_and_read_cost_nothing),
		cmocka_unit_test(test_a_chunk_goes_with_its_last_page),
		cmocka_unit_test(test_the_application_of_the_factory),
		cmocka_unit_test(test_a_store_that_fails),
		cmocka_unit_test(test_what_a_store_fails_with_is_an_error),
		cmocka_unit_test(test_a_page_that_fails_is_not_programmed),
	};
	size_t n = 10;

	ROWS(rows, test_row);
	ROWS(lpc_rows, test_row);
	ROWS(starts, test_start);
	return _cmocka_run_group_tests("flash", tests, n, NULL, NULL);
}
