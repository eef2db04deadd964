// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The host's side of Klipper's data channel, for as long as two questions. */
#include "proto/diagnose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/admin.h>
#include <kcan/stream.h>

/* The rhythm of docs/protocol.md, "Asking Klipper"; microseconds. */
#define SETTLE_US 50000	    /* a controller may be deaf after a SET */
#define FIRST_WAIT_US 50000 /* from a question to the same again */
#define WAIT_MAX_US 400000  /* doubled each time, up to this */
#define ROUND 4		    /* questions without any answer, then SET again */
#define ACK_US 30000	    /* from the answer to its ACK */
#define GAP_US 5000	    /* between questions, the first one unanswered */
#define STALLED_US 100000   /* without a confirmation: it was not asked */
#define RETRY_US 5000	    /* after a full transmit queue */

#define IDENTIFY_COUNT 40 /* what Klipper's host asks for at a time */
#define PARAMS_OF_IDENTIFY 2
#define BEYOND (1u << 24) /* no dictionary has this offset */

/* Both are fixed: klipper-mcu-protocol.md, section 7. */
static const struct kcan_klp_format identify = {
	.dir = KCAN_KLP_COMMAND,
	.id = 1,
	.count = PARAMS_OF_IDENTIFY,
	.types = { KCAN_KLP_U32, KCAN_KLP_U8 },
};
static const struct kcan_klp_format identify_response = {
	.dir = KCAN_KLP_RESPONSE,
	.id = 0,
	.count = PARAMS_OF_IDENTIFY,
	.types = { KCAN_KLP_U32, KCAN_KLP_BYTES },
};

struct kcan_diagnose {
	struct kcan_uuid uuid;
	struct kcan_diagnose_cfg cfg;
	struct kcan_diagnose_result result;

	struct kcan_klp_host link;
	struct kcan_klp_format ask, answer; /* the question that is open */
	uint8_t block[KCAN_KLP_MAX];	    /* that it went out in last */
	size_t block_len;
	unsigned int asked; /* how often it went out */
	bool open;	    /* it was built, and neither answer nor ACK came */
	bool handed;	    /* once, whole: what comes now may answer it */
	bool confirmed;	    /* and that was: what has come may be believed */
	bool satisfied;	    /* its answer came, its ACK did not */
	bool waiting;	    /* for the caller to read the dictionary */
	bool set_due;	    /* before the next question */
	bool in_flight;	    /* a frame is not confirmed yet */
	uint64_t due_us;
	uint64_t tx_us;	  /* the last frame was handed out */
	uint64_t sent_us; /* the last frame was confirmed */
	uint64_t give_up_us;

	struct kcan_stream rx, tx;
	size_t stale; /* bytes of @rx from before @handed */
	/* what comes before a confirmation waits here for it */
	uint8_t rx_buf[4 * KCAN_KLP_MAX];
	uint8_t tx_buf[1 + KCAN_KLP_MAX];
	uint8_t dictionary[KCAN_DIAGNOSE_DICTIONARY_MAX];
	size_t dictionary_len;
};

int kcan_diagnose_new(struct kcan_diagnose **out, const struct kcan_uuid *uuid,
		      const struct kcan_diagnose_cfg *cfg, uint64_t now_us)
{
	struct kcan_diagnose *d;

	if (!cfg->silence_us || !cfg->talk_us || !cfg->nodeid)
		return -EINVAL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->uuid = *uuid;
	d->cfg = *cfg;
	d->ask = identify;
	d->answer = identify_response;
	kcan_klp_host_init(&d->link);
	d->set_due = true;
	d->due_us = now_us;
	d->give_up_us = now_us + cfg->silence_us;
	kcan_stream_init(&d->rx, d->rx_buf, sizeof(d->rx_buf));
	kcan_stream_init(&d->tx, d->tx_buf, sizeof(d->tx_buf));
	*out = d;
	return 0;
}

void kcan_diagnose_free(struct kcan_diagnose *d)
{
	free(d);
}

struct kcan_diagnose_result kcan_diagnose_result(const struct kcan_diagnose *d)
{
	return d->result;
}

