// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/wire/arbiter.c sim/canmcu/wire/timer_heap.c
// needs: sim/canmcu/wire/wire.c sim/canmcu/wire/confinement.c
// needs: sim/canmcu/board/family.c sim/canmcu/board/pins.c
#include "../../support/unit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/board/family.h"
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

static void note_change(void *arg, struct arbiter_sender *s, uint64_t at_us)
{
	struct bus *bus = arg;
	size_t len = strlen(bus->changes);

	snprintf(bus->changes + len, sizeof(bus->changes) - len,
		 "%d:%s@%" PRIu64 " ", (int)(s - bus->nodes),
		 confinement_state_name(confinement_state(&s->confinement)),
		 at_us);
}

static void start(struct bus *bus, uint32_t bitrate, bool collisions)
{
	struct arbiter_cfg cfg = { bitrate, collisions, note_change, bus };

	*bus = (struct bus){ 0 };
	assert_int_equal(arbiter_init(&bus->arbiter, &cfg, NODES_MAX), 0);
	for (size_t i = 0; i < NODES_MAX; i++)
		arbiter_add(&bus->arbiter, &bus->nodes[i]);
}

static void collect(struct bus *bus, uint64_t now_us)
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
static void run_until(struct bus *bus, uint64_t until_us)
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

/* Bits sent are one microsecond each; a frame ends 3 before the bus is free. */
static const struct course plain[] = {
	{ "an idle bus is taken at once",
	  { { 1000, QUEUE, 0, ONE } },
	  "S0@1055 " },
	{ "the lowest id goes first",
	  { { 0, QUEUE, 0, LAST }, { 0, QUEUE, 1, ONE }, { 0, QUEUE, 2, ZERO } },
	  "S2@50 S1@108 S0@158 " },
	{ "a frame under way is not disturbed",
	  { { 0, QUEUE, 0, LAST }, { 10, QUEUE, 1, ZERO } },
	  "S0@47 S1@100 " },
	{ "who comes later starts at its own time",
	  { { 0, QUEUE, 0, ZERO }, { 1000, QUEUE, 1, ONE } },
	  "S0@50 S1@1055 " },
	{ "who comes in the intermission waits for its end",
	  { { 0, QUEUE, 0, ZERO }, { 51, QUEUE, 1, ONE } },
	  "S0@50 S1@108 " },
	{ "of equal ids the oldest goes first",
	  { { 0, QUEUE, 1, ONE }, { 0, QUEUE, 0, TWO }, { 0, QUEUE, 2, ONE } },
	  "S1@55 S0@114 S2@172 " },
	{ "data before remote before extended",
	  { { 0, QUEUE, 0, LONG },
	    { 0, QUEUE, 1, ASKED },
	    { 0, QUEUE, 2, ONE } },
	  "S2@55 S1@105 S0@186 " },
	{ "one's own lowest id goes first, then the oldest",
	  { { 0, QUEUE, 0, LAST },
	    { 0, QUEUE, 0, ONE },
	    { 0, QUEUE, 0, TWO },
	    { 0, QUEUE, 0, ZERO } },
	  "S0@50 S0@108 S0@167 S0@217 " },
	{ "one's own lower id does not replace what is on the wire",
	  { { 0, QUEUE, 0, LAST }, { 10, QUEUE, 0, ZERO } },
	  "S0@47 S0@100 " },
	{ "a heard frame has its intermission",
	  { { 1000, HEAR, 0, ZERO }, { 1000, QUEUE, 0, ONE } },
	  "S0@1058 " },
	{ "heard frames in a burst take their time",
	  { { 1000, HEAR, 0, ZERO },
	    { 1000, HEAR, 0, ZERO },
	    { 1000, HEAR, 0, ZERO },
	    { 1000, QUEUE, 0, ONE } },
	  "S0@1164 " },
	{ "a heard frame had no room in the gap",
	  { { 1000, HEAR, 0, ZERO },
	    { 1040, HEAR, 0, ZERO },
	    { 1040, QUEUE, 0, ONE } },
	  "S0@1111 " },
	{ "a heard frame fitted into the gap",
	  { { 1000, HEAR, 0, ZERO },
	    { 1053, HEAR, 0, ZERO },
	    { 1053, QUEUE, 0, ONE } },
	  "S0@1111 " },
	{ "a frame heard during ours comes behind it",
	  { { 0, QUEUE, 0, LAST },
	    { 10, HEAR, 0, ZERO },
	    { 10, QUEUE, 1, ONE } },
	  "S0@47 S1@158 " },
	{ "a heard frame comes behind one that wins against it",
	  { { 0, QUEUE, 0, LAST },
	    { 5, QUEUE, 1, ZERO },
	    { 5, QUEUE, 2, ONE },
	    { 10, HEAR, 0, LAST },
	    { 10, QUEUE, 0, LAST } },
	  "S0@47 S1@100 S2@208 S0@258 " },
	{ "what waits can be withdrawn",
	  { { 0, QUEUE, 0, LAST }, { 5, QUEUE, 1, ZERO }, { 10, WITHDRAW, 1 } },
	  "S0@47 " },
	{ "what waits goes with its node",
	  { { 0, QUEUE, 0, LAST }, { 5, QUEUE, 1, ZERO }, { 10, REMOVE, 1 } },
	  "S0@47 " },
	{ "what is withdrawn on the wire takes its time",
	  { { 0, QUEUE, 0, ZERO }, { 5, QUEUE, 1, ONE }, { 10, WITHDRAW, 0 } },
	  "S1@108 " },
	{ "after a withdrawal new frames go",
	  { { 0, QUEUE, 0, ZERO }, { 10, WITHDRAW, 0 }, { 10, QUEUE, 0, ONE } },
	  "S0@108 " },
};

