// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* 2^64 divided by the golden ratio: neighbours end up far apart */
#define HASH_FACTOR 0x9e3779b97f4a7c15u

/* At most half of the table is full, so that what is not there is found fast. */
static int make_table(struct roster *r, size_t max)
{
	r->uuids_size = 2;
	r->uuids_shift = 63;
	while (r->uuids_size < 2 * max) {
		r->uuids_size *= 2;
		r->uuids_shift--;
	}
	r->uuids = calloc(r->uuids_size, sizeof(struct node *));
	return r->uuids ? 0 : -ENOMEM;
}

int roster_init(struct roster *r, size_t max)
{
	*r = (struct roster){ .all_end = &r->all };
	return make_table(r, max);
}

void roster_fini(struct roster *r)
{
	free(r->uuids);
	r->uuids = NULL;
}

/* Where @uuid is, or the free slot where it would be put. */
static struct node **slot_of(const struct roster *r, const uint8_t *uuid)
{
	uint64_t key = 0;
	size_t at;

	memcpy(&key, uuid, KCAN_UUID_LEN);
	at = (size_t)(key * HASH_FACTOR >> r->uuids_shift);
	while (r->uuids[at] &&
	       memcmp(r->uuids[at]->mcu.cfg.uuid.b, uuid, KCAN_UUID_LEN) != 0)
		at = (at + 1) & (r->uuids_size - 1);
	return &r->uuids[at];
}

static void fill_table(struct roster *r)
{
	for (struct node *node = r->all; node; node = node->all_next)
		*slot_of(r, node->mcu.cfg.uuid.b) = node;
}

int roster_reserve(struct roster *r, size_t max)
{
	struct node **old = r->uuids;
	struct roster grown = *r;

	if (2 * max <= r->uuids_size)
		return 0;
	if (make_table(&grown, max))
		return -ENOMEM;
	free(old);
	r->uuids = grown.uuids;
	r->uuids_size = grown.uuids_size;
	r->uuids_shift = grown.uuids_shift;
	fill_table(r);
	return 0;
}

int roster_add(struct roster *r, struct node *node)
{
	struct node **slot = slot_of(r, node->mcu.cfg.uuid.b);

	if (*slot)
		return -EEXIST;
	*slot = node;
	r->len++;
	node->all_next = NULL;
	*r->all_end = node;
	r->all_end = &node->all_next;
	node->nodeid = -1;
	roster_update(r, node);
	return 0;
}

struct node *roster_find(const struct roster *r, const uint8_t *uuid)
{
	return *slot_of(r, uuid);
}

static void relist_nodeid(struct roster *r, struct node *node, int nodeid)
{
	struct node **head;

	if (node->nodeid >= 0) {
		*node->nodeid_link = node->nodeid_next;
		if (node->nodeid_next)
			node->nodeid_next->nodeid_link = node->nodeid_link;
	}
	node->nodeid = nodeid;
	if (nodeid < 0)
		return;
	head = &r->nodeids[nodeid];
	node->nodeid_next = *head;
	node->nodeid_link = head;
	if (*head)
		(*head)->nodeid_link = &node->nodeid_next;
	*head = node;
}

static void relist_blocked(struct roster *r, struct node *node, bool blocked)
{
	if (!blocked) {
		*node->blocked_link = node->blocked_next;
		if (node->blocked_next)
			node->blocked_next->blocked_link = node->blocked_link;
		node->blocked_link = NULL;
		return;
	}
	node->blocked_next = r->blocked;
	node->blocked_link = &r->blocked;
	if (r->blocked)
		r->blocked->blocked_link = &node->blocked_next;
	r->blocked = node;
}

void roster_update(struct roster *r, struct node *node)
{
	int nodeid = mcu_nodeid(&node->mcu);
	bool blocked = mcu_blocked(&node->mcu);

	if (nodeid != node->nodeid)
		relist_nodeid(r, node, nodeid);
	if (blocked != (node->blocked_link != NULL))
		relist_blocked(r, node, blocked);
}

void roster_remove(struct roster *r, struct node *node)
{
	struct node **at = &r->all;

	if (node->nodeid >= 0)
		relist_nodeid(r, node, -1);
	if (node->blocked_link)
		relist_blocked(r, node, false);
	while (*at != node)
		at = &(*at)->all_next;
	*at = node->all_next;
	if (!*at)
		r->all_end = at;
	r->len--;
	/* others may lie behind its slot only because it is taken */
	memset(r->uuids, 0, r->uuids_size * sizeof(struct node *));
	fill_table(r);
}
