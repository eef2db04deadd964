// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/* Boards that become other ones: everybody is found, and heard, all the same. */
#include "../../support/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "../../../sim/canmcu/world/world.h"
#include "../../support/software.h"

#define MAX 300

struct bench {
	struct world *world;
	struct mcu_cfg cfgs[MAX];
	uint64_t now_us;
};

static void ignore_event(void *arg, const struct event *event)
{
	(void)arg;
	(void)event;
}

/* All on bus 0; number n has UUID 00000000nnnn. */
static int start(void **state, uint32_t bitrate_bps)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->now_us = 1000000;
	for (size_t i = 0; i < MAX; i++)
		b->cfgs[i] = (struct mcu_cfg){
			.uuid = { { 0, 0, 0, 0, (uint8_t)(i >> 8),
				    (uint8_t)i } },
			.type = mcu_type_find("stm32f103xe"),
			.bootloader = BOOTLOADER_KATAPULT,
			.state = MCU_OFF,
			.nodeid = -1,
		};
	assert_int_equal(
		world_new(&b->world,
			  &(struct world_cfg){ .mcus = b->cfgs,
					       .mcus_len = MAX,
					       .bitrate_bps = bitrate_bps,
					       .buses_len = 2,
					       .events = { ignore_event, b },
					       .software = real_software() }),
		0);
	*state = b;
	return 0;
}

static int prepare(void **state)
{
	return start(state, 0);
}

static int prepare_paced(void **state)
{
	return start(state, 1000000);
}

static int release(void **state)
{
	struct bench *b = *state;

	world_free(b->world);
	free(b);
	return 0;
}

/* How many answer a QUERY_UNASSIGNED on @bus. */
static size_t query(struct bench *b, unsigned int bus)
{
	struct can_frame f = FRAME(0x3f0, 0x00);
	size_t n = 0;

	world_rx(b->world, bus, &f, false, b->now_us);
	while (world_deadline(b->world) != UINT64_MAX ||
	       world_tx(b->world, bus, &f, b->now_us)) {
		for (; world_tx(b->world, bus, &f, b->now_us); n++) {
			world_sent(b->world, bus);
			world_rx(b->world, bus, &f, true, b->now_us);
		}
		if (world_deadline(b->world) == UINT64_MAX)
			break;
		b->now_us = world_deadline(b->world);
		world_step(b->world, b->now_us);
	}
	return n;
}

static void put(struct bench *b, size_t i, enum mcu_state state)
{
	world_put(b->world, world_at(b->world, i), state, b->now_us);
}

static int configure(struct bench *b, size_t i)
{
	return world_configure(b->world, world_at(b->world, i), &b->cfgs[i],
			       b->now_us);
}

static void test_all_move_to_a_bus_that_had_nobody(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < MAX; i++) {
		b->cfgs[i].bus = 1;
		/* one that holds more frames than what was there */
		b->cfgs[i].type = mcu_type_find("rp2040");
		assert_int_equal(configure(b, i), 0);
		put(b, i, MCU_KLIPPER);
	}
	assert_int_equal(query(b, 0), 0);
	assert_int_equal(query(b, 1), MAX);
}

/* Every second one, so that it leaves gaps. */
static void test_the_others_stay_where_they_are(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < MAX; i += 2) {
		b->cfgs[i].bus = 1;
		assert_int_equal(configure(b, i), 0);
	}
	for (size_t i = 0; i < MAX; i++) {
		assert_ptr_equal(world_find(b->world, &b->cfgs[i].uuid),
				 world_at(b->world, i));
		put(b, i, MCU_KLIPPER);
	}
	assert_int_equal(query(b, 0), MAX / 2);
	assert_int_equal(query(b, 1), MAX / 2);
}

static void test_all_get_another_uuid(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < MAX; i++) {
		struct kcan_uuid old = b->cfgs[i].uuid;

		b->cfgs[i].uuid.b[0] = 1;
		assert_int_equal(configure(b, i), 0);
		assert_null(world_find(b->world, &old));
	}
	for (size_t i = 0; i < MAX; i++)
		assert_ptr_equal(world_find(b->world, &b->cfgs[i].uuid),
				 world_at(b->world, i));
}

static void test_a_uuid_of_another_one_is_refused(void **state)
{
	struct bench *b = *state;

	b->cfgs[1].uuid = b->cfgs[0].uuid;
	assert_int_equal(configure(b, 1), -EEXIST);
	assert_int_equal(world_at(b->world, 1)->cfg.uuid.b[5], 1);
	b->cfgs[1].same_uuid = true;
	assert_int_equal(configure(b, 1), 0);
	/* and the first one may go */
	b->cfgs[0].uuid.b[0] = 1;
	assert_int_equal(configure(b, 0), 0);
	assert_ptr_equal(world_find(b->world, &b->cfgs[1].uuid),
			 world_at(b->world, 1));
}

static void test_a_bus_that_is_not_there_is_refused(void **state)
{
	struct bench *b = *state;

	b->cfgs[0].bus = 2;
	assert_int_equal(configure(b, 0), -EINVAL);
}

static void test_a_board_that_runs_stays_what_it_is(void **state)
{
	struct bench *b = *state;

	put(b, 0, MCU_KLIPPER);
	b->cfgs[0].bus = 1;
	assert_int_equal(configure(b, 0), -EBUSY);
	b->cfgs[0].bus = 0;
	b->cfgs[0].boot_us = 7;
	assert_int_equal(configure(b, 0), 0);
	assert_int_equal(world_at(b->world, 0)->cfg.boot_us, 7);
}

/* Off in the midst of a frame: that is nobody's then, on either bus. */
static void test_a_frame_on_the_wire_does_not_move(void **state)
{
	struct bench *b = *state;

	put(b, 0, MCU_KLIPPER);
	world_rx(b->world, 0, &FRAME(0x3f0, 0x00), false, b->now_us);
	world_step(b->world, b->now_us + 10);
	put(b, 0, MCU_OFF);
	b->cfgs[0].bus = 1;
	assert_int_equal(configure(b, 0), 0);
	put(b, 0, MCU_KLIPPER);
	assert_int_equal(query(b, 0), 0);
	assert_int_equal(query(b, 1), 1);
}

/* Which one it is does not matter to a flash in memory, but its layout does. */
static void test_a_flash_of_the_same_layout_is_kept(void **state)
{
	struct bench *b = *state;
	const struct mcu *m = world_at(b->world, 0);

	((struct mcu *)m)->flash.pages = 7;
	b->cfgs[0].bus = 1;
	assert_int_equal(configure(b, 0), 0);
	assert_int_equal(m->flash.pages, 7);
	b->cfgs[0].type = mcu_type_find("stm32g0b1xx");
	assert_int_equal(configure(b, 0), 0);
	assert_int_equal(m->flash.pages, 0);
	assert_int_equal(m->flash.size, 512 * 1024);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)
#define PACED(f)                                                        \
	{                                                               \
#f ", with a bit rate", f, prepare_paced, release, NULL \
	}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_all_move_to_a_bus_that_had_nobody),
		PACED(test_all_move_to_a_bus_that_had_nobody),
		CASE(test_the_others_stay_where_they_are),
		PACED(test_the_others_stay_where_they_are),
		CASE(test_all_get_another_uuid),
		CASE(test_a_uuid_of_another_one_is_refused),
		CASE(test_a_bus_that_is_not_there_is_refused),
		CASE(test_a_board_that_runs_stays_what_it_is),
		PACED(test_a_frame_on_the_wire_does_not_move),
		CASE(test_a_flash_of_the_same_layout_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
