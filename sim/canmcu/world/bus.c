// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "bus.h"

#include <kcan/admin.h>
#include <string.h>

#include "../wire/wire.h"

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

void bus_remove(struct bus *b, struct node *node)
{
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

/* The controller was reset with the MCU, or lost its supply. */
void bus_follow_reset(struct bus *b, struct node *node)
{
	if (!b->paced || node->sender_generation == node->mcu.generation)
		return;
	node->sender_generation = node->mcu.generation;
	arbiter_withdraw(&b->arbiter, &node->sender);
}

/* Return: false when there is no room: it is lost as in a reset. */
static bool queue(struct bus *b, struct node *node, const struct can_frame *f,
		  bool extra)
{
	return medium_queue(
		&b->medium,
		&(struct medium_entry){ .sender = node,
					.generation = node->mcu.generation,
					.extra = extra,
					.frame = *f });
}

/* That of a bridge's controller is the bridge's own business. */
static bool is_foreign(const struct node *node)
{
	return mcu_off_speed(&node->mcu) && !node->listener;
}

/* Where frames can be destroyed: see struct arbiter. */
static void follow_speed(struct bus *b, struct node *node)
{
	if (b->arbiter.cfg.collisions)
		arbiter_set_foreign(&b->arbiter, &node->sender,
				    is_foreign(node));
}

/*
 * From the hardware to the wire, or straight to the kernel. What is there a
 * second time or late comes from what stands between, which has no speed.
 */
static bool send(struct bus *b, struct node *node, const struct can_frame *f,
		 bool extra, uint64_t now_us)
{
	if (!b->paced)
		return queue(b, node, f, extra);
	bus_follow_reset(b, node);
	follow_speed(b, node);
	return arbiter_queue(&b->arbiter, &node->sender, node->mcu.generation,
			     f, now_us);
}

/* Take @f through what stands between the node and the bus. */
static void pass(struct node *node, enum fault_dir dir,
		 const struct can_frame *f, uint64_t now_us,
		 struct transceiver_out *out)
{
	char text[WIRE_TEXT_MAX];

	transceiver_pass(&node->transceiver, &node->mcu.faults, dir, f, now_us,
			 out);
	if (out->faults_len)
		wire_text(text, f);
	for (size_t i = 0; i < out->faults_len; i++)
		mcu_event_fault(&node->mcu, out->faults[i], text, now_us);
}

/* The hardware knows of one frame, and is done with it when that was sent. */
static void transmit_faulty(struct bus *b, struct node *node,
			    const struct can_frame *f, uint64_t now_us)
{
	struct transceiver_out out;
	bool waits = false;

	pass(node, FAULT_TX, f, now_us, &out);
	for (size_t i = 0; i < out.len; i++)
		waits |= waits ? queue(b, node, &out.frames[i], true) :
				 send(b, node, &out.frames[i], false, now_us);
	if (!waits)
		mcu_tx_done(&node->mcu);
}

void bus_transmit(struct bus *b, struct node *node, const struct can_frame *f,
		  uint64_t now_us)
{
	/* nobody acknowledges it, and it stays in the hardware for ever */
	if (is_foreign(node) && !b->arbiter.cfg.collisions)
		return;
	if (node->mcu.faults.len)
		transmit_faulty(b, node, f, now_us);
	else if (!send(b, node, f, false, now_us))
		mcu_tx_done(&node->mcu);
}

bool bus_forward(struct bus_listener *l, const struct can_frame *f,
		 uint64_t now_us)
{
	return send(l->bus, l->node, f, true, now_us);
}

static uint64_t deadline_of(const struct node *node)
{
	uint64_t mcu_us = mcu_deadline(&node->mcu);
	uint64_t late_us;

	if (!node->transceiver.len)
		return mcu_us;
	late_us = transceiver_deadline(&node->transceiver);
	return mcu_us < late_us ? mcu_us : late_us;
}

void bus_update(struct bus *b, struct node *node)
{
	uint64_t deadline_us = deadline_of(node);

	bus_follow_reset(b, node);
	follow_speed(b, node);
	if (deadline_us != node->timer.at_us)
		timer_heap_set(b->timers, &node->timer, deadline_us);
	node_index_update(&b->index, node);
}

/* What was under way for longer than it should have been. */
static void arrive(struct bus *b, struct node *node, uint64_t now_us)
{
	struct can_frame f;
	enum fault_dir dir;

	while (transceiver_due(&node->transceiver, now_us, &dir, &f)) {
		if (dir == FAULT_RX)
			mcu_rx(&node->mcu, &f, now_us);
		else
			queue(b, node, &f, true);
	}
}

void bus_run(struct bus *b, struct node *node, uint64_t now_us)
{
	if (node->transceiver.len)
		arrive(b, node, now_us);
	mcu_run(&node->mcu, now_us);
	bus_update(b, node);
}

/* Who hears a frame. */

static bool is_off(const struct node *node)
{
	return confinement_state(&node->sender.confinement) ==
	       CONFINEMENT_BUS_OFF;
}

static void file(const struct bus *b, struct node *node,
		 const struct can_frame *f, uint64_t now_us)
{
	struct transceiver_out out;

	if ((b->paced && is_off(node)) || is_foreign(node))
		return;
	if (!node->mcu.faults.len) {
		mcu_rx(&node->mcu, f, now_us);
		return;
	}
	pass(node, FAULT_RX, f, now_us, &out);
	for (size_t i = 0; i < out.len; i++)
		mcu_rx(&node->mcu, &out.frames[i], now_us);
}

static void receive(struct bus *b, struct node *node, const struct can_frame *f,
		    uint64_t now_us)
{
	/* receive_blocked() has filed it */
	if (f->can_id == KCAN_ADMIN_ID && mcu_blocked(&node->mcu))
		return;
	file(b, node, f, now_us);
	bus_run(b, node, now_us);
}

static void receive_all(struct bus *b, const struct can_frame *f,
			uint64_t now_us)
{
	for (struct node *node = b->index.all; node; node = node->all_next)
		receive(b, node, f, now_us);
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
			receive(b, node, f, now_us);
	}
}

/* Files only: a blocked main loop goes on when its hardware has room. */
static void receive_blocked(struct bus *b, const struct can_frame *f,
			    uint64_t now_us)
{
	struct node *node = b->index.blocked;

	for (; node; node = node->blocked_next)
		file(b, node, f, now_us);
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
		receive(b, named, f, now_us);
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

/* One of them may have sent what no node sends: a host's admin frames. */
static void receive_with_listeners(struct bus *b, const struct can_frame *f,
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
	bus_run(b, node, now_us);
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
	if (b->listeners)
		receive_with_listeners(b, &e.frame, e.sender, now_us);
	else
		receive_data(b, &e.frame, e.sender, now_us);
	done(b, &e, now_us);
}

void bus_rx(struct bus *b, const struct can_frame *frame, bool own,
	    uint64_t now_us)
{
	if (b->paced && !own)
		arbiter_received(&b->arbiter, frame, now_us);
	if (own)
		confirm(b, frame, now_us);
	else if (b->listeners)
		receive_with_listeners(b, frame, NULL, now_us);
	else if (frame->can_id == KCAN_ADMIN_ID)
		receive_admin(b, frame, now_us);
	else
		receive_data(b, frame, NULL, now_us);
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
		if (!is_stale(e)) {
			*frame = e->frame;
			return true;
		}
		medium_withdraw(&b->medium);
	}
	return false;
}
