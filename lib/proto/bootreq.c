// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/bootreq.h>

#include <errno.h>
#include <stdlib.h>

#include "bootreq_machine.h"

/* The rhythm of docs/protocol.md, "The exchange"; microseconds. */
#define FIRST_ASK_US 10000   /* from the confirmed SET */
#define SECOND_ASK_US 25000  /* a controller may be deaf at the first */
#define ROUND_US 40000	     /* from SET to SET, in the first second */
#define SLOW_ROUND_US 200000 /* and later */
#define HURRY_US 1000000     /* how long is "the first second" */
#define RETRY_US 5000	     /* after a full transmit queue */
#define HANDBACK_US 500000   /* how long to wait for each of its steps */
#define TIMEOUT_MAX_US 3600000000u

/* The same, "After the proof". */
#define REPEAT_US 125000   /* from a command to its repetition */
#define IDENTIFY_US 250000 /* how long CONNECT may take when it is a favour */
/* Katapult answers for 100 ms after COMPLETE: three times fit in */
#define COMPLETE_REPEAT_US 30000
#define COMPLETES_MAX 3
#define GONE_US 150000 /* from COMPLETE to asking whether it is gone */
#define LEFT_US 500000 /* and to believing that */

int kcan_bootreq_new(struct kcan_bootreq **out, const struct kcan_uuid *uuid,
		     const struct kcan_bootreq_cfg *cfg, uint64_t now_us)
{
	struct kcan_bootreq *req;

	if (!cfg->timeout_us || cfg->timeout_us > TIMEOUT_MAX_US ||
	    cfg->nodeid == 0 || cfg->nodeid == 255)
		return -EINVAL;
	req = calloc(1, sizeof(*req));
	if (!req)
		return -ENOMEM;
	req->uuid = *uuid;
	req->cfg = *cfg;
	req->hint = KCAN_BOOTREQ_SILENT;
	req->step = cfg->goal == KCAN_BOOTREQ_GOAL_LEAVE ? STEP_SET :
							   STEP_REQUEST;
	req->due_us = now_us;
	req->give_up_us = now_us + cfg->timeout_us;
	kcan_stream_init(&req->rx, req->rx_buf, sizeof(req->rx_buf));
	*out = req;
	return 0;
}

void kcan_bootreq_free(struct kcan_bootreq *req)
{
	free(req);
}

bool kcan_bootreq_done(const struct kcan_bootreq *req)
{
	return req->step == STEP_DONE;
}

bool kcan_bootreq_leaving(const struct kcan_bootreq *req)
{
	return !bootreq_undecided(req) && !kcan_bootreq_done(req);
}

uint64_t kcan_bootreq_deadline(const struct kcan_bootreq *req)
{
	if (kcan_bootreq_done(req))
		return UINT64_MAX;
	return req->due_us < req->give_up_us ? req->due_us : req->give_up_us;
}

struct kcan_bootreq_result kcan_bootreq_result(const struct kcan_bootreq *req)
{
	return req->result;
}

bool bootreq_undecided(const struct kcan_bootreq *req)
{
	return req->result.verdict == KCAN_BOOTREQ_PENDING;
}

/* @step is next, at @at_us or when the frame in flight is confirmed. */
static void go(struct kcan_bootreq *req, enum step step, uint64_t at_us)
{
	req->step = step;
	req->ready_us = at_us;
	req->due_us = req->in_flight ? UINT64_MAX : at_us;
}

static void hand_back(struct kcan_bootreq *req, uint64_t now_us)
{
	go(req, req->result.assigned ? STEP_HANDBACK : STEP_DONE, now_us);
	/* queued frames go out in order: let the one in flight go first */
	req->due_us = now_us + (req->in_flight ? HANDBACK_US : 0);
	req->give_up_us = req->due_us + HANDBACK_US;
}

void bootreq_decide(struct kcan_bootreq *req, enum kcan_bootreq_verdict verdict,
		    uint64_t now_us)
{
	req->result.verdict = verdict;
	hand_back(req, now_us);
	/* half a command would block the node's receiver until a reset */
	if (req->result.torn && req->in_flight != STEP_READ_TAIL)
		req->step = STEP_READ_TAIL;
}

