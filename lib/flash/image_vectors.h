/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FLASH_IMAGE_VECTORS_H
#define FLASH_IMAGE_VECTORS_H

/*
 * What the bytes of an application for a Cortex-M tell about the chip, and the
 * place in its flash, that they are for. Sections are those of flashing.md.
 */
#include <kcan/chip.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How the vector table begins (section 1.1). */
struct kcan_image_vectors {
	uint32_t stack;	  /* initial stack pointer */
	uint32_t reset;	  /* entry; odd, as all code addresses are */
	uint32_t handler; /* default handler */
};

/** Return: false when there are fewer bytes than that. */
bool kcan_image_vectors_read(struct kcan_image_vectors *out,
			     const uint8_t *bytes, size_t len);

/**
 * kcan_image_stack_fits() - is the initial stack pointer one for such RAM?
 * @ram: @len ranges
 *
 * The usual one is the end of the RAM (section 1.1).
 */
bool kcan_image_stack_fits(uint32_t stack, const struct kcan_chip_range *ram,
			   size_t len);

/**
 * kcan_image_reset_fits() - can the reset entry be one in @flash?
 *
 * True for an image that is built for here, and for many that are not.
 */
bool kcan_image_reset_fits(uint32_t reset, const struct kcan_chip_range *flash);

/**
 * kcan_image_is_for() - is a Klipper image built for this address?
 * @bytes: the image, which begins with its vector table
 * @start: where that is to lie
 *
 * Exact for Klipper since March 2021, and nothing but chance for any other
 * firmware (section 1.3).
 */
bool kcan_image_is_for(const uint8_t *bytes, size_t len, uint32_t start);

/** What an application holds that can be asked for Katapult (section 1.5). */
#define KCAN_IMAGE_SIGNATURE "CanBoot!"
#define KCAN_IMAGE_SIGNATURE_LEN 8

/** Return: where it is for the first time; NULL: nowhere. */
const uint8_t *kcan_image_signature_find(const uint8_t *bytes, size_t len);

/** Return: whether it is there, at any offset. */
bool kcan_image_is_signed(const uint8_t *bytes, size_t len);

#endif
