/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_IMAGES_H
#define CANMCU_IMAGES_H

#include "../mcu/mcu.h"
#include "image.h"

/**
 * struct images - the image files of all MCUs of a process
 *
 * All zero is none; release with images_fini() when no MCU uses them any more.
 */
struct images {
	struct images_entry *list;
	size_t len;
};

/**
 * images_open() - open the image that an MCU is configured with
 * @cfg:      its flash_image is the path; gets the store, and a path that lives
 *            as long as that
 * @sentence: on failure: what was observed and what to do about it
 *
 * A @cfg that has the store of the same path already keeps it, when its flash
 * fits.
 *
 * Return: 0 or a negative errno; then nothing has changed.
 */
int images_open(struct images *images, struct mcu_cfg *cfg, char *sentence,
		size_t size);

/** Close the image of an MCU that uses it no more; it may have none. */
void images_close(struct images *images, const struct mcu_cfg *cfg);

void images_fini(struct images *images);

#endif