/*
 * ONE, TWO and FOUR up to where they part:
 *   00000(1)0010100 000(1)0001 00000(1)? FOUR 1, the others 0: bit 27
 *   00000(1)0010100 000(1)0001 00000(1)0? TWO 1, ONE 0: bit 28
 * An error frame after bit 28 makes the bus free at 28 + 1 + 20 = 49.
 */
static const struct course colliding[] = {
	{ "different ids do not collide",
	  { { 0, QUEUE, 0, ZERO }, { 0, QUEUE, 1, ONE } },
	  "S0@50 S1@108 " },
	{ "data and remote of one id do not collide",
	  { { 0, QUEUE, 0, ASKED }, { 0, QUEUE, 1, ONE } },
	  "S1@55 S0@105 " },
	{ "equal frames are one on the wire",
	  { { 0, QUEUE, 0, ONE }, { 0, QUEUE, 1, ONE }, { 0, QUEUE, 2, ZERO } },
	  "S2@50 S0@108 M1@108 ",
	  { 10, 10, 10 },
	  { 9, 9, 9 } },
	{ "one's own equal frames are two",
	  { { 0, QUEUE, 0, ONE }, { 0, QUEUE, 0, ONE } },
	  "S0@55 S0@113 " },
	{ "a merged frame outlives the reset of its first sender",
	  { { 0, QUEUE, 0, ONE }, { 0, QUEUE, 1, ONE }, { 10, WITHDRAW, 0 } },
	  "S1@55 " },
	{ "who starts later does not collide",
	  { { 0, QUEUE, 0, ONE }, { 1, QUEUE, 1, TWO } },
	  "S0@55 S1@114 " },
	/* TWO has a bit error, sends a passive flag, is tried at 58 + 8 */
	{ "an error-passive one gives way to the dominant bit",
	  { { 0, QUEUE, 0, TWO }, { 0, QUEUE, 1, ONE } },
	  "E0@55 S1@55 S0@122 ",
	  { 128, 0 },
	  { 135, 0 } },
	/* TWO is alone at 49, because ONE suspends; ONE follows at 108 */
	{ "an error-active one destroys the frame it loses to",
	  { { 0, QUEUE, 0, ONE }, { 0, QUEUE, 1, TWO } },
	  "E0@46 E1@46 S1@105 S0@163 ",
	  { 128, 0 },
	  { 135, 7 } },
	/* starts at 0, at 58 + 8 = 66 and at 125 + 8 = 133 */
	{ "error-passive ones give way one after the other",
	  { { 0, QUEUE, 0, FOUR }, { 0, QUEUE, 1, TWO }, { 0, QUEUE, 2, ONE } },
	  "E0@55 E1@55 S2@55 E0@122 S1@122 S0@189 ",
	  { 128, 128, 128 },
	  { 143, 135, 127 } },
	/* FOUR stops unnoticed at bit 27, TWO's flag comes after bit 28 */
	{ "an error-active one destroys what passive ones left alone",
	  { { 0, QUEUE, 0, FOUR }, { 0, QUEUE, 1, TWO }, { 0, QUEUE, 2, ONE } },
	  "E0@46 E1@46 E2@46 S1@105 E0@163 S2@163 S0@230 ",
	  { 128, 0, 128 },
	  { 143, 7, 135 } },
	/* FOUR's flag comes after bit 27, before TWO can see anything wrong */
	{ "the first error flag is what ends a frame",
	  { { 0, QUEUE, 0, FOUR },
	    { 0, QUEUE, 1, TWO },
	    { 0, QUEUE, 2, ONE },
	    { 20, WITHDRAW, 1 },
	    { 20, WITHDRAW, 2 } },
	  "E0@45 S0@104 ",
	  { 0 },
	  { 7 } },
	/* its next may start at 53 + 8, but the other starts at 60 */
	{ "an error-passive one lets others go first",
	  { { 0, QUEUE, 0, ONE },
	    { 0, QUEUE, 0, ZERO },
	    { 60, QUEUE, 1, LAST } },
	  "S0@50 S1@107 S0@165 ",
	  { 200 },
	  { 198 } },
	/* recovers 1408 bits after 58 */
	{ "who is bus-off sends what it had when it is back",
	  { { 0, QUEUE, 0, TWO },
	    { 0, QUEUE, 1, ONE },
	    { 100, QUEUE, 0, ZERO },
	    { 100, QUEUE, 1, LAST } },
	  "E0@55 S1@55 S1@147 S0@1516 S0@1575 ",
	  { 248, 128 },
	  { 0, 126 } },
	{ "a reset ends bus-off",
	  { { 0, QUEUE, 0, TWO },
	    { 0, QUEUE, 1, ONE },
	    { 100, WITHDRAW, 0 },
	    { 100, QUEUE, 0, ONE } },
	  "E0@55 S1@55 S0@155 ",
	  { 248, 128 },
	  { 0, 127 } },
};

