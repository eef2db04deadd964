// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/wire/arbiter.c sim/canmcu/wire/arbiter_errors.c
// needs: sim/canmcu/wire/timer_heap.c
// needs: sim/canmcu/wire/wire.c sim/canmcu/wire/confinement.c
/* What collides, what that costs, and who gets through. */
#include "bus.h"

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

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(colliding) + ARRAY_SIZE(queries) +
				6] = {
		cmocka_unit_test(test_two_answers_bit_by_bit),
		cmocka_unit_test(
			test_one_at_another_rate_lets_pass_when_it_is_passive),
		cmocka_unit_test(test_one_at_another_rate_is_not_heard),
		cmocka_unit_test(test_a_heard_frame_gets_through_to_others),
		cmocka_unit_test(test_frames_heard_count_down_receive_errors),
		cmocka_unit_test(
			test_a_frame_queued_between_results_is_another),
	};
	size_t n = 6;

	ROWS(colliding, test_colliding);
	ROWS(queries, test_query);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
