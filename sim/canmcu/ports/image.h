/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_IMAGE_H
#define CANMCU_IMAGE_H

#include <stddef.h>

#include "../board/flash.h"

/**
 * struct image - a flash memory in a file that outlives the simulator
 *
 * The bytes of the chip from the start of its flash on, as a programmer reads
 * them: nothing in front, nothing between. Killing the process at any instant
 * leaves each block of 64 bytes either old or new.
 */
struct image;

/**
 * image_open() - open the file at @path, or make it
 * @out:      set on success only; release with image_close()
 * @factory:  what a new file holds; its size is that of the file
 * @sentence: on failure: what was observed and what to do about it
 *
 * A new file (for its owner only) appears when it is complete; killed before
 * that, a file "PATH.XXXXXX" is left behind. A shorter file may be anything,
 * and is refused unless it is blank where Katapult is, as all that we write, or
 * empty: then the rest is added, which is blank. Symbolic links are followed to
 * files that exist. While it is open nobody else can open it with this function.
 *
 * Return: 0 or a negative errno.
 */
int image_open(struct image **out, const char *path,
	       const struct flash *factory, char *sentence, size_t size);

/**
 * image_fit() - be the flash of another chip from now on
 * @path: that it was opened at, for the sentence
 *
 * What is missing to the size of @factory is added as blank.
 *
 * Return: as image_open(); then nothing has changed.
 */
int image_fit(struct image *image, const char *path,
	      const struct flash *factory, char *sentence, size_t size);

/** The file stays; NULL is allowed. */
void image_close(struct image *image);

/** Return: the access to the file's bytes, for flash_attach(). */
struct flash_store image_store(struct image *image);

#endif
