/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef DICT_FIND_H
#define DICT_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dict.h"

/** What a Klipper application tells about itself. */
struct dictionary {
	char version[128]; /* "v0.12.0-123-gabcdef" */
	char mcu[48];	   /* "stm32g0b1xx" */
};

/**
 * dictionary_find() - Klipper's data dictionary in a flash image
 * @bytes: anything
 * @out:   printable ASCII, cut to its size; "?" for what it does not tell, ""
 *         when there is none
 *
 * A zlib stream somewhere in it, that holds a JSON object with "app" equal to
 * "Klipper" (katapult-protocol.md, section 8). The first one counts. The work
 * is bounded, and not all of an image that is full of other streams is read.
 *
 * Return: whether there is one.
 */
bool dictionary_find(const struct dict_lib *lib, struct dictionary *out,
		     const uint8_t *bytes, size_t len);

#endif
