// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The host's side of Klipper's data channel, for one question at a time. */
#include "proto/klp_ask.h"

#include <kcan/admin.h>

/* The rhythm of docs/protocol.md, "Asking Klipper"; microseconds. */
#define SETTLE_US 50000	    /* a controller may be deaf after a SET */
#define FIRST_WAIT_US 50000 /* from a question to the same again */
#define WAIT_MAX_US 400000  /* doubled each time, up to this */
#define ROUND 4		    /* questions without any answer, then SET again */
#define ACK_US 30000	    /* from the answer to its ACK */
#define GAP_US 5000	    /* between questions, the first one unanswered */
#define STALLED_US 100000   /* without a confirmation: it was not asked */
#define RETRY_US 5000	    /* after a full transmit queue */

void kcan_klp_ask_identify(struct kcan_klp_question *out, uint32_t offset,
			   uint32_t count)
{
	*out = (struct kcan_klp_question){
		.ask = { .dir = KCAN_KLP_COMMAND,
			 .id = 1,
			 .count = 2,
			 .types = { KCAN_KLP_U32, KCAN_KLP_U8 } },
		.answer = { .dir = KCAN_KLP_RESPONSE,
			    .id = 0,
			    .count = 2,
			    .types = { KCAN_KLP_U32, KCAN_KLP_BYTES } },
		.values = { { .num = offset }, { .num = count } },
	};
}

static void next_question(struct kcan_klp_ask *a)
{
	a->idle = !a->cfg.owner.question(a->cfg.owner.ctx, &a->question);
}

void kcan_klp_ask_init(struct kcan_klp_ask *a,
		       const struct kcan_klp_ask_cfg *cfg, uint64_t now_us)
{
	*a = (struct kcan_klp_ask){ .cfg = *cfg,
				    .set = cfg->nodeid ?
						   KCAN_DELIVERY_NONE :
						   KCAN_DELIVERY_CONFIRMED,
				    .set_due = cfg->nodeid,
				    .due_us = now_us,
				    .give_up_us = now_us + cfg->silence_us };
	kcan_klp_host_init(&a->link);
	kcan_stream_init(&a->rx, a->rx_buf, sizeof(a->rx_buf));
	kcan_stream_init(&a->tx, a->tx_buf, sizeof(a->tx_buf));
	next_question(a);
}

static void end(struct kcan_klp_ask *a, enum kcan_klp_ask_end how)
{
	if (!a->end)
		a->end = how;
}

void kcan_klp_ask_stop(struct kcan_klp_ask *a)
{
	end(a, KCAN_KLP_ASK_STOPPED);
}

uint64_t kcan_klp_ask_deadline(const struct kcan_klp_ask *a)
{
	if (a->end)
		return UINT64_MAX;
	if (a->in_flight || a->idle || a->give_up_us < a->due_us)
		return a->give_up_us;
	return a->due_us;
}

static void expire(struct kcan_klp_ask *a, uint64_t now_us)
{
	if (now_us < a->give_up_us)
		return;
	if (a->answered)
		end(a, KCAN_KLP_ASK_TIME_UP);
	else if (a->set != KCAN_DELIVERY_CONFIRMED ||
		 (a->in_flight && now_us - a->tx_us >= STALLED_US))
		end(a, KCAN_KLP_ASK_UNSENT);
	else
		end(a, KCAN_KLP_ASK_SILENT);
}

/* The open question has changed, or is to be repeated at @at_us. */
static void ask_at(struct kcan_klp_ask *a, uint64_t at_us)
{
	a->open = false;
	a->due_us = at_us;
}

/* The node took the block: on to the next one, at once if it was answered. */
static void acked(struct kcan_klp_ask *a, uint64_t now_us)
{
	ask_at(a, a->satisfied ? now_us : a->sent_us + GAP_US);
	if (a->satisfied) {
		a->handed = a->confirmed = false;
		next_question(a);
	}
	a->satisfied = false;
	a->asked = 0;
}

void kcan_klp_ask_go_on(struct kcan_klp_ask *a, uint64_t now_us)
{
	next_question(a);
	ask_at(a, now_us);
}

