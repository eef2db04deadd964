// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/admin.h>

#include "../../canbus/reserve.h"
#include "../../canbus/up.h"
#include "../look/look.h"

/* The adapter proves itself on its USB port. */
static bool proves_on_can(const struct job *job, const struct opts *opts)
{
	return opts->verify && !job->is_adapter;
}

/*
 * The reservation lasts until this process ends.
 * Return: 0, also when somebody else has it, or a negative errno.
 */
static int prepare_job(struct job *job, unsigned int ifindex, bool force)
{
	struct words_facts *facts = &job->facts;
	int fd = reserve_uuid(ifindex, &facts->uuid);

	facts->request = REQUEST_NONE;
	if (fd != -EADDRINUSE)
		return fd < 0 ? fd : 0;
	reserve_holder(facts->holder, sizeof(facts->holder), ifindex,
		       &facts->uuid);
	if (force)
		facts->warnings |= 1u << WARNING_RESERVED;
	else
		facts->cause = CAUSE_UUID_RESERVED;
	return 0;
}

static enum kcan_bootreq_goal goal_of(const struct job *job,
				      const struct opts *opts)
{
	if (opts->command == OPTS_LEAVE)
		return KCAN_BOOTREQ_GOAL_LEAVE;
	return proves_on_can(job, opts) ? KCAN_BOOTREQ_GOAL_ENTER :
					  KCAN_BOOTREQ_GOAL_REQUEST;
}

static int start_jobs(struct run *run, const struct opts *opts)
{
	struct kcan_bootreq_cfg cfg = { .timeout_us = opts->timeout_us,
					.draw = nodeids_draw };
	uint64_t now_us = loop_now(run->bus->loop);
	int err = 0;

	for (size_t i = 0; i < run->len && !err; i++) {
		struct job *job = &run->jobs[i];

		if (job->facts.cause != CAUSE_PENDING || job->needless)
			continue;
		cfg.ctx = &job->draw;
		cfg.goal = goal_of(job, opts);
		err = kcan_bootreq_new(&job->req, &job->facts.uuid, &cfg,
				       now_us);
		if (!err)
			err = run->nodeids->error;
	}
	return err;
}

