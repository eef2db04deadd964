// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../commands.h"

#include <errno.h>

#include <kcan/admin.h>

#include "../look/look.h"
#include "../look/seek.h"

#define EXACT (CAN_SFF_MASK | CAN_EFF_FLAG | CAN_RTR_FLAG)
#define QUIET_US 500000
#define RETRY_US 5000
#define NODES_MAX 512 /* more than nodeids: a flood of lies ends here */

/** One broadcast and what came back. */
struct query {
	struct bus *bus;
	struct report *report;
	uint64_t give_up_us;
	uint64_t next_us; /* not queued: try again; sent: it is quiet */
	enum request request;
	bool acks;
	struct kcan_uuid nodes[NODES_MAX];
	size_t nodes_len;
};

/* Return: 0, also when the queue is full, or a negative errno. */
static int send_query(struct query *q, uint64_t now_us)
{
	struct can_frame frame;
	int err;

	kcan_admin_encode(&frame, &(struct kcan_admin_msg){
					  .cmd = KCAN_ADMIN_QUERY_UNASSIGNED });
	err = bus_send(q->bus, &frame);
	q->next_us = err ? now_us + RETRY_US : UINT64_MAX;
	if (!err)
		q->request = REQUEST_UNCONFIRMED;
	return err == -ENOBUFS ? 0 : err;
}

static bool is_known(const struct query *q, const struct kcan_uuid *uuid)
{
	for (size_t i = 0; i < q->nodes_len; i++)
		if (kcan_uuid_equal(&q->nodes[i], uuid))
			return true;
	return false;
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
	if (q->nodes_len == NODES_MAX || is_known(q, &msg.uuid))
		return;
	q->nodes[q->nodes_len++] = msg.uuid;
	report_node(q->report, q->bus->ifname, &msg.uuid, msg.app);
}

/* Return: 0, or a negative errno when the bus went away. */
static int collect(struct query *q)
{
	struct kcan_bus_rx got[BUS_BATCH];
	uint64_t now_us = q->bus->loop->now_us;
	uint64_t until_us;
	int n = 0;

	while (!q->bus->loop->signal && now_us < q->give_up_us) {
		if (now_us >= q->next_us && q->request > REQUEST_NONE)
			return 0;
		if (now_us >= q->next_us)
			n = send_query(q, now_us);
		if (n < 0)
			return n;
		until_us = q->next_us < q->give_up_us ? q->next_us :
							q->give_up_us;
		n = bus_turn(q->bus, got, until_us);
		if (n < 0)
			return n;
		now_us = q->bus->loop->now_us;
		for (int i = 0; i < n; i++)
			rx(q, &got[i], now_us);
	}
	return 0;
}

static int ask(struct query *q, const struct opts *opts)
{
	const struct can_filter filters[] = { { KCAN_ADMIN_ID, EXACT },
					      { KCAN_ADMIN_RESP_ID, EXACT } };
	int err = bus_open(q->bus, filters, 2);

	if (err)
		return err;
	q->next_us = loop_now(q->bus->loop);
	q->give_up_us = q->next_us + opts->timeout_us;
	q->request = REQUEST_NONE;
	return collect(q);
}

static enum cause cause_of(const struct query *q)
{
	if (q->bus->loop->signal)
		return CAUSE_INTERRUPTED;
	if (q->request == REQUEST_NONE)
		return CAUSE_NOT_QUEUED;
	if (q->request == REQUEST_UNCONFIRMED)
		return CAUSE_UNCONFIRMED;
	return q->nodes_len ? CAUSE_PENDING : CAUSE_QUERY_SILENT;
}

void cmd_query(const struct opts *opts, struct report *r)
{
	struct words_facts facts = { .ifname = opts->ifname,
				     .timeout_us = opts->timeout_us };
	struct loop loop;
	struct bus bus = { .loop = &loop, .ifname = opts->ifname };
	struct query q = { .bus = &bus, .report = r };
	struct kcan_link link;
	int err = loop_init(&loop, &r->streams, opts->verbose);

	fputs("canbootreq: warning: a query is a broadcast: all unassigned "
	      "nodes answer at once, which on a bus in use causes errors and "
	      "can throw nodes off it, even in a print\n"
	      "canbootreq: nodes that have a nodeid, as those of a running "
	      "Klipper host, do not answer and are not listed: --listen "
	      "hears them\n",
	      r->streams.err);
	if (!err && !look(&bus, opts, r, &link, &facts)) {
		seek_adapter(opts, &facts);
		report_end(r, &facts);
		return;
	}
	q.acks = !err && kcan_link_confirms_ack(&link);
	if (!err)
		err = ask(&q, opts);
	if (err && q.request > REQUEST_NONE)
		look_explain_lost(&facts, CAUSE_QUERY_LOST, err);
	else if (err)
		look_explain(&facts, err);
	else
		facts.cause = cause_of(&q);
	facts.request = q.request;
	facts.signal = bus.loop->signal;
	if (facts.cause == CAUSE_QUERY_SILENT)
		look_for_others(&facts);
	if (facts.cause != CAUSE_PENDING)
		report_end(r, &facts);
	bus_close(&bus);
}
