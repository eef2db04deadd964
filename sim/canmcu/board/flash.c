// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "flash.h"

#include <errno.h>
#include <string.h>

#include "flash/image_vectors.h"
#include "flash_own.h"
#include "util/cursor.h"

#define BLOCK KCAN_KAT_BLOCK_SIZE
#define BLANK 0xff
#define PIECE 4096u /* bytes that are erased at a time */

#define RESET 0x101 /* the entry of the application, from its start on */

/* What there is of the application of the factory, see struct flash. */
struct factory {
	uint8_t bytes[8 + KCAN_IMAGE_SIGNATURE_LEN];
};

static struct factory application_of(const struct flash *f)
{
	struct factory app;
	struct util_cursor c = util_cursor_on(app.bytes, sizeof(app.bytes));

	util_put_le32(&c, f->stack);
	util_put_le32(&c, f->app_start + RESET);
	util_put_bytes(&c, KCAN_IMAGE_SIGNATURE, KCAN_IMAGE_SIGNATURE_LEN);
	return app;
}

void flash_init(struct flash *f, const struct flash_map *map, uint32_t size,
		uint32_t stack)
{
	*f = (struct flash){ .map = map,
			     .app_start = map->app_start,
			     .size = size,
			     .stack = stack,
			     .memory = { .size = size } };
	f->store =
		(struct flash_store){ sparse_read, sparse_write, &f->memory };
	flash_set_ecc(f, true);
}

void flash_set_ecc(struct flash *f, bool on)
{
	if (f->map)
		cells_set_size(&f->cells, on ? f->map->cell : 0, f->size);
}

void flash_attach(struct flash *f, const struct flash_store *store)
{
	f->store = *store;
	f->stack = 0;
	f->altered = true;
}

void flash_fini(struct flash *f)
{
	sparse_fini(&f->memory);
	cells_fini(&f->cells);
}

void flash_reset(struct flash *f)
{
	f->pages = 0;
	f->next = 0;
	f->page_open = false;
	f->powerless = false;
}

bool flash_app_start_ok(const struct flash_map *map, uint32_t size,
			uint32_t address)
{
	return map && address % BLOCK == 0 && address > map->start &&
	       address - map->start < size;
}

/* The store. */

static uint32_t app_offset(const struct flash *f)
{
	return f->app_start - f->map->start;
}

/* What has a meaning of its own in struct flash_result is not passed on. */
static int store_error(int err)
{
	return err == -EINVAL || err == -EFAULT ? -EIO : err;
}

static int load(const struct flash *f, uint32_t offset, uint8_t *out,
		uint32_t len)
{
	int err = f->store.read(f->store.arg, offset, out, len);
	struct factory app;

	if (!f->stack)
		return store_error(err);
	app = application_of(f);
	for (uint32_t i = 0; i < sizeof(app.bytes); i++)
		if (app_offset(f) + i - offset < len)
			out[app_offset(f) + i - offset] = app.bytes[i];
	return store_error(err);
}

static int save(struct flash *f, uint32_t offset, const uint8_t *data,
		uint32_t len)
{
	return store_error(f->store.write(f->store.arg, offset, data, len));
}

/*
 * Below, an error is kept and ends what was begun at its end: after it nothing
 * is written any more, and everything reads as blank.
 */

void flash_own_read(struct flash *f, uint32_t offset, uint8_t *out,
		    uint32_t len)
{
	if (!f->store_err)
		f->store_err = load(f, offset, out, len);
	if (f->store_err)
		memset(out, BLANK, len);
}

static void put(struct flash *f, uint32_t offset, const uint8_t *data,
		uint32_t len)
{
	/* from now on the store alone says what is there */
	if (f->stack && !f->store_err) {
		struct factory app = application_of(f);

		f->store_err =
			save(f, app_offset(f), app.bytes, sizeof(app.bytes));
	}
	if (f->store_err)
		return;
	f->stack = 0;
	f->altered = true;
	f->store_err = save(f, offset, data, len);
}

/* Upwards: the word that the boot decision reads is among the first to go. */
static void blank(struct flash *f, uint32_t first, uint32_t size)
{
	uint8_t piece[PIECE];

	memset(piece, BLANK, sizeof(piece));
	for (uint32_t at = 0; at < size; at += PIECE)
		put(f, first + at, piece,
		    size - at < PIECE ? size - at : PIECE);
	cells_erase(&f->cells, first, size);
}

int flash_cut_short(struct flash *f)
{
	f->store_err = 0;
	blank(f, f->erased_at, f->erased_size);
	return f->store_err;
}

/* The erase unit of the chip that @offset lies in. */
void flash_own_unit(const struct flash *f, uint32_t offset, uint32_t *first,
		    uint32_t *size)
{
	const struct flash_map *map = f->map;
	size_t row = 0;

	while (row < 2 && map->erase[row + 1].size &&
	       offset >= map->erase[row].below)
		row++;
	*size = map->erase[row].size;
	*first = offset - offset % *size;
}

void flash_own_erase(struct flash *f, uint32_t first, uint32_t size,
		     struct flash_result *result)
{
	blank(f, first, size);
	f->erased_at = first;
	f->erased_size = size;
	result->erased_bytes += size;
}

void flash_own_program(struct flash *f, uint32_t offset, const uint8_t *data,
		       uint32_t len)
{
	uint8_t bytes[FLASH_PAGE_BUFFER];

	if (f->powerless)
		return;
	flash_own_read(f, offset, bytes, len);
	if (!f->store_err)
		f->store_err =
			cells_program(&f->cells, offset, bytes, data, len);
	put(f, offset, bytes, len);
}

static bool is_within(const struct flash *f, uint32_t offset, size_t len)
{
	return offset <= f->size && len <= f->size - offset;
}

struct flash_result flash_erase(struct flash *f, uint32_t address)
{
	uint32_t offset = address - f->map->start;
	struct flash_result result = { 0 };
	uint32_t first, size;

	if (!is_within(f, offset, 1))
		return (struct flash_result){ .err = -EFAULT };
	f->store_err = 0;
	flash_own_unit(f, offset, &first, &size);
	flash_own_erase(f, first, size, &result);
	result.err = f->store_err;
	return result;
}

int flash_program(struct flash *f, uint32_t address, const uint8_t *data,
		  size_t len)
{
	uint32_t offset = address - f->map->start;

	if (!is_within(f, offset, len))
		return -EFAULT;
	f->store_err = 0;
	for (uint32_t n; len; offset += n, data += n, len -= n) {
		n = FLASH_PAGE_BUFFER - offset % FLASH_PAGE_BUFFER;
		if (n > len)
			n = (uint32_t)len;
		flash_own_program(f, offset, data, n);
	}
	return f->store_err;
}

int flash_read(const struct flash *f, uint32_t address, uint8_t *out,
	       size_t len)
{
	uint32_t offset = address - f->map->start;

	if (!is_within(f, offset, len))
		return -EFAULT;
	return load(f, offset, out, (uint32_t)len);
}

bool flash_has_code(const struct flash *f, uint32_t address)
{
	uint8_t word[4];

	return f->map && !flash_read(f, address, word, sizeof(word)) &&
	       memcmp(word, "\0\0\0\0", 4) != 0 &&
	       memcmp(word, "\xff\xff\xff\xff", 4) != 0;
}

bool flash_has_application(const struct flash *f)
{
	return flash_has_code(f, f->app_start);
}
