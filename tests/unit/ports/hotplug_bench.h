/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CANMCU_HOTPLUG_H
#define UNIT_CANMCU_HOTPLUG_H

/* A world of two MCUs, one on USB, and the process of its device, which a test is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/ports/hotplug.h"
#include "../../support/software.h"
#include "../../support/unit.h"

#define BUS 0
#define TOLD_MAX 64
/* usbip-gsusb-bridge.md, section 3.1: they belong together */
#define SERIAL "3B0028001451303432353938"
#define UUID 0xb0, 0x91, 0xcc, 0xc2, 0x41, 0xc9

struct bench {
	struct world *world;
	struct mcu_cfg cfgs[2];
	const struct mcu *m;
	struct hotplug hotplug;
	struct usb_link_msg told[TOLD_MAX];
	size_t told_len;
	size_t room; /* for messages */
	char events[512];
	uint64_t now_us;
};

static inline bool tell(void *arg, const struct usb_link_msg *msg)
{
	struct bench *b = arg;

	if (!b->room)
		return false;
	assert_in_range(b->told_len, 0, TOLD_MAX - 1);
	b->told[b->told_len++] = *msg;
	b->room--;
	return true;
}

static inline void note(void *arg, const struct event *event)
{
	struct bench *b = arg;
	size_t len = strlen(b->events);

	if (event->type == EVENT_PLUGGED || event->type == EVENT_UNPLUGGED ||
	    event->type == EVENT_HOST)
		snprintf(b->events + len, sizeof(b->events) - len,
			 "%s %s %lld;", event_name(event->type),
			 event->text ? event->text : "",
			 (long long)event->count);
}

static inline size_t write_bytes(void *arg, const struct mcu *m,
				 const uint8_t *data, size_t len,
				 uint64_t now_us)
{
	struct bench *b = arg;

	(void)now_us;
	return m == b->m ? hotplug_write(&b->hotplug, data, len) : len;
}

/* Number 0 is on USB, number 1 a node behind it. */
static inline int prepare(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->now_us = 1000000;
	b->room = SIZE_MAX;
	b->cfgs[0] = (struct mcu_cfg){ .uuid = { { UUID } },
				       .link = MCU_LINK_BRIDGE,
				       .usb.serial = SERIAL,
				       .type = mcu_type_find("stm32f446xx"),
				       .bootloader = BOOTLOADER_KATAPULT,
				       .state = MCU_KLIPPER,
				       .boot_us = 30000,
				       .double_reset = true,
				       .nodeid = -1 };
	b->cfgs[1] = b->cfgs[0];
	b->cfgs[1].uuid = (struct kcan_uuid){ { 0, 0, 0, 0, 0, 1 } };
	b->cfgs[1].link = MCU_LINK_CAN;
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

static inline void kick(struct bench *b)
{
	do
		world_loop_back(b->world, BUS, b->now_us);
	while (hotplug_kick(&b->hotplug, b->now_us));
}

static inline void take(struct bench *b, struct usb_link_msg msg)
{
	hotplug_take(&b->hotplug, &msg, b->now_us);
	kick(b);
}

#define TAKE(b, ...) take(b, (struct usb_link_msg){ __VA_ARGS__ })

static inline void wait_us(struct bench *b, uint64_t us)
{
	b->now_us += us;
	world_step(b->world, b->now_us);
	kick(b);
}

static inline void create(struct bench *b)
{
	struct world_cfg cfg = { .mcus = b->cfgs,
				 .mcus_len = ARRAY_SIZE(b->cfgs),
				 .buses_len = 1,
				 .start_us = b->now_us,
				 .events = { note, b },
				 .serial = { write_bytes, b },
				 .software = real_software() };
	struct hotplug_cfg hotplug = { .events = { note, b },
				       .send = tell,
				       .arg = b };

	assert_int_equal(world_new(&b->world, &cfg), 0);
	hotplug.world = b->world;
	hotplug.mcu = b->m = world_at(b->world, 0);
	hotplug_init(&b->hotplug, &hotplug);
	kick(b);
}

/* The device is there; what is told from now on counts. */
static inline void attach(struct bench *b)
{
	TAKE(b, .kind = USB_LINK_PLUGGED, .number = 2);
	b->told_len = 0;
}

static inline void start(struct bench *b)
{
	create(b);
	attach(b);
}

static inline void from_host(struct bench *b, enum usb_link_kind kind,
			     struct can_frame f)
{
	TAKE(b, .kind = kind, .frame = f);
}

static inline void expect(struct bench *b, size_t at, enum usb_link_kind kind)
{
	assert_in_range(at, 0, b->told_len - 1);
	assert_int_equal(b->told[at].kind, kind);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

#endif
