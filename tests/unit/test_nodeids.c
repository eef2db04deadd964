// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbus/nodeids.c
#include "../support/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "../../tools/canbus/nodeids.h"
#include "../../tools/canbus/reserve.h"

/* What other processes hold, and what was reserved here. */
static struct fake {
	bool taken[256];
	int error;
} fake;

int reserve_nodeid(unsigned int ifindex, uint8_t nodeid)
{
	assert_int_equal(ifindex, 7);
	if (fake.error)
		return fake.error;
	if (fake.taken[nodeid])
		return -EADDRINUSE;
	fake.taken[nodeid] = true;
	return 100;
}

static struct nodeids pool;

static int set_up(void **state)
{
	(void)state;
	fake = (struct fake){ 0 };
	pool = (struct nodeids){ .ifindex = 7 };
	return 0;
}

static uint8_t draw(uint8_t pinned)
{
	return nodeids_draw(&(struct nodeids_draw){ &pool, pinned });
}

static void hear(canid_t id)
{
	nodeids_note(&pool, &(struct can_frame){ .can_id = id });
}

static void test_each_of_the_pool_is_drawn_once(void **state)
{
	bool drawn[256] = { false };

	(void)state;
	for (int i = 0; i < 63; i++) {
		uint8_t nodeid = draw(0);

		assert_in_range(nodeid, 0xc0, 0xfe);
		assert_false(drawn[nodeid]);
		drawn[nodeid] = true;
	}
	assert_int_equal(draw(0), 0);
	assert_int_equal(pool.error, 0);
}

/* 63 to the power of 63 to one against it. */
static void test_the_order_is_not_always_the_same(void **state)
{
	bool all_alike = true;
	uint8_t first = draw(0);

	for (int i = 0; i < 64; i++) {
		set_up(state);
		all_alike &= draw(0) == first;
	}
	assert_false(all_alike);
}

static void test_what_was_heard_on_is_not_drawn(void **state)
{
	(void)state;
	/* nodeids C0 to FC from the node or to it: ids 281, 282, 285 ... */
	for (canid_t n = 0xc0; n <= 0xfc; n++)
		hear(0x100 + 2 * n + (n & 1 ? 0 : 1));
	/* these are no node's */
	hear(0x2fb | CAN_EFF_FLAG);
	hear(0x3f0);
	assert_int_equal(draw(0) + draw(0), 0xfd + 0xfe);
	assert_int_equal(draw(0), 0);
}

static void test_the_pinned_one_is_drawn_first_and_once(void **state)
{
	struct nodeids_draw mine = { &pool, 0x82 };

	(void)state;
	assert_int_equal(nodeids_draw(&mine), 0x82);
	assert_in_range(nodeids_draw(&mine), 0xc0, 0xfe);
}

static void test_a_pinned_one_in_use_gives_way_to_the_pool(void **state)
{
	(void)state;
	fake.taken[0x82] = true;
	assert_in_range(draw(0x82), 0xc0, 0xfe);
	hear(0x100 + 2 * 0x83 + 1);
	assert_in_range(draw(0x83), 0xc0, 0xfe);
}

/* Whoever reserves all of them keeps nobody away who does not want that. */
static void test_with_force_reservations_are_shared(void **state)
{
	bool drawn[256] = { false };

	(void)state;
	pool.force = true;
	memset(fake.taken, true, sizeof(fake.taken));
	fake.taken[0xd0] = false;
	hear(0x100 + 2 * 0xe0 + 1);
	/* what is free comes first */
	assert_int_equal(draw(0), 0xd0);
	for (int i = 0; i < 61; i++) {
		uint8_t nodeid = draw(0);

		assert_in_range(nodeid, 0xc0, 0xfe);
		assert_int_not_equal(nodeid, 0xe0);
		assert_false(drawn[nodeid]);
		drawn[nodeid] = true;
	}
	assert_false(drawn[0xd0]);
	assert_int_equal(draw(0), 0);
	assert_int_equal(draw(0x82), 0x82);
}

