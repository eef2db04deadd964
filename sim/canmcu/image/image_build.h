/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_IMAGE_BUILD_H
#define CANMCU_IMAGE_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../board/family.h"

/** Of an image as it is when nobody says more; bytes. */
#define IMAGE_SIZE_USUAL 24576

/** What an image is made of. */
struct image_spec {
	const struct mcu_type *type; /* with a flash_map */
	uint32_t start;		     /* image_start_ok() */
	uint32_t size;	/* bytes, from image_size_min() to image_size_max() */
	bool is_signed; /* can be asked for Katapult */
	const uint8_t *dictionary; /* compressed */
	size_t dictionary_len;
	const char *version; /* two of them differ in all of their code */
};

/**
 * image_start_ok() - can an application of such a chip start at @address?
 *
 * As flash_app_start_ok(), and where the flash starts, but on an RP2040, whose
 * second boot stage is there (flashing.md, section 1.2).
 */
bool image_start_ok(const struct mcu_type *type, uint32_t address);

/** Return: bytes that an image with such a dictionary needs. */
uint32_t image_size_min(size_t dictionary_len);

/** Return: bytes of flash from @start on. */
uint32_t image_size_max(const struct mcu_type *type, uint32_t start);

/**
 * image_build() - an image that looks like one of Klipper (flashing.md, 1 and 2)
 * @out: @spec->size bytes
 *
 * Whoever looks for them finds the vector table, the handlers, the signature
 * and the dictionary where they are in real ones. What is in between is no
 * code.
 */
void image_build(uint8_t *out, const struct image_spec *spec);

#endif
