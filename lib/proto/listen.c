// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "proto/listen.h"

#include "listen_state.h"

#include <errno.h>
#include <linux/can/error.h>
#include <stdlib.h>

#include <kcan/klp.h>
#include <kcan/stream.h>

#define NODEIDS 256
#define ADMIN_MAX 256
/* The longest block but a byte may wait when the next frame comes. */
#define EAR_SIZE (KCAN_KAT_MAX + CAN_MAX_DLEN)
/* The frames of a block follow each other: what waits longer is no beginning. */
#define STALE_US 1000000
/* Start of frame to intermission without data: Bosch, CAN 2.0, parts A, B. */
#define STANDARD_BITS 47
#define EXTENDED_BITS 67

/** One direction of one nodeid's byte stream. */
struct ear {
	uint8_t buf[EAR_SIZE];
	struct kcan_stream bytes;
	uint64_t last_us;
};

/** Who was told to take a nodeid since the node's last block. */
struct told {
	bool known;
	struct kcan_uuid uuid;
};

/** One nodeid: what its node and its hosts say. */
struct talk {
	struct kcan_listen_node node;
	struct ear from;
	struct ear to;
	struct told told[KCAN_LISTEN_KATAPULT + 1]; /* by who obeys */
	struct listen_state state;
};

struct kcan_listen {
	struct kcan_listen_totals totals;
	struct kcan_listen_admin admin[ADMIN_MAX];
	size_t admin_len;
	struct talk talks[NODEIDS];
	struct talk *completed; /* whose dictionary is whole */
};

/** A whole block, of @program. */
struct block {
	enum kcan_listen_program program;
	struct kcan_kat_block kat;
	struct kcan_klp_block klp;
};

static void init_ear(struct ear *ear)
{
	kcan_stream_init(&ear->bytes, ear->buf, sizeof(ear->buf));
}

int kcan_listen_new(struct kcan_listen **out)
{
	struct kcan_listen *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	for (unsigned int i = 0; i < NODEIDS; i++) {
		l->talks[i].node.nodeid = (uint8_t)i;
		init_ear(&l->talks[i].from);
		init_ear(&l->talks[i].to);
	}
	*out = l;
	return 0;
}

void kcan_listen_free(struct kcan_listen *l)
{
	for (unsigned int i = 0; l && i < NODEIDS; i++)
		kcan_listen_state_fini(&l->talks[i].state);
	free(l);
}

static bool same_message(const struct kcan_admin_msg *a,
			 const struct kcan_admin_msg *b)
{
	return a->cmd == b->cmd && a->nodeid == b->nodeid && a->app == b->app &&
	       kcan_uuid_equal(&a->uuid, &b->uuid);
}

static void list(struct kcan_listen *l, const struct kcan_admin_msg *msg,
		 bool here)
{
	struct kcan_listen_admin *entry = l->admin;
	struct kcan_listen_admin *end = entry + l->admin_len;

	while (entry < end && !same_message(&entry->msg, msg))
		entry++;
	if (entry == l->admin + ADMIN_MAX) {
		l->totals.unlisted++;
		return;
	}
	if (entry == end) {
		entry->msg = *msg;
		l->admin_len++;
	}
	entry->count++;
	entry->here += here;
}

static void report(struct kcan_listen *l, const struct kcan_admin_msg *msg)
{
	struct talk *t = &l->talks[msg->nodeid];
	enum kcan_listen_program program;

	if (msg->cmd == KCAN_ADMIN_SET_KLIPPER_NODEID)
		program = KCAN_LISTEN_KLIPPER;
	else if (msg->cmd == KCAN_ADMIN_SET_CANBOOT_NODEID)
		program = KCAN_LISTEN_KATAPULT;
	else
		return;
	kcan_listen_state_forget(&t->state, &t->node);
	t->told[program].known = true;
	t->told[program].uuid = msg->uuid;
}

/*
 * Only Katapult's blocks begin with 01: none of Klipper's is that short.
 * Return: as kcan_kat_decode().
 */
static int find_block(struct block *out, const struct kcan_stream *bytes)
{
	if (bytes->buf[0] == 0x01) {
		out->program = KCAN_LISTEN_KATAPULT;
		return kcan_kat_decode(&out->kat, bytes->buf, bytes->len);
	}
	out->program = KCAN_LISTEN_KLIPPER;
	return kcan_klp_decode(&out->klp, bytes->buf, bytes->len);
}

static void block_from(struct talk *t, const struct block *block)
{
	struct kcan_listen_node *node = &t->node;
	struct told *told = &t->told[block->program];

	if (node->program != block->program) {
		node->has_uuid = false;
		kcan_listen_state_forget(&t->state, node);
	}
	node->program = block->program;
	if (told->known) {
		node->has_uuid = true;
		node->uuid = told->uuid;
		told->known = false;
	}
	if (block->program == KCAN_LISTEN_KLIPPER)
		kcan_listen_state_from(&t->state, node, &block->klp);
	else if (!kcan_kat_decode_canbus_id(&node->uuid, &block->kat))
		node->has_uuid = true;
}

