// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "agenda.h"

#include <errno.h>
#include <stdlib.h>

int agenda_init(struct agenda *a, size_t max)
{
	/* slot 0 stays free, so that children are at 2n and 2n + 1 */
	*a = (struct agenda){ .heap = calloc(max + 1,
					     sizeof(struct agenda_date *)),
			      .max = max };
	return a->heap ? 0 : -ENOMEM;
}

int agenda_reserve(struct agenda *a, size_t max)
{
	struct agenda_date **heap;

	if (max <= a->max)
		return 0;
	heap = reallocarray(a->heap, max + 1, sizeof(struct agenda_date *));
	if (!heap)
		return -ENOMEM;
	a->heap = heap;
	a->max = max;
	return 0;
}

void agenda_fini(struct agenda *a)
{
	free(a->heap);
	a->heap = NULL;
}

static void put(struct agenda *a, struct agenda_date *date, size_t pos)
{
	a->heap[pos] = date;
	date->pos = pos;
}

static void sift_up(struct agenda *a, struct agenda_date *date)
{
	size_t pos = date->pos;

	while (pos > 1 && a->heap[pos / 2]->at_us > date->at_us) {
		put(a, a->heap[pos / 2], pos);
		pos /= 2;
	}
	put(a, date, pos);
}

static void sift_down(struct agenda *a, struct agenda_date *date)
{
	size_t pos = date->pos, child;

	while ((child = 2 * pos) <= a->len) {
		if (child < a->len &&
		    a->heap[child + 1]->at_us < a->heap[child]->at_us)
			child++;
		if (a->heap[child]->at_us >= date->at_us)
			break;
		put(a, a->heap[child], pos);
		pos = child;
	}
	put(a, date, pos);
}

static void strike_out(struct agenda *a, struct agenda_date *date)
{
	struct agenda_date *last = a->heap[a->len--];
	size_t pos = date->pos;

	date->pos = 0;
	if (last == date)
		return;
	put(a, last, pos);
	sift_up(a, last);
	sift_down(a, last);
}

void agenda_set(struct agenda *a, struct agenda_date *date, uint64_t at_us)
{
	date->at_us = at_us;
	if (at_us == UINT64_MAX) {
		if (date->pos)
			strike_out(a, date);
		return;
	}
	if (!date->pos)
		put(a, date, ++a->len);
	sift_up(a, date);
	sift_down(a, date);
}
