// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "conclude.h"

#include "../look/look.h"

static enum cause cause_of(const struct run *run, const struct job *job,
			   const struct kcan_bootreq_result *result)
{
	static const enum cause causes[] = {
		[KCAN_BOOTREQ_PENDING] = CAUSE_PENDING,
		[KCAN_BOOTREQ_PROVEN] = CAUSE_PROVEN,
		[KCAN_BOOTREQ_REQUESTED] = CAUSE_REQUESTED,
		[KCAN_BOOTREQ_SILENT] = CAUSE_SILENT,
		[KCAN_BOOTREQ_NOT_QUEUED] = CAUSE_NOT_QUEUED,
		[KCAN_BOOTREQ_UNCONFIRMED] = CAUSE_UNCONFIRMED,
		[KCAN_BOOTREQ_NO_NODEID] = CAUSE_NO_NODEID,
		[KCAN_BOOTREQ_NODEID_TAKEN] = CAUSE_NODEID_TAKEN,
		[KCAN_BOOTREQ_WRONG_UUID] = CAUSE_WRONG_UUID,
		[KCAN_BOOTREQ_NACKED] = CAUSE_NACKED,
		[KCAN_BOOTREQ_REFUSED] = CAUSE_REFUSED,
		[KCAN_BOOTREQ_GARBLED] = CAUSE_GARBLED,
		[KCAN_BOOTREQ_ABORTED] = CAUSE_INTERRUPTED,
		[KCAN_BOOTREQ_LEFT] = CAUSE_LEFT,
		[KCAN_BOOTREQ_BLANK] = CAUSE_BLANK,
		[KCAN_BOOTREQ_UNANSWERED] = CAUSE_UNANSWERED,
		[KCAN_BOOTREQ_STAYED] = CAUSE_STAYED,
		[KCAN_BOOTREQ_UNSURE] = CAUSE_UNSURE,
	};

	if (run->lost && (result->verdict == KCAN_BOOTREQ_PENDING ||
			  (result->verdict == KCAN_BOOTREQ_ABORTED &&
			   !run->bus->loop->signal)))
		return result->request == KCAN_DELIVERY_CONFIRMED ?
			       CAUSE_LOST :
			       CAUSE_LOST_UNSENT;
	if (result->verdict == KCAN_BOOTREQ_NOT_QUEUED && !job->refused)
		return CAUSE_BEHIND;
	if (result->verdict == KCAN_BOOTREQ_SILENT && job->facts.leave)
		return CAUSE_LEAVE_SILENT;
	return causes[result->verdict];
}

/* What became of the node, as far as it is known now. */
static void describe(const struct run *run, struct job *job)
{
	struct kcan_bootreq_result result = kcan_bootreq_result(job->req);
	struct words_facts *facts = &job->facts;

	facts->cause = cause_of(run, job, &result);
	facts->nodeid = result.nodeid;
	facts->other = result.other;
	facts->identified = result.identified;
	facts->katapult = result.ident;
	facts->signal = run->bus->loop->signal;
	if (!job->settled)
		facts->elapsed_us = run->bus->loop->now_us - run->start_us;
	facts->request = result.request == KCAN_DELIVERY_NONE ?
				 REQUEST_NONE :
			 result.request == KCAN_DELIVERY_UNCONFIRMED ?
				 REQUEST_UNCONFIRMED :
			 run->acks ? REQUEST_ACKNOWLEDGED :
				     REQUEST_HANDED_OVER;
	if (facts->cause == CAUSE_LOST || facts->cause == CAUSE_LOST_UNSENT)
		look_explain_lost(facts, facts->cause, run->lost);
}

/* The same at the end, when it is known how the node was left. */
static void conclude(const struct run *run, struct job *job)
{
	struct kcan_bootreq_result result = kcan_bootreq_result(job->req);
	struct words_facts *facts = &job->facts;

	describe(run, job);
	if (kcan_bus_dropped(run->bus->socket))
		facts->warnings |= 1u << WARNING_DROPPED;
	if (job->refused && facts->cause != CAUSE_PROVEN &&
	    facts->cause != CAUSE_LEFT && facts->cause != CAUSE_NOT_QUEUED)
		facts->warnings |= 1u << WARNING_QUEUE_FULL;
	if (result.assigned && result.handback != KCAN_DELIVERY_CONFIRMED)
		facts->warnings |= 1u << WARNING_NODEID_HELD;
	if (result.torn)
		facts->warnings |= 1u << WARNING_TORN;
	if (result.twice)
		facts->warnings |= 1u << WARNING_TWINS;
	if (facts->cause == CAUSE_INTERRUPTED &&
	    facts->request == REQUEST_UNCONFIRMED)
		facts->warnings |= 1u << WARNING_STILL_QUEUED;
}

static void settle(struct run *run, struct job *job)
{
	if (job->settled || !kcan_bootreq_result(job->req).settled)
		return;
	job->settled = true;
	job->facts.elapsed_us = run->bus->loop->now_us - run->start_us;
	describe(run, job);
	if (run->proven && job->facts.cause == CAUSE_PROVEN)
		run->proven(run->ctx, &job->facts);
}

static void end(struct run *run, struct job *job)
{
	if (job->ended || job_is_running(job))
		return;
	job->ended = true;
	if (run->ended)
		run->ended(run->ctx, job);
}

size_t conclude_so_far(struct run *run)
{
	size_t running = 0;

	for (size_t i = 0; i < run->len; i++) {
		if (!run->jobs[i].req)
			continue;
		settle(run, &run->jobs[i]);
		end(run, &run->jobs[i]);
		running += job_is_running(&run->jobs[i]);
	}
	return run_is_gone(run) ? 0 : running;
}

void conclude_all(const struct run *run)
{
	for (size_t i = 0; i < run->len; i++)
		if (run->jobs[i].req)
			conclude(run, &run->jobs[i]);
}
