/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CELLS_H
#define CANMCU_CELLS_H

#include <stdint.h>

#include "sparse.h"

/**
 * struct cells - what programming does to the cells of a flash memory
 *
 * Without ECC bits go from 1 to 0 at any time. With ECC a cell is a unit of
 * @size bytes that takes one programming after each erase, FF included, and
 * another one changes nothing (flashing.md, sections 0 and 3.2).
 *
 * A cell that holds anything but FF has been programmed. Only those that were
 * programmed with FF are remembered here: where bytes come from a file, they
 * count as erased.
 */
struct cells {
	uint32_t size;			/* bytes of one; 0: without ECC */
	struct sparse programmed_blank; /* a byte for each; not FF: it was */
};

/**
 * cells_set_size() - cells of @size bytes from now on; 0: without ECC
 * @len: bytes of the whole flash
 *
 * What is remembered stays when the size is the same. All zero is a start.
 */
void cells_set_size(struct cells *c, uint32_t size, uint32_t len);

/** Forget all, and give the memory back. */
void cells_fini(struct cells *c);

/** These were erased; offsets and lengths of whole cells. */
void cells_erase(struct cells *c, uint32_t offset, uint32_t len);

/**
 * cells_program() - what becomes of @len bytes at @offset
 * @bytes: what they hold; set to what they hold then
 *
 * Return: 0 or -ENOMEM.
 */
int cells_program(struct cells *c, uint32_t offset, uint8_t *bytes,
		  const uint8_t *data, uint32_t len);

#endif