static enum kcan_bootreq_verdict out_of_time(const struct kcan_bootreq *req)
{
	if (req->first == KCAN_DELIVERY_NONE)
		return KCAN_BOOTREQ_NOT_QUEUED;
	if (req->first == KCAN_DELIVERY_UNCONFIRMED)
		return KCAN_BOOTREQ_UNCONFIRMED;
	if (req->hint != KCAN_BOOTREQ_SILENT)
		return req->hint;
	if (bootreq_starts_like_katapult(req))
		return KCAN_BOOTREQ_GARBLED;
	if (req->phase == PHASE_PROVE)
		return KCAN_BOOTREQ_SILENT;
	if (req->result.request == KCAN_DELIVERY_NONE)
		return KCAN_BOOTREQ_UNANSWERED;
	return req->acked && req->checked ? KCAN_BOOTREQ_LEFT :
					    KCAN_BOOTREQ_UNSURE;
}

static void expire(struct kcan_bootreq *req, uint64_t now_us)
{
	if (now_us < req->give_up_us || kcan_bootreq_done(req))
		return;
	if (bootreq_undecided(req))
		bootreq_decide(req, out_of_time(req), now_us);
	else if (req->step == STEP_HANDBACK)
		req->step = STEP_DONE;
	else
		hand_back(req, now_us);
}

/* A repetition takes back nothing that is known of the frame before it. */
static void note(enum kcan_delivery *known, enum kcan_delivery delivery)
{
	if (*known != KCAN_DELIVERY_CONFIRMED)
		*known = delivery;
}

/* The frame of @step is with the kernel now, or came back from it. */
static void note_delivery(struct kcan_bootreq *req, enum step step,
			  enum kcan_delivery delivery)
{
	note(&req->first, delivery);
	if (step == STEP_REQUEST || step == STEP_COMPLETE)
		note(&req->result.request, delivery);
	if (step == STEP_HANDBACK)
		note(&req->result.handback, delivery);
	if (step == STEP_READ_HEAD)
		req->result.torn = delivery != KCAN_DELIVERY_NONE;
	if (step == STEP_READ_TAIL && delivery == KCAN_DELIVERY_CONFIRMED)
		req->result.torn = false;
}

bool kcan_bootreq_tx(struct kcan_bootreq *req, struct can_frame *frame,
		     uint64_t now_us)
{
	expire(req, now_us);
	if (kcan_bootreq_done(req) || now_us < req->due_us)
		return false;
	bootreq_build(req, frame);
	req->in_flight = req->step;
	req->due_us = UINT64_MAX;
	note_delivery(req, req->step, KCAN_DELIVERY_UNCONFIRMED);
	if (req->step == STEP_SET)
		req->result.assigned = ++req->sets;
	return true;
}

void kcan_bootreq_unsent(struct kcan_bootreq *req, uint64_t now_us)
{
	note_delivery(req, req->in_flight, KCAN_DELIVERY_NONE);
	if (req->in_flight == STEP_SET)
		req->result.assigned = --req->sets;
	req->in_flight = STEP_NONE;
	req->due_us = now_us + RETRY_US;
}

static void start_clock(struct kcan_bootreq *req, uint64_t now_us)
{
	if (req->started)
		return;
	req->started = true;
	req->start_us = now_us;
	req->give_up_us = now_us + req->cfg.timeout_us;
}

static void after_request(struct kcan_bootreq *req, uint64_t now_us)
{
	start_clock(req, now_us);
	go(req, STEP_SET, now_us);
	if (req->cfg.goal == KCAN_BOOTREQ_GOAL_REQUEST)
		bootreq_decide(req, KCAN_BOOTREQ_REQUESTED, now_us);
}

static void after_set(struct kcan_bootreq *req, uint64_t now_us)
{
	start_clock(req, now_us);
	if (req->phase == PHASE_TALK) {
		req->phase = PHASE_CHECK;
		kcan_stream_drop(&req->rx, req->rx.len);
	}
	req->set_us = now_us;
	req->asked = 0;
	go(req, STEP_ASK, now_us + FIRST_ASK_US);
}

static void after_question(struct kcan_bootreq *req, uint64_t now_us)
{
	bool hurry = req->phase == PHASE_PROVE &&
		     req->set_us - req->start_us < HURRY_US;

	(void)now_us;
	req->checked = req->phase == PHASE_CHECK;
	if (++req->asked == 1)
		go(req, STEP_ASK, req->set_us + SECOND_ASK_US);
	else
		go(req, STEP_SET,
		   req->set_us + (hurry ? ROUND_US : SLOW_ROUND_US));
}

