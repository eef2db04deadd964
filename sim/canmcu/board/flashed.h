/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_FLASHED_H
#define CANMCU_FLASHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dict/find.h"
#include "family.h"

/** What is flashed as an application, as far as its bytes tell. */
struct flashed {
	struct kcan_image_dictionary dictionary;
	/* NULL: the chip runs it; or why it ends in a fault there */
	const char *problem;
	bool is_signed; /* it can be asked for Katapult */
	/* how it is reached; unknown: as the board is (flashing.md, section 2) */
	enum kcan_image_link link;
	/* that it was built for, where the chip runs it all the same; or NULL */
	const struct mcu_type *alike;
};

/**
 * flashed_read() - what would @type do with these bytes?
 * @bytes: anything: its flash from @start, an address of it, to the end
 *
 * The start that a Klipper was built for, and its MCU, count when there is a
 * data dictionary: without one, it may be other firmware, or one that a flash
 * has cut off (flashing.md, sections 1 and 2; katapult-protocol.md, section
 * 7.6).
 */
void flashed_read(struct flashed *out, const struct mcu_type *type,
		  uint32_t start, const uint8_t *bytes, size_t len);

#endif
