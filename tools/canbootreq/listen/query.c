// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../commands.h"

#include <errno.h>
#include <stdlib.h>

#include <kcan/admin.h>

#include "../../canbus/uuids.h"
#include "../look/interfaces.h"
#include "../look/look.h"
#include "../look/seek.h"

#define EXACT (CAN_SFF_MASK | CAN_EFF_FLAG | CAN_RTR_FLAG)
#define QUIET_US 500000
#define RETRY_US 5000

/** One broadcast and what came back. */
struct query {
	const struct opts *opts;
	struct report *report;
	struct bus bus;
	struct words_facts facts;
	uint64_t give_up_us;
	uint64_t next_us; /* not queued: try again; sent: it is quiet */
	enum request request;
	bool acks;
	bool ended;
	int err;	     /* how the bus was lost */
	unsigned int warned; /* as in struct report, of this interface */
	struct uuids nodes;
};

/** One on each interface of the call. */
struct queries {
	struct query *list;
	size_t len;
	struct loop *loop;
};

/* Return: 0, also when the queue is full, or a negative errno. */
static int send_query(struct query *q, uint64_t now_us)
{
	struct can_frame frame;
	int err;

	kcan_admin_encode(&frame, &(struct kcan_admin_msg){
					  .cmd = KCAN_ADMIN_QUERY_UNASSIGNED });
	err = bus_send(&q->bus, &frame);
	q->next_us = err ? now_us + RETRY_US : UINT64_MAX;
	if (!err)
		q->request = REQUEST_UNCONFIRMED;
	return err == -ENOBUFS ? 0 : err;
}

static void rx(struct query *q, const struct kcan_bus_rx *got, uint64_t now_us)
{
	struct kcan_admin_msg msg;

	if (kcan_admin_decode(&msg, &got->frame) != KCAN_ADMIN_OK)
		return;
	if (got->own) {
		q->request = q->acks ? REQUEST_ACKNOWLEDGED :
				       REQUEST_HANDED_OVER;
		q->next_us = now_us + QUIET_US;
		return;
	}
	if (msg.cmd != KCAN_ADMIN_NEED_NODEID)
		return;
	if (q->request > REQUEST_UNCONFIRMED)
		q->next_us = now_us + QUIET_US;
	if (uuids_add(&q->nodes, &msg.uuid))
		report_node(q->report, q->opts->ifname, &msg.uuid, msg.app,
			    q->opts->anywhere);
}

/* A bus that was lost is closed: nobody reads what it says when it is back. */
static void end(struct query *q, int err)
{
	q->err = err;
	q->ended = true;
	if (err)
		bus_close(&q->bus);
}

/* Return: when it is to be looked at again; UINT64_MAX: it has ended. */
static uint64_t step(struct query *q, uint64_t now_us)
{
	int err = 0;

	if (!q->ended && (now_us >= q->give_up_us ||
			  (now_us >= q->next_us && q->request > REQUEST_NONE)))
		end(q, 0);
	if (!q->ended && now_us >= q->next_us)
		err = send_query(q, now_us);
	if (err)
		end(q, err);
	if (q->ended)
		return UINT64_MAX;
	return q->next_us < q->give_up_us ? q->next_us : q->give_up_us;
}

static uint64_t step_all(struct queries *all)
{
	uint64_t deadline_us = UINT64_MAX, next_us;

	for (size_t i = 0; i < all->len; i++) {
		next_us = step(&all->list[i], all->loop->now_us);
		if (next_us < deadline_us)
			deadline_us = next_us;
	}
	return deadline_us;
}

/* What has ended is read, too, or its frames would keep the loop awake. */
static void turn(struct query *q, uint64_t deadline_us)
{
	struct kcan_bus_rx got[BUS_BATCH];
	int n = q->bus.socket ? bus_turn(&q->bus, got, deadline_us) : 0;

	if (n < 0)
		end(q, n);
	for (int i = 0; i < n && !q->ended; i++)
		rx(q, &got[i], q->bus.loop->now_us);
}

/* All at the same time: looking at each of them before may have taken long. */
static void start(struct queries *all, struct bus_group *group)
{
	uint64_t now_us = loop_now(all->loop);

	for (size_t i = 0; i < all->len; i++) {
		struct query *q = &all->list[i];

		if (q->ended)
			continue;
		q->next_us = now_us;
		q->give_up_us = now_us + q->opts->timeout_us;
		group->list[group->len++] = &q->bus;
	}
}

/* Return: 0, or a negative errno when nothing could be waited for. */
static int collect(struct queries *all)
{
	struct bus_group group = { 0 };
	uint64_t deadline_us;
	int err;

	start(all, &group);
	err = bus_group_open(&group);
	while (!err && !all->loop->signal &&
	       (deadline_us = step_all(all)) != UINT64_MAX) {
		err = bus_group_wait(&group, &deadline_us);
		for (size_t i = 0; i < all->len; i++)
			turn(&all->list[i], deadline_us);
	}
	bus_group_close(&group);
	return err;
}

