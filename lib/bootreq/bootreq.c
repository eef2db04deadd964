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
#define TIMEOUT_MAX_US 3600000000u

/* Return: false when there is no other nodeid; the one in use stays then. */
static bool draw(struct kcan_bootreq *req)
{
	struct place *place = &req->place;
	uint8_t nodeid = req->cfg.draw(req->cfg.ctx);

	if (!nodeid || nodeid == UINT8_MAX)
		return false;
	if (place->sets)
		util_set_add(&req->former, place->nodeid);
	*place = (struct place){ .nodeid = nodeid };
	kcan_stream_drop(&req->rx, req->rx.len);
	return true;
}

int kcan_bootreq_new(struct kcan_bootreq **out, const struct kcan_uuid *uuid,
		     const struct kcan_bootreq_cfg *cfg, uint64_t now_us)
{
	bool proves = cfg->goal != KCAN_BOOTREQ_GOAL_REQUEST;
	struct kcan_bootreq *req;

	if (!cfg->timeout_us || cfg->timeout_us > TIMEOUT_MAX_US ||
	    (proves && !cfg->draw))
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
	req->leaving.by_us = UINT64_MAX;
	kcan_stream_init(&req->rx, req->rx_buf, sizeof(req->rx_buf));
	if (proves && !draw(req))
		bootreq_decide(req, KCAN_BOOTREQ_NO_NODEID, now_us);
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

static uint64_t min_us(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t kcan_bootreq_time_up(const struct kcan_bootreq *req)
{
	if (kcan_bootreq_done(req))
		return UINT64_MAX;
	return min_us(req->give_up_us, req->leaving.by_us);
}

uint64_t kcan_bootreq_deadline(const struct kcan_bootreq *req)
{
	if (kcan_bootreq_done(req))
		return UINT64_MAX;
	return min_us(req->due_us, kcan_bootreq_time_up(req));
}

enum kcan_bootreq_verdict kcan_bootreq_verdict(const struct kcan_bootreq *req)
{
	return req->result.verdict;
}

struct kcan_bootreq_result kcan_bootreq_result(const struct kcan_bootreq *req)
{
	struct kcan_bootreq_result result = req->result;

	result.nodeid = req->place.nodeid;
	result.settled = bootreq_leaves(req) || kcan_bootreq_done(req);
	return result;
}

bool bootreq_undecided(const struct kcan_bootreq *req)
{
	return req->result.verdict == KCAN_BOOTREQ_PENDING;
}

void bootreq_go(struct kcan_bootreq *req, enum step step, uint64_t at_us)
{
	req->step = step;
	req->ready_us = at_us;
	req->due_us = req->in_flight ? UINT64_MAX : at_us;
}

void bootreq_decide(struct kcan_bootreq *req, enum kcan_bootreq_verdict verdict,
		    uint64_t now_us)
{
	req->result.verdict = verdict;
	bootreq_leave(req, now_us);
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
	if (bootreq_starts_like_katapult(req) || req->place.early)
		return KCAN_BOOTREQ_GARBLED;
	if (req->phase == PHASE_PROVE)
		return KCAN_BOOTREQ_SILENT;
	if (req->result.request == KCAN_DELIVERY_NONE)
		return KCAN_BOOTREQ_UNANSWERED;
	return req->acked && req->checked ? KCAN_BOOTREQ_LEFT :
					    KCAN_BOOTREQ_UNSURE;
}

void kcan_bootreq_expire(struct kcan_bootreq *req, uint64_t now_us)
{
	bool undecided = bootreq_undecided(req);

	if (kcan_bootreq_done(req))
		return;
	if (now_us >= req->leaving.by_us)
		req->step = STEP_DONE;
	else if (now_us < req->give_up_us)
		return;
	else if (undecided && bootreq_asks_late(req, now_us))
		bootreq_check_longer(req, now_us);
	else if (undecided)
		bootreq_decide(req, out_of_time(req), now_us);
	else if (bootreq_leaves(req))
		bootreq_give_up_step(req, now_us);
	else
		bootreq_leave(req, now_us);
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
	/* confirmed is what the silence afterwards makes it */
	if (step == STEP_HANDBACK && delivery != KCAN_DELIVERY_CONFIRMED)
		req->result.handback = delivery;
	if (step == STEP_READ_HEAD)
		req->result.torn = delivery != KCAN_DELIVERY_NONE;
	if (step == STEP_READ_TAIL && delivery == KCAN_DELIVERY_CONFIRMED)
		req->result.torn = false;
}

/* Return: false when there is no nodeid for it, which has been decided then. */
static bool prepare_set(struct kcan_bootreq *req, uint64_t now_us)
{
	struct place *place = &req->place;
	bool leaves = req->phase == PHASE_TALK;

	/* on another nodeid no answer from before COMPLETE can be heard */
	if (leaves)
		req->phase = PHASE_CHECK;
	if ((!place->burnt && !leaves) || draw(req))
		return true;
	if (req->phase == PHASE_CHECK) {
		place->burnt = place->asked = place->believed = false;
		return true;
	}
	bootreq_decide(req, KCAN_BOOTREQ_NO_NODEID, now_us);
	return false;
}

/* Return: whether @req->step has a frame that may go out now. */
static bool prepare(struct kcan_bootreq *req, uint64_t now_us)
{
	kcan_bootreq_expire(req, now_us);
	if (kcan_bootreq_done(req) || now_us < req->due_us)
		return false;
	if (req->step == STEP_SILENCE)
		bootreq_after_silence(req);
	if (req->step == STEP_SET && !prepare_set(req, now_us))
		return prepare(req, now_us);
	return !kcan_bootreq_done(req);
}

/* The kernel is about to take it. */
static void note_handed(struct kcan_bootreq *req, uint64_t now_us)
{
	bool asks = req->step == STEP_ASK || req->step == STEP_VERIFY;

	if (req->step != req->said || asks)
		req->said_us = now_us;
	req->said = req->step;
	req->place.asks += req->step == STEP_ASK;
	if (req->step == STEP_SET) {
		req->result.assigned = ++req->sets;
		req->place.sets++;
		req->asked = 0;
		req->placed = false;
	}
	if (req->step == STEP_ASK && !req->place.asked) {
		req->place.asked = true;
		req->place.ask_us = now_us;
		req->place.handed_us = 0;
	}
	if (req->step == STEP_VERIFY) {
		req->leaving.verify_us = now_us;
		kcan_stream_drop(&req->rx, req->rx.len);
	}
}

bool kcan_bootreq_tx(struct kcan_bootreq *req, struct can_frame *frame,
		     uint64_t now_us)
{
	if (!prepare(req, now_us))
		return false;
	bootreq_build(req, frame);
	note_handed(req, now_us);
	req->in_flight = req->step;
	req->due_us = UINT64_MAX;
	note_delivery(req, req->step, KCAN_DELIVERY_UNCONFIRMED);
	return true;
}

void kcan_bootreq_handed(struct kcan_bootreq *req, uint64_t at_us)
{
	struct place *place = &req->place;
	bool first = req->in_flight == STEP_ASK && !req->asked &&
		     !place->believed;

	if (!first)
		return;
	/*
	 * Where reading a clock takes long, time stamps are a little too early.
	 * That of the answer is, too, and cannot be before that of the echo.
	 */
	if (at_us < place->ask_us)
		place->ask_us = at_us;
	if (!place->handed_us || at_us < place->handed_us)
		place->handed_us = at_us;
}

/* Nobody was asked on this nodeid, so what came was no answer. */
static void take_back_question(struct kcan_bootreq *req, uint64_t now_us)
{
	req->place.asked = false;
	if (req->rx.len || req->place.early)
		bootreq_burn(req, now_us);
}

void kcan_bootreq_unsent(struct kcan_bootreq *req, uint64_t now_us)
{
	enum step refused = req->in_flight;

	note_delivery(req, refused, KCAN_DELIVERY_NONE);
	req->in_flight = STEP_NONE;
	if (refused == STEP_SET) {
		req->result.assigned = --req->sets;
		req->place.sets--;
	}
	req->place.asks -= refused == STEP_ASK;
	if (refused == STEP_ASK && !req->asked && !req->place.believed)
		take_back_question(req, now_us);
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
	bootreq_go(req, STEP_SET, now_us);
	if (req->cfg.goal == KCAN_BOOTREQ_GOAL_REQUEST)
		bootreq_decide(req, KCAN_BOOTREQ_REQUESTED, now_us);
}

static void after_set(struct kcan_bootreq *req, uint64_t now_us)
{
	start_clock(req, now_us);
	req->set_us = now_us;
	if (req->place.burnt)
		bootreq_go(req, STEP_SET, now_us);
	else
		bootreq_go(req, STEP_ASK, now_us + FIRST_ASK_US);
}

/* Answers count now, and the one that came before the confirmation does. */
static void believe(struct kcan_bootreq *req, uint64_t now_us)
{
	bool early = req->place.early;

	if (req->place.burnt)
		return;
	req->place.believed = true;
	req->place.early = false;
	if (early)
		bootreq_rx_identity(req, &req->place.early_uuid, now_us);
}

static void after_question(struct kcan_bootreq *req, uint64_t now_us)
{
	bool hurry = req->phase == PHASE_PROVE &&
		     req->set_us - req->start_us < HURRY_US;

	if (req->phase == PHASE_CHECK)
		bootreq_checked(req, now_us);
	if (++req->asked == 1)
		bootreq_go(req, STEP_ASK, req->set_us + SECOND_ASK_US);
	else
		bootreq_go(req, STEP_SET,
			   req->set_us + (hurry ? ROUND_US : SLOW_ROUND_US));
	believe(req, now_us);
}

/* What follows a confirmed frame. */
static void (*const after[])(struct kcan_bootreq *req, uint64_t now_us) = {
	[STEP_REQUEST] = after_request,
	[STEP_SET] = after_set,
	[STEP_ASK] = after_question,
	[STEP_CONNECT] = bootreq_after_connect,
	[STEP_READ_HEAD] = bootreq_after_read_head,
	[STEP_READ_TAIL] = bootreq_after_read_tail,
	[STEP_COMPLETE] = bootreq_after_complete,
	[STEP_FETCH] = bootreq_after_fetch,
	[STEP_HANDBACK] = bootreq_after_handback,
	[STEP_VERIFY] = bootreq_after_verify,
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
		bootreq_leave(req, now_us);
	bootreq_hurry(req, now_us);
}

void bootreq_burn(struct kcan_bootreq *req, uint64_t now_us)
{
	req->place.burnt = true;
	req->place.early = false;
	if (req->step == STEP_ASK)
		bootreq_go(req, STEP_SET, now_us);
}