static void play(struct bus *bus, const struct step *step)
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

static void replay(const struct course *c, bool collisions, bool late)
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

/* A caller who is late sees the same times. */
static void test_plain(void **state)
{
	replay(*state, false, false);
	replay(*state, false, true);
}

static void test_colliding(void **state)
{
	replay(*state, true, false);
	replay(*state, true, true);
}

/*
 * What a QUERY does: can-admin-channel.md, section 14.1. All @n answer at once,
 * with one id and different data. Node 0 has the most dominant data, and so on.
 *
 * - While all are error-active, each attempt is destroyed: 8 more for everybody.
 *   After 16 of them all are at 128, which is error-passive.
 * - From then on nobody's flag destroys anything: of each attempt the most
 *   dominant frame gets through (1 less), and all others have one more error.
 *   So node k is through after 16 + k errors, with 128 + 8 * k - 1.
 * - The 16th loss brings those who are left to 128 + 8 * 16 = 256, bus-off, all
 *   at the same time. So up to 16 nodes can answer without it. They come back at
 *   the same time too, with zero, and if there are several all begins anew.
 */
static const struct query {
	const char *name;
	int n;
	struct {
		int node;
		unsigned int errors;
		uint16_t tec;
	} want[5];
	unsigned int bus_offs;
	/*
	 * Of one that only listens: 1 more for each destroyed frame, 1 less for
	 * each answer.
	 */
	uint8_t rec;
} queries[] = {
	{ "one answer disturbs nobody", 1, { { 0, 0, 0 } }, 0, 0 },
	{ "two answers: 16 collisions, then one after the other",
	  2,
	  { { 0, 16, 127 }, { 1, 17, 135 } },
	  0,
	  16 - 2 },
	{ "three answers",
	  3,
	  { { 0, 16, 127 }, { 1, 17, 135 }, { 2, 18, 143 } },
	  0,
	  16 - 3 },
	{ "16 answers are the most without bus-off",
	  16,
	  { { 0, 16, 127 }, { 1, 17, 135 }, { 15, 31, 247 } },
	  0,
	  16 - 16 },
	{ "17 answers: the last one goes bus-off and is alone then",
	  17,
	  { { 0, 16, 127 }, { 15, 31, 247 }, { 16, 32, 0 } },
	  1,
	  0 },
	{ "32 answers: half of them go bus-off and collide once more",
	  32,
	  { { 0, 16, 127 },
	    { 15, 31, 247 },
	    { 16, 32 + 16, 127 },
	    { 17, 32 + 17, 135 },
	    { 31, 32 + 31, 247 } },
	  16,
	  16 - 16 },
};

