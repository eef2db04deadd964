/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_CURSOR_H
#define UTIL_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct util_cursor - bounds-checked writing or reading of wire bytes
 *
 * Once something did not fit, @bad stays set, writes do nothing and reads give
 * zero: check it once, at the end.
 */
struct util_cursor {
	uint8_t *data;
	size_t len; /* of the whole buffer */
	size_t pos;
	bool bad;
};

/** Start at the front of @data, for reading or for writing. */
struct util_cursor util_cursor_on(uint8_t *data, size_t len);
/** The same for constant bytes: only the get functions may be used on it. */
struct util_cursor util_cursor_reading(const uint8_t *data, size_t len);

void util_put_u8(struct util_cursor *c, uint8_t value);
void util_put_le32(struct util_cursor *c, uint32_t value);
void util_put_be16(struct util_cursor *c, uint16_t value);
void util_put_be32(struct util_cursor *c, uint32_t value);
void util_put_bytes(struct util_cursor *c, const void *data, size_t len);
void util_put_zeros(struct util_cursor *c, size_t len);

uint8_t util_get_u8(struct util_cursor *c);
uint16_t util_get_le16(struct util_cursor *c);
uint32_t util_get_le32(struct util_cursor *c);
uint16_t util_get_be16(struct util_cursor *c);
uint32_t util_get_be32(struct util_cursor *c);
void util_get_bytes(struct util_cursor *c, void *out, size_t len);
size_t util_cursor_left(const struct util_cursor *c);

#endif
