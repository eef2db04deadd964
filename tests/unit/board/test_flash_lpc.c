// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/flash.c sim/canmcu/board/family.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/pins.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
/* Flash as firmware writes it on an LPC176x: katapult-protocol.md, section 5.3. */
#include "flash_rows.h"

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

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(lpc_rows)];
	size_t n = 0;

	ROWS(lpc_rows, test_row);
	return _cmocka_run_group_tests("flash_lpc", tests, n, NULL, NULL);
}