static struct can_frame answer(int node)
{
	return FRAME(0x3f1, 0x20, 0x11, 0x22, 0x33, 0x44, 0x55, node, 1);
}

/* Return: how often any node went bus-off. */
static unsigned int bus_offs(const struct bus *bus)
{
	unsigned int n = 0;

	for (const char *c = bus->changes; (c = strstr(c, "bus-off")); c++)
		n++;
	return n;
}

static void test_query(void **state)
{
	const struct query *q = *state;
	unsigned int errors[NODES_MAX] = { 0 };
	struct arbiter_result r;
	struct bus bus;
	int through = 0;

	start(&bus, MBIT, true);
	/* the most dominant one is not the first that was queued */
	for (int i = q->n - 1; i >= 0; i--) {
		struct can_frame f = answer(i);

		arbiter_queue(&bus.arbiter, &bus.nodes[i], 0, &f, 0);
	}
	while (arbiter_next(&bus.arbiter, &r, LATE)) {
		int node = r.sender - bus.nodes;

		if (r.outcome == ARBITER_ERROR)
			errors[node]++;
		else
			assert_int_equal(node, through++);
	}
	assert_int_equal(through, q->n);
	for (size_t i = 0; i < ARRAY_SIZE(q->want) && (!i || q->want[i].node);
	     i++) {
		int node = q->want[i].node;

		assert_int_equal(errors[node], q->want[i].errors);
		assert_int_equal(bus.nodes[node].confinement.tec,
				 q->want[i].tec);
	}
	assert_int_equal(bus_offs(&bus), q->bus_offs);
	assert_int_equal(bus.nodes[NODES_MAX - 1].confinement.rec, q->rec);
	arbiter_fini(&bus.arbiter);
}

/*
 * Node 2 has another bit rate. Its flag ends what is on the wire after 10 bits,
 * and 20 bits later the bus is free: each attempt takes 30. Its 15th error is
 * 15 * 9 = 135, from which on it can only watch.
 */
static void test_one_at_another_rate_lets_pass_when_it_is_passive(void **state)
{
	static const char want[] =
		"E0@27 E0@57 E0@87 E0@117 E0@147 E0@177 E0@207 E0@237 E0@267 "
		"E0@297 E0@327 E0@357 E0@387 E0@417 E0@447 S0@505 ";
	struct bus bus;

	(void)state;
	start(&bus, MBIT, true);
	arbiter_set_foreign(&bus.arbiter, &bus.nodes[2], true);
	arbiter_queue(&bus.arbiter, &bus.nodes[0], 0, &ONE, 0);
	run_until(&bus, LATE);
	assert_string_equal(bus.log, want);
	assert_string_equal(bus.changes, "2:error-warning@327 "
					 "0:error-warning@357 "
					 "2:error-passive@447 ");
	assert_int_equal(bus.nodes[0].confinement.tec, 15 * 8 - 1);
	assert_int_equal(bus.nodes[1].confinement.rec, 15 - 1);
	assert_int_equal(bus.nodes[2].confinement.rec, 15 * 9 + 1);
	arbiter_remove(&bus.arbiter, &bus.nodes[2]);
	assert_int_equal(bus.arbiter.foreign_len, 0);
	arbiter_fini(&bus.arbiter);
}

/*
 * What it sends itself is destroyed by all others: 16 times 30 bits, then 16
 * times 8 + 30 as it is error-passive, and 1408 bits after 1088 it begins anew.
 */
