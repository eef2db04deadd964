// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu
/* Many MCUs on one bus: who hears what, and in which order. */
#include "../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/world.h"

#define MAX 1000

/* A world on a wire that this test is. */
struct bench {
	struct world *world;
	struct mcu_cfg cfgs[MAX];
	struct can_frame wire[4 * MAX]; /* what was sent */
	size_t wire_len;
	size_t returned; /* of it, what came back */
	uint64_t now_us;
	size_t events[EVENT_COUNT];
	size_t bus_off; /* of them, those that say so */
};

static void count_event(void *arg, const struct event *event)
{
	struct bench *b = arg;

	b->events[event->type]++;
	if (event->type == EVENT_BUS_STATE && !strcmp(event->text, "bus-off"))
		b->bus_off++;
}

static void start(struct bench *b, size_t len)
{
	struct world_cfg cfg = { .mcus = b->cfgs,
				 .mcus_len = len,
				 .buses_len = 2,
				 .events = { count_event, b } };

	assert_int_equal(world_new(&b->world, &cfg), 0);
}

/* Number n has UUID 0000000000nn, and nothing that is unusual. */
static int prepare(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->now_us = 1000000;
	for (size_t i = 0; i < MAX; i++)
		b->cfgs[i] = (struct mcu_cfg){
			.uuid = { { 0, 0, 0, 0, (uint8_t)(i >> 8),
				    (uint8_t)i } },
			.type = mcu_type_find("stm32g0b1xx"),
			.bootloader = BOOTLOADER_KATAPULT,
			.state = MCU_KLIPPER,
			.boot_us = 30000,
			.nodeid = -1,
			.double_reset = true,
		};
	*state = b;
	return 0;
}

static int release(void **state)
{
	struct bench *b = *state;

	world_free(b->world);
	free(b);
	return 0;
}

/* The kernel takes all that the world wants to send. */
static void take(struct bench *b)
{
	while (world_tx(b->world, 0, &b->wire[b->wire_len], b->now_us)) {
		b->wire_len++;
		world_sent(b->world, 0);
	}
}

static void hear(struct bench *b, struct can_frame frame)
{
	world_rx(b->world, 0, &frame, false, b->now_us);
	take(b);
}

/* All that was sent comes back, and so does what that leads to. */
static void echo(struct bench *b)
{
	while (b->returned < b->wire_len) {
		world_rx(b->world, 0, &b->wire[b->returned++], true, b->now_us);
		take(b);
	}
}

static enum mcu_state state_of(struct bench *b, size_t n)
{
	return world_at(b->world, n)->state;
}

static int nodeid_of(struct bench *b, size_t n)
{
	return mcu_nodeid(world_at(b->world, n));
}

#define UUID_1 0, 0, 0, 0, 0, 1
#define WHO(id) FRAME(id, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03)

static void test_a_query_is_answered_by_all_unassigned_nodes(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].nodeid = 4;
	b->cfgs[2].state = MCU_KATAPULT;
	b->cfgs[3].state = MCU_OFF;
	start(b, 5);
	hear(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 3);
	assert_frame_equal(b->wire[0],
			   FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 0, 0x01));
	assert_frame_equal(b->wire[1],
			   FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 2, 0x11));
	assert_frame_equal(b->wire[2],
			   FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 4, 0x01));
}

static void test_a_request_reaches_one_node_only(void **state)
{
	struct bench *b = *state;

	start(b, 3);
	hear(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(state_of(b, 0), MCU_KLIPPER);
	assert_int_equal(state_of(b, 1), MCU_BOOT);
	assert_int_equal(state_of(b, 2), MCU_KLIPPER);
}

static void test_a_node_never_hears_its_own_frames(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].state = MCU_KATAPULT;
	b->cfgs[1].nodeid = 4;
	start(b, 2);
	hear(b, WHO(0x108));
	echo(b);
	assert_int_equal(b->wire_len, 3);
	assert_int_equal(nodeid_of(b, 1), 4);
	assert_int_equal(b->events[EVENT_CONFLICT], 0);
}

