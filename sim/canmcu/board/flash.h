/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_FLASH_H
#define CANMCU_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/kat.h>

#include "cells.h"
#include "sparse.h"

#define FLASH_PAGE_BUFFER 256 /* bytes, RP2040, RP2350 and LPC176x */

/**
 * struct flash_map - how a family's flash is laid out and written
 *
 * Offsets count from @start. Sources: katapult-protocol.md, sections 5.1, 5.2
 * and 5.4.
 */
struct flash_map {
	uint32_t start;	    /* address */
	uint32_t app_start; /* address; Katapult's default */
	/* erase units: @size bytes each, below @below; the last one goes on */
	struct {
		uint32_t below;
		uint32_t size;
	} erase[3];
	uint32_t last_unit; /* what is erased for all above; 0: no such cap */
	uint32_t buffered;  /* end of what may be written in pages; 0: blocks */
	bool in_order;	    /* blocks, by way of a page (section 5.3) */
	uint32_t cell;	    /* bytes of a cell with ECC; 0: there is none */
};

/**
 * struct flash_store - where the bytes of a flash memory are kept
 *
 * Offsets count from the start of the flash; they and @len are within it. What
 * was never written is blank (FF). Return: 0 or a negative errno.
 */
struct flash_store {
	int (*read)(void *arg, uint32_t offset, uint8_t *out, uint32_t len);
	int (*write)(void *arg, uint32_t offset, const uint8_t *data,
		     uint32_t len);
	void *arg;
};

/**
 * struct flash - one chip's flash memory, and Katapult's rules of writing it
 *
 * Pure. Until something is written it costs nothing: it is as the factory left
 * it, blank (FF), but for what is looked at of an application where there is
 * one: its first words, and the signature that Katapult needs. Must not be
 * moved once initialised.
 */
struct flash {
	const struct flash_map *map;
	uint32_t app_start; /* address */
	uint32_t size;	    /* bytes */
	uint32_t stack; /* of an application from the factory that is not in the
			 * store yet; 0: there is none */
	bool altered;	/* written since this was last set to false */
	struct flash_store store;
	struct sparse memory; /* the store, when no other is given */
	struct cells cells;
	int store_err;	    /* of the store, in the last write or flush */
	uint32_t erased_at; /* offset; the last erase */
	uint32_t erased_size;
	/* What a reset of the bootloader forgets, below. */
	uint32_t pages; /* begun, or programmed (RP), since the reset */
	uint32_t next;	/* offset of the block that is next in order */
	bool powerless; /* for the user: erased, but not programmed any more */
	bool page_open;
	uint32_t page_at; /* offset */
	uint8_t page[FLASH_PAGE_BUFFER];
};

/** What a command did to the memory. */
struct flash_result {
	/*
	 * 0; -EINVAL: refused; -EFAULT: nothing there; any other: the store
	 * has failed
	 */
	int err;
	uint32_t erased_bytes; /* for how long it took */
};

/**
 * flash_app_start_ok() - whether an application can start at @address
 * @map: NULL: a chip without flash that is played; then never
 *
 * Builds in the field know one or two (section 5.4); any start of a block
 * behind the first one of the flash is taken.
 */
bool flash_app_start_ok(const struct flash_map *map, uint32_t size,
			uint32_t address);

/**
 * flash_init() - fresh from the factory
 * @stack: what its application begins with: where the stack is, not 0; or 0:
 *         there is none
 */
void flash_init(struct flash *f, const struct flash_map *map, uint32_t size,
		uint32_t stack);

/** Keep the bytes in @store, as they are there; right after flash_init(). */
void flash_attach(struct flash *f, const struct flash_store *store);

/**
 * flash_set_ecc() - whether the cells of @f are those of its chip
 * @on: as after flash_init(): where the map has cells with ECC, each of them
 *      takes one programming per erase; false: bits go from 1 to 0 at any time
 */
void flash_set_ecc(struct flash *f, bool on);

/** Give the memory back; an attached store stays as it is. */
void flash_fini(struct flash *f);

/** A reset: the page count and the page buffer are gone, the memory stays. */
void flash_reset(struct flash *f);

/**
 * A reset or a power loss came while the last erase was under way: what was to
 * be written after it is not there (section 7.6).
 *
 * Return: 0, or what the store failed with.
 */
int flash_cut_short(struct flash *f);

/**
 * flash_write_block() - Katapult's SEND_BLOCK
 * @address: as received, any value
 *
 * Return: -EINVAL where the firmware answers ERROR, -EFAULT where it looks at
 * memory that is not there and stops for good (section 5.1). When the store
 * fails, it is a flash that cannot be written: ERROR, too.
 */
struct flash_result
flash_write_block(struct flash *f, uint32_t address,
		  const uint8_t data[static KCAN_KAT_BLOCK_SIZE]);

/** Katapult's SEND_EOF: write what is buffered; the count is in @f->pages. */
struct flash_result flash_flush(struct flash *f);

/**
 * flash_erase() - what the chip can do by itself: erase the unit at @address
 *
 * Return: -EFAULT outside of the flash; any other @err: the store has failed.
 */
struct flash_result flash_erase(struct flash *f, uint32_t address);

/**
 * flash_program() - the same: clear bits; those of @data that are 0
 *
 * Cells with ECC that have been programmed stay as they are.
 *
 * Return: 0, -EFAULT when it is not all within the flash, or what the store
 * failed with.
 */
int flash_program(struct flash *f, uint32_t address, const uint8_t *data,
		  size_t len);

/**
 * flash_read() - @len bytes at @address
 *
 * Return: 0, -EFAULT when they are not all within the flash, or what the store
 * failed with.
 */
int flash_read(const struct flash *f, uint32_t address, uint8_t *out,
	       size_t len);

/**
 * Return: what starts there is neither blank nor zero: can-admin-channel.md,
 * section 8.3.
 */
bool flash_has_code(const struct flash *f, uint32_t address);

/** The same of where the application belongs. */
bool flash_has_application(const struct flash *f);

#endif