static void test_one_at_another_rate_is_not_heard(void **state)
{
	struct bus bus;

	(void)state;
	start(&bus, MBIT, true);
	arbiter_set_foreign(&bus.arbiter, &bus.nodes[2], true);
	arbiter_queue(&bus.arbiter, &bus.nodes[2], 0, &ONE, 0);
	run_until(&bus, 2500);
	assert_string_equal(bus.changes, "2:error-warning@357 "
					 "2:error-passive@477 "
					 "2:bus-off@1085 "
					 "2:error-active@2496 ");
	assert_null(strchr(bus.log, 'S'));
	assert_int_equal(bus.nodes[1].confinement.rec, 32);
	arbiter_fini(&bus.arbiter);
}

/* Its sender repeats it: 15 times 30 bits, and once its own 58. */
static void test_a_heard_frame_gets_through_to_others(void **state)
{
	struct bus bus;

	(void)state;
	start(&bus, MBIT, true);
	arbiter_set_foreign(&bus.arbiter, &bus.nodes[2], true);
	arbiter_received(&bus.arbiter, &ONE, 100);
	assert_int_equal(bus.nodes[1].confinement.rec, 15 - 1);
	assert_int_equal(bus.nodes[2].confinement.rec, 15 * 9 + 1);
	arbiter_queue(&bus.arbiter, &bus.nodes[0], 0, &ZERO, 100);
	run_until(&bus, LATE);
	assert_string_equal(bus.log, "S0@558 ");
	arbiter_fini(&bus.arbiter);
}

/*
 * The two answers part at bit 30 (test_wire.c), so a collision takes 31 + 20
 * bits: ends at 48, 99 ... 813; both wait until 816 + 8 = 824; an answer has
 * 115 bits ("canbusload -e"); the loser waits until 939 + 8 = 947.
 */
static void test_two_answers_bit_by_bit(void **state)
{
	static const char want[] =
		"E0@48 E1@48 E0@99 E1@99 E0@150 E1@150 E0@201 E1@201 "
		"E0@252 E1@252 E0@303 E1@303 E0@354 E1@354 E0@405 E1@405 "
		"E0@456 E1@456 E0@507 E1@507 E0@558 E1@558 E0@609 E1@609 "
		"E0@660 E1@660 E0@711 E1@711 E0@762 E1@762 E0@813 E1@813 "
		"S0@936 E1@936 S1@1059 ";
	struct bus bus;

	(void)state;
	start(&bus, MBIT, true);
	arbiter_queue(
		&bus.arbiter, &bus.nodes[0], 0,
		&FRAME(0x3f1, 0x20, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 1), 0);
	arbiter_queue(
		&bus.arbiter, &bus.nodes[1], 0,
		&FRAME(0x3f1, 0x20, 0x91, 0x22, 0x33, 0x44, 0x55, 0x66, 1), 0);
	run_until(&bus, LATE);
	assert_string_equal(bus.log, want);
	/* 12 errors are 96, 16 are 128; 128 - 1 is not passive any more */
	assert_string_equal(bus.changes,
			    "0:error-warning@609 1:error-warning@609 "
			    "0:error-passive@813 1:error-passive@813 "
			    "0:error-warning@936 ");
	arbiter_fini(&bus.arbiter);
}

static void test_frames_heard_count_down_receive_errors(void **state)
{
	struct bus bus;

	(void)state;
	start(&bus, MBIT, true);
	arbiter_queue(&bus.arbiter, &bus.nodes[0], 0, &ONE, 0);
	arbiter_queue(&bus.arbiter, &bus.nodes[1], 0, &TWO, 0);
	run_until(&bus, 3 * 49);
	assert_int_equal(bus.nodes[2].confinement.rec, 3);
	assert_int_equal(bus.nodes[0].confinement.rec, 0);
	arbiter_withdraw(&bus.arbiter, &bus.nodes[0]);
	arbiter_withdraw(&bus.arbiter, &bus.nodes[1]);
	assert_int_equal(bus.nodes[0].confinement.tec, 0);
	for (int i = 0; i < 2; i++)
		arbiter_received(&bus.arbiter, &ZERO, 1000);
	assert_int_equal(bus.nodes[2].confinement.rec, 1);
	arbiter_fini(&bus.arbiter);
}