static void test_a_sibling_on_the_same_nodeid_hears_them(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].nodeid = 4;
	b->cfgs[1].state = MCU_KATAPULT;
	b->cfgs[1].nodeid = 4;
	start(b, 2);
	hear(b, WHO(0x108));
	/* both answer: a NAK and a proof; nobody has heard anything yet */
	assert_int_equal(nodeid_of(b, 0), 4);
	assert_int_equal(nodeid_of(b, 1), 4);
	echo(b);
	assert_int_equal(state_of(b, 0), MCU_SHUTDOWN);
	assert_int_equal(nodeid_of(b, 0), -1);
	assert_int_equal(nodeid_of(b, 1), -1);
	assert_int_equal(state_of(b, 1), MCU_KATAPULT);
}

static void test_two_nodes_may_share_a_nodeid_until_one_sends(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].nodeid = 4;
	b->cfgs[1].state = MCU_KATAPULT;
	start(b, 2);
	hear(b, FRAME(0x3f0, 0x11, UUID_1, 4));
	assert_int_equal(nodeid_of(b, 0), 4);
	assert_int_equal(nodeid_of(b, 1), 4);
	assert_int_equal(b->events[EVENT_CONFLICT], 0);
}

static void test_a_set_for_another_uuid_takes_the_nodeid_away(void **state)
{
	struct bench *b = *state;

	b->cfgs[2].state = MCU_KATAPULT;
	b->cfgs[2].nodeid = 0xf0;
	start(b, 3);
	hear(b, FRAME(0x3f0, 0x11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd, 0xf0));
	assert_int_equal(nodeid_of(b, 2), -1);
}

static void test_a_clear_reaches_every_katapult(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 3; i++) {
		b->cfgs[i].state = i ? MCU_KATAPULT : MCU_KLIPPER;
		b->cfgs[i].nodeid = 4 + i;
	}
	start(b, 3);
	hear(b, FRAME(0x3f0, 0x12));
	assert_int_equal(nodeid_of(b, 0), 4);
	assert_int_equal(nodeid_of(b, 1), -1);
	assert_int_equal(nodeid_of(b, 2), -1);
}

static void
test_a_refused_frame_was_heard_by_nobody_and_comes_again(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b, 1);
	world_rx(b->world, 0, &FRAME(0x3f0, 0x00), false, b->now_us);
	assert_true(world_tx(b->world, 0, &f, b->now_us));
	world_refused(b->world, 0, b->now_us);
	assert_false(world_tx(b->world, 0, &f, b->now_us));
	assert_int_equal(world_deadline(b->world), b->now_us + 1000);
	b->now_us += 1000;
	assert_true(world_tx(b->world, 0, &f, b->now_us));
	assert_frame_equal(f, FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 0, 0x01));
}

static void
test_no_more_frames_are_under_way_than_the_hardware_holds(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].state = MCU_KATAPULT;
	b->cfgs[1].nodeid = 4;
	start(b, 2);
	hear(b, WHO(0x108));
	hear(b, WHO(0x108));
	assert_int_equal(b->wire_len, 3);
	world_rx(b->world, 0, &b->wire[b->returned++], true, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 4);
	echo(b);
	assert_int_equal(b->wire_len, 6);
}

static void test_a_blocked_node_loses_the_ninth_admin_frame(void **state)
{
	struct bench *b = *state;

	start(b, 2);
	/* three answers fill the hardware, the fourth stands in the queue */
	for (int i = 0; i < 4; i++)
		hear(b, FRAME(0x3f0, 0x00));
	/* not for this node at all, and yet they take its last seven places */
	for (int i = 0; i < 7; i++)
		hear(b, FRAME(0x3f0, 0x02, 9, 9, 9, 9, 9, 9));
	hear(b, FRAME(0x3f0, 0x02, UUID_1));
	echo(b);
	assert_int_equal(state_of(b, 1), MCU_KLIPPER);
	hear(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(state_of(b, 1), MCU_BOOT);
}

static void test_a_reset_node_sends_nothing_that_is_older(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	start(b, 2);
	world_rx(b->world, 0, &FRAME(0x3f0, 0x00), false, b->now_us);
	world_reset(b->world, world_at(b->world, 0), b->now_us);
	assert_true(world_tx(b->world, 0, &f, b->now_us));
	assert_frame_equal(f, FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 1, 0x01));
	world_sent(b->world, 0);
	assert_false(world_tx(b->world, 0, &f, b->now_us));
}

