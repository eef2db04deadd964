// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "diagnose.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <kcan/admin.h>

#include "../../canbus/reserve.h"
#include "proto/diagnose.h"
#include "proto/listen.h"
#include "util/random.h"

#define SILENCE_MAX_US 2000000
#define TALK_US 5000000 /* in which a Klipper host has to read it all */

/*
 * A node keeps the nodeid, so it may be none that a proof, a Klipper host
 * (from 4 on), console.py (64) or flashtool.py (129) takes.
 */
#define NODEID_BASE 64 /* bit 0 of diagnose.in_use */
#define NODEID_FIRST 65
#define NODEID_LAST 127

#define EXACT (CAN_SFF_MASK | CAN_EFF_FLAG | CAN_RTR_FLAG)
#define IDS_OF_64 (0x780 | CAN_EFF_FLAG | CAN_RTR_FLAG)

bool diagnose_load(struct diagnose *d, struct words_facts *facts)
{
	const char *reason;

	if (dict_load(&d->lib, &reason))
		return true;
	facts->cause = CAUSE_NO_ZLIB;
	snprintf(facts->detail, sizeof(facts->detail), "%s", reason);
	return false;
}

static void note_nodeid(struct diagnose *d, const struct can_frame *frame)
{
	uint8_t nodeid;
	bool tx;

	if (kcan_nodeid_from_id(frame->can_id, &nodeid, &tx) &&
	    nodeid >= NODEID_BASE && nodeid <= NODEID_LAST)
		d->in_use |= UINT64_C(1) << (nodeid - NODEID_BASE);
}

static bool may_go_on(const struct diagnose *d)
{
	return !d->bus.loop->signal && !d->lost;
}

/* One turn of the loop; @k may be NULL. Return: how many frames came. */
static int turn(struct diagnose *d, struct kcan_diagnose *k,
		uint64_t deadline_us)
{
	struct kcan_bus_rx rx[BUS_BATCH];
	int n = bus_turn(&d->bus, rx, deadline_us);

	if (n < 0)
		d->lost = n;
	for (int i = 0; i < n; i++) {
		note_nodeid(d, &rx[i].frame);
		if (k && rx[i].own)
			kcan_diagnose_sent(k, d->bus.loop->now_us);
		else if (k)
			kcan_diagnose_rx(k, &rx[i].frame, d->bus.loop->now_us);
	}
	return n;
}

static void listen_for_nodeids(struct diagnose *d)
{
	const struct can_filter filters[] = {
		{ KCAN_ADMIN_ID, EXACT },
		{ KCAN_DATA_ID_FIRST + 2 * NODEID_BASE, IDS_OF_64 },
	};
	uint64_t until_us = loop_now(d->bus.loop) + KCAN_LISTEN_MIN_US;

	d->lost = bus_open(&d->bus, filters, 2);
	while (may_go_on(d) && d->bus.loop->now_us < until_us)
		turn(d, NULL, until_us);
}

/* What waits in the socket has been on the bus, too. */
static void take_what_waits(struct diagnose *d)
{
	while (may_go_on(d) && turn(d, NULL, d->bus.loop->now_us) == BUS_BATCH)
		continue;
}

/*
 * Drawn, so that no recording of another diagnosis fits.
 * Return: 0 when there is none; reserved until this process ends, unless it is
 * @shared with whoever has reserved it.
 */
static uint8_t draw_nodeid(const struct diagnose *d, bool shared)
{
	uint8_t free[NODEID_LAST - NODEID_FIRST + 1];
	uint32_t len = 0, at;

	for (uint8_t n = NODEID_FIRST; n <= NODEID_LAST; n++)
		if (!(d->in_use >> (n - NODEID_BASE) & 1))
			free[len++] = n;
	while (len) {
		at = util_random() % len;
		if (reserve_nodeid(d->ifindex, free[at]) >= 0 || shared)
			return free[at];
		free[at] = free[--len];
	}
	return 0;
}

static void read_dictionary(struct diagnose *d, struct kcan_diagnose *k,
			    struct application *app)
{
	const uint8_t *bytes;
	size_t len;

	bytes = kcan_diagnose_dictionary(k, &len);
	if (!bytes)
		return;
	application_read(&d->lib, app, bytes, len);
	kcan_diagnose_ask_uuid(k, app->has_uuid ? &app->ask : NULL,
			       &app->answer, d->bus.loop->now_us);
}

static void send_due(struct diagnose *d, struct kcan_diagnose *k)
{
	struct can_frame frame;
	int err;

	if (!kcan_diagnose_tx(k, &frame, d->bus.loop->now_us))
		return;
	err = bus_send(&d->bus, &frame);
	if (err)
		kcan_diagnose_unsent(k, d->bus.loop->now_us);
	if (err && err != -ENOBUFS)
		d->lost = err;
}

static void talk(struct diagnose *d, struct kcan_diagnose *k,
		 struct application *app)
{
	while (kcan_diagnose_deadline(k) != UINT64_MAX) {
		turn(d, k, kcan_diagnose_deadline(k));
		read_dictionary(d, k, app);
		if (!may_go_on(d))
			kcan_diagnose_abort(k);
		send_due(d, k);
	}
}