static void test_a_frame_queued_between_results_is_another(void **state)
{
	struct arbiter_result r;
	struct bus bus;

	(void)state;
	start(&bus, MBIT, true);
	for (int i = 0; i < 2; i++)
		arbiter_queue(&bus.arbiter, &bus.nodes[i], 1, &ONE, 0);
	assert_true(arbiter_next(&bus.arbiter, &r, 55));
	arbiter_queue(&bus.arbiter, &bus.nodes[1], 2, &ZERO, 55);
	assert_true(arbiter_next(&bus.arbiter, &r, 55));
	assert_int_equal(r.outcome, ARBITER_MERGED);
	assert_int_equal(r.generation, 1);
	assert_frame_equal(r.frame, ONE);
	run_until(&bus, LATE);
	assert_string_equal(bus.log, "S1@108 ");
	arbiter_fini(&bus.arbiter);
}

static void test_a_flood_of_heard_frames_is_forgotten(void **state)
{
	struct bus bus;

	(void)state;
	start(&bus, MBIT, false);
	for (int i = 0; i < 10000; i++)
		arbiter_received(&bus.arbiter, &LAST, 0);
	arbiter_queue(&bus.arbiter, &bus.nodes[0], 0, &ZERO, 0);
	/* one heard frame too many, and its own */
	assert_in_range(arbiter_deadline(&bus.arbiter), ARBITER_BACKLOG_US,
			ARBITER_BACKLOG_US + 50 + 53);
	arbiter_fini(&bus.arbiter);
}

/* Frames of 58 bits, one behind the other, the first from bit 0 on. */
static const struct in_a_row {
	const char *name;
	uint32_t bitrate;
	int frames;
	uint64_t first_us, then_us; /* when to look, and to look again */
} rows_in_a_row[] = {
	{ "one", MBIT, 1, 55, UINT64_MAX },
	{ "the end of each of two", MBIT, 2, 55, 113 },
	{ "the last of three is under way", MBIT, 3, 113, 171 },
	{ "so is that of four", MBIT, 4, 171, 229 },
	{ "not much later on a slow bus", 125000, 4, 440 + 300, 904 + 300 },
};

/* Its sender can be given more while the last one is on the bus. */
static void test_frames_in_a_row_are_looked_at_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows_in_a_row); i++) {
		const struct in_a_row *r = &rows_in_a_row[i];
		struct bus bus;

		print_message("%s\n", r->name);
		start(&bus, r->bitrate, false);
		for (int n = 0; n < r->frames; n++)
			arbiter_queue(&bus.arbiter, &bus.nodes[0], 0, &ONE, 0);
		assert_int_equal(arbiter_deadline(&bus.arbiter), r->first_us);
		collect(&bus, r->first_us);
		assert_int_equal(arbiter_deadline(&bus.arbiter), r->then_us);
		arbiter_fini(&bus.arbiter);
	}
}

static void test_the_slots_are_bounded(void **state)
{
	struct arbiter_result r;
	struct bus bus;

	(void)state;
	start(&bus, MBIT, false);
	for (uint32_t i = 0; i < ARBITER_SLOTS; i++)
		assert_true(
			arbiter_queue(&bus.arbiter, &bus.nodes[0], i, &ONE, 0));
	assert_false(arbiter_queue(&bus.arbiter, &bus.nodes[0], 9, &ONE, 0));
	for (uint32_t i = 0; i < ARBITER_SLOTS; i++) {
		assert_true(arbiter_next(&bus.arbiter, &r, LATE));
		assert_int_equal(r.generation, i);
		assert_frame_equal(r.frame, ONE);
	}
	assert_false(arbiter_next(&bus.arbiter, &r, LATE));
	arbiter_fini(&bus.arbiter);
}

static void test_no_chip_has_more_slots(void **state)
{
	(void)state;
	for (size_t i = 0; mcu_type_at(i); i++)
		assert_in_range(mcu_type_at(i)->family->tx_slots, 1,
				ARBITER_SLOTS);
}

static void test_a_bus_needs_a_bit_rate(void **state)
{
	struct arbiter_cfg cfg = { 0 };
	struct arbiter a;

	(void)state;
	assert_int_equal(arbiter_init(&a, &cfg, 1), -EINVAL);
	arbiter_fini(&a);
}

