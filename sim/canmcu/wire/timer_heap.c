// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "timer_heap.h"

#include <errno.h>
#include <stdlib.h>

int timer_heap_init(struct timer_heap *h, size_t max)
{
	/* slot 0 stays free, so that children are at 2n and 2n + 1 */
	*h = (struct timer_heap){
		.heap = calloc(max + 1, sizeof(struct timer *)), .max = max
	};
	return h->heap ? 0 : -ENOMEM;
}

int timer_heap_reserve(struct timer_heap *h, size_t max)
{
	struct timer **heap;

	if (max <= h->max)
		return 0;
	heap = reallocarray(h->heap, max + 1, sizeof(struct timer *));
	if (!heap)
		return -ENOMEM;
	h->heap = heap;
	h->max = max;
	return 0;
}

void timer_heap_fini(struct timer_heap *h)
{
	free(h->heap);
	h->heap = NULL;
}

static void put(struct timer_heap *h, struct timer *t, size_t pos)
{
	h->heap[pos] = t;
	t->pos = pos;
}

static void sift_up(struct timer_heap *h, struct timer *t)
{
	size_t pos = t->pos;

	while (pos > 1 && h->heap[pos / 2]->at_us > t->at_us) {
		put(h, h->heap[pos / 2], pos);
		pos /= 2;
	}
	put(h, t, pos);
}

static void sift_down(struct timer_heap *h, struct timer *t)
{
	size_t pos = t->pos, child;

	while ((child = 2 * pos) <= h->len) {
		if (child < h->len &&
		    h->heap[child + 1]->at_us < h->heap[child]->at_us)
			child++;
		if (h->heap[child]->at_us >= t->at_us)
			break;
		put(h, h->heap[child], pos);
		pos = child;
	}
	put(h, t, pos);
}

static void take_out(struct timer_heap *h, struct timer *t)
{
	struct timer *last = h->heap[h->len--];
	size_t pos = t->pos;

	t->pos = 0;
	if (last == t)
		return;
	put(h, last, pos);
	sift_up(h, last);
	sift_down(h, last);
}

void timer_heap_set(struct timer_heap *h, struct timer *t, uint64_t at_us)
{
	t->at_us = at_us;
	if (at_us == UINT64_MAX) {
		if (t->pos)
			take_out(h, t);
		return;
	}
	if (!t->pos)
		put(h, t, ++h->len);
	sift_up(h, t);
	sift_down(h, t);
}
