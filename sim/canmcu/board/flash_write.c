// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* How Katapult writes a flash: katapult-protocol.md, section 5. */
#include <errno.h>
#include <string.h>

#include "flash_own.h"

#define BLOCK KCAN_KAT_BLOCK_SIZE
#define BLANK 0xff
#define PIECE 4096u /* bytes that are read at a time */

/*
 * As Katapult looks, which by a slip of its own sees the first quarter of the
 * @len bytes only: katapult-protocol.md, section 5.1.
 */
static bool looks_blank(struct flash *f, uint32_t offset, uint32_t len)
{
	uint8_t piece[PIECE];

	len /= 4;
	for (uint32_t n; len; offset += n, len -= n) {
		n = len < PIECE ? len : PIECE;
		flash_own_read(f, offset, piece, n);
		if (!sparse_is_blank(piece, n))
			return false;
	}
	return true;
}

static bool holds(struct flash *f, uint32_t offset, const uint8_t *data,
		  uint32_t len)
{
	uint8_t there[FLASH_PAGE_BUFFER];

	flash_own_read(f, offset, there, len);
	return !memcmp(there, data, len);
}

/* The one that Katapult erases there. */
static void unit_at(const struct flash *f, uint32_t offset, uint32_t *first,
		    uint32_t *size)
{
	const struct flash_map *map = f->map;

	flash_own_unit(f, offset, first, size);
	if (map->last_unit && *first / *size > map->last_unit)
		*first = map->last_unit * *size;
}

/*
 * katapult-protocol.md, section 5.1, rule 2.
 *
 * Return: false when there is nothing left to do.
 */
static bool begin_unit(struct flash *f, uint32_t offset, uint32_t size,
		       const uint8_t *data, uint32_t len,
		       struct flash_result *result)
{
	uint32_t first, unit;

	if (!looks_blank(f, offset, size)) {
		if (holds(f, offset, data, len) &&
		    looks_blank(f, offset + len, size - len))
			return false;
		unit_at(f, offset, &first, &unit);
		flash_own_erase(f, first, unit, result);
	}
	if (!f->store_err)
		f->pages++;
	return true;
}

static struct flash_result write_direct(struct flash *f, uint32_t offset,
					const uint8_t *data, uint32_t len)
{
	struct flash_result result = { 0 };
	uint32_t first, size;

	unit_at(f, offset, &first, &size);
	if (offset % size == 0) {
		if (!begin_unit(f, offset, size, data, len, &result))
			return result;
	} else if (!looks_blank(f, offset, len)) {
		if (!holds(f, offset, data, len))
			result.err = -EINVAL;
		return result;
	}
	flash_own_program(f, offset, data, len);
	if (!holds(f, offset, data, len))
		result.err = -EINVAL;
	return result;
}

/* Section 5.3. */
static struct flash_result write_in_order(struct flash *f, uint32_t offset,
					  const uint8_t *data)
{
	uint32_t at = offset % FLASH_PAGE_BUFFER;
	struct flash_result result = { 0 };

	if (offset != f->next && (offset | f->next) % FLASH_PAGE_BUFFER)
		return (struct flash_result){ .err = -EINVAL };
	f->next = offset;
	memcpy(f->page + at, data, BLOCK);
	if (at + BLOCK == FLASH_PAGE_BUFFER)
		result = write_direct(f, offset - at, f->page,
				      FLASH_PAGE_BUFFER);
	if (!result.err)
		f->next += BLOCK;
	return result;
}

static struct flash_result fill_page(struct flash *f)
{
	uint32_t len = f->next % FLASH_PAGE_BUFFER;

	if (!len)
		return (struct flash_result){ 0 };
	memset(f->page + len, BLANK, FLASH_PAGE_BUFFER - len);
	return write_direct(f, f->next - len, f->page, FLASH_PAGE_BUFFER);
}

static struct flash_result write_page(struct flash *f)
{
	struct flash_result result = { 0 };
	uint32_t first, size;

	if (!f->page_open)
		return result;
	f->page_open = false;
	unit_at(f, f->page_at, &first, &size);
	if (first == f->page_at)
		flash_own_erase(f, first, size, &result);
	flash_own_program(f, f->page_at, f->page, sizeof(f->page));
	if (!f->store_err)
		f->pages++;
	return result;
}

static struct flash_result write_buffered(struct flash *f, uint32_t offset,
					  const uint8_t *data)
{
	uint32_t page = offset - offset % FLASH_PAGE_BUFFER;
	struct flash_result result = { 0 };

	if (f->page_open && f->page_at != page)
		result = write_page(f);
	if (!f->page_open) {
		memset(f->page, BLANK, sizeof(f->page));
		f->page_open = true;
		f->page_at = page;
	}
	memcpy(f->page + offset % FLASH_PAGE_BUFFER, data, BLOCK);
	return result;
}

struct flash_result
flash_write_block(struct flash *f, uint32_t address,
		  const uint8_t data[static KCAN_KAT_BLOCK_SIZE])
{
	uint32_t offset = address - f->map->start;
	uint32_t end = f->map->buffered ? f->map->buffered : f->size;
	struct flash_result result;

	if (address % BLOCK || address < f->app_start)
		return (struct flash_result){ .err = -EINVAL };
	if (offset >= end || end - offset < BLOCK)
		return (struct flash_result){ .err = f->map->buffered ?
							     -EINVAL :
							     -EFAULT };
	if (offset >= f->size)
		return (struct flash_result){ .err = -EFAULT };
	f->store_err = 0;
	if (f->map->in_order)
		result = write_in_order(f, offset, data);
	else if (f->map->buffered)
		result = write_buffered(f, offset, data);
	else
		result = write_direct(f, offset, data, BLOCK);
	if (f->store_err)
		result.err = f->store_err;
	return result;
}

struct flash_result flash_flush(struct flash *f)
{
	struct flash_result result;

	f->store_err = 0;
	result = f->map->in_order ? fill_page(f) : write_page(f);
	if (f->store_err)
		result.err = f->store_err;
	return result;
}
