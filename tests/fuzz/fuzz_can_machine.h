/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_CAN_MACHINE_H
#define FUZZ_CAN_MACHINE_H

/*
 * A machine with two CAN interfaces, an adapter, and canmcu's boards behind them,
 * instead of the edges of a program: what happens there, and when, is up to the
 * input. Where that ends, all goes well.
 */
#include <errno.h>
#include <signal.h>

#include "../../tools/shared/loop.h"
#include "fuzz_can_edges.h"
#include "fuzz_can_state.h"
#include "fuzz_world.h"
#include "util/array.h"

/* Time, and what happens meanwhile. */

static inline void machine_hear(void)
{
	uint8_t how = machine_next();
	struct can_frame f;

	machine.disturbed = machine.forged = true;
	fuzz_frame(&machine.in, &f, MACHINE_MCUS);
	machine_send(how & 1, &f, NULL);
}

/* What was heard once is heard again, maybe as the answer to it. */
static inline void machine_replay(void)
{
	uint8_t how = machine_next(), byte = machine_next();
	struct can_frame f = machine.heard[how % MACHINE_HEARD];

	machine.disturbed = machine.forged = true;
	f.can_id += how >> 3 & 1;
	if (how & 0x10)
		f.data[byte & 7] ^= byte;
	machine_send(how >> 5 & 1, &f, NULL);
}

static inline void machine_fail(void)
{
	static const int errors[] = { -ENETDOWN, -ENODEV, -ENOMEM };
	uint8_t how = machine_next();
	int err = errors[how % ARRAY_SIZE(errors)];

	machine.disturbed = true;
	for (struct kcan_bus *bus = machine.open; bus; bus = bus->next)
		if (bus->link == (how >> 3 & 1))
			bus->error = err;
	machine.gone[how >> 3 & 1] |= err == -ENODEV;
}

static inline void machine_relink(void)
{
	machine.changed = true;
	machine_choose_link(machine_next() & 1);
}

static inline void machine_replug(void)
{
	machine_choose_device(&machine.ports[machine_next() & 1]);
}

static inline void machine_drop(void)
{
	machine.disturbed = true;
	for (struct kcan_bus *bus = machine.open; bus; bus = bus->next) {
		bus->dropped += (unsigned int)bus->len;
		bus->len = 0;
	}
}

static inline void machine_handle(void)
{
	uint8_t how = machine_next();
	const struct mcu *m = world_at(machine.world, how % MACHINE_MCUS);

	machine.disturbed = machine.forged = true;
	if (how & 0x80)
		world_reset(machine.world, m, machine.now_us);
	else
		world_power(machine.world, m, how & 0x40, machine.now_us);
}

/* Return: whether there is something to read: of a group, anywhere. */
static inline bool machine_is_readable(int fd)
{
	bool some = false;

	if (fd < 0)
		return false;
	if (fd == MACHINE_PORT_FD || fd >= MACHINE_WATCH_FD)
		return machine.changed;
	for (const struct kcan_bus *bus = machine.open; bus; bus = bus->next) {
		if (bus->fd == fd)
			return bus->len || bus->error;
		some |= bus->len || bus->error;
	}
	return some;
}

static inline void machine_wait(uint64_t us, uint64_t deadline_us)
{
	uint64_t end_us = machine.now_us + us;

	machine.now_us = end_us < deadline_us ? end_us : deadline_us;
	machine.turns = 0;
}

/* Return: whether time may go on until then. */
static inline bool machine_happens(struct loop *l, uint64_t deadline_us)
{
	static void (*const events[])(void) = {
		machine_hear,	machine_hear,	machine_replay, machine_replay,
		machine_replay, machine_relink, machine_replug, machine_replug,
		machine_fail,	machine_drop,	machine_handle,
	};
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPWR };
	uint8_t what = machine_next();

	if (what < 0x40)
		return true;
	if (what >= 0xfc) {
		machine.disturbed = true;
		l->signal = signals[what & 3];
	} else if (what >= 0xa0) {
		events[what % ARRAY_SIZE(events)]();
	} else {
		machine_wait((what & 0x3f) * 1000u, deadline_us);
	}
	return false;
}

int loop_init(struct loop *l, struct say_streams *streams, bool trace)
{
	*l = (struct loop){ .now_us = machine.now_us,
			    .streams = streams,
			    .trace = trace };
	return 0;
}

uint64_t loop_now(struct loop *l)
{
	return l->now_us = machine.now_us;
}

int loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	uint64_t next_us = world_deadline(machine.world);

	check(machine.turns++ < MACHINE_TURNS_MAX);
	say_streams_flush(l->streams);
	if (!machine_is_readable(fd) && deadline_us > machine.now_us &&
	    machine_happens(l, deadline_us)) {
		next_us = next_us < deadline_us ? next_us : deadline_us;
		check(next_us != UINT64_MAX); /* it would wait for ever */
		if (next_us > machine.now_us) {
			machine.now_us = next_us;
			machine.turns = 0;
		}
	}
	machine_run();
	loop_now(l);
	return machine_is_readable(fd);
}

FILE *loop_trace(const struct loop *l)
{
	return l->streams->trace;
}

/* The beginning. */

static inline void machine_take_event(void *arg, const struct event *event)
{
	(void)arg;
	check(event->now_us <= machine.now_us);
}

static inline void machine_make_world(void)
{
	static struct fault faults[FAULT_COUNT];
	uint16_t choice = fuzz_next16(&machine.in);
	size_t faults_len = fuzz_faults(faults, choice);
	struct mcu_cfg cfgs[MACHINE_MCUS];

	for (uint8_t i = 0; i < MACHINE_MCUS; i++) {
		uint8_t how = machine_next();

		cfgs[i] = (struct mcu_cfg){
			.uuid = { { MACHINE_UUID } },
			.same_uuid = true,
			.type = mcu_type_find("stm32g0b1xx"),
			.bootloader = how & 0x80 ? BOOTLOADER_NONE :
						   BOOTLOADER_KATAPULT,
			.state = (how & 0x81) == 1 ? MCU_KATAPULT : MCU_KLIPPER,
			.boot_us = 30000,
			.bus = how >> 1 & 1,
			.nodeid = how & 4 ? how >> 4 & 7 : -1,
			.sane_rx = how & 8,
			.faults = faults,
			.faults_len = faults_len,
		};
		if (i < 2)
			cfgs[i].uuid =
				(struct kcan_uuid){ { 0, 0, 0, 0, 0, i } };
		machine.disturbed |= how;
	}
	machine.forged = choice;
	machine.disturbed |= choice;
	check(!world_new(&machine.world,
			 &(struct world_cfg){ .mcus = cfgs,
					      .mcus_len = MACHINE_MCUS,
					      .buses_len = MACHINE_LINKS,
					      .start_us = machine.now_us,
					      .events = { machine_take_event },
					      .software = real_software() }));
}

static inline void machine_start(struct fuzz_input in)
{
	uint8_t how;

	machine = (struct machine){ .in = in, .now_us = 1000000 };
	how = machine_next();
	machine.on_usb = how & 1;
	machine.udevd = how & 2;
	for (unsigned int i = 0; i < MACHINE_LINKS; i++)
		machine_choose_link(i);
	for (unsigned int i = 0; i < MACHINE_PORTS; i++) {
		snprintf(machine.ports[i].name, sizeof(machine.ports[i].name),
			 "1-%u", i + 1);
		if (how & (i ? 4 : 1))
			machine_choose_device(&machine.ports[i]);
	}
	machine_make_world();
}

static inline void machine_stop(void)
{
	check(!machine.open);
	world_free(machine.world);
}

#endif
