// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "previous.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "backup.h"
#include "dict/find.h"
#include "util/cursor.h"

#define BLOCK KCAN_KAT_BLOCK_SIZE
#define KIB 1024u
#define REACH (16 * KIB) /* where it is in the new image, to both sides */
#define LONGER KIB	 /* than that of the new image it may be */
#define STEP 512u	 /* back to its beginning, and from look to look */
#define END 4 /* bytes; code that ends so, too, makes the version unknown */
#define READS_MAX 2 /* where it was not, though it looked like that */
/*
 * Different bytes in a block. In builds of Klipper from 2022 to 2026 blocks within
 * the dictionary had 50 to 63, but for two of 387, and 4 % of the others had as
 * many, but hardly two in a row.
 */
#define COMPRESSED 50

static const struct dict_lib lib = DICT_LINKED;

static size_t max(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t up_to_block(size_t len)
{
	return (len + BLOCK - 1) / BLOCK * BLOCK;
}

/*
 * A board may stop that is read behind its flash. Some have half of what Klipper
 * gives a chip of that name (backup.h), but the new image has to fit.
 */
static size_t room_of(const struct kcan_chip *chip, uint32_t start, size_t len)
{
	uint32_t half = chip->flash.size / 2;
	uint32_t offset = start - chip->flash.start;
	size_t certain = half > offset ? half - offset : 0;

	return min(backup_room(chip, start), max(certain, up_to_block(len)));
}

/* Of a dictionary, more or less. */
static size_t length(const struct previous *p)
{
	return up_to_block(p->firmware->dictionary.len) + LONGER;
}

bool previous_begin(struct previous *p, const struct firmware *firmware,
		    const struct kcan_kat_ident *ident)
{
	*p = (struct previous){ .firmware = firmware,
				.chip = kcan_chip_find(ident->mcu),
				.start = ident->app_start };
	if (!p->chip || !kcan_chip_erase_size(p->chip, p->start) ||
	    !firmware->dictionary.len)
		return false;
	p->room = room_of(p->chip, p->start, firmware->len);
	if (p->room)
		p->bytes = malloc(2 * length(p));
	return p->bytes;
}

static bool is_compressed(const uint8_t *block)
{
	bool seen[256] = { false };
	unsigned int different = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		different += !seen[block[i]];
		seen[block[i]] = true;
	}
	return different >= COMPRESSED;
}

/* The n-th one: in the middle of that of the new image; then around it. 0: none. */
static size_t sample_at(const struct previous *p, unsigned int n)
{
	const struct kcan_image_dictionary *d = &p->firmware->dictionary;
	size_t middle = (d->offset + d->len / 2) / BLOCK * BLOCK;
	size_t away = (n + 1) / 2 * max(d->len / 3 / BLOCK * BLOCK, STEP);

	if (away > REACH)
		return 0;
	if (n % 2 == 0)
		return middle + away;
	return away < middle ? middle - away : SIZE_MAX;
}

/* Return: whether there is one more. */
static bool next_sample(struct previous *p)
{
	p->step = PREVIOUS_SAMPLES;
	p->alike = 0;
	do
		p->sample = p->at = sample_at(p, p->samples++);
	while (p->at >= p->room);
	return p->at;
}

/* Two in a row are no code. */
static bool sample(struct previous *p, const uint8_t *data)
{
	if (!is_compressed(data))
		return next_sample(p);
	p->at += BLOCK;
	if (++p->alike < 2)
		return p->at < p->room || next_sample(p);
	p->step = PREVIOUS_BACK;
	p->alike = 0;
	p->at = max(p->sample, STEP + BLOCK) - STEP;
	return true;
}

/* Where two in a row are something else, it has not begun yet. */
static bool go_back(struct previous *p, const uint8_t *data)
{
	size_t limit = max(p->sample, length(p) + BLOCK) - length(p);
	size_t back = is_compressed(data) ? STEP : BLOCK;

	p->alike = is_compressed(data) ? 0 : p->alike + 1;
	if (p->alike < 2 && p->at >= limit + back) {
		p->at -= back;
		return true;
	}
	p->step = PREVIOUS_READS;
	p->from = p->at;
	p->to = min(p->sample + length(p), p->room);
	return true;
}

/* From one place where an application may have ended to the next. */
static uint32_t unit_at(const struct previous *p, size_t at)
{
	uint32_t size = kcan_chip_erase_size(p->chip, p->start + (uint32_t)at);

	/* or two of 1 KiB: flashing.md, section 0, fact 6 */
	return size == 2 * KIB && !p->chip->layout->ecc ? KIB : size;
}

/* Return: where the last block of the unit is that @at is in. */
static size_t last_block(const struct previous *p, size_t at)
{
	uint32_t size = unit_at(p, at);
	uint32_t offset = p->start + (uint32_t)at - p->chip->flash.start;

	return at + (size - offset % size) - BLOCK;
}

/* Return: whether there is one more in front of the dictionary. */
static bool next_end(struct previous *p, size_t at)
{
	p->step = PREVIOUS_PROVES;
	p->at = last_block(p, at);
	if (p->at > p->begin)
		p->is = PREVIOUS_KLIPPER;
	return p->is == PREVIOUS_UNKNOWN;
}

static bool take(struct previous *p, const uint8_t *data)
{
	size_t len;

	memcpy(p->bytes + (p->at - p->from), data, BLOCK);
	p->at += BLOCK;
	len = p->at - p->from;
	if (len % STEP && p->at < p->to)
		return true;
	if (dictionary_find(&lib, &p->dictionary, p->bytes, len)) {
		p->begin = p->from + p->dictionary.offset;
		return next_end(p, 0);
	}
	if (p->at < p->to)
		return true;
	return ++p->reads < READS_MAX && next_sample(p);
}

static bool prove(struct previous *p, const uint8_t *data)
{
	return !backup_is_blank(data + BLOCK - END, END) &&
	       next_end(p, p->at + BLOCK);
}

uint32_t previous_take(void *ctx, uint32_t address, const uint8_t *data,
		       size_t len)
{
	static bool (*const steps[])(struct previous * p,
				     const uint8_t *data) = {
		[PREVIOUS_SAMPLES] = sample,
		[PREVIOUS_BACK] = go_back,
		[PREVIOUS_READS] = take,
		[PREVIOUS_PROVES] = prove,
	};
	struct previous *p = ctx;
	bool more = false;

	(void)address;
	if (len != BLOCK)
		return 0;
	if (p->at)
		more = steps[p->step](p, data);
	else if (backup_has_application(data))
		more = next_sample(p);
	else
		p->is = PREVIOUS_NONE;
	return more ? p->start + (uint32_t)p->at : 0;
}

const char *previous_text(const struct previous *p)
{
	static const char *const texts[] = {
		[PREVIOUS_UNKNOWN] = "an unknown version",
		[PREVIOUS_NONE] = "no application",
	};

	return p->is == PREVIOUS_KLIPPER ? p->dictionary.version : texts[p->is];
}

void previous_free(struct previous *p)
{
	free(p->bytes);
	p->bytes = NULL;
}
