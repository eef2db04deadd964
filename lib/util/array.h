/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_ARRAY_H
#define UTIL_ARRAY_H

#include <stdbool.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/** A set of numbers from 0 to 255, such as nodeids; zeroed it is empty. */
struct util_set {
	uint64_t bits[4];
};

static inline bool util_set_has(const struct util_set *set, uint8_t n)
{
	return set->bits[n / 64] >> n % 64 & 1;
}

static inline void util_set_add(struct util_set *set, uint8_t n)
{
	set->bits[n / 64] |= UINT64_C(1) << n % 64;
}

static inline void util_set_remove(struct util_set *set, uint8_t n)
{
	set->bits[n / 64] &= ~(UINT64_C(1) << n % 64);
}

#endif
