/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_IMAGE_MAKE_H
#define UNIT_IMAGE_MAKE_H

/*
 * An image by hand, as flashing.md, sections 1 and 2, has those of Klipper: the
 * table, the default handler behind it, the signature and the reset handler where
 * most of the code is, then the dictionary, of which the code knows the address.
 */
#include <kcan/image.h>
#include <string.h>

#define MADE_LEN 16384
#define MADE_HANDLER 0x40
#define MADE_RESET 0x2800      /* 62 % */
#define MADE_SIGNATURE 0x3000  /* 75 % */
#define MADE_DICTIONARY 0x3500 /* 83 % */
#define MADE_STREAM_LEN 0x400

static inline void make_word(uint8_t *at, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(word >> 8 * i);
}

/** One that runs from RAM has its default handler there: section 1.2. */
static inline void make_image(uint8_t out[static MADE_LEN], uint32_t stack,
			      uint32_t start, bool runs_from_ram)
{
	uint32_t handler = runs_from_ram ? 0x20000240 : start + MADE_HANDLER;
	uint32_t reset = runs_from_ram ? 0x80 : MADE_RESET;

	memset(out, 0x5a, MADE_LEN);
	make_word(out, stack);
	make_word(out + 4, start + reset + 1);
	for (int i = 2; i < 16; i++)
		make_word(out + 4 * i, handler + 1);
	memcpy(out + MADE_HANDLER, "\xfe\xe7", 2);
	memcpy(out + reset, "\x72\xb6", 2);
	memcpy(out + MADE_SIGNATURE, "CanBoot!", 8);
	make_word(out + MADE_SIGNATURE + 8, start + MADE_DICTIONARY);
}

#endif
