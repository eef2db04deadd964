/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef DICT_FIND_H
#define DICT_FIND_H

#include <kcan/image.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dict.h"

/**
 * dictionary_find() - Klipper's data dictionary in a flash image
 * @bytes: anything
 * @out:   all zero when there is none
 *
 * A zlib stream somewhere in it, of at most 64 KiB, that holds a JSON object
 * with "app" equal to "Klipper" (katapult-protocol.md, section 8), or, as those
 * of its relatives have, with "commands" and "config" (flashing.md, section 2).
 * The first one counts. The work is bounded, and not all of an image that is
 * full of other streams is read.
 *
 * Return: whether there is one.
 */
bool dictionary_find(const struct dict_lib *lib,
		     struct kcan_image_dictionary *out, const uint8_t *bytes,
		     size_t len);

#endif
