/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CANMCU_WORLD_H
#define UNIT_CANMCU_WORLD_H

/* A world of up to a thousand MCUs on a wire that the test is. */
#include "../../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/world/world.h"
#include "../../support/software.h"

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
	size_t bus_off;	 /* of them, those that say so */
	char struck[32]; /* the frame that a fault struck last */
	size_t written;	 /* bytes on serial lines */
	size_t room;	 /* for more of them; 0: any */
};

static inline void count_event(void *arg, const struct event *event)
{
	struct bench *b = arg;

	b->events[event->type]++;
	if (event->type == EVENT_BUS_STATE && !strcmp(event->text, "bus-off"))
		b->bus_off++;
	if (event->type == EVENT_FAULT)
		snprintf(b->struck, sizeof(b->struck), "%s", event->detail);
}

static inline size_t count_bytes(void *arg, const struct mcu *m,
				 const uint8_t *bytes, size_t len,
				 uint64_t now_us)
{
	struct bench *b = arg;

	(void)m;
	(void)bytes;
	(void)now_us;
	if (b->room && len > b->room - b->written)
		len = b->room - b->written;
	b->written += len;
	return len;
}

static inline void start(struct bench *b, size_t len)
{
	struct world_cfg cfg = { .mcus = b->cfgs,
				 .mcus_len = len,
				 .buses_len = 2,
				 .events = { count_event, b },
				 .serial = { count_bytes, b },
				 .software = real_software() };

	assert_int_equal(world_new(&b->world, &cfg), 0);
}

/* Number n has UUID 0000000000nn, and nothing that is unusual. */
static inline int prepare(void **state)
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

static inline int release(void **state)
{
	struct bench *b = *state;

	world_free(b->world);
	free(b);
	return 0;
}

/* The kernel takes all that the world wants to send. */
static inline void take(struct bench *b)
{
	while (world_tx(b->world, 0, &b->wire[b->wire_len], b->now_us)) {
		b->wire_len++;
		world_sent(b->world, 0);
	}
}

static inline void receive(struct bench *b, struct can_frame frame)
{
	world_rx(b->world, 0, &frame, false, b->now_us);
	take(b);
}

/* All that was sent comes back, and so does what that leads to. */
static inline void echo(struct bench *b)
{
	while (b->returned < b->wire_len) {
		world_rx(b->world, 0, &b->wire[b->returned++], true, b->now_us);
		take(b);
	}
}

static inline enum mcu_state state_of(struct bench *b, size_t n)
{
	return world_at(b->world, n)->state;
}

static inline int nodeid_of(struct bench *b, size_t n)
{
	return mcu_nodeid(world_at(b->world, n));
}

#define UUID_1 0, 0, 0, 0, 0, 1
#define WHO(id) FRAME(id, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03)

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

#endif
