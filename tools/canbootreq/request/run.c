// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "run.h"

#include <errno.h>
#include <stdio.h>

#include <kcan/admin.h>

#include "../look/look.h"

#define SHOW_FIRST_US 500000
#define SHOW_EVERY_US 1000000
/* confirmations come at once or, on a flooded socket, never */
#define LOST_CONFIRMATION_US 20000
/* a socket holds some 250 frames: no time is up while some of them wait */
#define BATCHES_MAX 8
/* how long a hand-back waits for the frame of another exchange */
#define STALLED_US 100000

static bool is_running(const struct job *job)
{
	return job->req && !kcan_bootreq_done(job->req);
}

/* The request, or what leaves the node at the end: reported, not repeated. */
static bool is_single(const struct job *job)
{
	const struct can_frame *frame = &job->flying;

	return kcan_bootreq_leaving(job->req) ||
	       (frame->can_id == KCAN_ADMIN_ID &&
		frame->data[0] == KCAN_ADMIN_REQUEST_BOOTLOADER);
}

/* Whoever is done must not keep the others waiting. */
static void check_holder(struct run *run)
{
	const struct job *job = run->holder;

	if (job && (!job->in_flight || !is_running(job)))
		run->holder = NULL;
}

static void confirm(struct run *run, struct job *job, uint64_t now_us)
{
	job->in_flight = false;
	kcan_bootreq_sent(job->req, now_us);
	check_holder(run);
}

static void rx_own(struct run *run, const struct kcan_bus_rx *rx,
		   uint64_t now_us)
{
	for (size_t i = 0; i < run->len; i++) {
		struct job *job = &run->jobs[i];

		if (!job->in_flight ||
		    !bus_is_same_frame(&job->flying, &rx->frame))
			continue;
		if (rx->at_us)
			kcan_bootreq_handed(job->req, rx->at_us);
		confirm(run, job, now_us);
		return;
	}
}

static void rx_other(struct run *run, const struct kcan_bus_rx *rx,
		     uint64_t now_us)
{
	for (size_t i = 0; i < run->len; i++)
		if (run->jobs[i].req)
			kcan_bootreq_rx(run->jobs[i].req, &rx->frame,
					rx->at_us ? rx->at_us : now_us);
	if (run->nodeids)
		nodeids_note(run->nodeids, &rx->frame);
}

static void send_one(struct run *run, struct job *job)
{
	/* what arrives from now on may be an answer, what did before is none */
	uint64_t now_us = loop_now(run->bus->loop);
	struct can_frame frame;
	int err;

	if (!kcan_bootreq_tx(job->req, &frame, now_us))
		return;
	err = bus_send(run->bus, &frame);
	if (err) {
		kcan_bootreq_unsent(job->req, now_us);
		if (err == -ENOBUFS)
			job->refused = true;
		else
			run->lost = err;
		return;
	}
	kcan_bootreq_handed(job->req, run->bus->loop->now_us);
	job->flying = frame;
	job->in_flight = true;
	job->sent_us = now_us;
	job->dropped = kcan_bus_dropped(run->bus->socket);
	if (!run->holder)
		run->holder = job;
	run->turn = (size_t)(job - run->jobs) + 1;
}

static bool is_behind(const struct run *run, const struct job *job)
{
	return run->holder && run->holder != job;
}

/*
 * When it is time for @job to act. The bus takes one frame after the other; on
 * one that has come to a halt, a hand-back does not wait for that.
 */
static uint64_t due_at(const struct run *run, const struct job *job)
{
	uint64_t due_us, stalled_us;

	if (!is_running(job))
		return UINT64_MAX;
	due_us = kcan_bootreq_deadline(job->req);
	if (!is_behind(run, job))
		return due_us;
	if (!kcan_bootreq_leaving(job->req))
		return kcan_bootreq_time_up(job->req);
	stalled_us = run->holder->sent_us + STALLED_US;
	return due_us > stalled_us ? due_us : stalled_us;
}

static void act(struct run *run, struct job *job, uint64_t now_us)
{
	if (is_behind(run, job) && !kcan_bootreq_leaving(job->req)) {
		kcan_bootreq_expire(job->req, now_us);
		return;
	}
	/* a proven one: do not ask what it is before handing back */
	if (is_behind(run, job))
		kcan_bootreq_abort(job->req, now_us);
	send_one(run, job);
	check_holder(run);
}

static void send_due(struct run *run, uint64_t now_us)
{
	size_t first = run->turn;

	for (size_t i = 0; i < run->len; i++) {
		struct job *job = &run->jobs[(first + i) % run->len];

		if (now_us >= due_at(run, job))
			act(run, job, now_us);
	}
}

/* When to stop waiting for a confirmation that the kernel may have dropped. */
static uint64_t forgive_at(const struct run *run)
{
	const struct job *job = run->holder;

	if (!job || job->dropped == kcan_bus_dropped(run->bus->socket))
		return UINT64_MAX;
	return job->sent_us + LOST_CONFIRMATION_US;
}

/*
 * What is repeated anyway is taken as sent then. The request and the hand-back
 * are not, as their confirmation is what we report: they only make way.
 */
static void forgive_lost_confirmation(struct run *run, uint64_t now_us)
{
	struct job *job = run->holder;

	if (!job || now_us < forgive_at(run))
		return;
	if (is_single(job))
		run->holder = NULL;
	else
		confirm(run, job, now_us);
}

