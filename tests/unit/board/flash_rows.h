/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_BOARD_FLASH_ROWS_H
#define UNIT_BOARD_FLASH_ROWS_H

/* Flash as a row has it at the start, and what is then done with it. */
#include "flash_steps.h"

#include <errno.h>

#define OLD 0x00 /* what the flash holds in the "old content" rows */

struct row {
	const char *name;
	const char *type;
	bool old; /* the whole flash holds OLD at the start */
	struct step steps[12];
};

static inline void test_row(void **state)
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

static inline void write_blocks(struct flash *f, uint32_t address, uint32_t len,
				uint8_t byte)
{
	uint8_t block[64];

	memset(block, byte, sizeof(block));
	for (uint32_t at = 0; at < len; at += sizeof(block))
		assert_int_equal(flash_write_block(f, address + at, block).err,
				 0);
}

#endif
