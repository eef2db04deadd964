/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_WORLD_BUSES_H
#define FUZZ_WORLD_BUSES_H

/*
 * A world with two buses, and what is checked of it at any time: the order of what it
 * tells, and who is bus-off.
 */
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/world/bridge.h"
#include "fuzz_usb_host.h"
#include "fuzz_world.h"
#include "fuzz_world_check.h"
#include "util/array.h"

#define MCUS 8
#define BUSES 2
#define WIRE_MAX 128 /* frames that the kernel holds of one bus */
#define DEVICES ARRAY_SIZE(on_usb)

/* Which of them are on USB. */
static const uint8_t on_usb[] = { 0, 5, 6 };

struct wire {
	struct can_frame frames[WIRE_MAX];
	size_t len;
	uint64_t sent;
};

struct run {
	struct fuzz_input in;
	struct world *world;
	struct world_cfg cfg;
	struct mcu_cfg mcus[MCUS];
	struct fault faults[FAULT_COUNT];
	uint64_t now_us;
	uint64_t told_us[MCUS]; /* of the last event of each one's bus */
	struct wire wires[BUSES];
	struct fuzz_host hosts[DEVICES];
	size_t room; /* for messages to devices */
	bool exact;  /* all that is sent was on the wire once */
	bool json;
};

/* What the world tells. */

static inline void check_order(struct run *r, const struct event *event)
{
	for (size_t i = 0; r->world && i < MCUS; i++) {
		const struct mcu *m = world_at(r->world, i);

		if (event->uuid != &m->cfg.uuid)
			continue;
		check(event->now_us >= r->told_us[i]);
		r->told_us[i] = event->now_us;
	}
}

static inline void take_event(void *arg, const struct event *event)
{
	char line[EVENT_LINE_MAX];
	struct run *r = arg;

	check(event_format(line, event, r->json));
	check(event->now_us <= r->now_us && event->now_us >= r->cfg.start_us);
	/* what a controller has become is told when that is noticed */
	if (event->type == EVENT_BUS_STATE)
		check_order(r, event);
}

static inline size_t write_bytes(void *arg, const struct mcu *m,
				 const uint8_t *bytes, size_t len,
				 uint64_t now_us)
{
	struct run *r = arg;

	check(now_us <= r->now_us);
	for (size_t i = 0; i < DEVICES; i++)
		if (r->hosts[i].hotplug.cfg.mcu == m)
			return hotplug_write(&r->hosts[i].hotplug, bytes, len);
	return len;
}

/* What was before a moment in which nobody who is bus-off may do anything. */

struct before {
	bool off;
	uint64_t recovery_us;
	uint32_t generation;
	enum mcu_state state;
	int nodeid;
	uint8_t slots; /* full, of its controller */
	uint8_t unread;
};

static inline bool is_off(const struct node *node)
{
	return confinement_state(&node->sender.confinement) ==
	       CONFINEMENT_BUS_OFF;
}

static inline void note(const struct run *r, struct before list[static MCUS])
{
	for (size_t i = 0; i < MCUS; i++) {
		const struct mcu *m = world_at(r->world, i);
		const struct node *node = node_of(m);

		list[i] = (struct before){ .off = is_off(node),
					   .recovery_us =
						   node->sender.recovery_us,
					   .generation = m->generation,
					   .state = m->state,
					   .nodeid = mcu_nodeid(m),
					   .slots = node->sender.len,
					   .unread = m->live.admin_len };
	}
}

/* Not of the bridge's MCU, which is on another bus than its controller. */
static inline void check_deaf(const struct run *r, const struct before *list)
{
	for (size_t i = 0; i < MCUS; i++) {
		const struct mcu *m = world_at(r->world, i);

		if (!list[i].off || m->cfg.link == MCU_LINK_BRIDGE)
			continue;
		check(m->generation == list[i].generation);
		check(m->state == list[i].state);
		check(mcu_nodeid(m) == list[i].nodeid);
		check(m->live.admin_len <= list[i].unread);
	}
}

static inline void check_mute(const struct run *r, const struct before *list)
{
	for (size_t i = 0; i < MCUS; i++) {
		const struct mcu *m = world_at(r->world, i);

		if (list[i].off && list[i].recovery_us > r->now_us &&
		    m->generation == list[i].generation)
			check(node_of(m)->sender.len >= list[i].slots);
	}
}

#endif