static void test_an_echo_from_before_a_reset_changes_nothing(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 4;
	b->cfgs[0].double_reset = false;
	start(b, 1);
	hear(b, WHO(0x108));
	world_reset(b->world, world_at(b->world, 0), b->now_us);
	hear(b, FRAME(0x3f0, 0x01, 0, 0, 0, 0, 0, 0, 4));
	b->now_us += 1000;
	echo(b);
	assert_int_equal(nodeid_of(b, 0), 4);
	assert_int_equal(b->events[EVENT_CONFLICT], 0);
}

static void test_a_cut_bus_sends_again_what_did_not_come_back(void **state)
{
	struct bench *b = *state;

	start(b, 1);
	hear(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 1);
	world_link(b->world, 0, false);
	take(b);
	assert_int_equal(b->wire_len, 1);
	world_link(b->world, 0, true);
	take(b);
	assert_int_equal(b->wire_len, 2);
}

static void test_lost_echoes_do_not_stop_a_node_for_ever(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 4;
	start(b, 1);
	hear(b, WHO(0x108));
	hear(b, WHO(0x108));
	assert_int_equal(b->wire_len, 3);
	world_lost(b->world, 0, b->now_us);
	assert_int_equal(world_deadline(b->world), b->now_us + 100000);
	b->now_us += 100000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 6);
}

static void test_frames_that_are_not_ours_do_not_confirm_anything(void **state)
{
	struct bench *b = *state;

	start(b, 1);
	world_rx(b->world, 0, &FRAME(0x3f1, 0x20, 0, 0, 0, 0, 0, 0, 0x01), true,
		 b->now_us);
	hear(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 1);
}

static void test_deadlines_come_in_order_of_time(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].boot_us = 50000;
	b->cfgs[1].boot_us = 20000;
	start(b, 2);
	assert_true(world_deadline(b->world) == UINT64_MAX);
	hear(b, FRAME(0x3f0, 0x02, 0, 0, 0, 0, 0, 0));
	hear(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(world_deadline(b->world), 1020000);
	world_step(b->world, 1020000);
	assert_int_equal(state_of(b, 1), MCU_KATAPULT);
	assert_int_equal(world_deadline(b->world), 1050000);
	world_step(b->world, 1050000);
	assert_int_equal(state_of(b, 0), MCU_KATAPULT);
	assert_true(world_deadline(b->world) == UINT64_MAX);
}

static void test_a_deadline_comes_before_a_frame_of_the_same_time(void **state)
{
	struct bench *b = *state;

	start(b, 2);
	hear(b, FRAME(0x3f0, 0x02, UUID_1));
	b->now_us += 30000;
	hear(b, FRAME(0x3f0, 0x11, UUID_1, 4));
	assert_int_equal(nodeid_of(b, 1), 4);
}

static void test_a_uuid_twice_is_refused(void **state)
{
	struct bench *b = *state;
	struct world *w = NULL;

	b->cfgs[1].uuid = b->cfgs[0].uuid;
	assert_int_equal(
		world_new(&w,
			  &(struct world_cfg){ .mcus = b->cfgs,
					       .mcus_len = 2,
					       .buses_len = 1,
					       .events = { count_event, b } }),
		-EEXIST);
	assert_null(w);
}

static void test_each_of_a_thousand_is_found_and_answers(void **state)
{
	struct bench *b = *state;
	struct kcan_uuid absent = { { 1, 2, 3, 4, 5, 6 } };

	start(b, MAX);
	for (size_t i = 0; i < MAX; i++)
		assert_ptr_equal(world_find(b->world, &b->cfgs[i].uuid),
				 world_at(b->world, i));
	assert_null(world_find(b->world, &absent));
	hear(b, FRAME(0x3f0, 0x00));
	echo(b);
	assert_int_equal(b->wire_len, MAX);
}

