// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kcan/admin.h>

#include "diagnose.h"
#include "look.h"
#include "reserve.h"
#include "run.h"

#define EXACT (CAN_SFF_MASK | CAN_EFF_FLAG | CAN_RTR_FLAG)

/*
 * Takes the first free nodeid from *@next on, which is moved.
 * Return: a descriptor, -EADDRINUSE when none is free, or another error.
 */
static int take_nodeid(uint8_t *nodeid, unsigned int ifindex,
		       unsigned int *next)
{
	int fd = -EADDRINUSE;

	while (fd == -EADDRINUSE && *next <= OPTS_NODEID_MAX) {
		*nodeid = (uint8_t)(*next)++;
		fd = reserve_nodeid(ifindex, *nodeid);
	}
	if (fd < 0)
		*nodeid = 0;
	return fd;
}

/*
 * The reservations last until this process ends.
 * Return: 0, also when somebody else has them, or a negative errno.
 */
static int prepare_job(struct job *job, const struct opts *opts,
		       unsigned int ifindex, unsigned int *next)
{
	struct words_facts *facts = &job->facts;
	enum cause taken = CAUSE_UUID_RESERVED;
	int fd = reserve_uuid(ifindex, &facts->uuid);

	facts->request = REQUEST_NONE;
	if (fd >= 0 && opts->verify) {
		taken = CAUSE_NODEIDS_RESERVED;
		fd = take_nodeid(&facts->nodeid, ifindex, next);
	}
	if (fd == -EADDRINUSE)
		facts->cause = taken;
	return fd < 0 && fd != -EADDRINUSE ? fd : 0;
}

static int listen_for_jobs(struct loop *l, const struct run *run)
{
	struct can_filter filters[1 + 2 * OPTS_UUIDS_MAX];
	size_t n = 0;

	filters[n++] = (struct can_filter){ KCAN_ADMIN_ID, EXACT };
	for (size_t i = 0; i < run->len; i++)
		if (run->jobs[i].facts.nodeid)
			filters[n++] = (struct can_filter){
				kcan_nodeid_tx_id(run->jobs[i].facts.nodeid),
				EXACT
			};
	/* the questions, or their confirmation would be filtered out */
	for (size_t i = 0; i < run->len; i++)
		if (run->jobs[i].facts.nodeid)
			filters[n++] = (struct can_filter){
				kcan_nodeid_rx_id(run->jobs[i].facts.nodeid),
				EXACT
			};
	return loop_listen(l, filters, n);
}

static enum kcan_bootreq_goal goal_of(const struct opts *opts)
{
	if (opts->command == OPTS_LEAVE)
		return KCAN_BOOTREQ_GOAL_LEAVE;
	return opts->verify ? KCAN_BOOTREQ_GOAL_ENTER :
			      KCAN_BOOTREQ_GOAL_REQUEST;
}

static int start_jobs(struct run *run, const struct opts *opts)
{
	struct kcan_bootreq_cfg cfg = { .timeout_us = opts->timeout_us,
					.goal = goal_of(opts) };
	uint64_t now_us = loop_now(run->loop);
	int err = 0;

	for (size_t i = 0; i < run->len && !err; i++) {
		struct job *job = &run->jobs[i];

		if (job->facts.cause != CAUSE_PENDING)
			continue;
		cfg.nodeid = opts->verify ? job->facts.nodeid : opts->nodeid;
		err = kcan_bootreq_new(&job->req, &job->facts.uuid, &cfg,
				       now_us);
	}
	return err;
}

static int prepare_jobs(struct run *run, const struct opts *opts,
			unsigned int ifindex, const struct words_facts *common)
{
	unsigned int next = opts->nodeid;
	int err = 0;

	run->jobs = calloc(opts->uuids_len, sizeof(*run->jobs));
	if (!run->jobs)
		return -ENOMEM;
	run->len = opts->uuids_len;
	for (size_t i = 0; i < run->len && !err; i++) {
		run->jobs[i].facts = *common;
		run->jobs[i].facts.has_uuid = true;
		run->jobs[i].facts.uuid = opts->uuids[i];
		err = prepare_job(&run->jobs[i], opts, ifindex, &next);
	}
	return err;
}

static void free_jobs(struct run *run)
{
	for (size_t i = 0; i < run->len; i++)
		kcan_bootreq_free(run->jobs[i].req);
	free(run->jobs);
}

static bool is_unsent(const struct job *job)
{
	return job->facts.cause == CAUSE_UNCONFIRMED ||
	       job->facts.cause == CAUSE_NOT_QUEUED;
}

/* A controller that nobody acknowledges shows it only after trying. */
static void look_again(struct run *run)
{
	struct kcan_link link;
	bool asked = false;

	for (size_t i = 0; i < run->len; i++) {
		struct words_facts *facts = &run->jobs[i].facts;

		if (!is_unsent(&run->jobs[i]))
			continue;
		if (!asked && kcan_link_get(&link, facts->ifname))
			return;
		asked = true;
		if (link.state <= KCAN_LINK_STATE_ERROR_ACTIVE)
			continue;
		facts->link = link;
		facts->warnings |= 1u << WARNING_STATE;
	}
}

/* Return: 0, or a negative errno before anything was sent. */
static int run_jobs(struct run *run, const struct opts *opts, struct report *r,
		    struct diagnose *diagnose)
{
	int err = listen_for_jobs(run->loop, run);

	if (!err)
		err = start_jobs(run, opts);
	if (err)
		return err;
	run_all(run);
	look_again(run);
	if (opts->diagnose)
		diagnose_jobs(diagnose, run);
	for (size_t i = 0; i < run->len; i++)
		report_end(r, &run->jobs[i].facts);
	return 0;
}

void cmd_request(const struct opts *opts, struct report *r)
{
	struct words_facts common = { .ifname = opts->ifname,
				      .leave = opts->command == OPTS_LEAVE,
				      .timeout_us = opts->timeout_us };
	struct diagnose diagnose = { 0 };
	struct run run = { 0 };
	struct kcan_link link = { 0 };
	struct loop loop;
	int err = loop_init(&loop, opts->ifname, opts->verbose);

	if ((opts->diagnose && !diagnose_load(&diagnose, &common)) ||
	    (!err && !look(&loop, opts, r, &link, &common))) {
		report_end(r, &common);
		return;
	}
	diagnose.ifindex = link.index;
	run.loop = &loop;
	run.acks = !err && kcan_link_confirms_ack(&link);
	run.progress = opts->verify && isatty(STDERR_FILENO);
	if (!err)
		err = prepare_jobs(&run, opts, link.index, &common);
	if (!err)
		err = run_jobs(&run, opts, r, &diagnose);
	if (err) {
		look_explain(&common, err);
		report_end(r, &common);
	}
	loop_deafen(&loop);
	free_jobs(&run);
}

void cmd_dry_run(const struct opts *opts, struct report *r)
{
	for (size_t i = 0; i < opts->uuids_len; i++)
		report_dry_run(r, &opts->uuids[i]);
}
