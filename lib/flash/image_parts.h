/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FLASH_IMAGE_PARTS_H
#define FLASH_IMAGE_PARTS_H

/* The parts of <kcan/image.h>. Sections are those of flashing.md. */
#include <kcan/image.h>

/* katapult-protocol.md, section 4.1: the minor version and the patch are below */
#define KCAN_KAT_MAJOR_SHIFT 16

/** Shorter than this is no vector table; bytes. */
#define KCAN_IMAGE_TABLE_LEN 64

/** Does anything run that begins as a file of this @kind does? */
static inline bool kcan_image_kind_runs(enum kcan_image_kind kind)
{
	return kind == KCAN_IMAGE_KLIPPER || kind == KCAN_IMAGE_OTHER ||
	       kind == KCAN_IMAGE_DEPLOYER;
}

/** Sections 1.2 and 1.4. @has_dictionary: one was found in it. */
enum kcan_image_kind kcan_image_kind_of(const uint8_t *bytes, size_t len,
					bool has_dictionary);

/** Return: bytes of the DFU suffix at the end (section 1.4); 0: it has none. */
size_t kcan_image_suffix_len(const uint8_t *bytes, size_t len);

/**
 * kcan_image_start_find() - for which address was it built? (section 1.3)
 * @image: with all that is known but that; is_start_known and start are set
 * @bytes: @image->size of them, which begin with the vector table
 */
void kcan_image_start_find(struct kcan_image *image, const uint8_t *bytes);

/** Return: the chip that the board says it is; NULL: none is known. */
static inline const struct kcan_chip *
kcan_image_board_chip(const struct kcan_image *image)
{
	return image->board ? kcan_chip_find(image->board->mcu) : NULL;
}

/** Return: bytes from where the board's application starts to the flash's end. */
uint64_t kcan_image_room(const struct kcan_image *image, uint32_t flash_size);

/** Return: bytes of flash that can be written on this board at most. */
uint32_t kcan_image_writable(const struct kcan_image *image);

/** Return: what a file of this @kind is: "an ELF file". */
const char *kcan_image_kind_what(enum kcan_image_kind kind);

/** Return: what to give instead of it: "give klipper.bin". */
const char *kcan_image_kind_instead(enum kcan_image_kind kind);

#endif
