// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "node_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* 2^64 divided by the golden ratio: neighbours end up far apart */
#define HASH_FACTOR 0x9e3779b97f4a7c15u

/* At most half of the table is full, so that what is not there is found fast. */
static int make_table(struct node_index *x, size_t max)
{
	x->uuids_size = 2;
	x->uuids_shift = 63;
	while (x->uuids_size < 2 * max) {
		x->uuids_size *= 2;
		x->uuids_shift--;
	}
	x->uuids = calloc(x->uuids_size, sizeof(struct node *));
	return x->uuids ? 0 : -ENOMEM;
}

int node_index_init(struct node_index *x, size_t max)
{
	*x = (struct node_index){ .all_end = &x->all };
	return make_table(x, max);
}

void node_index_fini(struct node_index *x)
{
	free(x->uuids);
	x->uuids = NULL;
}

/* Where @uuid is, or the free slot where it would be put. */
static struct node **slot_of(const struct node_index *x, const uint8_t *uuid)
{
	uint64_t key = 0;
	size_t at;

	memcpy(&key, uuid, KCAN_UUID_LEN);
	at = (size_t)(key * HASH_FACTOR >> x->uuids_shift);
	while (x->uuids[at] &&
	       memcmp(x->uuids[at]->mcu.cfg.uuid.b, uuid, KCAN_UUID_LEN) != 0)
		at = (at + 1) & (x->uuids_size - 1);
	return &x->uuids[at];
}

static void list_uuid(struct node_index *x, struct node *node)
{
	struct node **at = slot_of(x, node->mcu.cfg.uuid.b);

	while (*at)
		at = &(*at)->twin;
	*at = node;
	node->twin = NULL;
}

static void fill_table(struct node_index *x)
{
	for (struct node *node = x->all; node; node = node->all_next)
		list_uuid(x, node);
}

int node_index_reserve(struct node_index *x, size_t max)
{
	struct node **old = x->uuids;
	struct node_index grown = *x;

	if (2 * max <= x->uuids_size)
		return 0;
	if (make_table(&grown, max))
		return -ENOMEM;
	free(old);
	x->uuids = grown.uuids;
	x->uuids_size = grown.uuids_size;
	x->uuids_shift = grown.uuids_shift;
	fill_table(x);
	return 0;
}

void node_index_add(struct node_index *x, struct node *node)
{
	list_uuid(x, node);
	x->len++;
	node->all_next = NULL;
	*x->all_end = node;
	x->all_end = &node->all_next;
	node->nodeid = -1;
	node_index_update(x, node);
}

struct node *node_index_find(const struct node_index *x, const uint8_t *uuid)
{
	return *slot_of(x, uuid);
}

static void relist_nodeid(struct node_index *x, struct node *node, int nodeid)
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
	head = &x->nodeids[nodeid];
	node->nodeid_next = *head;
	node->nodeid_link = head;
	if (*head)
		(*head)->nodeid_link = &node->nodeid_next;
	*head = node;
}

static void relist_blocked(struct node_index *x, struct node *node,
			   bool blocked)
{
	if (!blocked) {
		*node->blocked_link = node->blocked_next;
		if (node->blocked_next)
			node->blocked_next->blocked_link = node->blocked_link;
		node->blocked_link = NULL;
		return;
	}
	node->blocked_next = x->blocked;
	node->blocked_link = &x->blocked;
	if (x->blocked)
		x->blocked->blocked_link = &node->blocked_next;
	x->blocked = node;
}

void node_index_update(struct node_index *x, struct node *node)
{
	int nodeid = mcu_nodeid(&node->mcu);
	bool blocked = mcu_blocked(&node->mcu);

	if (nodeid != node->nodeid)
		relist_nodeid(x, node, nodeid);
	if (blocked != (node->blocked_link != NULL))
		relist_blocked(x, node, blocked);
}

void node_index_remove(struct node_index *x, struct node *node)
{
	struct node **at = &x->all;

	if (node->nodeid >= 0)
		relist_nodeid(x, node, -1);
	if (node->blocked_link)
		relist_blocked(x, node, false);
	while (*at != node)
		at = &(*at)->all_next;
	*at = node->all_next;
	if (!*at)
		x->all_end = at;
	x->len--;
	/* others may lie behind its slot only because it is taken */
	memset(x->uuids, 0, x->uuids_size * sizeof(struct node *));
	fill_table(x);
}
