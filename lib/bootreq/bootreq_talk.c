// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What is said to a proven Katapult (docs/protocol.md, "After the proof"). */
#include <kcan/bootreq.h>

#include "bootreq_machine.h"

#define REPEAT_US 125000   /* from a command to its repetition */
#define IDENTIFY_US 250000 /* how long CONNECT may take after the proof */
/* Katapult answers for 100 ms after COMPLETE: three times fit in */
#define COMPLETE_REPEAT_US 30000
#define COMPLETES_MAX 3
#define GONE_US 150000	/* from COMPLETE to asking whether it is gone */
#define LEFT_US 500000	/* and to believing that */
#define CHECK_US 250000 /* of it at least, once that was asked */

void bootreq_after_connect(struct kcan_bootreq *req, uint64_t now_us)
{
	bootreq_go(req, STEP_CONNECT, now_us + REPEAT_US);
}

void bootreq_after_read_head(struct kcan_bootreq *req, uint64_t now_us)
{
	bootreq_go(req, STEP_READ_TAIL, now_us);
}

void bootreq_after_read_tail(struct kcan_bootreq *req, uint64_t now_us)
{
	if (bootreq_undecided(req))
		bootreq_go(req, STEP_READ_HEAD, now_us + REPEAT_US);
	else
		bootreq_leave(req, now_us);
}

static void check_later(struct kcan_bootreq *req, uint64_t now_us)
{
	bootreq_go(req, STEP_SET, now_us + GONE_US);
	req->give_up_us = now_us + LEFT_US;
}

void bootreq_after_complete(struct kcan_bootreq *req, uint64_t now_us)
{
	check_later(req, now_us);
	if (++req->completes < COMPLETES_MAX)
		bootreq_go(req, STEP_COMPLETE, now_us + COMPLETE_REPEAT_US);
}

void bootreq_check_longer(struct kcan_bootreq *req, uint64_t now_us)
{
	if (req->give_up_us < now_us + CHECK_US)
		req->give_up_us = now_us + CHECK_US;
}

void bootreq_checked(struct kcan_bootreq *req, uint64_t now_us)
{
	if (!req->checked)
		bootreq_check_longer(req, now_us);
	req->checked = true;
}

/* With a frame in flight it is the bus that is late. */
bool bootreq_asks_late(const struct kcan_bootreq *req, uint64_t now_us)
{
	bool told = req->step == STEP_SET || req->step == STEP_COMPLETE;
	bool asks = req->phase == PHASE_CHECK ||
		    (req->phase == PHASE_TALK && told);

	return asks && !req->checked && !req->in_flight &&
	       now_us < req->start_us + req->cfg.timeout_us;
}

/* Every right answer makes up for what was wrong before it. */
static void advance(struct kcan_bootreq *req, enum step step, uint64_t now_us)
{
	req->hint = KCAN_BOOTREQ_SILENT;
	bootreq_go(req, step, now_us);
}

void bootreq_proven(struct kcan_bootreq *req, uint64_t now_us)
{
	req->phase = PHASE_TALK;
	advance(req, STEP_CONNECT, now_us);
	if (req->cfg.goal == KCAN_BOOTREQ_GOAL_LEAVE)
		return;
	req->result.verdict = KCAN_BOOTREQ_PROVEN;
	req->give_up_us = now_us + IDENTIFY_US;
	bootreq_limit(req, now_us);
}

void bootreq_identified(struct kcan_bootreq *req,
			const struct kcan_kat_ident *ident, uint64_t now_us)
{
	req->result.identified = true;
	req->result.ident = *ident;
	if (bootreq_undecided(req))
		advance(req, STEP_READ_HEAD, now_us);
	else
		bootreq_leave(req, now_us);
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