static void test_without_force_they_are_not(void **state)
{
	(void)state;
	memset(fake.taken, true, sizeof(fake.taken));
	assert_int_equal(draw(0x82), 0);
	assert_int_equal(pool.error, 0);
}

static void test_an_error_is_no_empty_pool(void **state)
{
	(void)state;
	fake.error = -EMFILE;
	assert_int_equal(draw(0), 0);
	assert_int_equal(pool.error, -EMFILE);
}

static void draw_all(void)
{
	while (draw(0))
		;
	assert_int_equal(pool.error, 0);
}

static void test_what_is_given_back_is_drawn_when_nothing_else_is(void **state)
{
	uint8_t first = draw(0);

	(void)state;
	nodeids_give_back(&pool, first);
	for (int i = 1; i < 63; i++)
		assert_int_not_equal(draw(0), first);
	assert_int_equal(draw(0), first);
	assert_int_equal(draw(0), 0);
}

static void test_it_is_drawn_before_one_that_others_have_reserved(void **state)
{
	(void)state;
	pool.force = true;
	memset(fake.taken, true, sizeof(fake.taken));
	fake.taken[0xd0] = false;
	assert_int_equal(draw(0), 0xd0);
	nodeids_give_back(&pool, 0xd0);
	assert_int_equal(draw(0), 0xd0);
	assert_int_not_equal(draw(0), 0xd0);
}

static void test_who_is_heard_on_it_keeps_it(void **state)
{
	(void)state;
	draw_all();
	nodeids_give_back(&pool, 0xd0);
	nodeids_give_back(&pool, 0xd1);
	hear(0x100 + 2 * 0xd0 + 1);
	assert_int_equal(draw(0), 0xd1);
	assert_int_equal(draw(0), 0);
}

/* What is said to a node is said by whoever thinks that it is theirs. */
static void test_who_was_heard_on_it_before_keeps_it(void **state)
{
	(void)state;
	draw_all();
	hear(0x100 + 2 * 0xd0);
	hear(0x100 + 2 * 0xd1 + 1); /* the node itself */
	nodeids_give_back(&pool, 0xd0);
	nodeids_give_back(&pool, 0xd1);
	assert_int_equal(draw(0), 0xd1);
	assert_int_equal(draw(0), 0);
}

static void test_nothing_was_drawn_so_nothing_is_given_back(void **state)
{
	(void)state;
	draw_all();
	nodeids_give_back(&pool, 0);
	assert_int_equal(draw(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_each_of_the_pool_is_drawn_once,
				       set_up),
		cmocka_unit_test_setup(test_the_order_is_not_always_the_same,
				       set_up),
		cmocka_unit_test_setup(test_what_was_heard_on_is_not_drawn,
				       set_up),
		cmocka_unit_test_setup(
			test_the_pinned_one_is_drawn_first_and_once, set_up),
		cmocka_unit_test_setup(
			test_a_pinned_one_in_use_gives_way_to_the_pool, set_up),
		cmocka_unit_test_setup(test_with_force_reservations_are_shared,
				       set_up),
		cmocka_unit_test_setup(test_without_force_they_are_not, set_up),
		cmocka_unit_test_setup(test_an_error_is_no_empty_pool, set_up),
		cmocka_unit_test_setup(
			test_what_is_given_back_is_drawn_when_nothing_else_is,
			set_up),
		cmocka_unit_test_setup(
			test_it_is_drawn_before_one_that_others_have_reserved,
			set_up),
		cmocka_unit_test_setup(test_who_is_heard_on_it_keeps_it,
				       set_up),
		cmocka_unit_test_setup(test_who_was_heard_on_it_before_keeps_it,
				       set_up),
		cmocka_unit_test_setup(
			test_nothing_was_drawn_so_nothing_is_given_back,
			set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
