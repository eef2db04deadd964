/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_BOARD_FLASH_STEPS_H
#define UNIT_BOARD_FLASH_STEPS_H

/* A flash, what is written to it block by block, and what it has to hold. */
#include "../../support/unit.h"

#include <string.h>

#include "../../../sim/canmcu/board/family.h"

#define PAGES_1K "stm32f103x6" /* 32 KiB of them */
#define PAGES_2K "stm32g0b1xx"
#define SECTORS "stm32f446xx"
#define H7 "stm32h743xx"
#define RP "rp2040"
#define LPC "lpc1768"
#define APP 0x08002000u
#define RP_APP 0x10004000u

enum what { END, BLOCK, HEADED, FLUSH, HOLDS, TAIL, COUNT };

#define HEAD \
	16 /* bytes FF that a headed block begins with; then comes its tail */

/* One step: a block filled with @byte, or what is expected of the memory. */
struct step {
	enum what what;
	uint32_t address; /* COUNT: the count */
	uint8_t byte;
	int err;
};

static inline void take(struct flash *f, const struct step *s)
{
	uint8_t want[64], got[64];

	memset(want, s->byte, sizeof(want));
	switch (s->what) {
	case HEADED:
		memset(want, 0xff, HEAD);
		/* fall through */
	case BLOCK:
		assert_int_equal(flash_write_block(f, s->address, want).err,
				 s->err);
		break;
	case FLUSH:
		assert_int_equal(flash_flush(f).err, 0);
		break;
	case HOLDS:
		assert_int_equal(flash_read(f, s->address, got, sizeof(got)),
				 0);
		assert_memory_equal(got, want, sizeof(want));
		break;
	case TAIL:
		assert_int_equal(flash_read(f, s->address, got, sizeof(got)),
				 0);
		assert_memory_equal(got + HEAD, want, sizeof(got) - HEAD);
		break;
	case COUNT:
		assert_int_equal(f->pages, s->address);
		break;
	case END:
		break;
	}
}

static inline struct flash *new_flash(const char *name, bool application)
{
	const struct mcu_type *type = mcu_type_find(name);
	static struct flash f;

	flash_init(&f, type->flash_map, type->flash_size,
		   application ? mcu_type_stack(type) : 0);
	return &f;
}

#endif
