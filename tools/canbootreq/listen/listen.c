// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../commands.h"

#include <errno.h>
#include <stdlib.h>

#include "../look/interfaces.h"
#include "../look/look.h"
#include "../look/seek.h"
#include "../say/health.h"
#include "../say/nodelist.h"

/** What is heard on one interface. */
struct hearing {
	const struct opts *opts;
	struct report *r;
	struct bus bus;
	struct words_facts facts;
	struct kcan_listen *listen; /* NULL: could not be begun */
	struct nodelist list;
	uint64_t start_us;
	uint64_t ended_us;   /* 0: not yet */
	int err;	     /* how the bus was lost */
	unsigned int warned; /* as in struct report, of this interface */
};

/** One for each interface of the call. */
struct hearings {
	struct hearing *all;
	size_t len;
	struct loop *loop;
};

/*
 * A host that connects to a node fetches its dictionary, which tells how its
 * messages are numbered. Without the libraries for it that stays unknown.
 */
static void learn(struct kcan_listen *listen)
{
	struct application app;
	struct dict_lib lib;
	const char *why;
	size_t len;
	const uint8_t *bytes = kcan_listen_dictionary(listen, &len);

	if (!bytes || !dict_load(&lib, &why))
		return;
	application_read(&lib, &app, bytes, len);
	kcan_listen_learn(listen, &app.ids);
}

/* A bus that was lost is closed: nobody reads what it says when it is back. */
static void end(struct hearing *h, int err)
{
	h->err = err;
	h->ended_us = h->bus.loop->now_us;
	if (h->bus.socket)
		h->list.dropped = kcan_bus_dropped(h->bus.socket);
	if (err)
		bus_close(&h->bus);
}

static void turn(struct hearing *h, uint64_t deadline_us)
{
	struct kcan_bus_rx got[BUS_BATCH];
	int n = h->ended_us ? 0 : bus_turn(&h->bus, got, deadline_us);

	if (n < 0)
		end(h, n);
	for (int i = 0; i < n; i++) {
		kcan_listen_rx(h->listen, &got[i].frame, got[i].here,
			       h->bus.loop->now_us);
		learn(h->listen);
	}
}

static bool is_over(const struct hearings *h, uint64_t end_us)
{
	bool lost = true;

	for (size_t i = 0; i < h->len; i++)
		lost &= h->all[i].ended_us != 0;
	return lost || h->loop->signal || h->loop->now_us >= end_us;
}

/* Return: 0, or a negative errno when nothing could be waited for. */
static int take_frames(struct hearings *h)
{
	uint64_t end_us = loop_now(h->loop) + h->all->opts->timeout_us;
	struct bus_group group = { 0 };
	uint64_t deadline_us;
	int err;

	for (size_t i = 0; i < h->len; i++)
		if (h->all[i].listen)
			group.list[group.len++] = &h->all[i].bus;
	err = bus_group_open(&group);
	while (!err && !is_over(h, end_us)) {
		deadline_us = end_us;
		err = bus_group_wait(&group, &deadline_us);
		for (size_t i = 0; i < h->len; i++)
			turn(&h->all[i], deadline_us);
	}
	bus_group_close(&group);
	return err;
}

static unsigned int count_nodes(const struct kcan_listen *listen)
{
	const struct kcan_listen_node *node;
	unsigned int count = 0;

	for (unsigned int n = 0; n < NODELIST_NODEIDS; n++) {
		node = kcan_listen_node(listen, (uint8_t)n);
		count += node && node->frames;
	}
	return count;
}

static void explain(struct hearing *h, unsigned int heard)
{
	struct words_facts *facts = &h->facts;

	if (h->err)
		look_explain_lost(facts, CAUSE_LISTEN_LOST, h->err);
	else if (facts->signal)
		facts->cause = CAUSE_CUT_SHORT;
	else if (heard)
		facts->cause = CAUSE_HEARD;
	else if (h->list.link.state == KCAN_LINK_STATE_BUS_OFF)
		facts->cause = CAUSE_UNHEARD_OFF;
	else
		facts->cause = CAUSE_UNHEARD;
	if (facts->cause == CAUSE_UNHEARD && !h->opts->anywhere)
		look_for_others(facts);
	if (facts->cause == CAUSE_UNHEARD_OFF)
		facts->warnings &= ~(1u << WARNING_STATE); /* is the reason */
}

/* As it is now; when that is gone, as it was, and its health with it. */
static void look_again(struct words_facts *facts, struct nodelist *h)
{
	const struct kcan_listen_totals *t = kcan_listen_totals(h->listen);

	facts->warnings = 0;
	if (kcan_link_get(&h->link, facts->ifname))
		return;
	look_note_link(facts, &h->link);
	facts->warnings =
		health_of(&h->link, &(struct health_counts){
					    .frames = t->elsewhere,
					    .unacknowledged = t->unacknowledged,
				    });
}