/* A block that the node did not take yet is repeated as it is. */
static void build_question(struct kcan_klp_ask *a)
{
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	const uint8_t sync = KCAN_KLP_SYNC;
	int len;

	if (!a->link.pending) {
		len = kcan_klp_msg_encode(content, sizeof(content),
					  &a->question.ask, a->question.values);
		a->block_len = (size_t)kcan_klp_host_encode(
			&a->link, a->block, content, (size_t)len);
	}
	/*
	 * ends what may lie in the node's buffer: klipper-mcu-protocol.md,
	 * section 4.4
	 */
	if (a->asked || !a->cfg.nodeid)
		kcan_stream_push(&a->tx, &sync, 1);
	kcan_stream_push(&a->tx, a->block, a->block_len);
	a->open = true;
}

static void build_set(struct kcan_klp_ask *a, struct can_frame *frame)
{
	kcan_admin_encode(frame, &(struct kcan_admin_msg){
					 .cmd = KCAN_ADMIN_SET_KLIPPER_NODEID,
					 .uuid = a->cfg.uuid,
					 .nodeid = a->cfg.nodeid });
	if (a->set == KCAN_DELIVERY_NONE)
		a->set = KCAN_DELIVERY_UNCONFIRMED;
}

/* Blocks that are not the node's may have told a wrong sequence, or noise. */
static void begin_round(struct kcan_klp_ask *a)
{
	a->set_due = a->cfg.nodeid;
	a->asked = 0;
	kcan_klp_host_init(&a->link);
}

/* What goes out after all that was built did. Return: whether anything does. */
static bool choose(struct kcan_klp_ask *a, uint64_t now_us)
{
	if (a->satisfied)
		acked(a, now_us); /* that was lost: go on without */
	if (a->idle)
		return false;
	if (a->asked == ROUND && !a->answered)
		begin_round(a);
	if (!a->set_due)
		build_question(a);
	return true;
}

/* The question's last frame, for the first time: what came before is stale. */
static void note_handed(struct kcan_klp_ask *a)
{
	if (!a->open || a->handed)
		return;
	a->handed = true;
	a->stale = a->rx.len;
}

/* Return: whether anything goes out now; it is in flight then. */
static bool begins(struct kcan_klp_ask *a, uint64_t now_us)
{
	expire(a, now_us);
	if (a->end || a->in_flight || now_us < a->due_us)
		return false;
	if (!a->tx.len && !choose(a, now_us))
		return false;
	a->in_flight = true;
	a->tx_us = now_us;
	return true;
}

bool kcan_klp_ask_tx(struct kcan_klp_ask *a, struct can_frame *frame,
		     uint64_t now_us)
{
	size_t len;

	if (!begins(a, now_us))
		return false;
	len = kcan_stream_peek_frame(&a->tx, kcan_nodeid_rx_id(a->cfg.nodeid),
				     frame);
	if (!len)
		build_set(a, frame);
	else if (len == a->tx.len)
		note_handed(a);
	return true;
}

size_t kcan_klp_ask_tx_bytes(struct kcan_klp_ask *a, const uint8_t **bytes,
			     uint64_t now_us)
{
	if (!begins(a, now_us))
		return 0;
	note_handed(a);
	*bytes = a->tx.buf;
	return a->tx.len;
}

void kcan_klp_ask_unsent(struct kcan_klp_ask *a, uint64_t now_us)
{
	a->in_flight = false;
	a->handed = a->confirmed;
	a->due_us = now_us + RETRY_US;
	if (a->set == KCAN_DELIVERY_UNCONFIRMED)
		a->set = KCAN_DELIVERY_NONE;
}

static void after_set(struct kcan_klp_ask *a, uint64_t now_us)
{
	if (a->set != KCAN_DELIVERY_CONFIRMED)
		a->give_up_us = now_us + a->cfg.silence_us;
	a->set = KCAN_DELIVERY_CONFIRMED;
	a->set_due = false;
	/* blocks that are not the node's may have told a wrong sequence */
	if (!a->answered)
		kcan_klp_host_init(&a->link);
	ask_at(a, now_us + SETTLE_US);
}

static uint64_t wait_us(const struct kcan_klp_ask *a)
{
	uint64_t wait = FIRST_WAIT_US;

	/* while nobody answers, SETs go between: no need to be slower */
	for (unsigned int i = 1; a->answered && i < a->asked; i++)
		wait = wait < WAIT_MAX_US ? 2 * wait : WAIT_MAX_US;
	return wait;
}