static uint64_t min_us(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* After other errors there may still be a way to hand back. */
static bool is_gone(const struct run *run)
{
	return run->lost == -ENODEV;
}

static uint64_t next_deadline(const struct run *run)
{
	uint64_t deadline = is_gone(run) ? UINT64_MAX : forgive_at(run);

	for (size_t i = 0; i < run->len && !is_gone(run); i++)
		deadline = min_us(deadline, due_at(run, &run->jobs[i]));
	return deadline;
}

static void rx_all(struct run *run, const struct kcan_bus_rx *rx, int n)
{
	uint64_t now_us = run->bus->loop->now_us;

	for (int i = 0; i < n; i++)
		if (rx[i].own)
			rx_own(run, &rx[i], now_us);
		else
			rx_other(run, &rx[i], now_us);
}

static void abort_all(struct run *run, uint64_t now_us)
{
	for (size_t i = 0; i < run->len; i++)
		if (run->jobs[i].req)
			kcan_bootreq_abort(run->jobs[i].req, now_us);
}

static void take_frames(struct run *run, uint64_t deadline_us)
{
	struct kcan_bus_rx rx[BUS_BATCH];
	int n = BUS_BATCH;

	for (unsigned int i = 0; i < BATCHES_MAX && n == BUS_BATCH; i++) {
		n = bus_turn(run->bus, rx, i ? BUS_NOW : deadline_us);
		if (n < 0)
			run->lost = n;
		rx_all(run, rx, n);
	}
}

static void turn(struct run *run, uint64_t deadline_us)
{
	uint64_t now_us;

	take_frames(run, deadline_us);
	now_us = run->bus->loop->now_us;
	if (run->bus->loop->signal || run->lost)
		abort_all(run, now_us);
	check_holder(run);
	forgive_lost_confirmation(run, now_us);
	send_due(run, now_us);
}

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
	if (job->ended || is_running(job))
		return;
	job->ended = true;
	if (run->ended)
		run->ended(run->ctx, job);
}

/* Return: how many are still running, on a bus that is there. */
static size_t settle_all(struct run *run)
{
	size_t running = 0;

	for (size_t i = 0; i < run->len; i++) {
		if (!run->jobs[i].req)
			continue;
		settle(run, &run->jobs[i]);
		end(run, &run->jobs[i]);
		running += is_running(&run->jobs[i]);
	}
	return is_gone(run) ? 0 : running;
}

/* All buses of a call. */
struct runs {
	struct run *const *list;
	size_t len;
	struct bus_group buses;
	FILE *progress;
	uint64_t start_us;
	uint64_t show_us; /* when to show progress next */
};

static void show_progress(struct runs *all, size_t running)
{
	uint64_t now_us = all->buses.list[0]->loop->now_us;
	size_t len = 0;

	if (!all->progress || now_us < all->show_us)
		return;
	for (size_t i = 0; i < all->len; i++)
		len += all->list[i]->len;
	all->show_us = now_us + SHOW_EVERY_US;
	fprintf(all->progress,
		"\rcanbootreq: %.1f s, waiting for %zu of %zu\033[K",
		(double)(now_us - all->start_us) / 1e6, running, len);
}

static void hide_progress(const struct runs *all)
{
	if (all->progress && all->show_us != all->start_us + SHOW_FIRST_US)
		fputs("\r\033[K", all->progress);
}

static uint64_t first_deadline(const struct runs *all)
{
	uint64_t deadline = all->progress ? all->show_us : UINT64_MAX;

	for (size_t i = 0; i < all->len; i++)
		deadline = min_us(deadline, next_deadline(all->list[i]));
	return deadline;
}

/* Of one that is gone, too: what still waits would keep the loop awake. */
static void turn_gone(struct run *run)
{
	struct kcan_bus_rx rx[BUS_BATCH];

	bus_turn(run->bus, rx, BUS_NOW);
}

static void turn_all(struct runs *all)
{
	uint64_t deadline_us = first_deadline(all);
	int err = bus_group_wait(&all->buses, &deadline_us);

	for (size_t i = 0; i < all->len; i++) {
		if (err)
			all->list[i]->lost = err;
		if (is_gone(all->list[i]))
			turn_gone(all->list[i]);
		else
			turn(all->list[i], deadline_us);
	}
}

static int open_all(struct runs *all)
{
	for (size_t i = 0; i < all->len; i++) {
		struct run *run = all->list[i];

		run->start_us = run->bus->loop->now_us;
		all->buses.list[all->buses.len++] = run->bus;
	}
	all->start_us = all->list[0]->start_us;
	all->show_us = all->start_us + SHOW_FIRST_US;
	return bus_group_open(&all->buses);
}

static size_t settle_everything(const struct runs *all)
{
	size_t running = 0;

	for (size_t i = 0; i < all->len; i++)
		running += settle_all(all->list[i]);
	return running;
}

int run_all(struct run *const *runs, size_t len, FILE *progress)
{
	struct runs all = { .list = runs, .len = len, .progress = progress };
	int err = open_all(&all);
	size_t running;

	if (err)
		return err;
	while ((running = settle_everything(&all))) {
		turn_all(&all);
		show_progress(&all, running);
	}
	hide_progress(&all);
	bus_group_close(&all.buses);
	for (size_t i = 0; i < len; i++)
		for (size_t j = 0; j < runs[i]->len; j++)
			if (runs[i]->jobs[j].req)
				conclude(runs[i], &runs[i]->jobs[j]);
	return 0;
}

void run_drop(struct run *run, struct job *job)
{
	job->needless = true;
	if (is_running(job))
		kcan_bootreq_abort(job->req, run->bus->loop->now_us);
}
