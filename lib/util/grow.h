/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_GROW_H
#define UTIL_GROW_H

#include <stddef.h>
#include <stdlib.h>

/**
 * util_grow() - room for one more element, made at each power of two
 * @array: as it came from here, or NULL
 * @len:   elements that are in use
 * @size:  bytes of one
 *
 * Return: the array, which may have moved; NULL: no memory, and it is as it was.
 */
static inline void *util_grow(void *array, size_t len, size_t size)
{
	if (len & (len - 1))
		return array;
	return reallocarray(array, len ? 2 * len : 1, size);
}

#endif