static bool is_done(const struct kcan_diagnose *d)
{
	return d->result.verdict != KCAN_DIAGNOSE_PENDING;
}

static void decide(struct kcan_diagnose *d, enum kcan_diagnose_verdict verdict)
{
	if (!is_done(d))
		d->result.verdict = verdict;
}

void kcan_diagnose_abort(struct kcan_diagnose *d)
{
	decide(d, KCAN_DIAGNOSE_ABORTED);
}

uint64_t kcan_diagnose_deadline(const struct kcan_diagnose *d)
{
	if (is_done(d))
		return UINT64_MAX;
	if (d->in_flight || d->waiting || d->give_up_us < d->due_us)
		return d->give_up_us;
	return d->due_us;
}

static void expire(struct kcan_diagnose *d, uint64_t now_us)
{
	if (now_us < d->give_up_us)
		return;
	if (d->result.answered)
		decide(d, KCAN_DIAGNOSE_ANSWERED);
	else if (d->result.set != KCAN_DELIVERY_CONFIRMED ||
		 (d->in_flight && now_us - d->tx_us >= STALLED_US))
		decide(d, KCAN_DIAGNOSE_UNSENT);
	else
		decide(d, KCAN_DIAGNOSE_SILENT);
}

/* The open question has changed, or is to be repeated at @at_us. */
static void ask_at(struct kcan_diagnose *d, uint64_t at_us)
{
	d->open = false;
	d->due_us = at_us;
}

/* The node took the block: on to the next one, at once if it was answered. */
static void acked(struct kcan_diagnose *d, uint64_t now_us)
{
	ask_at(d, d->satisfied ? now_us : d->sent_us + GAP_US);
	d->waiting = d->satisfied && d->result.whole;
	if (d->satisfied)
		d->handed = d->confirmed = false;
	d->satisfied = false;
	d->asked = 0;
}

static uint32_t next_offset(const struct kcan_diagnose *d)
{
	return d->result.answered ? (uint32_t)d->dictionary_len :
				    d->cfg.challenge | BEYOND;
}

static uint32_t next_count(const struct kcan_diagnose *d)
{
	return d->dictionary_len ? IDENTIFY_COUNT :
				   1 + d->cfg.challenge % IDENTIFY_COUNT;
}

/* A block that the node did not take yet is repeated as it is. */
static void build_question(struct kcan_diagnose *d)
{
	const struct kcan_klp_value values[PARAMS_OF_IDENTIFY] = {
		{ .num = next_offset(d) },
		{ .num = next_count(d) },
	};
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	const uint8_t sync = KCAN_KLP_SYNC;
	int len;

	if (!d->link.pending) {
		len = kcan_klp_msg_encode(content, sizeof(content), &d->ask,
					  values);
		d->block_len = (size_t)kcan_klp_host_encode(
			&d->link, d->block, content, (size_t)len);
	}
	/*
	 * ends what may lie in the node's buffer: klipper-mcu-protocol.md,
	 * section 4.4
	 */
	if (d->asked)
		kcan_stream_push(&d->tx, &sync, 1);
	kcan_stream_push(&d->tx, d->block, d->block_len);
	d->open = true;
}

static void build_set(struct kcan_diagnose *d, struct can_frame *frame)
{
	kcan_admin_encode(frame, &(struct kcan_admin_msg){
					 .cmd = KCAN_ADMIN_SET_KLIPPER_NODEID,
					 .uuid = d->uuid,
					 .nodeid = d->cfg.nodeid });
	if (d->result.set == KCAN_DELIVERY_NONE)
		d->result.set = KCAN_DELIVERY_UNCONFIRMED;
}

/* What goes out after all that was built did. Return: whether anything does. */
static bool choose(struct kcan_diagnose *d, uint64_t now_us)
{
	if (d->satisfied)
		acked(d, now_us); /* that was lost: go on without */
	if (d->waiting)
		return false;
	if (d->asked == ROUND && !d->result.answered) {
		d->set_due = true;
		d->asked = 0;
	}
	if (!d->set_due)
		build_question(d);
	return true;
}

