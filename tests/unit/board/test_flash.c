// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/flash.c sim/canmcu/board/family.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/pins.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
/* Flash as firmware writes it: katapult-protocol.md, sections 5.1 and 5.2. */
#include "flash_rows.h"

static const struct row rows[] = {
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
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(starts) + 4] = {
		cmocka_unit_test(test_factory_state),
		cmocka_unit_test(test_zeros_are_no_application),
		cmocka_unit_test(test_33_blocks_on_1_kib_pages_count_3),
		cmocka_unit_test(test_the_application_of_the_factory),
	};
	size_t n = 4;

	ROWS(rows, test_row);
	ROWS(starts, test_start);
	return _cmocka_run_group_tests("flash", tests, n, NULL, NULL);
}
