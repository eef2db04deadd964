/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_FIRMWARE_H
#define KATFLASH_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/image.h>
#include <kcan/klp.h>

#define FIRMWARE_MAX (16u * 1024 * 1024) /* bytes; no flash is as large */

/** A file that is to be flashed, and what it says of itself. */
struct firmware {
	const char *path;
	uint8_t *bytes;
	size_t len;
	struct kcan_image_dictionary dictionary;
	struct kcan_klp_format reset; /* the command of that name */
	bool has_reset;
	char error[256]; /* a sentence, any bytes */
};

/**
 * firmware_read() - read a file
 * @f:    to be released with firmware_free(), after an error, too
 * @path: has to stay
 *
 * Return: 0, or a negative errno and why in @f->error.
 */
int firmware_read(struct firmware *f, const char *path);

/**
 * firmware_refusal() - is this judgement one not to flash on?
 * @force: the user insists, which overrules some findings
 *
 * Return: a clause without a subject, or NULL: it may be flashed.
 */
const char *firmware_refusal(const struct kcan_image *image, bool force);

void firmware_free(struct firmware *f);

#endif
