/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FLASH_MAKE_H
#define UNIT_FLASH_MAKE_H

/* What lies in the flash of a board from the start of its application on. */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define KIB 1024u
#define MADE_FLASH (2048u * KIB)

/** FF behind @len. */
struct made_flash {
	uint8_t bytes[MADE_FLASH];
	size_t len;
};

static inline void make_blank(struct made_flash *f)
{
	memset(f->bytes, 0xff, sizeof(f->bytes));
	f->len = 0;
}

static inline void put(struct made_flash *f, size_t at, const void *bytes,
		       size_t len)
{
	memcpy(f->bytes + at, bytes, len);
	if (f->len < at + len)
		f->len = at + len;
}

/** Bytes without a zero, FF or the beginning of a zlib stream. */
static inline void put_code(struct made_flash *f, size_t at, size_t len)
{
	memset(f->bytes + at, 0x5a, len);
	put(f, at, f->bytes + at, len);
}

/**
 * put_dictionary() - one of Klipper, with @more digits in it that hardly compress
 *
 * Return: where it ends.
 */
static inline size_t put_dictionary(struct made_flash *f, size_t at,
				    const char *version, size_t more)
{
	static uint8_t stream[8 * KIB];
	static char text[16 * KIB];
	uLongf len = sizeof(stream);
	uint32_t seed = 1;
	int n = snprintf(text, sizeof(text), "{\"app\":\"Klipper\",\"x\":\"");

	for (size_t i = 0; i < more; i++) {
		seed = seed * 1664525u + 1013904223u;
		text[n++] = (char)('0' + (seed >> 24) % 10);
	}
	n += snprintf(text + n, sizeof(text) - (size_t)n,
		      "\",\"version\":\"%s\"}", version);
	assert_int_equal(
		compress2(stream, &len, (const uint8_t *)text, (uLong)n, 9),
		Z_OK);
	put(f, at, stream, len);
	return at + len;
}

#endif