static void test_a_thousand_boot_at_a_time_each_of_its_own(void **state)
{
	struct bench *b = *state;
	size_t booted = 0;

	for (size_t i = 0; i < MAX; i++)
		b->cfgs[i].boot_us = 1 + i * 7919 % MAX;
	start(b, MAX);
	for (size_t i = 0; i < MAX; i++)
		hear(b, FRAME(0x3f0, 0x02, 0, 0, 0, 0, (uint8_t)(i >> 8),
			      (uint8_t)i));
	while (world_deadline(b->world) != UINT64_MAX) {
		b->now_us = world_deadline(b->world);
		world_step(b->world, b->now_us);
		booted++;
		assert_int_equal(b->now_us, 1000000 + booted);
	}
	assert_int_equal(booted, MAX);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

/* The world has two buses; all other tests are on the first one. */
static void test_a_bus_is_not_heard_on_another_one(void **state)
{
	struct bench *b = *state;
	struct can_frame f;

	b->cfgs[1].bus = 1;
	b->cfgs[1].nodeid = 4;
	b->cfgs[2].nodeid = 4;
	start(b, 3);
	/* on the transmit id of both nodes with nodeid 4 */
	world_rx(b->world, 1, &FRAME(0x109, 0x05), false, b->now_us);
	assert_int_equal(state_of(b, 1), MCU_SHUTDOWN);
	assert_int_equal(state_of(b, 2), MCU_KLIPPER);
	/* asked on one bus, answered there */
	hear(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 1);
	assert_false(world_tx(b->world, 1, &f, b->now_us));
	/* its UUID, but on the other bus */
	hear(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(state_of(b, 1), MCU_SHUTDOWN);
}

static void test_a_bus_that_is_not_there_is_refused(void **state)
{
	struct bench *b = *state;
	struct world *w = NULL;
	struct world_cfg cfg = { .mcus = b->cfgs,
				 .mcus_len = 1,
				 .buses_len = 1 };

	b->cfgs[0].bus = 1;
	assert_int_equal(world_new(&w, &cfg), -EINVAL);
	assert_null(w);
}

static void give(struct bench *b, size_t n, struct fault *fault,
		 const char *text)
{
	char error[FAULT_ERROR_MAX];

	assert_int_equal(fault_parse(fault, text, error), 0);
	b->cfgs[n].faults = fault;
	b->cfgs[n].faults_len = 1;
}

static void test_a_frame_twice_is_not_heard_by_its_sender(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 200;
	give(b, 0, &fault, "duplicate tx");
	start(b, 1);
	for (int i = 0; i < 3; i++) {
		b->wire_len = b->returned = 0;
		hear(b, WHO(0x290));
		echo(b);
		/* three frames are an answer; all hardware slots are free again */
		assert_int_equal(b->wire_len, 6);
		assert_frame_equal(b->wire[0], b->wire[1]);
		assert_int_equal(nodeid_of(b, 0), 200);
	}
	assert_int_equal(b->events[EVENT_FAULT], 9);
}

static void test_a_late_frame_comes_at_its_time(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 200;
	give(b, 0, &fault, "delay tx ms=50");
	start(b, 1);
	hear(b, WHO(0x290));
	assert_int_equal(b->wire_len, 0);
	assert_int_equal(world_deadline(b->world), b->now_us + 50000);
	b->now_us += 50000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 3);
	echo(b);
	/* the same on the way in */
	b->wire_len = b->returned = 0;
	hear(b, WHO(0x290));
	b->now_us += 50000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 3);
}

/* REQUEST_BLOCK's answer has 10 frames, of which the hardware holds 3. */
static void test_of_a_long_answer_that_is_late_nothing_is_lost(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	b->cfgs[0].state = MCU_KATAPULT;
	b->cfgs[0].nodeid = 200;
	give(b, 0, &fault, "delay tx ms=50");
	start(b, 1);
	/* katapult-protocol.md, section 12 */
	hear(b, FRAME(0x290, 0x01, 0x88, 0x14, 0x01, 0x00, 0x20, 0x00, 0x08));
	hear(b, FRAME(0x290, 0x5b, 0xde, 0x99, 0x03));
	b->now_us += 50000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 10);
}

