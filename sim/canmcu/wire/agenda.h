/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_AGENDA_H
#define CANMCU_AGENDA_H

#include <stddef.h>
#include <stdint.h>

/** One date; embed it in what the date is about. */
struct agenda_date {
	uint64_t at_us;
	size_t pos; /* in the heap, plus one; 0: not in it */
};

/**
 * struct agenda - dates by their time: the first one is found at once
 *
 * A binary heap of pointers to dates that others own.
 */
struct agenda {
	struct agenda_date **heap;
	size_t len;
	size_t max;
};

/** Room for @max dates. Return: 0 or -ENOMEM. */
int agenda_init(struct agenda *a, size_t max);
/** Room for @max dates from now on. Return: 0, or -ENOMEM: it is as it was. */
int agenda_reserve(struct agenda *a, size_t max);
void agenda_fini(struct agenda *a);

/** Enter, move or, with UINT64_MAX, strike out a date. */
void agenda_set(struct agenda *a, struct agenda_date *date, uint64_t at_us);

/** Return: the earliest date, or NULL when there is none. */
static inline struct agenda_date *agenda_first(const struct agenda *a)
{
	return a->len ? a->heap[1] : NULL;
}

#endif
