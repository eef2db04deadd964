/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_RUN_H
#define CANBOOTREQ_RUN_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include <kcan/bootreq.h>

#include "../../canbus/bus.h"
#include "../../canbus/nodeids.h"
#include "../say/words.h"

/** One UUID's exchange, and how it ended. */
struct job {
	struct words_facts facts; /* cause set before running: not run */
	struct kcan_bootreq *req; /* NULL: not run */
	struct nodeids_draw draw;
	bool is_adapter; /* it takes the bus along: asked alone, and last */
	struct can_frame flying; /* with the kernel, not confirmed yet */
	bool in_flight;
	bool refused;	      /* the transmit queue was full at least once */
	uint64_t sent_us;     /* when @flying was handed to the kernel */
	unsigned int dropped; /* kcan_bus_dropped() at that moment */
	bool settled;	      /* only leaving is left, if that */
	bool ended;	      /* so is that */
	bool needless;	      /* another bus proved it: its end tells nothing */
};

/** Return: whether its exchange is not over. */
static inline bool job_is_running(const struct job *job)
{
	return job->req && !kcan_bootreq_done(job->req);
}

/** The exchanges that share one bus. */
struct run {
	struct bus *bus;
	struct job *jobs;
	size_t len;
	struct nodeids *nodeids; /* takes note of nodeids in use; or NULL */
	bool acks;		 /* a confirmation means acknowledged */
	/* A proof, before its node is left: that takes a moment. May be NULL. */
	void (*proven)(void *ctx, struct words_facts *facts);
	/* It is over, and its node was left. May be NULL. */
	void (*ended)(void *ctx, const struct job *job);
	void *ctx;

	/* run_all()'s own */
	struct job *holder; /* its unconfirmed frame keeps the others back */
	size_t turn;	    /* who is asked first, so that nobody starves */
	uint64_t start_us;
	int lost; /* negative errno: the bus failed */
};

/** Return: whether the bus is no more; after other errors it may hand back. */
static inline bool run_is_gone(const struct run *run)
{
	return run->lost == -ENODEV;
}

/**
 * run_all() - run every exchange of several buses to its end
 * @runs:     one for each bus, 1 to BUS_GROUP_MAX, whose buses share a loop
 * @progress: show there how it goes; or NULL
 *
 * They were created at the loop's time. On each bus at most one frame is
 * unconfirmed at a time, but for hand-backs on one that has come to a halt. A
 * signal ends them all early, and an error of a bus those on it, after handing
 * back where that is possible. Fills the facts of each job that has an exchange.
 *
 * Return: 0, or a negative errno before anything was sent.
 */
int run_all(struct run *const *runs, size_t len, FILE *progress);

/** End an exchange that nobody needs any more, after handing back. */
void run_drop(struct run *run, struct job *job);

#endif
