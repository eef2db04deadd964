/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FLASH_FLASH_ORDER_H
#define FLASH_FLASH_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/chip.h>

/** What is written to a block. */
enum flashing_what {
	FLASHING_FILL, /* what the image has there */
	/*
	 * 00, so that the unit is erased for certain next; other bytes where
	 * the image has 00, and the application does not begin
	 */
	FLASHING_ZERO,
	/*
	 * 00 in its first quarter, as the zeros were refused; it may be behind
	 * the image, in what is erased with it
	 */
	FLASHING_POKE,
};

/**
 * struct flashing_order - which block is written next: flashing.md, section 3
 *
 * Blocks count from @start, where the application does. A unit is what the chip
 * erases at a time, as far as the image goes. First the beginning of the
 * application is made invalid, then come all units but the one that it is in,
 * then that one.
 */
struct flashing_order {
	const struct kcan_chip *chip;
	uint32_t start; /* address */
	size_t blocks;	/* of the image */
	/* By block: it is not what it should be; of @blocks. The caller's. */
	bool *bad;
	/* The same: all FF. Where cells have ECC, it need not be sent. */
	bool *blank;

	/* Where it is: */
	enum flashing_what what;
	size_t block;	       /* which one is to be written */
	size_t first, end;     /* of the unit in work */
	bool opening;	       /* in the zeros that go before all */
	bool mending;	       /* only units with a bad block */
	bool poked;	       /* since the unit was begun */
	unsigned int restarts; /* of this unit */
	bool done;
};

/**
 * flashing_order_blocks() - how many an image of @len bytes has
 *
 * Where they have to be in order, the last 256 bytes are filled up.
 */
size_t flashing_order_blocks(const struct kcan_chip *chip, size_t len);

/**
 * flashing_order_init() - begin: all of it
 * @marks: twice @blocks, for @o->bad and @o->blank; all false
 */
void flashing_order_init(struct flashing_order *o, const struct kcan_chip *chip,
			 uint32_t start, size_t blocks, bool *marks);

/** Begin again with the units in which a block is bad; one is, at least. */
void flashing_order_mend(struct flashing_order *o);

/**
 * flashing_order_next() - the block was written; go to another, or set @o->done
 *
 * Return: how many blocks of the image that were, with those of FF behind it
 * that need not be sent.
 */
size_t flashing_order_next(struct flashing_order *o);

/**
 * flashing_order_restart() - the block was refused: begin its unit again
 *
 * Return: false when nothing is left to try.
 */
bool flashing_order_restart(struct flashing_order *o);

/** Return: its address. */
uint32_t flashing_order_address(const struct flashing_order *o, size_t block);

/** Return: bytes of the erase unit that it lies in. */
uint32_t flashing_order_unit(const struct flashing_order *o);

/**
 * Writing the block makes what is at the beginning of the flash no application;
 * so it is for certain when it has been acknowledged.
 */
bool flashing_order_ends_first(const struct flashing_order *o);

/**
 * flashing_order_owes() - does it take nothing but the blocks that follow?
 * @written: it has @o->block already
 *
 * Where they have to be in order that is so until its 256 bytes are full.
 */
bool flashing_order_owes(const struct flashing_order *o, bool written);

/** Writing it makes that an application again, which may not be complete. */
bool flashing_order_begins_first(const struct flashing_order *o);

#endif
