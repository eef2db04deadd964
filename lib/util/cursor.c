// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/cursor.h"

#include <string.h>

struct util_cursor util_cursor_on(uint8_t *data, size_t len)
{
	return (struct util_cursor){ .data = data, .len = len };
}

struct util_cursor util_cursor_reading(const uint8_t *data, size_t len)
{
	return (struct util_cursor){ .data = (uint8_t *)data, .len = len };
}

/* The next @len bytes, or NULL when there are not so many. */
static uint8_t *take(struct util_cursor *c, size_t len)
{
	uint8_t *at;

	if (c->bad || len > c->len - c->pos) {
		c->bad = true;
		return NULL;
	}
	at = c->data + c->pos;
	c->pos += len;
	return at;
}

void util_put_u8(struct util_cursor *c, uint8_t value)
{
	util_put_bytes(c, &value, 1);
}

void util_put_le32(struct util_cursor *c, uint32_t value)
{
	uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8),
			     (uint8_t)(value >> 16), (uint8_t)(value >> 24) };

	util_put_bytes(c, bytes, sizeof(bytes));
}

void util_put_be16(struct util_cursor *c, uint16_t value)
{
	uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	util_put_bytes(c, bytes, sizeof(bytes));
}

void util_put_be32(struct util_cursor *c, uint32_t value)
{
	uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
			     (uint8_t)(value >> 8), (uint8_t)value };

	util_put_bytes(c, bytes, sizeof(bytes));
}

void util_put_bytes(struct util_cursor *c, const void *data, size_t len)
{
	uint8_t *at = take(c, len);

	if (at && len)
		memcpy(at, data, len);
}

void util_put_zeros(struct util_cursor *c, size_t len)
{
	uint8_t *at = take(c, len);

	if (at)
		memset(at, 0, len);
}

uint8_t util_get_u8(struct util_cursor *c)
{
	const uint8_t *at = take(c, 1);

	return at ? *at : 0;
}

uint16_t util_get_le16(struct util_cursor *c)
{
	const uint8_t *at = take(c, 2);

	return at ? (uint16_t)(at[0] | at[1] << 8) : 0;
}

uint32_t util_get_le32(struct util_cursor *c)
{
	const uint8_t *at = take(c, 4);

	if (!at)
		return 0;
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

uint16_t util_get_be16(struct util_cursor *c)
{
	const uint8_t *at = take(c, 2);

	return at ? (uint16_t)(at[0] << 8 | at[1]) : 0;
}

uint32_t util_get_be32(struct util_cursor *c)
{
	const uint8_t *at = take(c, 4);

	if (!at)
		return 0;
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

void util_get_bytes(struct util_cursor *c, void *out, size_t len)
{
	const uint8_t *at = take(c, len);

	if (at && len)
		memcpy(out, at, len);
	else
		memset(out, 0, len);
}

size_t util_cursor_left(const struct util_cursor *c)
{
	return c->bad ? 0 : c->len - c->pos;
}