static void test_a_late_request_is_obeyed_late(void **state)
{
	struct bench *b = *state;
	struct fault fault;

	give(b, 1, &fault, "delay rx ms=50");
	start(b, 2);
	hear(b, FRAME(0x3f0, 0x02, UUID_1));
	assert_int_equal(state_of(b, 1), MCU_KLIPPER);
	world_step(b->world, b->now_us + 50000);
	assert_int_equal(state_of(b, 1), MCU_BOOT);
}

static void start_paced(struct bench *b, size_t len, bool collisions)
{
	struct world_cfg cfg = { .mcus = b->cfgs,
				 .mcus_len = len,
				 .buses_len = 1,
				 .bitrate_bps = 1000000,
				 .collisions = collisions,
				 .events = { count_event, b } };

	assert_int_equal(world_new(&b->world, &cfg), 0);
}

/* Let @us pass; what is sent comes back at once. */
static void pass(struct bench *b, uint64_t us)
{
	uint64_t end_us = b->now_us + us;
	uint64_t next_us;

	while ((next_us = world_deadline(b->world)) <= end_us) {
		if (next_us > b->now_us)
			b->now_us = next_us;
		world_step(b->world, b->now_us);
		take(b);
		echo(b);
	}
	b->now_us = end_us;
}

/*
 * 3F1 [8] 20 00 00 00 00 00 0n 01: 111 bits and the stuff bits of the zeros.
 * The arbiter's own tests count them; here two frames must not overlap.
 */
static void test_frames_take_their_time_at_a_bit_rate(void **state)
{
	struct bench *b = *state;
	uint64_t first_us, start_us = b->now_us;

	start_paced(b, 2, false);
	hear(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->wire_len, 0);
	first_us = world_deadline(b->world) - start_us;
	assert_in_range(first_us, 108, 135);
	pass(b, first_us);
	assert_int_equal(b->wire_len, 1);
	pass(b, first_us - 3);
	assert_int_equal(b->wire_len, 1);
	pass(b, 10);
	assert_int_equal(b->wire_len, 2);
}

static void test_answers_that_collide_cost_error_counts(void **state)
{
	struct bench *b = *state;

	start_paced(b, 2, true);
	hear(b, FRAME(0x3f0, 0x00));
	pass(b, 100000);
	/* both came through in the end, and were error-passive on the way */
	assert_int_equal(b->wire_len, 2);
	assert_true(b->events[EVENT_BUS_STATE] >= 4);
}

static void test_many_answers_throw_nodes_off_the_bus(void **state)
{
	struct bench *b = *state;

	start_paced(b, 32, true);
	hear(b, FRAME(0x3f0, 0x00));
	pass(b, 1000000);
	/* half of them (test_arbiter.c); what they had is sent afterwards */
	assert_int_equal(b->bus_off, 16);
	assert_int_equal(b->wire_len, 32);
}

static void test_a_reset_takes_frames_off_the_wire(void **state)
{
	struct bench *b = *state;

	start_paced(b, 1, false);
	hear(b, FRAME(0x3f0, 0x00));
	world_reset(b->world, world_at(b->world, 0), b->now_us);
	pass(b, 400000);
	assert_int_equal(b->wire_len, 0);
}

/* klipper-mcu-protocol.md, section 12, in the form of V54: an idle MCU */
static void test_nodes_with_a_nodeid_send_stats(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].nodeid = 4;
	start(b, 3);
	assert_int_equal(world_deadline(b->world), 5000000);
	world_step(b->world, 4999999);
	assert_false(world_tx(b->world, 0, &b->wire[0], 4999999));
	b->now_us = 5000000;
	world_step(b->world, b->now_us);
	take(b);
	assert_int_equal(b->wire_len, 2);
	assert_int_equal(b->wire[0].can_id, 0x109);
	/* length, sequence 0, stats, 100 rounds */
	assert_memory_equal(b->wire[0].data, "\x0e\x10\x11\x80\x64", 5);
	assert_int_equal(world_deadline(b->world), 10000000);
}