static void after_connect(struct kcan_bootreq *req, uint64_t now_us)
{
	go(req, STEP_CONNECT, now_us + REPEAT_US);
}

static void after_read_head(struct kcan_bootreq *req, uint64_t now_us)
{
	go(req, STEP_READ_TAIL, now_us);
}

static void after_read_tail(struct kcan_bootreq *req, uint64_t now_us)
{
	if (bootreq_undecided(req))
		go(req, STEP_READ_HEAD, now_us + REPEAT_US);
	else
		hand_back(req, now_us);
}

static void check_later(struct kcan_bootreq *req, uint64_t now_us)
{
	go(req, STEP_SET, now_us + GONE_US);
	req->give_up_us = now_us + LEFT_US;
}

static void after_complete(struct kcan_bootreq *req, uint64_t now_us)
{
	check_later(req, now_us);
	if (++req->completes < COMPLETES_MAX)
		go(req, STEP_COMPLETE, now_us + COMPLETE_REPEAT_US);
}

static void after_handback(struct kcan_bootreq *req, uint64_t now_us)
{
	(void)now_us;
	req->step = STEP_DONE;
}

/* What follows a confirmed frame. */
static void (*const after[])(struct kcan_bootreq *req, uint64_t now_us) = {
	[STEP_REQUEST] = after_request,	    [STEP_SET] = after_set,
	[STEP_ASK] = after_question,	    [STEP_CONNECT] = after_connect,
	[STEP_READ_HEAD] = after_read_head, [STEP_READ_TAIL] = after_read_tail,
	[STEP_COMPLETE] = after_complete,   [STEP_HANDBACK] = after_handback,
};

void kcan_bootreq_sent(struct kcan_bootreq *req, uint64_t now_us)
{
	enum step sent = req->in_flight;

	req->in_flight = STEP_NONE;
	note_delivery(req, sent, KCAN_DELIVERY_CONFIRMED);
	if (sent == req->step)
		after[sent](req, now_us);
	else /* an answer or the end came before the confirmation */
		req->due_us = req->ready_us > now_us ? req->ready_us : now_us;
}

void kcan_bootreq_abort(struct kcan_bootreq *req, uint64_t now_us)
{
	if (bootreq_undecided(req))
		bootreq_decide(req, KCAN_BOOTREQ_ABORTED, now_us);
	else if (req->step == STEP_CONNECT)
		hand_back(req, now_us);
}

/* Every right answer makes up for what was wrong before it. */
static void advance(struct kcan_bootreq *req, enum step step, uint64_t now_us)
{
	req->hint = KCAN_BOOTREQ_SILENT;
	go(req, step, now_us);
}

void bootreq_proven(struct kcan_bootreq *req, uint64_t now_us)
{
	req->phase = PHASE_TALK;
	advance(req, STEP_CONNECT, now_us);
	if (req->cfg.goal == KCAN_BOOTREQ_GOAL_LEAVE)
		return;
	req->result.verdict = KCAN_BOOTREQ_PROVEN;
	req->give_up_us = now_us + IDENTIFY_US;
}

void bootreq_identified(struct kcan_bootreq *req,
			const struct kcan_kat_ident *ident, uint64_t now_us)
{
	req->result.identified = true;
	req->result.ident = *ident;
	if (bootreq_undecided(req))
		advance(req, STEP_READ_HEAD, now_us);
	else
		hand_back(req, now_us);
}

void bootreq_word_read(struct kcan_bootreq *req, uint32_t first_word,
		       uint64_t now_us)
{
	req->result.torn = false;
	/* what Katapult itself takes for none: can-admin-channel.md, 8.3 */
	if (first_word == 0 || first_word == UINT32_MAX)
		bootreq_decide(req, KCAN_BOOTREQ_BLANK, now_us);
	else
		advance(req, STEP_COMPLETE, now_us);
}

void bootreq_completed(struct kcan_bootreq *req, uint64_t now_us)
{
	req->hint = KCAN_BOOTREQ_SILENT;
	req->acked = true;
	check_later(req, now_us);
}
