// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "flash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK KCAN_KAT_BLOCK_SIZE
#define BLANK 0xff

/* What every application begins with: stack pointer, then reset entry. */
static const uint8_t vectors[8] = { 0x00, 0x20, 0x00, 0x20,
				    0x01, 0x01, 0x00, 0x08 };

void flash_init(struct flash *f, const struct flash_map *map, uint32_t size,
		bool application)
{
	*f = (struct flash){ .map = map,
			     .app_start = map->app_start,
			     .size = size,
			     .application = application };
}

void flash_fini(struct flash *f)
{
	free(f->bytes);
	f->bytes = NULL;
}

void flash_reset(struct flash *f)
{
	f->pages = 0;
	f->page_open = false;
}

void flash_cut_short(struct flash *f)
{
	if (f->bytes)
		memset(f->bytes + f->erased_at, BLANK, f->erased_size);
}

/* The erase unit that @offset lies in. */
static void unit_at(const struct flash *f, uint32_t offset, uint32_t *first,
		    uint32_t *size)
{
	const struct flash_map *map = f->map;
	size_t row = 0;

	while (row < 2 && map->erase[row + 1].size &&
	       offset >= map->erase[row].below)
		row++;
	*size = map->erase[row].size;
	*first = offset - offset % *size;
	if (map->last_unit && *first / *size > map->last_unit)
		*first = map->last_unit * *size;
}

static bool have_memory(struct flash *f)
{
	if (f->bytes)
		return true;
	f->bytes = malloc(f->size);
	if (!f->bytes)
		return false;
	memset(f->bytes, BLANK, f->size);
	if (f->application)
		memcpy(f->bytes + (f->app_start - f->map->start), vectors,
		       sizeof(vectors));
	return true;
}

static bool is_blank(const struct flash *f, uint32_t offset, uint32_t len)
{
	const uint8_t *p = f->bytes + offset;

	return p[0] == BLANK && !memcmp(p, p + 1, len - 1);
}

static void erase_unit(struct flash *f, uint32_t first, uint32_t size,
		       struct flash_result *result)
{
	memset(f->bytes + first, BLANK, size);
	f->erased_at = first;
	f->erased_size = size;
	result->erased_bytes += size;
}

/* Flash cells only go from 1 to 0 without an erase. */
static void program(struct flash *f, uint32_t offset, const uint8_t *data,
		    uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		f->bytes[offset + i] &= data[i];
}

/* Section 5.1, rule 2. Return: false when there is nothing left to do. */
static bool begin_unit(struct flash *f, uint32_t offset, uint32_t size,
		       const uint8_t *data, struct flash_result *result)
{
	uint32_t first, unit;

	if (!is_blank(f, offset, size)) {
		if (!memcmp(f->bytes + offset, data, BLOCK) &&
		    is_blank(f, offset + BLOCK, size - BLOCK))
			return false;
		unit_at(f, offset, &first, &unit);
		erase_unit(f, first, unit, result);
	}
	f->pages++;
	return true;
}

static struct flash_result write_direct(struct flash *f, uint32_t offset,
					const uint8_t *data)
{
	struct flash_result result = { 0 };
	uint32_t first, size;

	unit_at(f, offset, &first, &size);
	if (offset % size == 0) {
		if (!begin_unit(f, offset, size, data, &result))
			return result;
	} else if (!is_blank(f, offset, BLOCK)) {
		if (memcmp(f->bytes + offset, data, BLOCK) != 0)
			result.err = -EINVAL;
		return result;
	}
	program(f, offset, data, BLOCK);
	if (memcmp(f->bytes + offset, data, BLOCK) != 0)
		result.err = -EINVAL;
	return result;
}

struct flash_result flash_flush(struct flash *f)
{
	struct flash_result result = { 0 };
	uint32_t first, size;

	if (!f->page_open)
		return result;
	f->page_open = false;
	unit_at(f, f->page_at, &first, &size);
	if (first == f->page_at)
		erase_unit(f, first, size, &result);
	program(f, f->page_at, f->page, sizeof(f->page));
	f->pages++;
	return result;
}

static struct flash_result write_buffered(struct flash *f, uint32_t offset,
					  const uint8_t *data)
{
	uint32_t page = offset - offset % FLASH_PAGE_BUFFER;
	struct flash_result result = { 0 };

	if (f->page_open && f->page_at != page)
		result = flash_flush(f);
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

	if (address % BLOCK || address < f->app_start)
		return (struct flash_result){ .err = -EINVAL };
	if (offset >= end || end - offset < BLOCK)
		return (struct flash_result){ .err = f->map->buffered ?
							     -EINVAL :
							     -EFAULT };
	if (offset >= f->size || !have_memory(f))
		return (struct flash_result){ .err = -EFAULT };
	return f->map->buffered ? write_buffered(f, offset, data) :
				  write_direct(f, offset, data);
}

int flash_read(struct flash *f, uint32_t address, uint8_t *out, size_t len)
{
	uint32_t offset = address - f->map->start;

	if (offset > f->size || f->size - offset < len || !have_memory(f))
		return -EFAULT;
	memcpy(out, f->bytes + offset, len);
	return 0;
}

bool flash_has_application(const struct flash *f)
{
	const uint8_t *w;

	if (!f->bytes)
		return f->application;
	w = f->bytes + (f->app_start - f->map->start);
	return memcmp(w, "\0\0\0\0", 4) != 0 &&
	       memcmp(w, "\xff\xff\xff\xff", 4) != 0;
}
