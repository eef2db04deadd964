// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/flash.c sim/canmcu/board/family.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/pins.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
/* Where the bytes of a flash are: as few as there can be, or in a store that fails. */
#include "flash_rows.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_is_flashed_is_allocated),
		cmocka_unit_test(test_blank_and_read_cost_nothing),
		cmocka_unit_test(test_a_chunk_goes_with_its_last_page),
		cmocka_unit_test(test_a_store_that_fails),
		cmocka_unit_test(test_what_a_store_fails_with_is_an_error),
		cmocka_unit_test(test_a_page_that_fails_is_not_programmed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
