/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_TEXTS_H
#define UTIL_TEXTS_H

/** Texts that live until all of them go; NULL is an empty list. */
struct util_texts;

/**
 * util_texts_add() - format a text, as printf() does
 *
 * Return: the text, which stays where it is until util_texts_free(); NULL when
 * there is no memory.
 */
__attribute__((format(printf, 2, 3))) const char *
util_texts_add(struct util_texts **list, const char *format, ...);

/** Leaves an empty list. */
void util_texts_free(struct util_texts **list);

#endif
