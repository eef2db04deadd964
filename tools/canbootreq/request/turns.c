// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "turns.h"

#include <errno.h>

#include <kcan/admin.h>

/* confirmations come at once or, on a flooded socket, never */
#define LOST_CONFIRMATION_US 20000
/* a socket holds some 250 frames: no time is up while some of them wait */
#define BATCHES_MAX 8
/* how long a hand-back waits for the frame of another exchange */
#define STALLED_US 100000

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

	if (job && (!job->in_flight || !job_is_running(job)))
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

	if (!job_is_running(job))
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

uint64_t turns_deadline(const struct run *run)
{
	uint64_t deadline = run_is_gone(run) ? UINT64_MAX : forgive_at(run);

	for (size_t i = 0; i < run->len && !run_is_gone(run); i++)
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

/* Of one that is gone, too: what still waits would keep the loop awake. */
static void turn_gone(struct run *run)
{
	struct kcan_bus_rx rx[BUS_BATCH];

	bus_turn(run->bus, rx, BUS_NOW);
}

void turns_take(struct run *run, uint64_t deadline_us)
{
	uint64_t now_us;

	if (run_is_gone(run)) {
		turn_gone(run);
		return;
	}
	take_frames(run, deadline_us);
	now_us = run->bus->loop->now_us;
	if (run->bus->loop->signal || run->lost)
		abort_all(run, now_us);
	check_holder(run);
	forgive_lost_confirmation(run, now_us);
	send_due(run, now_us);
}
