/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_RUN_BENCH_H
#define UNIT_RUN_BENCH_H

/* Requests on a bus of which every moment is told. */
#include "../support/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/bus.h>

#include "../../tools/canbootreq/look/look.h"
#include "../../tools/canbootreq/request/run.h"

#define JOBS_MAX 16
#define SENT_MAX 4096
#define NEVER UINT64_MAX

enum what { RX, ERROR, SIGNAL, DROP, HALT };

/** What happens at a time, whoever sends what. */
struct event {
	uint64_t us;
	enum what what;
	int value; /* ERROR: negative errno, SIGNAL: its number */
	struct can_frame frame;
};

/* A bus that confirms one frame after the other, and time moved by hand. */
static struct fake {
	uint64_t confirm_us; /* from sending to confirming */
	uint64_t send_us;    /* how long the process waits for its send */
	uint64_t stamp_us; /* from sending to the confirmation's stamp; 0: none */
	struct event events[16];
	size_t at;
	int refuse;		 /* errno of sending, negative */
	uint64_t refuse_from_us; /* and when that begins */
	uint64_t refuse_until_us;

	uint64_t now_us;
	bool halted;
	unsigned int dropped;
	struct can_frame sent[SENT_MAX];
	uint64_t sent_us[SENT_MAX];
	size_t sent_len, confirmed;
	size_t flying_max;
} fake;

unsigned int kcan_bus_dropped(const struct kcan_bus *bus)
{
	(void)bus;
	return fake.dropped;
}

void look_explain_lost(struct words_facts *facts, enum cause cause, int err)
{
	(void)err;
	facts->cause = cause;
}

int bus_send(struct bus *bus, const struct can_frame *frame)
{
	size_t flying;

	if (fake.refuse && fake.now_us >= fake.refuse_from_us &&
	    fake.now_us < fake.refuse_until_us)
		return fake.refuse;
	assert_true(fake.sent_len < SENT_MAX);
	fake.sent_us[fake.sent_len] = fake.now_us;
	fake.sent[fake.sent_len++] = *frame;
	fake.now_us += fake.send_us;
	bus->loop->now_us = fake.now_us;
	flying = fake.sent_len - fake.confirmed;
	if (flying > fake.flying_max)
		fake.flying_max = flying;
	return 0;
}

/* Time stands still but for what happens. */
uint64_t loop_now(struct loop *l)
{
	l->now_us = fake.now_us;
	return l->now_us;
}

/* F0 for the first job, EF for the second: no two share one. */
uint8_t nodeids_draw(void *ctx)
{
	uint8_t nodeid = *(uint8_t *)ctx;

	*(uint8_t *)ctx = 0;
	return nodeid;
}

void nodeids_note(struct nodeids *pool, const struct can_frame *frame)
{
	(void)pool;
	(void)frame;
}

static inline int take_event(struct bus *bus, struct kcan_bus_rx *rx)
{
	const struct event *e = &fake.events[fake.at++];

	if (e->what == SIGNAL)
		bus->loop->signal = e->value;
	else if (e->what == HALT)
		fake.halted = true;
	else if (e->what == ERROR)
		return e->value;
	if (e->what == DROP) {
		fake.dropped++;
		fake.confirmed++;
	}
	rx[0] = (struct kcan_bus_rx){ .frame = e->frame, .at_us = e->us };
	return e->what == RX;
}

int bus_turn(struct bus *bus, struct kcan_bus_rx rx[static BUS_BATCH],
	     uint64_t deadline_us)
{
	const struct event *e = &fake.events[fake.at];
	uint64_t confirm_us = NEVER, event_us = e->us ? e->us : NEVER;
	int n = 0;

	if (!fake.halted && fake.confirmed < fake.sent_len)
		confirm_us = fake.sent_us[fake.confirmed] + fake.confirm_us;
	if (deadline_us < confirm_us && deadline_us < event_us) {
		if (deadline_us > fake.now_us)
			fake.now_us = deadline_us;
	} else if (event_us <= confirm_us) {
		assert_true(event_us != NEVER); /* or it waits for ever */
		if (event_us > fake.now_us)
			fake.now_us = event_us;
		n = take_event(bus, rx);
	} else {
		if (confirm_us > fake.now_us)
			fake.now_us = confirm_us;
		rx[0] = (struct kcan_bus_rx){
			.frame = fake.sent[fake.confirmed], .own = true
		};
		if (fake.stamp_us)
			rx[0].at_us =
				fake.sent_us[fake.confirmed] + fake.stamp_us;
		fake.confirmed++;
		n = 1;
	}
	bus->loop->now_us = fake.now_us;
	return n;
}

