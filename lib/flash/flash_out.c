// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What is on its way, in frames or bytes, and how far it has come. */
#include <string.h>

#include <kcan/admin.h>

#include "flash_machine.h"

#define RETRY_US 5000 /* after a full transmit queue */
#define SET_US 10000  /* from a confirmed SET until the node hears data */
#define SETS_MAX 8    /* without an answer in between */

bool flashing_any(const struct kcan_flash *f, enum flashing_part_state state)
{
	for (size_t i = 0; i < f->out.parts_len; i++)
		if (f->out.parts[i].state == state)
			return true;
	return false;
}

bool flashing_is_out(const struct kcan_flash *f)
{
	return !flashing_any(f, FLASHING_WAITS) &&
	       !flashing_any(f, FLASHING_HANDED) &&
	       !flashing_any(f, FLASHING_TAKEN);
}

bool flashing_is_torn(const struct kcan_flash *f)
{
	const struct flashing_part *first = &f->out.parts[0];
	bool begun = flashing_any(f, FLASHING_HANDED) ||
		     flashing_any(f, FLASHING_TAKEN) ||
		     flashing_any(f, FLASHING_WENT);

	/* they end what is torn */
	if (f->said == FLASHING_SAID_REPAIR || f->said == FLASHING_SAID_TAIL)
		return !flashing_is_out(f);
	/* a frame is whole, and other bytes may not be */
	if (f->out.parts_len == 1)
		return first->at && first->state == FLASHING_WAITS;
	return begun && (!flashing_is_out(f) || flashing_any(f, FLASHING_LOST));
}

bool flashing_owes(const struct kcan_flash *f)
{
	bool begun = flashing_is_torn(f) || !flashing_any(f, FLASHING_WAITS);

	return f->phase == FLASHING_WRITE &&
	       flashing_order_owes(&f->order, begun);
}

static void change_all(struct kcan_flash *f, enum flashing_part_state from,
		       enum flashing_part_state to)
{
	for (size_t i = 0; i < f->out.parts_len; i++)
		if (f->out.parts[i].state == from)
			f->out.parts[i].state = to;
}

/* Something has been confirmed, or never will be: is all of it with the node? */
static void settle(struct kcan_flash *f, uint64_t now_us)
{
	if (f->phase == FLASHING_DONE || !flashing_is_out(f))
		return;
	if (!flashing_any(f, FLASHING_LOST)) {
		flashing_said_all(f, now_us);
	} else if (!flashing_has_gap(f)) {
		change_all(f, FLASHING_LOST, FLASHING_WAITS);
		flashing_send(f, now_us);
	} else if (!flashing_repair(f, now_us)) {
		/* its beginning: it makes a NACK, if it can be helped at all */
		flashing_said_all(f, now_us);
		flashing_nacked(f, now_us);
	}
}

static size_t hand_set(struct kcan_flash *f, struct can_frame *frame)
{
	struct flashing_place *place = &f->place;

	if (++place->sets > SETS_MAX) {
		flashing_decide(f, KCAN_FLASH_NODEID_LOST);
		return 0;
	}
	kcan_admin_encode(frame, &(struct kcan_admin_msg){
					 .cmd = KCAN_ADMIN_SET_CANBOOT_NODEID,
					 .uuid = f->cfg.uuid,
					 .nodeid = f->cfg.nodeid });
	place->set = *frame;
	place->set_handed = true;
	return 1;
}

static bool is_due(struct kcan_flash *f, uint64_t now_us)
{
	flashing_expire(f, now_us);
	return f->phase != FLASHING_DONE && now_us >= f->due_us &&
	       flashing_any(f, FLASHING_WAITS);
}

size_t kcan_flash_tx(struct kcan_flash *f,
		     struct can_frame frames[static KCAN_FLASH_FRAMES],
		     uint64_t now_us)
{
	size_t n = 0;

	if (!is_due(f, now_us) || f->place.set_handed ||
	    flashing_any(f, FLASHING_HANDED))
		return 0;
	/* what is on its way is lost, or was in time */
	if (!f->place.assigned)
		return flashing_any(f, FLASHING_TAKEN) ? 0 :
							 hand_set(f, frames);
	for (size_t i = 0; i < f->out.parts_len; i++) {
		struct flashing_part *part = &f->out.parts[i];
		struct can_frame *frame = &frames[n];

		if (part->state != FLASHING_WAITS)
			continue;
		*frame = (struct can_frame){
			.can_id = kcan_nodeid_rx_id(f->cfg.nodeid),
			.can_dlc = part->len,
		};
		memcpy(frame->data, f->out.bytes + part->at, part->len);
		part->state = FLASHING_HANDED;
		n++;
	}
	flashing_note_handed(f);
	return n;
}

