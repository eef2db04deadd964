/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_WIRE_BUS_H
#define UNIT_WIRE_BUS_H

/* A bus whose nodes are told what to send, and what came of it, as text. */
#include "../../support/unit.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../../../sim/canmcu/wire/arbiter.h"

#define NODES_MAX 33
#define MBIT 1000000 /* a bit is a microsecond */
#define LATE 100000000

struct bus {
	struct arbiter arbiter;
	struct arbiter_sender nodes[NODES_MAX];
	char log[4096];	    /* "S0@55 ": what node 0 sent ended at 55 us */
	char changes[4096]; /* "0:bus-off@55 " */
};

static inline void note_change(void *arg, struct arbiter_sender *s,
			       uint64_t at_us)
{
	struct bus *bus = arg;
	size_t len = strlen(bus->changes);

	snprintf(bus->changes + len, sizeof(bus->changes) - len,
		 "%d:%s@%" PRIu64 " ", (int)(s - bus->nodes),
		 confinement_state_name(confinement_state(&s->confinement)),
		 at_us);
}

static inline void start(struct bus *bus, uint32_t bitrate, bool collisions)
{
	struct arbiter_cfg cfg = { bitrate, collisions, note_change, bus };

	*bus = (struct bus){ 0 };
	assert_int_equal(arbiter_init(&bus->arbiter, &cfg, NODES_MAX), 0);
	for (size_t i = 0; i < NODES_MAX; i++)
		arbiter_add(&bus->arbiter, &bus->nodes[i]);
}

static inline void collect(struct bus *bus, uint64_t now_us)
{
	static const char letters[] = {
		[ARBITER_SENT] = 'S', [ARBITER_MERGED] = 'M', [ARBITER_ERROR] = 'E'
	};
	struct arbiter_result r;

	while (arbiter_next(&bus->arbiter, &r, now_us)) {
		size_t len = strlen(bus->log);

		assert_true(r.end_us <= now_us);
		snprintf(bus->log + len, sizeof(bus->log) - len,
			 "%c%d@%" PRIu64 " ", letters[r.outcome],
			 (int)(r.sender - bus->nodes), r.end_us);
	}
}

/* As a caller who wakes up at each deadline. */
static inline void run_until(struct bus *bus, uint64_t until_us)
{
	uint64_t due_us;

	while ((due_us = arbiter_deadline(&bus->arbiter)) <= until_us) {
		collect(bus, due_us);
		assert_true(arbiter_deadline(&bus->arbiter) > due_us);
	}
	collect(bus, until_us);
}

/* Bits, as counted by "canbusload -e" of can-utils 2020.11. */
#define ZERO ((struct can_frame){ .can_id = 0 })		     /* 53 */
#define LAST ((struct can_frame){ .can_id = 0x7ff })		     /* 50 */
#define ONE FRAME(0x014, 1)					     /* 58 */
#define TWO FRAME(0x014, 2)					     /* 59 */
#define FOUR FRAME(0x014, 4)					     /* 59 */
#define ASKED ((struct can_frame){ .can_id = 0x014 | CAN_RTR_FLAG }) /* 50 */
#define LONG FRAME(CAN_EFF_FLAG | 0x014 << 18, 1)		     /* 81 */

enum op { END, QUEUE, HEAR, WITHDRAW, REMOVE };

struct step {
	uint64_t at_us;
	enum op op;
	int node;
	struct can_frame frame;
};

struct course {
	const char *name;
	struct step steps[6];
	const char *want;
	uint16_t tec[3]; /* of the first nodes, before */
	uint16_t tec_after[3];
};

static inline void play(struct bus *bus, const struct step *step)
{
	collect(bus, step->at_us);
	if (step->op == QUEUE)
		assert_true(arbiter_queue(&bus->arbiter,
					  &bus->nodes[step->node], 1,
					  &step->frame, step->at_us));
	else if (step->op == HEAR)
		arbiter_received(&bus->arbiter, &step->frame, step->at_us);
	else if (step->op == WITHDRAW)
		arbiter_withdraw(&bus->arbiter, &bus->nodes[step->node]);
	else
		arbiter_remove(&bus->arbiter, &bus->nodes[step->node]);
}

/* A caller who is @late sees the same times. */
static inline void replay(const struct course *c, bool collisions, bool late)
{
	struct bus bus;

	start(&bus, MBIT, collisions);
	for (size_t i = 0; i < ARRAY_SIZE(c->tec); i++)
		bus.nodes[i].confinement.tec = c->tec[i];
	for (const struct step *s = c->steps; s->op != END; s++) {
		if (!late)
			run_until(&bus, s->at_us);
		play(&bus, s);
	}
	if (late)
		collect(&bus, LATE);
	else
		run_until(&bus, LATE);
	assert_string_equal(bus.log, c->want);
	for (size_t i = 0; i < ARRAY_SIZE(c->tec); i++)
		assert_int_equal(bus.nodes[i].confinement.tec, c->tec_after[i]);
	assert_int_equal(arbiter_deadline(&bus.arbiter), UINT64_MAX);
	arbiter_fini(&bus.arbiter);
}

#endif
