// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "medium.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct medium_entry *entry_at(const struct medium *m, size_t at)
{
	return &m->ring[at & (m->size - 1)];
}

int medium_init(struct medium *m, size_t entries)
{
	*m = (struct medium){ .size = 1, .give_up_us = UINT64_MAX };
	while (m->size < entries)
		m->size *= 2;
	m->ring = calloc(m->size, sizeof(*m->ring));
	return m->ring ? 0 : -ENOMEM;
}

int medium_reserve(struct medium *m, size_t entries)
{
	struct medium grown = *m;

	while (grown.size < entries)
		grown.size *= 2;
	if (grown.size == m->size)
		return 0;
	grown.ring = calloc(grown.size, sizeof(*grown.ring));
	if (!grown.ring)
		return -ENOMEM;
	for (size_t at = m->first; at != m->end; at++)
		*entry_at(&grown, at) = *entry_at(m, at);
	medium_fini(m);
	*m = grown;
	return 0;
}

void medium_fini(struct medium *m)
{
	free(m->ring);
	m->ring = NULL;
}

bool medium_queue(struct medium *m, const struct medium_entry *entry)
{
	if (m->end - m->first == m->size)
		return false;
	*entry_at(m, m->end++) = *entry;
	return true;
}

/* Withdrawn entries in front will never be confirmed. */
static void drop_withdrawn(struct medium *m)
{
	while (m->first != m->next && !entry_at(m, m->first)->sender)
		m->first++;
}

static bool can_send(const struct medium *m)
{
	return !m->cut && m->next != m->end &&
	       m->next - m->first < MEDIUM_WINDOW;
}

struct medium_entry *medium_next(struct medium *m, uint64_t now_us)
{
	drop_withdrawn(m);
	if (!can_send(m) || now_us < m->retry_us)
		return NULL;
	return entry_at(m, m->next);
}

void medium_sent(struct medium *m)
{
	m->next++;
}

void medium_refused(struct medium *m, uint64_t now_us)
{
	m->retry_us = now_us + MEDIUM_RETRY_US;
}

void medium_withdraw(struct medium *m)
{
	entry_at(m, m->next++)->sender = NULL;
}

static bool same_frame(const struct can_frame *a, const struct can_frame *b)
{
	return a->can_id == b->can_id && a->can_dlc == b->can_dlc &&
	       !memcmp(a->data, b->data, a->can_dlc);
}

size_t medium_match(const struct medium *m, const struct can_frame *frame)
{
	for (size_t at = m->first; at != m->next; at++) {
		const struct medium_entry *e = entry_at(m, at);

		if (e->sender && same_frame(&e->frame, frame))
			return at - m->first + 1;
	}
	return 0;
}

struct medium_entry medium_pop(struct medium *m)
{
	return *entry_at(m, m->first++);
}

void medium_lost(struct medium *m, uint64_t now_us)
{
	/* a flood loses frames all the time, which must not put it off */
	if (m->first == m->next || m->give_up_us != UINT64_MAX)
		return;
	m->give_up_us = now_us + MEDIUM_GIVE_UP_US;
	m->give_up_end = m->next;
}

size_t medium_given_up(struct medium *m, uint64_t now_us)
{
	size_t left = m->give_up_end - m->first;

	if (now_us < m->give_up_us)
		return 0;
	m->give_up_us = UINT64_MAX;
	/* what came back meanwhile has moved @first on, maybe beyond */
	return left <= m->next - m->first ? left : 0;
}

void medium_link(struct medium *m, bool up)
{
	m->cut = !up;
	if (up)
		return;
	m->next = m->first;
	m->give_up_us = UINT64_MAX;
}

uint64_t medium_deadline(const struct medium *m)
{
	uint64_t retry_us = can_send(m) ? m->retry_us : UINT64_MAX;

	return retry_us < m->give_up_us ? retry_us : m->give_up_us;
}
