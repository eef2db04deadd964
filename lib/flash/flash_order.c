// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Sections are those of flashing.md. */
#include "flash_order.h"

#include <string.h>

#include <kcan/kat.h>

#define BLOCK KCAN_KAT_BLOCK_SIZE
#define PAGE_BLOCKS 4 /* of the 256 bytes that the others are buffered in */
#define SMALL_UNIT 1024u
#define RESTARTS_MAX 2 /* of a unit (section 3.2) */
/*
 * An erase of a large one takes seconds, and one more in front buys nothing when all of
 * the image is in it (section 3.1).
 */
#define LARGE_UNIT (128 * 1024u)

size_t flashing_order_blocks(const struct kcan_chip *chip, size_t len)
{
	size_t unit = BLOCK;

	if (chip->layout->write == KCAN_CHIP_WRITE_IN_ORDER)
		unit *= PAGE_BLOCKS;
	return (len + unit - 1) / unit * (unit / BLOCK);
}

static enum kcan_chip_write writing(const struct flashing_order *o)
{
	return o->chip->layout->write;
}

uint32_t flashing_order_address(const struct flashing_order *o, size_t block)
{
	return o->start + (uint32_t)block * BLOCK;
}

uint32_t flashing_order_unit(const struct flashing_order *o)
{
	return kcan_chip_erase_size(o->chip,
				    flashing_order_address(o, o->block));
}

/* One behind the last block of the unit that @block is in. */
static size_t unit_end(const struct flashing_order *o, size_t block)
{
	uint32_t address = flashing_order_address(o, block);
	uint32_t size = kcan_chip_erase_size(o->chip, address);
	uint32_t left = size - (address - o->chip->flash.start) % size;
	size_t end = block + left / BLOCK;

	return end < o->blocks ? end : o->blocks;
}

static void begin_unit(struct flashing_order *o, size_t first,
		       enum flashing_what what)
{
	o->first = o->block = first;
	o->end = unit_end(o, first);
	o->what = what;
	o->poked = false;
	o->restarts = 0;
}

void flashing_order_init(struct flashing_order *o, const struct kcan_chip *chip,
			 uint32_t start, size_t blocks, bool *marks)
{
	*o = (struct flashing_order){
		.chip = chip,
		.start = start,
		.blocks = blocks,
		.bad = marks,
		.blank = marks + blocks,
	};
	begin_unit(o, 0, FLASHING_FILL);
	o->opening = o->end < blocks || flashing_order_unit(o) < LARGE_UNIT;
	if (o->opening)
		o->what = FLASHING_ZERO;
}

void flashing_order_mend(struct flashing_order *o)
{
	o->mending = true;
	o->done = false;
	begin_unit(o, 0, FLASHING_ZERO);
	o->opening = o->end < o->blocks;
}

static bool is_wanted(const struct flashing_order *o, size_t first)
{
	return !o->mending ||
	       memchr(o->bad + first, true, unit_end(o, first) - first);
}

/*
 * A unit that looks blank, and is not, is refused in the middle, and begun
 * again with zeros. Where blocks have to be in order it cannot be, so the zeros
 * are there from the beginning.
 */
static bool may_look_blank(const struct flashing_order *o)
{
	return !o->mending && writing(o) != KCAN_CHIP_WRITE_IN_ORDER;
}

static void next_unit(struct flashing_order *o)
{
	size_t first = o->end;

	if (!o->first && !o->opening) {
		o->done = true;
		return;
	}
	o->opening = false;
	while (first < o->blocks && !is_wanted(o, first))
		first = unit_end(o, first);
	if (first == o->blocks)
		begin_unit(o, 0, FLASHING_FILL);
	else
		begin_unit(o, first,
			   may_look_blank(o) ? FLASHING_FILL : FLASHING_ZERO);
}

/*
 * Behind which block there are no more zeros. Where units of 2 KiB are assumed,
 * they may be two of 1 KiB each (section 0, fact 6).
 */
