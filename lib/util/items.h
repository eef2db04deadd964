/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_ITEMS_H
#define UTIL_ITEMS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * util_next_item() - the next item of a list that has commas between them
 * @list: moved on behind it
 * @out:  the item, blanks included; cut off when @size is too small
 *
 * Return: false at the end of the list; empty items are passed over.
 */
bool util_next_item(const char **list, char *out, size_t size);

#endif
