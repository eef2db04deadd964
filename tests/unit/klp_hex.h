/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_KLP_HEX_H
#define UNIT_KLP_HEX_H

/* Bytes of klipper-mcu-protocol.md, as it writes them. */
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include <kcan/klp.h>

#include "util/hex.h"

static inline size_t unhex(const char *text, uint8_t *out)
{
	assert_int_equal(util_hex_decode(out, text, strlen(text)), 0);
	return strlen(text) / 2;
}

#endif