size_t kcan_flash_tx_bytes(struct kcan_flash *f, const uint8_t **bytes,
			   uint64_t now_us)
{
	struct flashing_part *part = &f->out.parts[0];

	if (!is_due(f, now_us))
		return 0;
	part->state = FLASHING_HANDED;
	flashing_note_handed(f);
	*bytes = f->out.bytes + part->at;
	return part->len;
}

static void bytes_taken(struct kcan_flash *f, size_t n, uint64_t now_us)
{
	struct flashing_part *part = &f->out.parts[0];

	part->at += (uint8_t)n;
	part->len -= (uint8_t)n;
	part->state = part->len ? FLASHING_WAITS : FLASHING_WENT;
	f->due_us = now_us + RETRY_US;
	settle(f, now_us);
}

void kcan_flash_taken(struct kcan_flash *f, size_t n, uint64_t now_us)
{
	if (!flashing_on_can(f)) {
		bytes_taken(f, n, now_us);
		return;
	}
	f->due_us = now_us + RETRY_US;
	if (f->place.set_handed && !flashing_any(f, FLASHING_HANDED)) {
		f->place.set_handed = n;
		f->place.sets -= !n;
		return;
	}
	for (size_t i = 0; i < f->out.parts_len; i++) {
		struct flashing_part *part = &f->out.parts[i];

		if (part->state != FLASHING_HANDED)
			continue;
		part->state = n ? FLASHING_TAKEN : FLASHING_WAITS;
		n -= n > 0;
	}
}

static bool is_same(const struct can_frame *a, const struct can_frame *b)
{
	return a->can_id == b->can_id && a->can_dlc == b->can_dlc &&
	       !memcmp(a->data, b->data, b->can_dlc);
}

static bool is_part(const struct kcan_flash *f,
		    const struct flashing_part *part,
		    const struct can_frame *own)
{
	return part->state == FLASHING_TAKEN &&
	       own->can_id == kcan_nodeid_rx_id(f->cfg.nodeid) &&
	       own->can_dlc == part->len &&
	       !memcmp(own->data, f->out.bytes + part->at, part->len);
}

/* Frames come back in the order in which they were sent. */
static void part_sent(struct kcan_flash *f, const struct can_frame *own,
		      uint64_t now_us)
{
	struct flashing_part *parts = f->out.parts;
	size_t at = 0;

	while (at < f->out.parts_len && !is_part(f, &parts[at], own))
		at++;
	if (at == f->out.parts_len)
		return;
	parts[at].state = f->place.assigned ? FLASHING_WENT : FLASHING_LOST;
	while (at--)
		if (parts[at].state == FLASHING_TAKEN)
			parts[at].state = FLASHING_LOST;
	settle(f, now_us);
}

void kcan_flash_sent(struct kcan_flash *f, const struct can_frame *own,
		     uint64_t now_us)
{
	struct flashing_place *place = &f->place;

	if (f->phase == FLASHING_DONE)
		return;
	if (!place->set_handed || !is_same(own, &place->set)) {
		part_sent(f, own, now_us);
		return;
	}
	place->set_handed = false;
	place->assigned = true;
	f->due_us = now_us + SET_US;
}

void kcan_flash_lost(struct kcan_flash *f, uint64_t now_us)
{
	f->place.set_handed = false;
	/* what has all been confirmed is being answered, as before */
	if (!flashing_any(f, FLASHING_TAKEN))
		return;
	change_all(f, FLASHING_TAKEN, FLASHING_LOST);
	settle(f, now_us);
}

/* Return: this takes the nodeid away from the node: can-admin-channel.md, 3.7 */
static bool takes_nodeid(const struct kcan_flash *f,
			 const struct can_frame *frame)
{
	struct kcan_admin_msg msg;
	bool own;

	if (kcan_admin_decode(&msg, frame) != KCAN_ADMIN_OK)
		return false;
	own = !memcmp(msg.uuid.b, f->cfg.uuid.b, sizeof(msg.uuid.b));
	return msg.cmd == KCAN_ADMIN_CLEAR_CANBOOT_NODEID ||
	       (msg.cmd == KCAN_ADMIN_SET_CANBOOT_NODEID &&
		own != (msg.nodeid == f->cfg.nodeid));
}

void kcan_flash_rx(struct kcan_flash *f, const struct can_frame *frame,
		   uint64_t now_us)
{
	if (f->phase == FLASHING_DONE)
		return;
	if (takes_nodeid(f, frame)) /* a SET on its way comes behind it */
		f->place.assigned = false;
	if (frame->can_id != kcan_nodeid_tx_id(f->cfg.nodeid))
		return;
	flashing_rx(f, frame->data,
		    frame->can_dlc < CAN_MAX_DLEN ? frame->can_dlc :
						    CAN_MAX_DLEN,
		    now_us);
}
