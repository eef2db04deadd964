/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_PREVIOUS_H
#define KATFLASH_PREVIOUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/chip.h>
#include <kcan/image.h>
#include <kcan/kat.h>

#include "firmware.h"

enum previous_is {
	PREVIOUS_UNKNOWN, /* not looked for, not found, or no Klipper */
	PREVIOUS_NONE,	  /* there is no application */
	PREVIOUS_KLIPPER, /* its dictionary was found */
};

/** What is being done; the first block comes before all of it. */
enum previous_step {
	PREVIOUS_SAMPLES, /* is there something compressed? */
	PREVIOUS_BACK,	  /* where does it begin? */
	PREVIOUS_READS,	  /* all of it */
	PREVIOUS_PROVES,  /* has the application ended in front of it? */
};

/**
 * What is in the flash of a board before it is overwritten, found without reading
 * all of it.
 *
 * Only a whole dictionary tells a version, and nothing tells where it lies. But
 * it is compressed, so that a block of it has more different bytes than nearly
 * all code has. Blocks are sampled so close to each other that one is in it, the
 * first one where the dictionary of the new image is, the others in turn in front
 * of that and behind it, up to 16 KiB away: that of v0.11 was 12 KiB away from
 * where it is four years later.
 *
 * What is found so is whole, by its checksum. It is that of the application
 * unless this has ended in front of it: behind an application the rest of its erase
 * unit is FF (flashing.md, section 2). So the end of each unit in between is looked
 * at as well; one that fills its last unit is not noticed.
 */
struct previous {
	enum previous_is is;
	struct kcan_image_dictionary dictionary; /* with PREVIOUS_KLIPPER */

	const struct firmware *firmware; /* the new one */
	const struct kcan_chip *chip;
	uint32_t start; /* address of the application */
	size_t room;	/* bytes from there that may be read */
	enum previous_step step;
	unsigned int samples, reads;
	unsigned int alike; /* blocks in a row, compressed or not */
	/* bytes from the start of the application */
	size_t sample;	/* the last one */
	size_t at;	/* what is read next; 0: the first block */
	uint8_t *bytes; /* of it, [from, to) */
	size_t from, to;
	size_t begin; /* of the dictionary */
};

/**
 * previous_begin() - get ready to look
 * @p:        all of it is set; to be released with previous_free()
 * @firmware: the new one; has to stay
 * @ident:    what Katapult says of itself
 *
 * Return: false: there is nothing to go by, or no memory; it is not known then.
 */
bool previous_begin(struct previous *p, const struct firmware *firmware,
		    const struct kcan_kat_ident *ident);

/**
 * previous_take() - the next block; as struct kcan_flash_cfg has it
 * @ctx: the struct previous
 */
uint32_t previous_take(void *ctx, uint32_t address, const uint8_t *data,
		       size_t len);

/** Return: its version, or what to say instead; printable. */
const char *previous_text(const struct previous *p);

/** What was found stays. */
void previous_free(struct previous *p);

#endif