/* In their order, but the adapter last: it takes the bus along. */
static int prepare_jobs(struct run *run, const struct opts *opts,
			size_t adapter, const struct words_facts *common)
{
	size_t len = opts->uuids_len, from;
	int err = 0;

	run->jobs = calloc(len, sizeof(*run->jobs));
	if (!run->jobs)
		return -ENOMEM;
	run->len = len;
	for (size_t i = 0; i < len && !err; i++) {
		struct job *job = &run->jobs[i];

		job->is_adapter = adapter < len && i == len - 1;
		job->facts = *common;
		job->facts.has_uuid = true;
		from = job->is_adapter ? adapter : i < adapter ? i : i + 1;
		job->facts.uuid = opts->uuids[from];
		job->facts.name = opts->names[from];
		job->draw =
			(struct nodeids_draw){ .pool = run->nodeids,
					       .pinned = i ? 0 : opts->nodeid };
		err = prepare_job(job, run->nodeids->ifindex, opts->force);
	}
	return err;
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

/* It may be elsewhere: known, or on another interface. */
static void explain_silent(const struct call *c, struct run *some)
{
	for (size_t i = 0; i < some->len; i++) {
		struct words_facts *facts = &some->jobs[i].facts;

		if (facts->cause != CAUSE_SILENT &&
		    facts->cause != CAUSE_LEAVE_SILENT)
			continue;
		look_for_others(facts);
		seek_explain_silent(&c->seek, facts);
	}
}

/* Return: false when the bus can no longer be used; @last says so. */
static bool may_ask_adapter(const struct run *others, struct job *last)
{
	if (others->lost)
		look_explain_lost(&last->facts, CAUSE_LOST_UNSENT,
				  others->lost);
	for (size_t i = 0; i < others->len && !others->lost; i++)
		if (is_unsent(&others->jobs[i]))
			last->facts.cause = CAUSE_BEHIND;
	return last->facts.cause == CAUSE_PENDING;
}

static void end_interrupted(struct call *c)
{
	c->common.cause = CAUSE_INTERRUPTED;
	c->common.signal = c->bus.loop->signal;
}

/* Return: false when the call ends here, as @c->common says. */
static bool look_first(struct call *c)
{
	const struct opts *opts = c->opts;

	if (opts->diagnose && !diagnose_load(&c->diagnose, &c->common))
		return false;
	if (opts->wait_iface)
		canbus_wait_up(c->bus.loop, opts->ifname,
			       loop_now(c->bus.loop) + opts->timeout_us);
	if (c->bus.loop->signal) {
		end_interrupted(c);
		return false;
	}
	return look(&c->bus, opts, c->r, &c->link, &c->common);
}

/* Return: false when some of what is to be asked would take the bus away. */
static bool find_adapter(struct call *c, size_t *index)
{
	*index = c->opts->uuids_len;
	adapter_find(&c->adapter, c->opts, c->r);
	if (c->opts->command == OPTS_REQUEST)
		*index = adapter_match(&c->adapter, c->opts);
	if (c->adapter.match != KCAN_USBDEV_MATCH_UNKNOWN ||
	    c->opts->uuids_len < 2)
		return true;
	c->common.cause = CAUSE_MIXED;
	snprintf(c->common.port, sizeof(c->common.port), "%s",
		 kcan_usbport_name(c->adapter.port));
	c->common.usb = c->adapter.dev;
	return false;
}

/* Those have no need to be asked. */
static void end_loaded(struct call *c)
{
	for (size_t i = 0; i < c->run.len; i++)
		if (c->run.jobs[i].facts.cause == CAUSE_PENDING)
			seek_explain_loaded(&c->seek, &c->run.jobs[i].facts);
}

static int prepare(struct call *c, size_t adapter)
{
	int err;

	c->diagnose.ifindex = c->link.index;
	c->diagnose.force = c->opts->force;
	c->diagnose.progress = c->r->streams.progress;
	c->nodeids.ifindex = c->link.index;
	c->nodeids.force = c->opts->force;
	c->run.nodeids = &c->nodeids;
	c->run.bus = &c->bus;
	c->run.acks = kcan_link_confirms_ack(&c->link);
	err = prepare_jobs(&c->run, c->opts, adapter, &c->common);
	if (!err)
		end_loaded(c);
	return err;
}

/* Of one that could not be asked USB may know more. */
static void explain_early(const struct call *c, size_t index,
			  struct words_facts *facts)
{
	*facts = c->common;
	facts->has_uuid = true;
	facts->uuid = c->opts->uuids[index];
	facts->name = c->opts->names[index];
	facts->request = REQUEST_NONE;
	if (facts->cause == CAUSE_NO_INTERFACE)
		seek_explain_missing(&c->seek, facts);
	else if (facts->cause == CAUSE_DOWN)
		seek_explain_down(&c->seek, facts);
	else
		seek_explain_loaded(&c->seek, facts);
}

/* Return: whether there is more to say of a UUID than of the whole call. */
static bool is_known(const struct call *c, size_t index)
{
	struct words_facts facts;

	explain_early(c, index, &facts);
	return facts.cause != c->common.cause &&
	       facts.cause != CAUSE_ADAPTER_LOADED;
}

/* Nothing can be asked. */
static void report_failed(const struct call *c)
{
	bool local = c->bus.loop->signal || c->common.cause == CAUSE_NO_ZLIB;
	struct words_facts facts;
	bool known = false;

	for (size_t i = 0; !local && i < c->opts->uuids_len; i++)
		known |= is_known(c, i);
	for (size_t i = 0; known && i < c->opts->uuids_len; i++) {
		explain_early(c, i, &facts);
		report_end(c->r, &facts);
	}
	if (known)
		return;
	facts = c->common;
	if (facts.cause == CAUSE_NO_INTERFACE)
		seek_explain_missing(&c->seek, &facts);
	report_end(c->r, &facts);
}

/* What was said of another interface is no news there. */
static void swap_said(struct call *c)
{
	unsigned int warned = c->r->warned;
	int advised = c->r->advised;

	c->r->warned = c->warned;
	c->r->advised = c->advised;
	c->warned = warned;
	c->advised = advised;
}

void call_fail(struct call *c, int err)
{
	if (err)
		look_explain(&c->common, err);
	c->failed = true;
	c->part.len = 0;
}

void call_begin(struct call *c, const struct opts *opts, struct report *r,
		struct loop *loop)
{
	size_t adapter;
	bool may_ask;
	int err;

	c->opts = opts;
	c->r = r;
	c->bus = (struct bus){ .loop = loop, .ifname = opts->ifname };
	c->common = (struct words_facts){ .ifname = opts->ifname,
					  .place = opts->place,
					  .leave = opts->command == OPTS_LEAVE,
					  .timeout_us = opts->timeout_us };
	swap_said(c);
	may_ask = look_first(c);
	swap_said(c);
	err = seek_all(&c->seek, opts);
	if (!err && may_ask)
		may_ask = find_adapter(c, &adapter);
	if (!err && may_ask)
		err = prepare(c, adapter);
	if (err || !may_ask)
		call_fail(c, err);
}

static bool has_adapter(const struct call *c)
{
	return c->run.len && c->run.jobs[c->run.len - 1].is_adapter;
}

bool call_start(struct call *c, enum call_turn turn)
{
	int err = 0;

	/* it may have no jobs then */
	if (c->failed)
		return false;
	c->part = c->run;
	c->part.jobs += c->done;
	c->part.len -= c->done;
	if (turn == CALL_OTHERS)
		c->part.len -= has_adapter(c);
	if (!c->part.len)
		return false;
	if (!c->bus.socket)
		err = bus_open_nodeids(&c->bus, c->opts->nodeid);
	if (!err)
		err = start_jobs(&c->part, c->opts);
	if (err)
		call_fail(c, err);
	return !err;
}

void call_conclude(struct call *c)
{
	struct run *part = &c->part;
	struct job *next = part->jobs + part->len;

	look_again(part);
	explain_silent(c, part);
	if (c->opts->diagnose)
		diagnose_jobs(&c->diagnose, part);
	/* an adapter that cannot be asked any more has its end, too */
	if (next < c->run.jobs + c->run.len && !may_ask_adapter(part, next))
		part->len++;
	adapter_conclude(&c->adapter, part, c->opts, c->r);
	c->done += part->len;
}

void call_report(struct call *c)
{
	swap_said(c);
	if (c->failed)
		report_failed(c);
	for (size_t i = 0; !c->failed && i < c->part.len; i++)
		report_end(c->r, &c->part.jobs[i].facts);
	swap_said(c);
}

struct job *call_job(const struct call *c, const struct kcan_uuid *uuid)
{
	for (size_t i = 0; i < c->run.len; i++)
		if (kcan_uuid_equal(&c->run.jobs[i].facts.uuid, uuid))
			return &c->run.jobs[i];
	return NULL;
}

void call_explain(const struct call *c, size_t index, struct words_facts *out)
{
	const struct job *job = call_job(c, &c->opts->uuids[index]);

	if (c->failed || !job)
		explain_early(c, index, out);
	else
		*out = job->facts;
}

void call_end(struct call *c)
{
	bus_close(&c->bus);
	adapter_forget(&c->adapter);
	seek_free(&c->seek);
	for (size_t i = 0; i < c->run.len; i++)
		kcan_bootreq_free(c->run.jobs[i].req);
	free(c->run.jobs);
}
