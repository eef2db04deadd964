/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_HEX_H
#define UTIL_HEX_H

#include <stddef.h>
#include <stdint.h>

/**
 * util_hex_decode() - two hex digits per byte, either case, nothing else
 * @out: at least @len / 2 bytes; undefined after an error
 * @len: characters of @text to read; has to be even
 *
 * Return: 0 or -EINVAL.
 */
int util_hex_decode(uint8_t *out, const char *text, size_t len);

/** Write 2 * @len lower case digits and a NUL to @out. */
void util_hex_encode(char *out, const uint8_t *data, size_t len);

#endif