/* Return: false when its facts say why it cannot be asked. */
static bool begin(struct query *q)
{
	const struct can_filter filters[] = { { KCAN_ADMIN_ID, EXACT },
					      { KCAN_ADMIN_RESP_ID, EXACT } };
	struct kcan_link link;
	bool may_ask;
	int err;

	q->report->warned = 0;
	may_ask = look(&q->bus, q->opts, q->report, &link, &q->facts);
	q->warned = q->report->warned;
	if (!may_ask) {
		seek_adapter(q->opts, &q->facts);
		return false;
	}
	q->acks = kcan_link_confirms_ack(&link);
	err = bus_open(&q->bus, filters, 2);
	if (err) {
		look_explain(&q->facts, err);
		return false;
	}
	q->request = REQUEST_NONE;
	return true;
}

static enum cause cause_of(const struct query *q)
{
	if (q->bus.loop->signal)
		return CAUSE_INTERRUPTED;
	if (q->request == REQUEST_NONE)
		return CAUSE_NOT_QUEUED;
	if (q->request == REQUEST_UNCONFIRMED)
		return CAUSE_UNCONFIRMED;
	return q->nodes.len ? CAUSE_PENDING : CAUSE_QUERY_SILENT;
}

static void conclude(struct query *q, int err)
{
	struct words_facts *facts = &q->facts;

	if (facts->cause != CAUSE_PENDING)
		return;
	if (q->err)
		err = q->err;
	if (err && q->request > REQUEST_NONE)
		look_explain_lost(facts, CAUSE_QUERY_LOST, err);
	else if (err)
		look_explain(facts, err);
	else
		facts->cause = cause_of(q);
	facts->request = q->request;
	facts->signal = q->bus.loop->signal;
	if (facts->cause == CAUSE_QUERY_SILENT && !q->opts->anywhere)
		look_for_others(facts);
}

static void report_one(struct query *q)
{
	q->report->warned = q->warned;
	if (q->facts.cause != CAUSE_PENDING)
		report_end(q->report, &q->facts);
}

/* What is the same on all interfaces, and no trouble of one. */
static bool is_common(const struct query *q)
{
	return q->facts.cause == CAUSE_QUERY_SILENT ||
	       q->facts.cause == CAUSE_INTERRUPTED;
}

/* With -i any: silence is told once, and only when nobody answered at all. */
static void report_all(struct queries *all)
{
	struct query *common = NULL;
	bool answered = false;

	for (size_t i = 0; i < all->len; i++) {
		struct query *q = &all->list[i];

		answered |= q->facts.cause == CAUSE_PENDING;
		if (!is_common(q)) {
			report_one(q);
			continue;
		}
		common = common ? common : q;
		interfaces_add(&common->facts, q->opts->ifname);
	}
	if (!common || (answered && !common->facts.signal))
		return;
	common->facts.ifname = "any";
	report_one(common);
}

static void warn_of_broadcast(const struct report *r)
{
	fputs("canbootreq: warning: a query is a broadcast: all unassigned "
	      "nodes answer at once, which on a bus in use causes errors and "
	      "can throw nodes off it, even in a print\n"
	      "canbootreq: nodes that have a nodeid, as those of a running "
	      "Klipper host, do not answer and are not listed: --listen "
	      "hears them\n",
	      r->streams.err);
}

/* Return: 0, or a negative errno for all of them. */
static int ask(struct queries *all, const struct interfaces *on,
	       struct report *r)
{
	bool any = false;
	int err = loop_init(all->loop, &r->streams, on->list->verbose);

	for (size_t i = 0; i < all->len; i++) {
		struct query *q = &all->list[i];
		const struct opts *opts = &on->list[i];

		q->opts = opts;
		q->report = r;
		q->bus = (struct bus){ .loop = all->loop,
				       .ifname = opts->ifname };
		q->facts =
			(struct words_facts){ .ifname = opts->ifname,
					      .timeout_us = opts->timeout_us };
		q->ended = err || !begin(q);
		any |= !q->ended;
	}
	if (!any || all->loop->signal)
		return err;
	warn_of_broadcast(r);
	return collect(all);
}

static void query_on(const struct interfaces *on, struct report *r)
{
	struct loop loop;
	struct queries all = { .len = on->len, .loop = &loop };
	int err;

	all.list = calloc(all.len, sizeof(*all.list));
	if (!all.list) {
		interfaces_fail(on->list, r, -ENOMEM);
		return;
	}
	err = ask(&all, on, r);
	for (size_t i = 0; i < all.len; i++)
		conclude(&all.list[i], err);
	if (on->list->anywhere)
		report_all(&all);
	else
		report_one(all.list);
	for (size_t i = 0; i < all.len; i++)
		bus_close(&all.list[i].bus);
	free(all.list);
}

void cmd_query(const struct opts *opts, struct report *r)
{
	struct interfaces on;

	if (!interfaces_open(&on, opts, r))
		return;
	query_on(&on, r);
	interfaces_close(&on);
}
