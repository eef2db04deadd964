// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/flash.c sim/canmcu/board/family.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/pins.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
/*
 * Cells that take one programming per erase: what was seen of the "ECC model" in
 * flashing.md, sections 0, 3.2, 3.4 and 4.1. The blocks are those of pages of 2 KiB
 * (G0, G4) and of sectors of 128 KiB (H7).
 */
#include "flash_steps.h"

#include <errno.h>

#define G4 "stm32g431xx"
#define PLAIN_2K "stm32f103xe"
#define H7_APP 0x08020000u

static const struct row {
	const char *name;
	const char *type;
	struct step steps[12];
} rows[] = {
	/* section 0, fact 1 */
	{ "FF first: block 0 cannot be programmed any more: ERROR",
	  PAGES_2K,
	  { { BLOCK, APP, 0xff },
	    { BLOCK, APP, 0x11, -EINVAL },
	    { HOLDS, APP, 0xff } } },
	{ "FF first on G4: the same",
	  G4,
	  { { BLOCK, APP, 0xff },
	    { BLOCK, APP, 0x11, -EINVAL },
	    { HOLDS, APP, 0xff } } },
	{ "FF first on H7: the same",
	  H7,
	  { { BLOCK, H7_APP, 0xff },
	    { BLOCK, H7_APP, 0x11, -EINVAL },
	    { HOLDS, H7_APP, 0xff } } },
	{ "FF first without ECC: block 0 is written",
	  PLAIN_2K,
	  { { BLOCK, APP, 0xff }, { BLOCK, APP, 0x11 }, { HOLDS, APP, 0x11 } } },
	{ "FF first: the page restart is refused, too",
	  PAGES_2K,
	  { { BLOCK, APP, 0xff },
	    { BLOCK, APP, 0x11, -EINVAL },
	    { BLOCK, APP, 0x00, -EINVAL },
	    { BLOCK, APP, 0x11, -EINVAL },
	    { HOLDS, APP, 0xff } } },
	{ "00 first: the real block 0 has the page erased",
	  PAGES_2K,
	  { { BLOCK, APP, 0x00 },
	    { BLOCK, APP + 2048, 0x22 },
	    { BLOCK, APP, 0x11 },
	    { COUNT, 3 },
	    { HOLDS, APP, 0x11 },
	    { HOLDS, APP + 2048, 0x22 } } },
	/* section 3.2 */
	{ "a programmed FF: 00, block 1, 00, the page: ERROR and three ACKs",
	  PAGES_2K,
	  { { BLOCK, APP, 0xff },
	    { BLOCK, APP, 0x00, -EINVAL },
	    { BLOCK, APP + 64, 0x22 },
	    { BLOCK, APP, 0x00 },
	    { BLOCK, APP, 0x11 },
	    { BLOCK, APP + 64, 0x22 },
	    { HOLDS, APP, 0x11 },
	    { HOLDS, APP + 64, 0x22 } } },
	{ "a page that is programmed with FF to its end stays so for good",
	  PAGES_2K,
	  { { BLOCK, APP, 0xff },
	    { BLOCK, APP + 64, 0xff },
	    { BLOCK, APP, 0x00, -EINVAL },
	    { BLOCK, APP + 64, 0x22, -EINVAL },
	    { BLOCK, APP, 0x00, -EINVAL },
	    { HOLDS, APP, 0xff } } },
	/* section 4.1 */
	{ "every block twice in a row: no ERROR, the same count",
	  PAGES_2K,
	  { { BLOCK, APP, 0x11 },
	    { BLOCK, APP, 0x11 },
	    { BLOCK, APP + 64, 0x22 },
	    { BLOCK, APP + 64, 0x22 },
	    { BLOCK, APP + 2048, 0x33 },
	    { BLOCK, APP + 2048, 0x33 },
	    { COUNT, 2 },
	    { HOLDS, APP, 0x11 },
	    { HOLDS, APP + 64, 0x22 },
	    { HOLDS, APP + 2048, 0x33 } } },
	{ "a block of a page with 16 bytes FF in front twice: no ERROR",
	  PAGES_2K,
	  { { BLOCK, APP, 0x11 },
	    { HEADED, APP + 64, 0x0f },
	    { HEADED, APP + 64, 0x0f },
	    { TAIL, APP + 64, 0x0f } } },
	{ "the same of H7, where they share a cell with other bytes",
	  H7,
	  { { BLOCK, H7_APP, 0x11 },
	    { HEADED, H7_APP + 64, 0x0f },
	    { HEADED, H7_APP + 64, 0x0f },
	    { TAIL, H7_APP + 64, 0x0f } } },
	{ "such a block and then other bytes: ERROR, and no cell has changed",
	  PAGES_2K,
	  { { BLOCK, APP, 0x11 },
	    { HEADED, APP + 64, 0x0f },
	    { BLOCK, APP + 64, 0xf3, -EINVAL },
	    { TAIL, APP + 64, 0x0f } } },
	{ "FF at a page's start twice: both taken, and both counted",
	  PAGES_2K,
	  { { BLOCK, APP, 0xff },
	    { BLOCK, APP, 0xff },
	    { COUNT, 2 },
	    { HOLDS, APP, 0xff } } },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct flash *f = new_flash(row->type, false);

	for (size_t i = 0; row->steps[i].what != END; i++)
		take(f, &row->steps[i]);
	flash_fini(f);
}

