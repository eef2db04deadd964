// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/uuid.h>

#include <errno.h>
#include <string.h>

#include "util/hex.h"

/* can-admin-channel.md, section 10.2 */
#define HASH_SEED 0xa16231a7u
#define HASH_M 0x880355f21e6d1965u
#define HASH_Q 0x2127599bf4325c37u

int kcan_uuid_parse(struct kcan_uuid *out, const char *text)
{
	struct kcan_uuid uuid;

	if (strlen(text) != KCAN_UUID_STR_LEN)
		return -ERANGE;
	if (util_hex_decode(uuid.b, text, KCAN_UUID_STR_LEN))
		return -EINVAL;
	*out = uuid;
	return 0;
}

void kcan_uuid_format(const struct kcan_uuid *uuid,
		      char out[static KCAN_UUID_STR_LEN + 1])
{
	util_hex_encode(out, uuid->b, sizeof(uuid->b));
}

static uint64_t hash_mix(uint64_t x)
{
	x ^= x >> 23;
	x *= HASH_Q;
	return x ^ x >> 47;
}

/* Up to 8 bytes as a little-endian number, the upper bytes zero. */
static uint64_t load_le(const uint8_t *p, size_t len)
{
	uint64_t value = 0;

	while (len--)
		value = value << 8 | p[len];
	return value;
}

void kcan_uuid_from_chip_id(struct kcan_uuid *out, const uint8_t *id,
			    size_t len)
{
	uint64_t h = HASH_SEED ^ len * HASH_M;

	for (size_t at = 0; at < len; at += 8) {
		size_t left = len - at;

		h ^= hash_mix(load_le(id + at, left < 8 ? left : 8));
		h *= HASH_M;
	}
	h = hash_mix(h);
	for (size_t i = 0; i < KCAN_UUID_LEN; i++)
		out->b[i] = (uint8_t)(h >> 8 * i);
}

struct kcan_uuid kcan_uuid_complement(const struct kcan_uuid *uuid)
{
	struct kcan_uuid out;

	for (size_t i = 0; i < KCAN_UUID_LEN; i++)
		out.b[i] = (uint8_t)~uuid->b[i];
	return out;
}

bool kcan_uuid_equal(const struct kcan_uuid *a, const struct kcan_uuid *b)
{
	return !memcmp(a->b, b->b, sizeof(a->b));
}
