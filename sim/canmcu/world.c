// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "world.h"

#include <errno.h>
#include <kcan/admin.h>
#include <stdlib.h>

#include "agenda.h"
#include "medium.h"
#include "roster.h"

struct world {
	struct roster roster;
	struct agenda agenda;
	struct medium medium;
	struct mcu_env env;
	struct node *nodes;
	size_t nodes_len;
};

#define node_of(mcu_ptr) \
	((struct node *)((char *)(mcu_ptr)-offsetof(struct node, mcu)))
#define node_of_date(date_ptr) \
	((struct node *)((char *)(date_ptr)-offsetof(struct node, date)))

/* A frame that finds no room is lost as in a reset: see medium_size(). */
static void transmit(void *arg, struct mcu *m, const struct can_frame *f)
{
	struct world *w = arg;

	if (!medium_queue(&w->medium, node_of(m), m->generation, f))
		mcu_tx_done(m);
}

/* The second half is for frames of nodes that were reset meanwhile. */
static size_t medium_size(const struct mcu_cfg *cfgs, size_t len)
{
	size_t slots = 0;

	for (size_t i = 0; i < len; i++)
		slots += cfgs[i].type->family->tx_slots;
	return 2 * slots;
}

static void update(struct world *w, struct node *node)
{
	uint64_t deadline_us = mcu_deadline(&node->mcu);

	if (deadline_us != node->date.at_us)
		agenda_set(&w->agenda, &node->date, deadline_us);
	roster_update(&w->roster, node);
}

static int add_nodes(struct world *w, const struct mcu_cfg *cfgs)
{
	int err = 0;

	for (size_t i = 0; i < w->nodes_len && !err; i++) {
		struct node *node = &w->nodes[i];

		mcu_init(&node->mcu, &cfgs[i], &w->env);
		node->date.at_us = UINT64_MAX;
		err = roster_add(&w->roster, node);
	}
	return err;
}

int world_new(struct world **out, const struct mcu_cfg *cfgs, size_t len,
	      struct event_sink events)
{
	struct world *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->env = (struct mcu_env){ transmit, w, events };
	w->nodes_len = len;
	w->nodes = calloc(len ? len : 1, sizeof(*w->nodes));
	err = w->nodes ? roster_init(&w->roster, len) : -ENOMEM;
	if (!err)
		err = agenda_init(&w->agenda, len);
	if (!err)
		err = medium_init(&w->medium, medium_size(cfgs, len));
	if (!err)
		err = add_nodes(w, cfgs);
	if (err) {
		world_free(w);
		return err;
	}
	*out = w;
	return 0;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	for (size_t i = 0; w->nodes && i < w->nodes_len; i++)
		mcu_fini(&w->nodes[i].mcu);
	medium_fini(&w->medium);
	agenda_fini(&w->agenda);
	roster_fini(&w->roster);
	free(w->nodes);
	free(w);
}

/* Who hears a frame. */

static void run(struct world *w, struct node *node, uint64_t now_us)
{
	mcu_run(&node->mcu, now_us);
	update(w, node);
}

static void hear(struct world *w, struct node *node, const struct can_frame *f,
		 uint64_t now_us)
{
	/* hear_blocked() has filed it */
	if (f->can_id == KCAN_ADMIN_ID && mcu_blocked(&node->mcu))
		return;
	mcu_rx(&node->mcu, f, now_us);
	run(w, node, now_us);
}

static void hear_all(struct world *w, const struct can_frame *f,
		     uint64_t now_us)
{
	for (size_t i = 0; i < w->nodes_len; i++)
		hear(w, &w->nodes[i], f, now_us);
}

static void hear_nodeid(struct world *w, uint8_t nodeid,
			const struct node *except, const struct can_frame *f,
			uint64_t now_us)
{
	struct node *node = w->roster.nodeids[nodeid], *next;

	for (; node; node = next) {
		next = node->nodeid_next;
		if (node != except)
			hear(w, node, f, now_us);
	}
}

/* Files only: a blocked main loop goes on when its hardware has room. */
static void hear_blocked(struct world *w, const struct can_frame *f,
			 uint64_t now_us)
{
	struct node *node = w->roster.blocked;

	for (; node; node = node->blocked_next)
		mcu_rx(&node->mcu, f, now_us);
}

/*
 * All nodes file all admin frames, but where an empty queue would only have the
 * frame looked at and forgotten, nothing is lost by not filing it.
 */
