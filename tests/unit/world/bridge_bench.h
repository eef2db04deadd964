/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_WORLD_BRIDGE_BENCH_H
#define UNIT_WORLD_BRIDGE_BENCH_H

/* A USB-to-CAN bridge in a world, with its host. */
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/world/bridge.h"
#include "../../../sim/canmcu/world/world.h"
#include "../../support/software.h"
#include "../../support/unit.h"

#define BUS 0
#define HEARD_MAX 16

/* Number 0 is a bridge, number 1 a node behind it, with UUIDs 0000000000nn. */
struct bench {
	struct world *world;
	struct mcu_cfg cfgs[3];
	const struct mcu *m;
	struct can_frame heard[HEARD_MAX]; /* by the host */
	size_t heard_len;
	size_t states; /* events of the bus */
	uint64_t now_us;
};

static inline void receive(void *arg, const struct can_frame *f)
{
	struct bench *b = arg;

	assert_in_range(b->heard_len, 0, HEARD_MAX - 1);
	b->heard[b->heard_len++] = *f;
}

static inline void count(void *arg, const struct event *event)
{
	struct bench *b = arg;

	b->states += event->type == EVENT_BUS_STATE;
}

static inline int prepare(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->now_us = 1000000;
	for (size_t i = 0; i < ARRAY_SIZE(b->cfgs); i++)
		b->cfgs[i] = (struct mcu_cfg){
			.uuid = { { 0, 0, 0, 0, 0, (uint8_t)i } },
			.type = mcu_type_find("stm32g0b1xx"),
			.bootloader = BOOTLOADER_ROM,
			.state = MCU_KLIPPER,
			.nodeid = -1,
		};
	b->cfgs[0].link = MCU_LINK_BRIDGE;
	*state = b;
	return 0;
}

static inline int release(void **state)
{
	struct bench *b = *state;

	world_free(b->world);
	free(b);
	return 0;
}

static inline void start_paced(struct bench *b, size_t len,
			       uint32_t bitrate_bps)
{
	struct world_cfg cfg = { .mcus = b->cfgs,
				 .mcus_len = len,
				 .buses_len = 2,
				 .bitrate_bps = bitrate_bps,
				 .collisions = bitrate_bps,
				 .start_us = b->now_us,
				 .events = { count, b },
				 .software = real_software() };

	assert_int_equal(world_new(&b->world, &cfg), 0);
	b->m = world_at(b->world, 0);
	bridge_attach(b->m, receive, b);
}

static inline void start(struct bench *b)
{
	start_paced(b, 2, 0);
}

static inline void from_host(struct bench *b, struct can_frame f)
{
	world_rx(b->world, bridge_inside(b->m), &f, false, b->now_us);
}

static inline bool forward(struct bench *b, struct can_frame f)
{
	return bridge_forward(b->m, &f, b->now_us);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

#endif
