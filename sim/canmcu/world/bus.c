// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "bus_own.h"

/* Of so many nodes at once all late frames find room on the way to the wire. */
#define LATE_NODES 16

#define node_of_sender(sender_ptr) \
	((struct node *)((char *)(sender_ptr)-offsetof(struct node, sender)))

static void report_state(void *arg, struct arbiter_sender *s, uint64_t at_us)
{
	enum confinement_state state = confinement_state(&s->confinement);
	struct node *node = node_of_sender(s);

	(void)arg;
	if (node->listener)
		node->listener->ops->state_changed(node->listener, at_us);
	else
		mcu_event(&node->mcu, EVENT_BUS_STATE,
			  confinement_state_name(state), at_us);
}

/*
 * The second half is for frames of nodes that were reset meanwhile. Frames that
 * are late hold no slot, and all come at once.
 */
static size_t entries_for(size_t slots)
{
	return 2 * slots + LATE_NODES * TRANSCEIVER_LATE_MAX;
}

int bus_init(struct bus *b, const struct bus_cfg *cfg)
{
	struct arbiter_cfg arbiter = { .bitrate = cfg->bitrate_bps,
				       .collisions = cfg->collisions,
				       .changed = report_state };
	int err = node_index_init(&b->index, cfg->nodes_max);

	b->timers = cfg->timers;
	b->paced = cfg->bitrate_bps;
	if (!err)
		err = medium_init(&b->medium, entries_for(cfg->slots));
	if (!err && b->paced)
		err = arbiter_init(&b->arbiter, &arbiter, cfg->nodes_max);
	return err;
}

void bus_fini(struct bus *b)
{
	if (b->paced)
		arbiter_fini(&b->arbiter);
	medium_fini(&b->medium);
	node_index_fini(&b->index);
}

int bus_reserve(struct bus *b, unsigned int slots)
{
	size_t nodes = b->index.len + b->listeners_len + 1;
	int err = node_index_reserve(&b->index, nodes);

	if (!err)
		err = medium_reserve(&b->medium, entries_for(b->slots + slots));
	if (!err && b->paced)
		err = arbiter_reserve(&b->arbiter, nodes);
	return err;
}

void bus_add(struct bus *b, struct node *node)
{
	node->bus = b;
	b->slots += node->mcu.cfg.type->family->tx_slots;
	if (b->paced)
		arbiter_add(&b->arbiter, &node->sender);
	node_index_add(&b->index, node);
}

void bus_remove(struct node *node)
{
	struct bus *b = node->bus;

	transceiver_fini(&node->transceiver);
	b->slots -= node->mcu.cfg.type->family->tx_slots;
	if (b->paced)
		arbiter_remove(&b->arbiter, &node->sender);
	node_index_remove(&b->index, node);
}

/* The bus of its controller, not of its MCU. */
static bool is_listener_here(const struct bus *b, const struct node *node)
{
	return node->listener && node->listener->bus == b;
}

void bus_listen(struct bus *b, struct bus_listener *l)
{
	l->bus = b;
	l->next = b->listeners;
	b->listeners = l;
	b->listeners_len++;
	b->slots += l->node->mcu.cfg.type->family->tx_slots;
	if (b->paced)
		arbiter_add(&b->arbiter, &l->node->sender);
}

void bus_leave(struct bus_listener *l)
{
	struct bus *b = l->bus;
	struct bus_listener **at = &b->listeners;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	b->listeners_len--;
	b->slots -= l->node->mcu.cfg.type->family->tx_slots;
	if (b->paced)
		arbiter_remove(&b->arbiter, &l->node->sender);
	l->bus = NULL;
}

/* What comes back. */

static bool is_stale(const struct medium_entry *e)
{
	const struct node *node = e->sender;

	return !node || node->mcu.generation != e->generation;
}

static void done(struct bus *b, const struct medium_entry *e, uint64_t now_us)
{
	struct node *node = e->sender;

	if (is_stale(e))
		return;
	if (e->extra) {
		if (is_listener_here(b, node))
			node->listener->ops->sent(node->listener);
		return;
	}
	mcu_tx_done(&node->mcu);
	bus_run(node, now_us);
}

static void confirm(struct bus *b, const struct can_frame *frame,
		    uint64_t now_us)
{
	size_t len = medium_match(&b->medium, frame);
	struct medium_entry e;

	for (; len > 1; len--) {
		e = medium_pop(&b->medium);
		done(b, &e, now_us);
	}
	/* not ours any more: it has been given up, and so it was heard */
	if (!len)
		return;
	e = medium_pop(&b->medium);
	bus_hear(b, &e.frame, e.sender, now_us);
	done(b, &e, now_us);
}

void bus_rx(struct bus *b, const struct can_frame *frame, bool own,
	    uint64_t now_us)
{
	if (b->paced && !own)
		arbiter_received(&b->arbiter, frame, now_us);
	if (own)
		confirm(b, frame, now_us);
	else
		bus_hear(b, frame, NULL, now_us);
}

/* Frames that have ended on the wire go to the kernel, which tells all. */
static void end_frames(struct bus *b, uint64_t now_us)
{
	struct arbiter_result r;

	while (arbiter_next(&b->arbiter, &r, now_us)) {
		struct node *node = node_of_sender(r.sender);
		struct medium_entry e = { .sender = node,
					  .generation = r.generation,
					  .extra = is_listener_here(b, node),
					  .left = true,
					  .frame = r.frame };

		/* with the one that was queued last, which it does not hear */
		if (r.outcome == ARBITER_MERGED)
			node->merged = b->medium.end;
		if (r.outcome == ARBITER_MERGED ||
		    (r.outcome == ARBITER_SENT &&
		     !medium_queue(&b->medium, &e)))
			done(b, &e, now_us);
	}
}

void bus_step(struct bus *b, uint64_t now_us)
{
	size_t lost = medium_given_up(&b->medium, now_us);

	while (lost--) {
		struct medium_entry e = medium_pop(&b->medium);

		done(b, &e, now_us);
	}
	if (b->paced)
		end_frames(b, now_us);
}

uint64_t bus_deadline(const struct bus *b)
{
	uint64_t medium_us = medium_deadline(&b->medium);
	uint64_t arbiter_us;

	if (!b->paced)
		return medium_us;
	arbiter_us = arbiter_deadline(&b->arbiter);
	return arbiter_us < medium_us ? arbiter_us : medium_us;
}

/* What goes out. */

bool bus_tx(struct bus *b, struct can_frame *frame, uint64_t now_us)
{
	const struct medium_entry *e;

	while ((e = medium_next(&b->medium, now_us))) {
		if (e->left || !is_stale(e)) {
			*frame = e->frame;
			return true;
		}
		medium_withdraw(&b->medium);
	}
	return false;
}