static void hear_admin(struct world *w, const struct can_frame *f,
		       uint64_t now_us)
{
	struct node *own = NULL;

	if (!f->can_dlc)
		return;
	hear_blocked(w, f, now_us);
	if (f->data[0] == KCAN_ADMIN_QUERY_UNASSIGNED ||
	    f->data[0] == KCAN_ADMIN_CLEAR_CANBOOT_NODEID) {
		hear_all(w, f, now_us);
		return;
	}
	if (f->can_dlc < 1 + KCAN_UUID_LEN)
		return;
	own = roster_find(&w->roster, &f->data[1]);
	if (own)
		hear(w, own, f, now_us);
	if (f->can_dlc >= CAN_MAX_DLEN)
		hear_nodeid(w, f->data[7], own, f, now_us);
}

static void hear_data(struct world *w, const struct can_frame *f,
		      const struct node *sender, uint64_t now_us)
{
	uint8_t nodeid;
	bool tx;

	if (kcan_nodeid_from_id(f->can_id, &nodeid, &tx))
		hear_nodeid(w, nodeid, sender, f, now_us);
}

/* What comes back. */

static void done(struct world *w, const struct medium_entry *e, uint64_t now_us)
{
	struct node *node = e->sender;

	if (!node || node->mcu.generation != e->generation)
		return;
	mcu_tx_done(&node->mcu);
	run(w, node, now_us);
}

static void confirm(struct world *w, const struct can_frame *frame,
		    uint64_t now_us)
{
	size_t len = medium_match(&w->medium, frame);
	struct medium_entry e;

	for (; len > 1; len--) {
		e = medium_pop(&w->medium);
		done(w, &e, now_us);
	}
	/* not ours any more: it has been given up, and so it was heard */
	if (!len)
		return;
	e = medium_pop(&w->medium);
	hear_data(w, &e.frame, e.sender, now_us);
	done(w, &e, now_us);
}

void world_rx(struct world *w, const struct can_frame *frame, bool own,
	      uint64_t now_us)
{
	world_step(w, now_us);
	if (own)
		confirm(w, frame, now_us);
	else if (frame->can_id == KCAN_ADMIN_ID)
		hear_admin(w, frame, now_us);
	else
		hear_data(w, frame, NULL, now_us);
}

void world_step(struct world *w, uint64_t now_us)
{
	struct agenda_date *date = agenda_first(&w->agenda);
	size_t lost = medium_given_up(&w->medium, now_us);

	while (lost--) {
		struct medium_entry e = medium_pop(&w->medium);

		done(w, &e, now_us);
	}
	while (date && date->at_us <= now_us) {
		run(w, node_of_date(date), now_us);
		date = agenda_first(&w->agenda);
	}
}

uint64_t world_deadline(const struct world *w)
{
	const struct agenda_date *date = agenda_first(&w->agenda);
	uint64_t wire_us = medium_deadline(&w->medium);

	return date && date->at_us < wire_us ? date->at_us : wire_us;
}

/* What goes out. */

static bool is_stale(const struct medium_entry *e)
{
	const struct node *node = e->sender;

	return !node || node->mcu.generation != e->generation;
}

bool world_tx(struct world *w, struct can_frame *frame, uint64_t now_us)
{
	const struct medium_entry *e;

	while ((e = medium_next(&w->medium, now_us))) {
		if (!is_stale(e)) {
			*frame = e->frame;
			return true;
		}
		medium_withdraw(&w->medium);
	}
	return false;
}

void world_sent(struct world *w)
{
	medium_sent(&w->medium);
}

void world_refused(struct world *w, uint64_t now_us)
{
	medium_refused(&w->medium, now_us);
}

void world_lost(struct world *w, uint64_t now_us)
{
	medium_lost(&w->medium, now_us);
}

void world_link(struct world *w, bool up)
{
	medium_link(&w->medium, up);
}

/* Hands on a board. */

size_t world_len(const struct world *w)
{
	return w->nodes_len;
}

const struct mcu *world_at(const struct world *w, size_t index)
{
	return &w->nodes[index].mcu;
}

const struct mcu *world_find(const struct world *w,
			     const struct kcan_uuid *uuid)
{
	const struct node *node = roster_find(&w->roster, uuid->b);

	return node ? &node->mcu : NULL;
}

int world_reset(struct world *w, const struct mcu *m, uint64_t now_us)
{
	struct node *node = node_of(m);
	int err = mcu_reset(&node->mcu, now_us);

	update(w, node);
	return err;
}

void world_power(struct world *w, const struct mcu *m, bool on, uint64_t now_us)
{
	struct node *node = node_of(m);

	mcu_power(&node->mcu, on, now_us);
	update(w, node);
}

int world_shutdown(struct world *w, const struct mcu *m, const char *reason,
		   uint64_t now_us)
{
	struct node *node = node_of(m);
	int err = mcu_shutdown(&node->mcu, reason, now_us);

	update(w, node);
	return err;
}