/* klipper-mcu-protocol.md, section 13.1: at once, not with the next frame */
static void test_a_shutdown_by_hand_is_told(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].nodeid = 4;
	start(b, 3);
	assert_int_equal(world_shutdown(b->world, world_at(b->world, 1),
					"Timer too close", b->now_us),
			 0);
	take(b);
	assert_int_equal(b->wire_len, 2);
	/* shutdown, clock 64000000, static_string_id 17 */
	assert_frame_equal(b->wire[0], FRAME(0x109, 0x0b, 0x10, 0x12, 0x9e,
					     0xc2, 0xa0, 0x00, 0x11));
}

/* get_canbus_status, id 11, after two answers have collided */
static void test_klipper_tells_the_errors_of_its_bus(void **state)
{
	struct bench *b = *state;
	const struct can_frame *last;

	start_paced(b, 2, true);
	hear(b, FRAME(0x3f0, 0x00));
	pass(b, 100000);
	hear(b, FRAME(0x3f0, 0x01, UUID_1, 4));
	pass(b, 1000);
	b->wire_len = b->returned = 0;
	/* V20, with the sequence 0 */
	hear(b, FRAME(0x108, 0x06, 0x10, 0x0b, 0xc4, 0xa8, 0x7e));
	pass(b, 10000);
	assert_true(b->wire_len >= 2);
	last = &b->wire[0];
	assert_int_equal(last->can_id, 0x109);
	assert_int_equal(last->data[2], 22);
	/* it had to send its answer more than once */
	assert_int_not_equal(last->data[4], 0);
	assert_int_equal(last->data[4], last->data[5]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_a_query_is_answered_by_all_unassigned_nodes),
		CASE(test_a_request_reaches_one_node_only),
		CASE(test_a_node_never_hears_its_own_frames),
		CASE(test_a_sibling_on_the_same_nodeid_hears_them),
		CASE(test_two_nodes_may_share_a_nodeid_until_one_sends),
		CASE(test_a_set_for_another_uuid_takes_the_nodeid_away),
		CASE(test_a_clear_reaches_every_katapult),
		CASE(test_a_refused_frame_was_heard_by_nobody_and_comes_again),
		CASE(test_no_more_frames_are_under_way_than_the_hardware_holds),
		CASE(test_a_blocked_node_loses_the_ninth_admin_frame),
		CASE(test_a_reset_node_sends_nothing_that_is_older),
		CASE(test_an_echo_from_before_a_reset_changes_nothing),
		CASE(test_a_cut_bus_sends_again_what_did_not_come_back),
		CASE(test_lost_echoes_do_not_stop_a_node_for_ever),
		CASE(test_frames_that_are_not_ours_do_not_confirm_anything),
		CASE(test_deadlines_come_in_order_of_time),
		CASE(test_a_deadline_comes_before_a_frame_of_the_same_time),
		CASE(test_a_uuid_twice_is_refused),
		CASE(test_nodes_with_a_nodeid_send_stats),
		CASE(test_a_shutdown_by_hand_is_told),
		CASE(test_klipper_tells_the_errors_of_its_bus),
		CASE(test_a_bus_is_not_heard_on_another_one),
		CASE(test_a_bus_that_is_not_there_is_refused),
		CASE(test_a_frame_twice_is_not_heard_by_its_sender),
		CASE(test_a_late_frame_comes_at_its_time),
		CASE(test_of_a_long_answer_that_is_late_nothing_is_lost),
		CASE(test_a_late_request_is_obeyed_late),
		CASE(test_frames_take_their_time_at_a_bit_rate),
		CASE(test_answers_that_collide_cost_error_counts),
		CASE(test_many_answers_throw_nodes_off_the_bus),
		CASE(test_a_reset_takes_frames_off_the_wire),
		CASE(test_each_of_a_thousand_is_found_and_answers),
		CASE(test_a_thousand_boot_at_a_time_each_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
