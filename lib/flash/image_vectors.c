// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "image_vectors.h"

#include <string.h>

#include "util/cursor.h"

#define RAM 0x20000000u /* where that of all these chips begins */
#define RAM_MASK 0xf0000000u

bool kcan_image_vectors_read(struct kcan_image_vectors *out,
			     const uint8_t *bytes, size_t len)
{
	struct util_cursor c = util_cursor_reading(bytes, len);

	out->stack = util_get_le32(&c);
	out->reset = util_get_le32(&c);
	out->handler = util_get_le32(&c);
	return !c.bad;
}

bool kcan_image_stack_fits(uint32_t stack, const struct kcan_chip_range *ram,
			   size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (stack % 4 == 0 && stack > ram[i].start &&
		    stack - ram[i].start <= ram[i].size)
			return true;
	return false;
}

bool kcan_image_reset_fits(uint32_t reset, const struct kcan_chip_range *flash)
{
	return reset % 2 && reset > flash->start &&
	       reset - flash->start < flash->size;
}

/* Does the code at an odd @address begin with these two bytes? */
static bool begins_with(const uint8_t *bytes, size_t len, uint32_t offset,
			const char *code)
{
	return offset % 2 && offset < len &&
	       !memcmp(bytes + offset - 1, code, 2);
}

bool kcan_image_is_for(const uint8_t *bytes, size_t len, uint32_t start)
{
	struct kcan_image_vectors v;

	if (!kcan_image_vectors_read(&v, bytes, len))
		return false;
	/* "disable interrupts", and "jump to where you are" */
	return begins_with(bytes, len, v.reset - start, "\x72\xb6") &&
	       ((v.handler & RAM_MASK) == RAM ||
		begins_with(bytes, len, v.handler - start, "\xfe\xe7"));
}

const uint8_t *kcan_image_signature_find(const uint8_t *bytes, size_t len)
{
	const uint8_t *end = bytes + len, *p = bytes;

	for (; (size_t)(end - p) >= KCAN_IMAGE_SIGNATURE_LEN; p++) {
		p = memchr(p, KCAN_IMAGE_SIGNATURE[0],
			   (size_t)(end - p) - KCAN_IMAGE_SIGNATURE_LEN + 1);
		if (!p)
			return NULL;
		if (!memcmp(p, KCAN_IMAGE_SIGNATURE, KCAN_IMAGE_SIGNATURE_LEN))
			return p;
	}
	return NULL;
}

bool kcan_image_is_signed(const uint8_t *bytes, size_t len)
{
	return kcan_image_signature_find(bytes, len);
}
