// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The way out of the exchange: the node is handed back, and asked whether that
 * came through (docs/protocol.md, "Leaving").
 */
#include <kcan/bootreq.h>

#include "bootreq_machine.h"

#define STEP_US 400000	/* how long to wait for each confirmation */
#define LEAVE_US 900000 /* and for all of it */
#define SETTLE_US 10000 /* from the hand-back to the question */
#define SILENCE_US 30000
#define SILENCE_FACTOR 4 /* of the slowest answer */
/* two, so that two lost frames in all cannot keep a node assigned unseen */
#define BACKS 2
#define REPEATS_MAX 3

bool bootreq_leaves(const struct kcan_bootreq *req)
{
	return req->step >= STEP_FETCH && req->step <= STEP_SILENCE;
}

/* Return: a nodeid that is still to be handed back; 0: none. */
static uint8_t former_nodeid(const struct kcan_bootreq *req)
{
	for (unsigned int n = 0; n < 256; n++)
		if (util_set_has(&req->former, (uint8_t)n))
			return (uint8_t)n;
	return 0;
}

/* The last one first: there it most likely is, and the bus may halt. */
uint8_t bootreq_back_nodeid(const struct kcan_bootreq *req)
{
	return req->leaving.backs < BACKS ? req->place.nodeid :
					    former_nodeid(req);
}

static void go(struct kcan_bootreq *req, enum step step, uint64_t at_us)
{
	bootreq_go(req, step, at_us);
	req->give_up_us = at_us + STEP_US;
}

/* A command that got no answer may have been a slow one. */
static void note_unanswered(struct kcan_bootreq *req, uint64_t now_us)
{
	bool waits = req->step == STEP_CONNECT || req->step == STEP_READ_HEAD ||
		     req->step == STEP_COMPLETE;

	if (waits && req->said == req->step && now_us > req->said_us &&
	    now_us - req->said_us > req->slowest_us)
		req->slowest_us = now_us - req->said_us;
}

void bootreq_limit(struct kcan_bootreq *req, uint64_t now_us)
{
	uint64_t timeout_us = req->start_us + req->cfg.timeout_us;

	if (req->leaving.by_us != UINT64_MAX)
		return;
	if (!req->started || timeout_us < now_us)
		timeout_us = now_us;
	req->leaving.by_us = timeout_us + LEAVE_US;
}

void bootreq_hurry(struct kcan_bootreq *req, uint64_t now_us)
{
	if (req->leaving.by_us > now_us + LEAVE_US)
		req->leaving.by_us = now_us + LEAVE_US;
}

void bootreq_leave(struct kcan_bootreq *req, uint64_t now_us)
{
	bootreq_limit(req, now_us);
	note_unanswered(req, now_us);
	if (!req->result.assigned) {
		req->step = STEP_DONE;
		return;
	}
	/* where it has answered it is, and nowhere else */
	if (req->placed)
		req->former = (struct util_set){ 0 };
	/* queued frames go out in order: let the one in flight go first */
	go(req, req->placed ? STEP_HANDBACK : STEP_FETCH, now_us);
}

void bootreq_give_up_step(struct kcan_bootreq *req, uint64_t now_us)
{
	bool backed = req->in_flight == STEP_HANDBACK ||
		      req->step > STEP_HANDBACK;

	if (backed) {
		req->step = STEP_DONE;
		return;
	}
	/* the bus has come to a halt: queued, it is obeyed when that ends */
	go(req, STEP_HANDBACK, now_us);
	req->due_us = now_us;
}

void bootreq_after_fetch(struct kcan_bootreq *req, uint64_t now_us)
{
	go(req, STEP_HANDBACK, now_us);
}

void bootreq_after_handback(struct kcan_bootreq *req, uint64_t now_us)
{
	uint8_t nodeid = bootreq_back_nodeid(req);

	if (nodeid != req->place.nodeid)
		util_set_remove(&req->former, nodeid);
	else
		req->leaving.backs++;
	if (req->leaving.backs < BACKS || former_nodeid(req))
		go(req, STEP_HANDBACK, now_us);
	else
		go(req, STEP_VERIFY, now_us + SETTLE_US);
}

static void hand_back_again(struct kcan_bootreq *req, uint64_t now_us)
{
	req->leaving.answered = false;
	req->leaving.backs = 0;
	if (++req->leaving.repeats > REPEATS_MAX)
		req->step = STEP_DONE;
	else
		go(req, STEP_HANDBACK, now_us);
}

void bootreq_after_verify(struct kcan_bootreq *req, uint64_t now_us)
{
	uint64_t wait_us = SILENCE_FACTOR * req->slowest_us;

	if (req->leaving.answered) {
		hand_back_again(req, now_us);
		return;
	}
	if (wait_us < SILENCE_US)
		wait_us = SILENCE_US;
	bootreq_go(req, STEP_SILENCE, now_us + wait_us);
	req->give_up_us = UINT64_MAX;
}

void bootreq_still_there(struct kcan_bootreq *req, uint64_t now_us)
{
	if (req->step == STEP_SILENCE)
		hand_back_again(req, now_us);
	else
		req->leaving.answered = true;
}

void bootreq_after_silence(struct kcan_bootreq *req)
{
	req->result.handback = KCAN_DELIVERY_CONFIRMED;
	req->step = STEP_DONE;
}
