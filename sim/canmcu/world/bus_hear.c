// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Who hears a frame. */
#include <kcan/admin.h>
#include <string.h>

#include "bus_own.h"

static void receive(struct node *node, const struct can_frame *f,
		    uint64_t now_us)
{
	/* receive_blocked() has filed it */
	if (f->can_id == KCAN_ADMIN_ID && mcu_blocked(&node->mcu))
		return;
	bus_file(node, f, now_us);
	bus_run(node, now_us);
}

static void receive_all(struct bus *b, const struct can_frame *f,
			uint64_t now_us)
{
	for (struct node *node = b->index.all; node; node = node->all_next)
		receive(node, f, now_us);
}

/* Whether it has sent that frame, too, or has heard it already by its UUID. */
static bool is_spared(const struct bus *b, struct node *node,
		      const struct can_frame *f)
{
	if (f->can_id == KCAN_ADMIN_ID)
		return !memcmp(node->mcu.cfg.uuid.b, &f->data[1],
			       KCAN_UUID_LEN);
	if (!node->merged || node->merged != b->medium.first)
		return false;
	node->merged = 0;
	return true;
}

static void receive_by_nodeid(struct bus *b, uint8_t nodeid,
			      const struct node *except,
			      const struct can_frame *f, uint64_t now_us)
{
	struct node *node = b->index.nodeids[nodeid], *next;

	for (; node; node = next) {
		next = node->nodeid_next;
		if (node != except && !is_spared(b, node, f))
			receive(node, f, now_us);
	}
}

/* Files only: a blocked main loop goes on when its hardware has room. */
static void receive_blocked(struct bus *b, const struct can_frame *f,
			    uint64_t now_us)
{
	struct node *node = b->index.blocked;

	for (; node; node = node->blocked_next)
		bus_file(node, f, now_us);
}

/*
 * All nodes file all admin frames, but where an empty queue would only have the
 * frame looked at and forgotten, nothing is lost by not filing it.
 */
static void receive_admin(struct bus *b, const struct can_frame *f,
			  uint64_t now_us)
{
	struct node *own, *named;

	if (!f->can_dlc)
		return;
	receive_blocked(b, f, now_us);
	if (f->data[0] == KCAN_ADMIN_QUERY_UNASSIGNED ||
	    f->data[0] == KCAN_ADMIN_CLEAR_CANBOOT_NODEID) {
		receive_all(b, f, now_us);
		return;
	}
	if (f->can_dlc < 1 + KCAN_UUID_LEN)
		return;
	own = node_index_find(&b->index, &f->data[1]);
	for (named = own; named; named = named->twin)
		receive(named, f, now_us);
	if (f->can_dlc >= CAN_MAX_DLEN)
		receive_by_nodeid(b, f->data[7], own, f, now_us);
}

static void receive_data(struct bus *b, const struct can_frame *f,
			 const struct node *sender, uint64_t now_us)
{
	uint8_t nodeid;
	bool tx;

	if (kcan_nodeid_from_id(f->can_id, &nodeid, &tx))
		receive_by_nodeid(b, nodeid, sender, f, now_us);
}

/* A listener may have sent what no node sends: an admin frame of its host. */
void bus_hear(struct bus *b, const struct can_frame *f,
	      const struct node *sender, uint64_t now_us)
{
	for (struct bus_listener *l = b->listeners; l; l = l->next)
		if (l->node != sender)
			l->ops->receive(l, f);
	if (f->can_id == KCAN_ADMIN_ID)
		receive_admin(b, f, now_us);
	else
		receive_data(b, f, sender, now_us);
}