static void end_unknown(struct words_facts *facts, const char *detail)
{
	facts->cause = CAUSE_NO_DIAGNOSIS;
	snprintf(facts->detail, sizeof(facts->detail), "%s", detail);
}

static void explain_incomplete(struct words_facts *facts,
			       const struct kcan_diagnose_result *result,
			       const struct application *app)
{
	facts->cause = CAUSE_APPLICATION_UNREAD;
	snprintf(facts->detail, sizeof(facts->detail), "%s",
		 result->too_long ? "its dictionary is longer than 32 KiB" :
		 !result->whole	 ? "its dictionary did not come whole in time" :
		 app->unreadable ? "its dictionary could not be read" :
				   "it did not report its UUID");
}

static void explain_silent(struct words_facts *facts,
			   const struct kcan_diagnose_result *result)
{
	if (result->heard)
		end_unknown(facts, "Klipper blocks came for the nodeid it was "
				   "given, but no answer to a question");
	else
		facts->cause = CAUSE_BOTH_SILENT;
}

static void explain(struct words_facts *facts,
		    const struct kcan_diagnose_result *result,
		    const struct application *app)
{
	facts->other = result->other;
	facts->application = *app;
	if (result->set != KCAN_DELIVERY_NONE)
		facts->warnings |= 1u << WARNING_TAKEN;
	if (result->set == KCAN_DELIVERY_UNCONFIRMED)
		facts->warnings |= 1u << WARNING_STILL_QUEUED;
	if (result->verdict == KCAN_DIAGNOSE_CONFIRMED)
		facts->cause = CAUSE_APPLICATION;
	else if (result->verdict == KCAN_DIAGNOSE_ANSWERED)
		explain_incomplete(facts, result, app);
	else if (result->verdict == KCAN_DIAGNOSE_WRONG_UUID)
		facts->cause = CAUSE_APPLICATION_OTHER;
	else if (result->verdict == KCAN_DIAGNOSE_SILENT)
		explain_silent(facts, result);
	else if (result->verdict == KCAN_DIAGNOSE_TAKEN)
		end_unknown(facts, "somebody gave the nodeid that Klipper was "
				   "asked on to another node");
	else
		end_unknown(facts, "Klipper could not be asked, as a question "
				   "was not confirmed");
}

/* Not for what is known already: it stays so. */
static void end_early(const struct diagnose *d, struct words_facts *facts)
{
	char reason[160];

	if (d->bus.loop->signal) {
		facts->cause = CAUSE_INTERRUPTED;
		facts->signal = d->bus.loop->signal;
		return;
	}
	snprintf(reason, sizeof(reason),
		 "the bus was lost while Klipper was asked (%s)",
		 strerror(-d->lost));
	end_unknown(facts, reason);
}

static void ask(struct diagnose *d, struct words_facts *facts)
{
	struct kcan_diagnose_cfg cfg = { SILENCE_MAX_US, TALK_US, util_random(),
					 0 };
	struct kcan_diagnose_result result;
	struct application app = { 0 };
	struct kcan_diagnose *k;

	if (facts->timeout_us < cfg.silence_us)
		cfg.silence_us = facts->timeout_us;
	cfg.nodeid = draw_nodeid(d, false);
	if (!cfg.nodeid && d->force)
		cfg.nodeid = draw_nodeid(d, true);
	if (!cfg.nodeid || kcan_bus_dropped(d->bus.socket) ||
	    kcan_diagnose_new(&k, &facts->uuid, &cfg, loop_now(d->bus.loop))) {
		end_unknown(facts,
			    "Klipper was not asked, as no nodeid is known "
			    "to be free for it");
		return;
	}
	facts->asked = cfg.nodeid;
	talk(d, k, &app);
	result = kcan_diagnose_result(k);
	kcan_diagnose_free(k);
	explain(facts, &result, &app);
	d->stuck = result.verdict == KCAN_DIAGNOSE_UNSENT;
}

static void diagnose_job(struct diagnose *d, struct run *run,
			 struct words_facts *facts)
{
	take_what_waits(d);
	if (d->stuck)
		end_unknown(facts, "Klipper was not asked, as an earlier frame "
				   "was not confirmed");
	else if (may_go_on(d))
		ask(d, facts);
	if (!may_go_on(d) && (facts->cause == CAUSE_SILENT ||
			      facts->cause == CAUSE_NO_DIAGNOSIS))
		end_early(d, facts);
	facts->elapsed_us = loop_now(d->bus.loop) - run->start_us;
}

static void begin(struct diagnose *d, const struct run *run)
{
	if (d->progress)
		fputs("canbootreq: no Katapult; looking for a free nodeid to "
		      "ask Klipper with\n",
		      d->progress);
	d->bus = *run->bus;
	d->bus.socket = NULL;
	listen_for_nodeids(d);
}

void diagnose_jobs(struct diagnose *d, struct run *run)
{
	bool begun = false;

	for (size_t i = 0; i < run->len; i++) {
		struct words_facts *facts = &run->jobs[i].facts;

		if (facts->cause != CAUSE_SILENT)
			continue;
		if (!begun)
			begin(d, run);
		begun = true;
		diagnose_job(d, run, facts);
	}
	if (begun)
		bus_close(&d->bus);
}