/* The question's last frame, for the first time: what came before is stale. */
static void note_handed(struct kcan_diagnose *d)
{
	if (!d->open || d->handed)
		return;
	d->handed = true;
	d->stale = d->rx.len;
}

bool kcan_diagnose_tx(struct kcan_diagnose *d, struct can_frame *frame,
		      uint64_t now_us)
{
	size_t len;

	expire(d, now_us);
	if (is_done(d) || d->in_flight || now_us < d->due_us)
		return false;
	if (!d->tx.len && !choose(d, now_us))
		return false;
	d->in_flight = true;
	d->tx_us = now_us;
	len = kcan_stream_peek_frame(&d->tx, kcan_nodeid_rx_id(d->cfg.nodeid),
				     frame);
	if (!len)
		build_set(d, frame);
	else if (len == d->tx.len)
		note_handed(d);
	return true;
}

void kcan_diagnose_unsent(struct kcan_diagnose *d, uint64_t now_us)
{
	d->in_flight = false;
	d->handed = d->confirmed;
	d->due_us = now_us + RETRY_US;
	if (d->result.set == KCAN_DELIVERY_UNCONFIRMED)
		d->result.set = KCAN_DELIVERY_NONE;
}

static void after_set(struct kcan_diagnose *d, uint64_t now_us)
{
	if (d->result.set != KCAN_DELIVERY_CONFIRMED)
		d->give_up_us = now_us + d->cfg.silence_us;
	d->result.set = KCAN_DELIVERY_CONFIRMED;
	d->set_due = false;
	/* blocks that are not the node's may have told a wrong sequence */
	if (!d->result.answered)
		kcan_klp_host_init(&d->link);
	ask_at(d, now_us + SETTLE_US);
}

static uint64_t wait_us(const struct kcan_diagnose *d)
{
	uint64_t wait = FIRST_WAIT_US;

	/* while nobody answers, SETs go between: no need to be slower */
	for (unsigned int i = 1; d->result.answered && i < d->asked; i++)
		wait = wait < WAIT_MAX_US ? 2 * wait : WAIT_MAX_US;
	return wait;
}

const uint8_t *kcan_diagnose_dictionary(const struct kcan_diagnose *d,
					size_t *len)
{
	if (!d->waiting)
		return NULL;
	*len = d->dictionary_len;
	return d->dictionary;
}

void kcan_diagnose_ask_uuid(struct kcan_diagnose *d,
			    const struct kcan_klp_format *ask,
			    const struct kcan_klp_format *answer,
			    uint64_t now_us)
{
	if (!d->waiting)
		return;
	d->waiting = false;
	if (!ask || ask->count) {
		decide(d, KCAN_DIAGNOSE_ANSWERED);
		return;
	}
	d->ask = *ask;
	d->answer = *answer;
	ask_at(d, now_us);
}

/* Return: whether it is the answer: the same offset comes back. */
static bool take_piece(struct kcan_diagnose *d,
		       const struct kcan_klp_value *values)
{
	const struct kcan_klp_value *data = &values[1];

	if (values[0].num != next_offset(d) || data->len > next_count(d))
		return false;
	if (!d->result.answered)
		return !data->len;
	if (data->len > sizeof(d->dictionary) - d->dictionary_len) {
		d->result.too_long = true;
		decide(d, KCAN_DIAGNOSE_ANSWERED);
		return true;
	}
	d->result.whole = !data->len;
	memcpy(d->dictionary + d->dictionary_len, data->data, data->len);
	d->dictionary_len += data->len;
	return true;
}

static bool take_uuid(struct kcan_diagnose *d,
		      const struct kcan_klp_value *values)
{
	const struct kcan_klp_value *value = values;

	for (size_t i = 0; i < d->answer.count && !value->data; i++)
		value++;
	if (value == values + d->answer.count || value->len != KCAN_UUID_LEN) {
		decide(d, KCAN_DIAGNOSE_ANSWERED);
		return true;
	}
	memcpy(d->result.other.b, value->data, KCAN_UUID_LEN);
	decide(d, kcan_uuid_equal(&d->result.other, &d->uuid) ?
			  KCAN_DIAGNOSE_CONFIRMED :
			  KCAN_DIAGNOSE_WRONG_UUID);
	return true;
}

