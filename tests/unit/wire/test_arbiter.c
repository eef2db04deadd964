// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/wire/arbiter.c sim/canmcu/wire/arbiter_errors.c
// needs: sim/canmcu/wire/timer_heap.c
// needs: sim/canmcu/wire/wire.c sim/canmcu/wire/confinement.c
// needs: sim/canmcu/board/family.c sim/canmcu/board/pins.c
/* In which order frames go, and when each one ends. */
#include "bus.h"

#include <errno.h>
#include <stdlib.h>

#include "../../../sim/canmcu/board/family.h"

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

static void test_plain(void **state)
{
	replay(*state, false, false);
	replay(*state, false, true);
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
	struct CMUnitTest tests[ARRAY_SIZE(plain) + ARRAY_SIZE(paces) + 6] = {
		cmocka_unit_test(test_a_flood_of_heard_frames_is_forgotten),
		cmocka_unit_test(test_frames_in_a_row_are_looked_at_together),
		cmocka_unit_test(test_the_slots_are_bounded),
		cmocka_unit_test(test_no_chip_has_more_slots),
		cmocka_unit_test(test_a_bus_needs_a_bit_rate),
		cmocka_unit_test(test_thousands_wait),
	};
	size_t n = 6;

	ROWS(plain, test_plain);
	ROWS(paces, test_pace);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
