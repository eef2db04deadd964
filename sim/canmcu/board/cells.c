// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "cells.h"

#include <string.h>

#define BLANK 0xff
#define PIECE 256u /* cells that are erased at a time */

void cells_set_size(struct cells *c, uint32_t size, uint32_t len)
{
	if (size == c->size)
		return;
	cells_fini(c);
	c->size = size;
	c->programmed_blank.size = size ? len / size : 0;
}

void cells_fini(struct cells *c)
{
	sparse_fini(&c->programmed_blank);
}

void cells_erase(struct cells *c, uint32_t offset, uint32_t len)
{
	uint8_t piece[PIECE];
	uint32_t n, at, end;

	if (!c->size)
		return;
	memset(piece, BLANK, sizeof(piece));
	end = (offset + len) / c->size;
	for (at = offset / c->size; at < end; at += n) {
		n = end - at < PIECE ? end - at : PIECE;
		/* blank needs no memory: it cannot fail */
		sparse_write(&c->programmed_blank, at, piece, n);
	}
}

/* One cell, or the part of it that the data reach. */
static int program_once(struct cells *c, uint32_t offset, uint8_t *bytes,
			const uint8_t *data, uint32_t len)
{
	uint32_t cell = offset / c->size;
	uint8_t mark;

	sparse_read(&c->programmed_blank, cell, &mark, 1);
	if (mark != BLANK || !sparse_is_blank(bytes, len))
		return 0;
	memcpy(bytes, data, len);
	/* of a part, the rest would look erased */
	if (len == c->size && !sparse_is_blank(bytes, len))
		return 0;
	return sparse_write(&c->programmed_blank, cell, (uint8_t[1]){ 0 }, 1);
}

int cells_program(struct cells *c, uint32_t offset, uint8_t *bytes,
		  const uint8_t *data, uint32_t len)
{
	int err = 0;
	uint32_t n;

	for (uint32_t i = 0; i < len && !c->size; i++)
		bytes[i] &= data[i];
	for (uint32_t at = 0; at < len && c->size && !err; at += n) {
		n = c->size - (offset + at) % c->size;
		if (n > len - at)
			n = len - at;
		err = program_once(c, offset + at, bytes + at, data + at, n);
	}
	return err;
}