static size_t zeros_end(const struct flashing_order *o)
{
	if (writing(o) == KCAN_CHIP_WRITE_IN_ORDER)
		return o->first + PAGE_BLOCKS;
	if (!o->opening && writing(o) == KCAN_CHIP_WRITE_DIRECT &&
	    flashing_order_unit(o) == 2 * SMALL_UNIT)
		return o->end;
	return o->first + 1;
}

static size_t zeros_step(const struct flashing_order *o)
{
	return writing(o) == KCAN_CHIP_WRITE_DIRECT ? SMALL_UNIT / BLOCK : 1;
}

static void next_zeros(struct flashing_order *o)
{
	o->block += zeros_step(o);
	if (o->block < zeros_end(o))
		return;
	o->block = o->first;
	o->what = FLASHING_FILL;
	if (o->opening)
		next_unit(o);
}

/*
 * A cell with ECC that was programmed with FF takes nothing else, and looks
 * blank, so that its unit may never be erased again (section 3.2). The first
 * block has to be sent, as it is what erases. Where it did not, as the unit
 * looked blank, reading back finds what is left in the others.
 */
static size_t next_filled(struct flashing_order *o)
{
	size_t from = o->block, n;

	do
		o->block++;
	while (o->block < o->end && o->chip->layout->ecc && o->blank[o->block]);
	n = o->block - from;
	if (o->block == o->end)
		next_unit(o);
	return n;
}

size_t flashing_order_next(struct flashing_order *o)
{
	if (o->what == FLASHING_FILL)
		return next_filled(o);
	if (o->what == FLASHING_ZERO) {
		next_zeros(o);
	} else {
		o->block = o->first;
		o->what = FLASHING_ZERO;
	}
	return 0;
}

/*
 * Katapult looks at the first quarter of a unit only. Any block in there will
 * do that takes zeros.
 */
static void next_poke(struct flashing_order *o)
{
	size_t quarter = flashing_order_unit(o) / 4 / BLOCK;

	if (++o->block == o->first + quarter)
		flashing_order_next(o);
}

bool flashing_order_restart(struct flashing_order *o)
{
	if (writing(o) != KCAN_CHIP_WRITE_DIRECT)
		return false;
	if (o->what == FLASHING_POKE) {
		next_poke(o);
		return true;
	}
	if (o->what == FLASHING_ZERO) {
		/* programmed cells that look blank: make the unit look used */
		if (o->poked)
			return false;
		o->poked = true;
		o->what = FLASHING_POKE;
		o->block = o->first + 1;
		return true;
	}
	if (o->restarts == RESTARTS_MAX)
		return false;
	o->restarts++;
	o->poked = false;
	o->what = FLASHING_ZERO;
	o->block = o->first;
	return true;
}

/*
 * What is buffered reaches the flash with the first block of another page, or,
 * where the order is fixed, when the page is full.
 */
bool flashing_order_ends_first(const struct flashing_order *o)
{
	size_t last = writing(o) == KCAN_CHIP_WRITE_IN_ORDER ? PAGE_BLOCKS - 1 :
							       0;

	if (writing(o) == KCAN_CHIP_WRITE_PAGES)
		return o->first && o->what == FLASHING_FILL;
	return o->what == FLASHING_ZERO && o->block == last;
}

bool flashing_order_owes(const struct flashing_order *o, bool written)
{
	return writing(o) == KCAN_CHIP_WRITE_IN_ORDER &&
	       (o->block + written) % PAGE_BLOCKS;
}

bool flashing_order_begins_first(const struct flashing_order *o)
{
	static const size_t from[] = {
		[KCAN_CHIP_WRITE_DIRECT] = 0,
		[KCAN_CHIP_WRITE_PAGES] = PAGE_BLOCKS,
		[KCAN_CHIP_WRITE_IN_ORDER] = PAGE_BLOCKS - 1,
	};

	return !o->first && o->what == FLASHING_FILL &&
	       o->block >= from[writing(o)];
}
