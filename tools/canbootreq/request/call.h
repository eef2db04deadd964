/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_CALL_H
#define CANBOOTREQ_CALL_H

#include "../look/seek.h"
#include "adapter.h"
#include "diagnose.h"

/** All that is asked on one interface. */
struct call {
	const struct opts *opts;
	struct report *r;
	struct bus bus;
	struct kcan_link link;
	struct adapter adapter;
	struct seek seek;
	struct diagnose diagnose;
	struct words_facts common;
	struct nodeids nodeids;
	struct run run;	     /* all jobs */
	struct run part;     /* those whose turn it is */
	size_t done;	     /* how many jobs had their turn */
	unsigned int warned; /* as in struct report, of this interface */
	int advised;
	bool failed; /* @common is its end */
};

/** The adapter comes last: it takes the bus along. */
enum call_turn { CALL_OTHERS, CALL_ADAPTER };

/**
 * call_begin() - look at the interface, and get the jobs ready
 * @c:    zeroed; end it with call_end()
 * @opts: have to stay, as has @r
 * @loop: of all calls
 *
 * Sends nothing. May find that nothing can be asked: @c->failed.
 */
void call_begin(struct call *c, const struct opts *opts, struct report *r,
		struct loop *loop);

/**
 * call_start() - get the exchanges of @turn ready for run_all()
 *
 * Return: false when there are none, or @c->failed.
 */
bool call_start(struct call *c, enum call_turn turn);

/** Nothing more is asked, because of @err; 0: as @c->common says already. */
void call_fail(struct call *c, int err);

/** After run_all(): find out all that can be known of these. */
void call_conclude(struct call *c);

/** Say how those of @c->part ended, or how the call did. */
void call_report(struct call *c);

/** Return: NULL when there is none for @uuid, as after a failure. */
struct job *call_job(const struct call *c, const struct kcan_uuid *uuid);

/** How it ended for the UUID with this place in the options. */
void call_explain(const struct call *c, size_t index, struct words_facts *out);

void call_end(struct call *c);

#endif