/* One bus leaves the waiting to bus_turn(). */
int bus_group_open(struct bus_group *g)
{
	assert_int_equal(g->len, 1);
	return 0;
}

void bus_group_close(struct bus_group *g)
{
	(void)g;
}

int bus_group_wait(struct bus_group *g, uint64_t *deadline_us)
{
	(void)g;
	(void)deadline_us;
	return 0;
}

static struct job jobs[JOBS_MAX];
static struct loop loop;
static struct bus bus;

/* can-admin-channel.md, section 16: this one answers on nodeid 240 */
static const struct kcan_uuid UUID = { { 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04 } };
#define ID_1 FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00, 0x00)
#define ID_2 FRAME(0x2e1, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 0x00, 0x00)
#define ID_3 FRAME(0x2e1, 0x32, 0x40, 0x99, 0x03)

static uint64_t proof_us; /* when it was handed on; 0: it was not */
static unsigned int ends[JOBS_MAX];

static inline void note_proof(void *ctx, struct words_facts *facts)
{
	(void)ctx;
	assert_int_equal(facts->cause, CAUSE_PROVEN);
	proof_us = fake.now_us;
}

static inline void note_end(void *ctx, const struct job *job)
{
	(void)ctx;
	ends[job - jobs]++;
}

/* Jobs on nodeids 240, 239 ..., the first of them for UUID. */
static inline void play_goal(const struct fake *with, size_t len,
			     enum kcan_bootreq_goal goal)
{
	struct run run = { .bus = &bus,
			   .jobs = jobs,
			   .len = len,
			   .proven = note_proof,
			   .ended = note_end };

	static uint8_t nodeids[JOBS_MAX];

	fake = *with;
	proof_us = 0;
	memset(ends, 0, sizeof(ends));
	loop = (struct loop){ .now_us = fake.now_us };
	bus = (struct bus){ .loop = &loop, .ifname = "can0" };
	memset(jobs, 0, sizeof(jobs));
	for (size_t i = 0; i < len; i++) {
		const struct kcan_bootreq_cfg own = { 1000000, goal,
						      nodeids_draw,
						      &nodeids[i] };

		nodeids[i] = (uint8_t)(240 - i);
		jobs[i].facts.ifname = bus.ifname;
		jobs[i].facts.leave = goal == KCAN_BOOTREQ_GOAL_LEAVE;
		jobs[i].facts.uuid = UUID;
		jobs[i].facts.uuid.b[5] = (uint8_t)(UUID.b[5] + i);
		assert_int_equal(kcan_bootreq_new(&jobs[i].req,
						  &jobs[i].facts.uuid, &own,
						  fake.now_us),
				 0);
	}
	assert_int_equal(run_all(&(struct run *){ &run }, 1, NULL), 0);
	for (size_t i = 0; i < len; i++)
		kcan_bootreq_free(jobs[i].req);
}

static inline void play(const struct fake *with, size_t len)
{
	play_goal(with, len, KCAN_BOOTREQ_GOAL_ENTER);
}

static inline bool is_handback(const struct can_frame *frame,
			       const struct job *job)
{
	return frame->can_id == 0x3f0 && frame->data[0] == 0x11 &&
	       frame->data[7] == job->facts.nodeid &&
	       (frame->data[1] ^ job->facts.uuid.b[0]) == 0xff;
}

/* Return: when the job's hand-back was sent; NEVER: it was not. */
static inline uint64_t handed_back_at(const struct job *job)
{
	for (size_t i = 0; i < fake.sent_len; i++)
		if (is_handback(&fake.sent[i], job))
			return fake.sent_us[i];
	return NEVER;
}

static inline bool is_held(const struct job *job)
{
	return job->facts.warnings & 1u << WARNING_NODEID_HELD;
}

#endif
