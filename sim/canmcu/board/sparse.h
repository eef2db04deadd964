/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_SPARSE_H
#define CANMCU_SPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SPARSE_CHUNK 4096u /* bytes; what is allocated at a time */

/**
 * struct sparse - memory of which blank parts (FF) cost nothing
 *
 * Chunks are allocated when something other than blank is written to them, and
 * given back when they are blank again; reading never allocates. Zeroed but for
 * @size it is ready, and blank.
 */
struct sparse {
	uint32_t size;	  /* bytes */
	uint8_t **chunks; /* NULL: all blank; each of them may be NULL, too */
	size_t chunks_used;
};

/** Return: whether @len bytes, at least one, are all FF. */
static inline bool sparse_is_blank(const uint8_t *bytes, size_t len)
{
	return bytes[0] == 0xff && !memcmp(bytes, bytes + 1, len - 1);
}

/** Give the memory back; it is blank again. */
void sparse_fini(struct sparse *s);

/* As the members of struct flash_store; @arg is a struct sparse. */

/** Return: 0. */
int sparse_read(void *arg, uint32_t offset, uint8_t *out, uint32_t len);

/** Return: 0, or -ENOMEM with a part of it written. */
int sparse_write(void *arg, uint32_t offset, const uint8_t *data, uint32_t len);

/** Return: bytes that are allocated now. */
size_t sparse_allocated(const struct sparse *s);

#endif