/* Return: whether it holds the answer to the open question. */
static bool take_answer(struct kcan_diagnose *d,
			const struct kcan_klp_block *block)
{
	struct kcan_klp_value values[KCAN_KLP_PARAMS_MAX];
	int id;
	int used = kcan_klp_id_decode(&id, block->content, block->len,
				      KCAN_KLP_RESPONSE);

	if (used < 0 || id != d->answer.id ||
	    kcan_klp_params_decode(values, &d->answer, block->content + used,
				   block->len - (size_t)used) < 0)
		return false;
	return d->result.whole ? take_uuid(d, values) : take_piece(d, values);
}

static void rx_answer(struct kcan_diagnose *d,
		      const struct kcan_klp_block *block, uint64_t now_us)
{
	if (!d->handed || d->stale || d->satisfied || !take_answer(d, block))
		return;
	if (!d->result.answered)
		d->give_up_us = now_us + d->cfg.talk_us;
	d->result.answered = true;
	d->satisfied = true;
	ask_at(d, now_us + ACK_US);
}

/*
 * A NAK is left to the timer: it may be the echo of a repetition, and to answer
 * each echo with another repetition would never end.
 */
static void rx_block(struct kcan_diagnose *d,
		     const struct kcan_klp_block *block, uint64_t now_us)
{
	if (d->link.pending || !(d->open || d->satisfied))
		return;
	if (block->len)
		rx_answer(d, block, now_us);
	else
		acked(d, now_us);
}

/* Not before a question is confirmed: it may still never leave. */
static void take_blocks(struct kcan_diagnose *d, uint64_t now_us)
{
	struct kcan_klp_step step = { .used = 1 };

	while (step.used && !is_done(d) && (d->confirmed || !d->in_flight)) {
		step = kcan_klp_host_rx(&d->link, d->rx.buf, d->rx.len);
		d->result.heard |= step.block.content != NULL;
		if (step.event == KCAN_KLP_BLOCK)
			rx_block(d, &step.block, now_us);
		kcan_stream_drop(&d->rx, step.used);
		d->stale -= step.used < d->stale ? step.used : d->stale;
	}
}

static void after_frame(struct kcan_diagnose *d, uint64_t now_us)
{
	kcan_stream_drop(&d->tx, CAN_MAX_DLEN);
	if (d->tx.len) {
		d->due_us = now_us;
		return;
	}
	/* a repetition of what was answered meanwhile */
	if (!d->open)
		return;
	d->confirmed = true;
	d->asked++;
	d->due_us = now_us + wait_us(d);
}

void kcan_diagnose_sent(struct kcan_diagnose *d, uint64_t now_us)
{
	if (!d->in_flight)
		return;
	d->in_flight = false;
	d->sent_us = now_us;
	if (d->tx.len)
		after_frame(d, now_us);
	else
		after_set(d, now_us);
	take_blocks(d, now_us);
}

/* Return: whether our node loses the nodeid with it (klipper-mcu-protocol.md, section 2.3). */
static bool gives_away(const struct kcan_diagnose *d,
		       const struct can_frame *frame)
{
	struct kcan_admin_msg msg;

	return kcan_admin_decode(&msg, frame) == KCAN_ADMIN_OK &&
	       msg.cmd == KCAN_ADMIN_SET_KLIPPER_NODEID &&
	       msg.nodeid == d->cfg.nodeid &&
	       !kcan_uuid_equal(&msg.uuid, &d->uuid);
}

void kcan_diagnose_rx(struct kcan_diagnose *d, const struct can_frame *frame,
		      uint64_t now_us)
{
	if (d->result.set == KCAN_DELIVERY_NONE)
		return;
	if (gives_away(d, frame))
		decide(d, KCAN_DIAGNOSE_TAKEN);
	if (frame->can_id != kcan_nodeid_tx_id(d->cfg.nodeid))
		return;
	kcan_stream_push_frame(&d->rx, frame);
	take_blocks(d, now_us);
}