static void conclude(struct hearing *h)
{
	struct words_facts *facts = &h->facts;
	unsigned int heard = count_nodes(h->listen);

	if (!h->ended_us)
		end(h, 0);
	h->list.end_us = h->ended_us;
	h->list.elapsed_us = h->ended_us - h->start_us;
	facts->signal = h->bus.loop->signal;
	snprintf(facts->detail, sizeof(facts->detail), "%u nodeid%s", heard,
		 heard == 1 ? " was" : "s were");
	look_again(facts, &h->list);
	explain(h, heard);
}

/* Return: 0, or a negative errno before anything could be heard. */
static int open_bus(struct hearing *h)
{
	int err = kcan_listen_new(&h->listen);

	if (err)
		return err;
	h->list.listen = h->listen;
	err = bus_open(&h->bus, NULL, 0);
	h->start_us = loop_now(h->bus.loop);
	if (!err)
		return 0;
	kcan_listen_free(h->listen);
	h->listen = NULL;
	return err;
}

/* Return: false when its facts say why nothing can be heard. */
static bool begin(struct hearing *h)
{
	struct words_facts *facts = &h->facts;
	bool usable;
	int err;

	h->r->warned = 0;
	usable = look_at_link(h->opts, h->r, &h->list.link, facts);
	h->warned = h->r->warned;
	/* one that is bus-off may come back by itself, and be heard then */
	if (!usable && facts->cause != CAUSE_BUS_OFF) {
		if (facts->cause == CAUSE_DOWN)
			facts->cause = CAUSE_LISTEN_DOWN;
		seek_adapter(h->opts, facts);
		return false;
	}
	err = open_bus(h);
	if (err)
		look_explain(facts, err);
	return !err;
}

static void say_what_begins(const struct opts *opts, struct report *r)
{
	if (r->streams.progress)
		fprintf(r->streams.progress,
			"canbootreq: listening to %s for %g s; Ctrl-C ends it "
			"early\n",
			opts->anywhere ? "all interfaces that are up" :
					 opts->ifname,
			(double)opts->timeout_us / 1e6);
}

/* Return: 0, or a negative errno for all of them. */
static int listen_to_all(struct hearings *h, const struct interfaces *on,
			 struct report *r)
{
	int err = loop_init(h->loop, &r->streams, on->list->verbose);
	bool any = false;

	for (size_t i = 0; i < h->len && !err; i++) {
		struct hearing *one = &h->all[i];
		const struct opts *opts = &on->list[i];

		one->opts = opts;
		one->r = r;
		one->bus =
			(struct bus){ .loop = h->loop, .ifname = opts->ifname };
		one->facts =
			(struct words_facts){ .ifname = opts->ifname,
					      .timeout_us = opts->timeout_us };
		if (begin(one))
			any = true;
		else
			end(one, 0);
	}
	if (!any)
		return err;
	say_what_begins(on->list, r);
	return take_frames(h);
}

/* With -i any: nobody was heard only when that is so everywhere. */
static void excuse_silent(struct hearings *h)
{
	bool any = false;

	for (size_t i = 0; i < h->len; i++)
		any |= h->all[i].facts.cause == CAUSE_HEARD;
	for (size_t i = 0; i < h->len && any; i++)
		h->all[i].facts.elsewhere = h->all[i].facts.cause ==
					    CAUSE_UNHEARD;
}

static void report_all(struct hearings *h, struct report *r)
{
	for (size_t i = 0; i < h->len; i++) {
		r->warned = h->all[i].warned;
		if (h->all[i].listen)
			report_nodelist(r, &h->all[i].list, &h->all[i].facts);
		else
			report_end(r, &h->all[i].facts);
	}
}

static void listen_on(const struct interfaces *on, struct report *r)
{
	struct loop loop;
	struct hearings h = { .len = on->len, .loop = &loop };
	int err;

	h.all = calloc(h.len, sizeof(*h.all));
	err = h.all ? listen_to_all(&h, on, r) : -ENOMEM;
	for (size_t i = 0; i < h.len && !err; i++)
		if (h.all[i].listen)
			conclude(&h.all[i]);
	if (err) {
		interfaces_fail(on->list, r, err);
	} else {
		excuse_silent(&h);
		report_all(&h, r);
	}
	for (size_t i = 0; h.all && i < h.len; i++) {
		kcan_listen_free(h.all[i].listen);
		bus_close(&h.all[i].bus);
	}
	free(h.all);
}

void cmd_listen(const struct opts *opts, struct report *r)
{
	struct interfaces on;

	if (!interfaces_open(&on, opts, r))
		return;
	listen_on(&on, r);
	interfaces_close(&on);
}