/* As the chip itself programs, from any address on. */
static void test_a_cell_is_programmed_as_a_whole(void **state)
{
	static const struct {
		const char *type;
		uint32_t cell;
	} sizes[] = { { PAGES_2K, 8 }, { G4, 8 }, { H7, 32 } };
	static const uint8_t part[4] = { 1, 2, 3, 4 };
	uint8_t got[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct flash *f = new_flash(sizes[i].type, false);
		uint32_t last = 0x08000000 + sizes[i].cell - 4;

		assert_int_equal(flash_program(f, 0x08000000, part, 4), 0);
		assert_int_equal(flash_program(f, last, part, 4), 0);
		assert_int_equal(flash_read(f, last, got, 4), 0);
		assert_memory_equal(got, "\xff\xff\xff\xff", 4);
		assert_int_equal(flash_program(f, last + 4, part, 4), 0);
		assert_int_equal(flash_read(f, last + 4, got, 4), 0);
		assert_memory_equal(got, part, 4);
		flash_fini(f);
	}
}

#define FF_FIRST                 \
	{                        \
		BLOCK, APP, 0xff \
	}
#define REFUSED                           \
	{                                 \
		BLOCK, APP, 0x11, -EINVAL \
	}
#define TAKEN                    \
	{                        \
		BLOCK, APP, 0x11 \
	}

static void test_neither_a_reset_nor_another_erase_makes_cells_new(void **state)
{
	struct flash *f = new_flash(PAGES_2K, false);

	(void)state;
	take(f, &(struct step)FF_FIRST);
	flash_reset(f);
	assert_int_equal(flash_erase(f, APP + 2048).err, 0);
	assert_int_equal(flash_erase(f, APP - 1).err, 0);
	take(f, &(struct step)REFUSED);
	assert_int_equal(flash_erase(f, APP + 2047).err, 0);
	take(f, &(struct step)TAKEN);
	flash_fini(f);
}

static void test_power_lost_in_an_erase_leaves_erased_cells(void **state)
{
	struct flash *f = new_flash(PAGES_2K, false);

	(void)state;
	take(f, &(struct step){ BLOCK, APP, 0x22 });
	/* not blank: the page is erased */
	take(f, &(struct step)FF_FIRST);
	assert_int_equal(flash_cut_short(f), 0);
	take(f, &(struct step)TAKEN);
	flash_fini(f);
}

static void test_without_power_no_cell_is_programmed(void **state)
{
	struct flash *f = new_flash(PAGES_2K, false);

	(void)state;
	f->powerless = true;
	take(f, &(struct step)FF_FIRST);
	flash_reset(f);
	take(f, &(struct step)TAKEN);
	flash_fini(f);
}

/* A file tells only what cells hold. */
static void test_in_another_run_a_programmed_ff_counts_as_erased(void **state)
{
	struct sparse memory = { .size = 512 * 1024 };
	struct flash_store store = { sparse_read, sparse_write, &memory };
	struct flash *f = new_flash(PAGES_2K, false);

	(void)state;
	flash_attach(f, &store);
	take(f, &(struct step)FF_FIRST);
	take(f, &(struct step)REFUSED);
	take(f, &(struct step){ HEADED, APP + 2112, 0x0f });
	flash_fini(f);
	f = new_flash(PAGES_2K, false);
	flash_attach(f, &store);
	take(f, &(struct step){ BLOCK, APP + 2112, 0xf3, -EINVAL });
	take(f, &(struct step){ TAIL, APP + 2112, 0x0f });
	take(f, &(struct step)TAKEN);
	flash_fini(f);
	sparse_fini(&memory);
}

static void test_without_ecc_bits_clear_at_any_time(void **state)
{
	struct flash *f = new_flash(PAGES_2K, false);

	(void)state;
	take(f, &(struct step)FF_FIRST);
	flash_set_ecc(f, false);
	take(f, &(struct step)TAKEN);
	take(f, &(struct step){ HEADED, APP + 64, 0x0f });
	take(f, &(struct step){ BLOCK, APP + 64, 0xf3, -EINVAL });
	take(f, &(struct step){ TAIL, APP + 64, 0x03 });
	/* what is programmed meanwhile is not remembered */
	take(f, &(struct step){ BLOCK, APP + 2048, 0xff });
	flash_set_ecc(f, true);
	take(f, &(struct step){ BLOCK, APP + 2048, 0x11 });
	flash_fini(f);
}

static void test_only_cells_that_were_programmed_with_ff_cost(void **state)
{
	struct flash *f = new_flash(PAGES_2K, false);
	const struct sparse *marks = &f->cells.programmed_blank;

	(void)state;
	for (uint32_t at = 0; at < 40 * 1024; at += 64)
		take(f, &(struct step){ BLOCK, APP + at, 0x11 });
	assert_int_equal(sparse_allocated(marks), 0);
	take(f, &(struct step){ BLOCK, APP + 40 * 1024, 0xff });
	/* one chunk, and a pointer for each 32 KiB of flash */
	assert_int_equal(sparse_allocated(marks), 4096 + 16 * sizeof(void *));
	assert_int_equal(flash_erase(f, APP + 40 * 1024).err, 0);
	assert_int_equal(marks->chunks_used, 0);
	flash_fini(f);
	assert_int_equal(sparse_allocated(marks), 0);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_a_cell_is_programmed_as_a_whole),
		cmocka_unit_test(
			test_neither_a_reset_nor_another_erase_makes_cells_new),
		cmocka_unit_test(
			test_power_lost_in_an_erase_leaves_erased_cells),
		cmocka_unit_test(test_without_power_no_cell_is_programmed),
		cmocka_unit_test(
			test_in_another_run_a_programmed_ff_counts_as_erased),
		cmocka_unit_test(test_without_ecc_bits_clear_at_any_time),
		cmocka_unit_test(
			test_only_cells_that_were_programmed_with_ff_cost),
	};
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(rows, test_row);
	memcpy(&tests[n], others, sizeof(others));
	return _cmocka_run_group_tests("flash_ecc", tests, ARRAY_SIZE(tests),
				       NULL, NULL);
}