/* Bit rates that are no whole number of nanoseconds a bit are among them. */
static const struct pace {
	const char *name;
	uint32_t bitrate;
} paces[] = {
	{ "10 s at 1 Mbit/s", 1000000 },
	{ "10 s at 500 kbit/s", 500000 },
	{ "10 s at 300 kbit/s", 300000 },
	{ "10 s at 83.333 kbit/s", 83333 },
};

/* The caller is late by up to a millisecond, and keeps two frames waiting. */
static void test_pace(void **state)
{
	const struct pace *pace = *state;
	uint64_t now_us = 0, ended = 0;
	struct arbiter_result r;
	struct bus bus;

	start(&bus, pace->bitrate, false);
	for (int i = 0; i < NODES_MAX; i++)
		arbiter_queue(&bus.arbiter, &bus.nodes[i], 0, &ONE, 0);
	for (unsigned int i = 0; now_us < 10000000; i++) {
		now_us = arbiter_deadline(&bus.arbiter) + i * 7919 % 1000;
		while (arbiter_next(&bus.arbiter, &r, now_us)) {
			/* 58 bits each; it ends 3 before the next one */
			double end_us =
				(ended++ * 58 + 55) * 1e6 / pace->bitrate;

			assert_true(r.end_us >= end_us);
			assert_true(r.end_us < end_us + 1.001);
			arbiter_queue(&bus.arbiter, r.sender, 0, &ONE, now_us);
		}
	}
	assert_in_range(ended, pace->bitrate / 58 * 10,
			(pace->bitrate + 1000) / 58 * 10 + 10);
	arbiter_fini(&bus.arbiter);
}

/* As many as 1000 nodes can have; every one once, the lowest id first. */
static void test_thousands_wait(void **state)
{
	static struct arbiter_sender nodes[1000];
	struct arbiter_cfg cfg = { .bitrate = MBIT };
	struct can_frame f = { .can_dlc = 8 };
	struct arbiter_result r;
	struct arbiter a;
	unsigned int seed = 1, got = 0;
	canid_t last = 0;

	(void)state;
	assert_int_equal(arbiter_init(&a, &cfg, ARRAY_SIZE(nodes)), 0);
	for (size_t i = 0; i < 3 * ARRAY_SIZE(nodes); i++) {
		if (i < ARRAY_SIZE(nodes))
			arbiter_add(&a, &nodes[i]);
		f.can_id = 0x101 + 2 * (rand_r(&seed) & 0xff);
		assert_true(arbiter_queue(&a, &nodes[i % ARRAY_SIZE(nodes)], 0,
					  &f, 0));
	}
	for (; arbiter_next(&a, &r, LATE); got++) {
		assert_true(r.frame.can_id >= last);
		last = r.frame.can_id;
	}
	assert_int_equal(got, 3 * ARRAY_SIZE(nodes));
	arbiter_fini(&a);
}

int main(void)
{
	static struct CMUnitTest tests[64] = {
		cmocka_unit_test(test_two_answers_bit_by_bit),
		cmocka_unit_test(
			test_one_at_another_rate_lets_pass_when_it_is_passive),
		cmocka_unit_test(test_one_at_another_rate_is_not_heard),
		cmocka_unit_test(test_a_heard_frame_gets_through_to_others),
		cmocka_unit_test(test_frames_heard_count_down_receive_errors),
		cmocka_unit_test(
			test_a_frame_queued_between_results_is_another),
		cmocka_unit_test(test_a_flood_of_heard_frames_is_forgotten),
		cmocka_unit_test(test_frames_in_a_row_are_looked_at_together),
		cmocka_unit_test(test_the_slots_are_bounded),
		cmocka_unit_test(test_no_chip_has_more_slots),
		cmocka_unit_test(test_a_bus_needs_a_bit_rate),
		cmocka_unit_test(test_thousands_wait),
	};
	size_t n = 12;

	ROWS(plain, test_plain);
	ROWS(colliding, test_colliding);
	ROWS(queries, test_query);
	ROWS(paces, test_pace);
	return _cmocka_run_group_tests("arbiter", tests, n, NULL, NULL);
}
