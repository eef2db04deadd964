// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "sparse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLANK 0xff

static size_t chunks_len(const struct sparse *s)
{
	return (s->size + SPARSE_CHUNK - 1) / SPARSE_CHUNK;
}

/* How much of @len bytes at @offset lies in the first chunk. */
static uint32_t first_piece(uint32_t offset, uint32_t len)
{
	uint32_t room = SPARSE_CHUNK - offset % SPARSE_CHUNK;

	return len < room ? len : room;
}

static void release(struct sparse *s, uint8_t **chunk)
{
	free(*chunk);
	*chunk = NULL;
	s->chunks_used--;
}

void sparse_fini(struct sparse *s)
{
	for (size_t i = 0; s->chunks && i < chunks_len(s); i++)
		free(s->chunks[i]);
	free(s->chunks);
	*s = (struct sparse){ .size = s->size };
}

int sparse_read(void *arg, uint32_t offset, uint8_t *out, uint32_t len)
{
	const struct sparse *s = arg;

	while (len) {
		const uint8_t *chunk =
			s->chunks ? s->chunks[offset / SPARSE_CHUNK] : NULL;
		uint32_t n = first_piece(offset, len);

		if (chunk)
			memcpy(out, chunk + offset % SPARSE_CHUNK, n);
		else
			memset(out, BLANK, n);
		offset += n;
		out += n;
		len -= n;
	}
	return 0;
}

static uint8_t *allocate(struct sparse *s, size_t index)
{
	uint8_t *chunk;

	if (!s->chunks)
		s->chunks = calloc(chunks_len(s), sizeof(*s->chunks));
	chunk = s->chunks ? malloc(SPARSE_CHUNK) : NULL;
	if (!chunk)
		return NULL;
	memset(chunk, BLANK, SPARSE_CHUNK);
	s->chunks[index] = chunk;
	s->chunks_used++;
	return chunk;
}

/* Within one chunk. */
static int write_piece(struct sparse *s, uint32_t offset, const uint8_t *data,
		       uint32_t len)
{
	size_t index = offset / SPARSE_CHUNK;
	uint8_t *chunk = s->chunks ? s->chunks[index] : NULL;
	bool blank = sparse_is_blank(data, len);

	if (!chunk && blank)
		return 0;
	if (!chunk)
		chunk = allocate(s, index);
	if (!chunk)
		return -ENOMEM;
	memcpy(chunk + offset % SPARSE_CHUNK, data, len);
	if (blank && sparse_is_blank(chunk, SPARSE_CHUNK))
		release(s, &s->chunks[index]);
	return 0;
}

int sparse_write(void *arg, uint32_t offset, const uint8_t *data, uint32_t len)
{
	struct sparse *s = arg;
	int err = 0;

	while (len && !err) {
		uint32_t n = first_piece(offset, len);

		err = write_piece(s, offset, data, n);
		offset += n;
		data += n;
		len -= n;
	}
	return err;
}

size_t sparse_allocated(const struct sparse *s)
{
	return (s->chunks ? chunks_len(s) * sizeof(*s->chunks) : 0) +
	       s->chunks_used * SPARSE_CHUNK;
}
