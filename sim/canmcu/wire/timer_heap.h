/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_TIMER_HEAP_H
#define CANMCU_TIMER_HEAP_H

#include <stddef.h>
#include <stdint.h>

/** A time to wake up at; embed it in what is to be woken. */
struct timer {
	uint64_t at_us;
	size_t pos; /* in the heap, plus one; 0: not in it */
};

/**
 * struct timer_heap - timers by their time: the first one is found at once
 *
 * A binary heap of pointers to timers that others own.
 */
struct timer_heap {
	struct timer **heap;
	size_t len;
	size_t max;
};

/** Room for @max timers. Return: 0 or -ENOMEM. */
int timer_heap_init(struct timer_heap *h, size_t max);
/** Room for @max timers from now on. Return: 0, or -ENOMEM: it is as it was. */
int timer_heap_reserve(struct timer_heap *h, size_t max);
void timer_heap_fini(struct timer_heap *h);

/** Set, move or, with UINT64_MAX, stop a timer. */
void timer_heap_set(struct timer_heap *h, struct timer *t, uint64_t at_us);

/** Return: the earliest timer, or NULL when there is none. */
static inline struct timer *timer_heap_first(const struct timer_heap *h)
{
	return h->len ? h->heap[1] : NULL;
}

#endif