/* Return: whether it holds the answer to the open question. */
static bool take_answer(struct kcan_klp_ask *a,
			const struct kcan_klp_block *block)
{
	struct kcan_klp_value values[KCAN_KLP_PARAMS_MAX];
	int id;
	int used = kcan_klp_id_decode(&id, block->content, block->len,
				      KCAN_KLP_RESPONSE);

	if (used < 0 || id != a->question.answer.id ||
	    kcan_klp_params_decode(values, &a->question.answer,
				   block->content + used,
				   block->len - (size_t)used) < 0)
		return false;
	return a->cfg.owner.take(a->cfg.owner.ctx, values);
}

static void rx_answer(struct kcan_klp_ask *a,
		      const struct kcan_klp_block *block, uint64_t now_us)
{
	if (!a->handed || a->stale || a->satisfied || !take_answer(a, block))
		return;
	if (!a->answered)
		a->give_up_us = now_us + a->cfg.talk_us;
	a->answered = true;
	a->satisfied = true;
	ask_at(a, now_us + ACK_US);
}

/*
 * A NAK is left to the timer: it may be the echo of a repetition, and to answer
 * each echo with another repetition would never end.
 */
static void rx_block(struct kcan_klp_ask *a, const struct kcan_klp_block *block,
		     uint64_t now_us)
{
	if (a->link.pending || !(a->open || a->satisfied))
		return;
	if (block->len)
		rx_answer(a, block, now_us);
	else
		acked(a, now_us);
}

/* Not before a question is confirmed: it may still never leave. */
static void take_blocks(struct kcan_klp_ask *a, uint64_t now_us)
{
	struct kcan_klp_step step = { .used = 1 };

	while (step.used && !a->end && (a->confirmed || !a->in_flight)) {
		step = kcan_klp_host_rx(&a->link, a->rx.buf, a->rx.len);
		a->heard |= step.block.content != NULL;
		if (step.event == KCAN_KLP_BLOCK)
			rx_block(a, &step.block, now_us);
		kcan_stream_drop(&a->rx, step.used);
		a->stale -= step.used < a->stale ? step.used : a->stale;
	}
}

static void after_frame(struct kcan_klp_ask *a, uint64_t now_us)
{
	kcan_stream_drop(&a->tx, a->cfg.nodeid ? CAN_MAX_DLEN : a->tx.len);
	if (a->tx.len) {
		a->due_us = now_us;
		return;
	}
	/* a repetition of what was answered meanwhile */
	if (!a->open)
		return;
	if (a->question.unanswered)
		end(a, KCAN_KLP_ASK_SAID);
	a->confirmed = true;
	a->asked++;
	a->due_us = now_us + wait_us(a);
}

void kcan_klp_ask_sent(struct kcan_klp_ask *a, uint64_t now_us)
{
	if (!a->in_flight)
		return;
	a->in_flight = false;
	a->sent_us = now_us;
	if (a->tx.len)
		after_frame(a, now_us);
	else
		after_set(a, now_us);
	take_blocks(a, now_us);
}

/*
 * Return: whether our node loses the nodeid with it (klipper-mcu-protocol.md,
 * section 2.3).
 */
static bool gives_away(const struct kcan_klp_ask *a,
		       const struct can_frame *frame)
{
	struct kcan_admin_msg msg;

	return kcan_admin_decode(&msg, frame) == KCAN_ADMIN_OK &&
	       msg.cmd == KCAN_ADMIN_SET_KLIPPER_NODEID &&
	       msg.nodeid == a->cfg.nodeid &&
	       !kcan_uuid_equal(&msg.uuid, &a->cfg.uuid);
}

void kcan_klp_ask_rx(struct kcan_klp_ask *a, const struct can_frame *frame,
		     uint64_t now_us)
{
	if (a->set == KCAN_DELIVERY_NONE)
		return;
	if (gives_away(a, frame))
		end(a, KCAN_KLP_ASK_TAKEN);
	if (frame->can_id != kcan_nodeid_tx_id(a->cfg.nodeid))
		return;
	kcan_stream_push_frame(&a->rx, frame);
	take_blocks(a, now_us);
}

void kcan_klp_ask_rx_bytes(struct kcan_klp_ask *a, const uint8_t *bytes,
			   size_t len, uint64_t now_us)
{
	size_t n;

	for (; len && !a->end; bytes += n, len -= n) {
		n = a->rx.size - a->rx.len;
		if (n > len)
			n = len;
		kcan_stream_push(&a->rx, bytes, n);
		take_blocks(a, now_us);
		if (a->rx.len == a->rx.size) /* nobody waits for all that */
			kcan_stream_drop(&a->rx, a->rx.len);
	}
}
