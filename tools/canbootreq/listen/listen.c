// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../commands.h"

#include "../look/look.h"
#include "../look/seek.h"
#include "../say/health.h"
#include "../say/nodelist.h"

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

/* Return: 0, or a negative errno when the bus went away. */
static int take_frames(struct bus *bus, struct kcan_listen *listen,
		       uint64_t end_us)
{
	struct kcan_bus_rx got[BUS_BATCH];
	int n = 0;

	while (n >= 0 && !bus->loop->signal && bus->loop->now_us < end_us) {
		n = bus_turn(bus, got, end_us);
		for (int i = 0; i < n; i++) {
			kcan_listen_rx(listen, &got[i].frame, got[i].here,
				       bus->loop->now_us);
			learn(listen);
		}
	}
	return n < 0 ? n : 0;
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

static void conclude(struct words_facts *facts, const struct nodelist *h,
		     int signal, int err)
{
	unsigned int heard = count_nodes(h->listen);

	facts->signal = signal;
	snprintf(facts->detail, sizeof(facts->detail), "%u nodeid%s", heard,
		 heard == 1 ? " was" : "s were");
	if (err)
		look_explain_lost(facts, CAUSE_LISTEN_LOST, err);
	else if (signal)
		facts->cause = CAUSE_CUT_SHORT;
	else if (heard)
		facts->cause = CAUSE_HEARD;
	else if (h->link.state == KCAN_LINK_STATE_BUS_OFF)
		facts->cause = CAUSE_UNHEARD_OFF;
	else
		facts->cause = CAUSE_UNHEARD;
	if (facts->cause == CAUSE_UNHEARD)
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

/* Return: 0, or a negative errno before anything could be heard. */
static int listen_and_report(struct bus *bus, struct nodelist *h,
			     struct report *r, struct words_facts *facts)
{
	struct kcan_listen *listen;
	uint64_t start_us;
	int err = kcan_listen_new(&listen);

	if (err)
		return err;
	err = bus_open(bus, NULL, 0);
	if (err)
		goto out;
	start_us = loop_now(bus->loop);
	h->listen = listen;
	err = take_frames(bus, listen, start_us + facts->timeout_us);
	h->end_us = bus->loop->now_us;
	h->elapsed_us = bus->loop->now_us - start_us;
	h->dropped = kcan_bus_dropped(bus->socket);
	look_again(facts, h);
	conclude(facts, h, bus->loop->signal, err);
	report_nodelist(r, h, facts);
	err = 0;
out:
	kcan_listen_free(listen);
	return err;
}

void cmd_listen(const struct opts *opts, struct report *r)
{
	struct words_facts facts = { .ifname = opts->ifname,
				     .timeout_us = opts->timeout_us };
	struct nodelist h = { 0 };
	struct loop loop;
	struct bus bus = { .loop = &loop, .ifname = opts->ifname };
	int err = loop_init(&loop, &r->streams, opts->verbose);

	/* one that is bus-off may come back by itself, and be heard then */
	if (!err && !look_at_link(opts, r, &h.link, &facts) &&
	    facts.cause != CAUSE_BUS_OFF) {
		if (facts.cause == CAUSE_DOWN)
			facts.cause = CAUSE_LISTEN_DOWN;
		seek_adapter(opts, &facts);
		report_end(r, &facts);
		return;
	}
	if (!err && r->streams.progress)
		fprintf(r->streams.progress,
			"canbootreq: listening to %s for %g s; Ctrl-C ends it "
			"early\n",
			opts->ifname, (double)opts->timeout_us / 1e6);
	if (!err)
		err = listen_and_report(&bus, &h, r, &facts);
	if (err) {
		look_explain(&facts, err);
		report_end(r, &facts);
	}
	bus_close(&bus);
}
