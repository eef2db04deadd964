/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_FLASH_OWN_H
#define CANMCU_FLASH_OWN_H

/*
 * What the memory does for Katapult. Offsets are within it; an error of the store
 * is kept in @f->store_err and ends what was begun at its end.
 */
#include "flash.h"

/** After an error all reads as blank. */
void flash_own_read(struct flash *f, uint32_t offset, uint8_t *out,
		    uint32_t len);

/** The erase unit of the chip that @offset lies in. */
void flash_own_unit(const struct flash *f, uint32_t offset, uint32_t *first,
		    uint32_t *size);

/** Erase it; its bytes are added to @result. */
void flash_own_erase(struct flash *f, uint32_t first, uint32_t size,
		     struct flash_result *result);

/** Clear bits; at most FLASH_PAGE_BUFFER bytes. */
void flash_own_program(struct flash *f, uint32_t offset, const uint8_t *data,
		       uint32_t len);

#endif