static void block_to(struct talk *t, const struct block *block)
{
	unsigned int i;

	if (block->program != KCAN_LISTEN_KATAPULT) {
		kcan_listen_state_to(&t->state, &t->node, &block->klp);
		return;
	}
	i = (unsigned int)block->kat.code - KCAN_KAT_CONNECT;
	if (i < KCAN_LISTEN_COMMANDS)
		t->node.commands[i]++;
}

/* Whoever begins in mid-stream, or loses a frame, looks on byte by byte. */
static void receive(struct talk *t, struct kcan_stream *bytes,
		    void (*handle)(struct talk *t, const struct block *block))
{
	struct block block;
	int n = 1;

	while (bytes->len && n) {
		n = find_block(&block, bytes);
		if (n > 0)
			handle(t, &block);
		else if (n < 0)
			n = 1;
		kcan_stream_drop(bytes, (size_t)n);
	}
}

static void append(struct ear *ear, const struct can_frame *frame, size_t len,
		   uint64_t now_us)
{
	if (now_us - ear->last_us > STALE_US)
		kcan_stream_drop(&ear->bytes, ear->bytes.len);
	kcan_stream_push(&ear->bytes, frame->data, len);
	ear->last_us = now_us;
}

static void rx_to(struct talk *t, const struct can_frame *frame, size_t len,
		  uint64_t now_us)
{
	append(&t->to, frame, len, now_us);
	receive(t, &t->to.bytes, block_to);
}

static void rx_from(struct talk *t, const struct can_frame *frame, size_t len,
		    uint64_t now_us)
{
	t->node.frames++;
	t->node.last_us = now_us;
	append(&t->from, frame, len, now_us);
	receive(t, &t->from.bytes, block_from);
}

static size_t data_len(const struct can_frame *frame)
{
	if (frame->can_id & CAN_RTR_FLAG)
		return 0;
	return frame->can_dlc < CAN_MAX_DLEN ? frame->can_dlc : CAN_MAX_DLEN;
}

static void count(struct kcan_listen_totals *t, const struct can_frame *frame,
		  size_t len, bool here)
{
	if (frame->can_id & CAN_ERR_FLAG) {
		t->errors++;
		t->bus_offs += !!(frame->can_id & CAN_ERR_BUSOFF);
		t->unacknowledged += !!(frame->can_id & CAN_ERR_ACK);
		return;
	}
	t->frames++;
	t->elsewhere += !here;
	t->bytes += len;
	t->bits += 8 * len + (frame->can_id & CAN_EFF_FLAG ? EXTENDED_BITS :
							     STANDARD_BITS);
}

void kcan_listen_rx(struct kcan_listen *l, const struct can_frame *frame,
		    bool here, uint64_t now_us)
{
	size_t len = data_len(frame);
	struct kcan_admin_msg msg;
	uint8_t nodeid;
	struct talk *t;
	bool tx;

	l->completed = NULL;
	count(&l->totals, frame, len, here);
	if (kcan_admin_decode(&msg, frame) == KCAN_ADMIN_OK) {
		list(l, &msg, here);
		report(l, &msg);
	}
	if (!kcan_nodeid_from_id(frame->can_id, &nodeid, &tx))
		return;
	t = &l->talks[nodeid];
	/* an empty one takes the nodeid away: can-admin-channel.md, section 4 */
	if (tx && len) {
		rx_from(t, frame, len, now_us);
		l->completed = t->state.whole ? t : NULL;
		t->state.whole = false;
	} else if (!tx) {
		t->node.asked++;
		t->node.asked_here += here;
		rx_to(t, frame, len, now_us);
	}
}

const uint8_t *kcan_listen_dictionary(const struct kcan_listen *l, size_t *len)
{
	if (!l->completed)
		return NULL;
	*len = l->completed->state.len;
	return l->completed->state.dictionary;
}

void kcan_listen_learn(struct kcan_listen *l, const struct kcan_listen_ids *ids)
{
	if (l->completed)
		l->completed->state.ids = *ids;
}

const struct kcan_listen_totals *kcan_listen_totals(const struct kcan_listen *l)
{
	return &l->totals;
}

const struct kcan_listen_node *kcan_listen_node(const struct kcan_listen *l,
						uint8_t nodeid)
{
	const struct kcan_listen_node *node = &l->talks[nodeid].node;

	return node->frames || node->asked ? node : NULL;
}

const struct kcan_listen_admin *kcan_listen_admin(const struct kcan_listen *l,
						  size_t i)
{
	return i < l->admin_len ? &l->admin[i] : NULL;
}

enum kcan_listen_life kcan_listen_life(const struct kcan_listen_node *node,
				       uint64_t now_us)
{
	if (!node->frames)
		return KCAN_LISTEN_NOT_HEARD;
	if (now_us - node->last_us <= KCAN_LISTEN_MIN_US)
		return KCAN_LISTEN_ALIVE;
	return node->program == KCAN_LISTEN_KLIPPER ? KCAN_LISTEN_GONE :
						      KCAN_LISTEN_NOT_HEARD;
}

bool kcan_listen_is_flash(const struct kcan_listen_node *node)
{
	/* what lies between the two questions */
	for (int i = 1; i < KCAN_LISTEN_COMMANDS - 1; i++)
		if (node->commands[i])
			return true;
	return false;
}
