/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PORT_CAN_H
#define CANMCU_PORT_CAN_H

#include <systemd/sd-event.h>

#include "../mcu/event.h"
#include "../world/world.h"

/**
 * struct port_can - one bus of the world is a CAN interface of this machine
 *
 * Moves frames and time between the kernel and the world; decides nothing.
 */
struct port_can;

/** Who is connected; all must outlive the port. */
struct port_can_cfg {
	sd_event *loop; /* ended with failure when the bus vanishes */
	struct world *world;
	unsigned int bus; /* which one of the world's */
	const char *ifname;
	bool all; /* frames; else those that concern nodes */
	struct event_sink events;
	void (*on_turn)(void *arg); /* the world may have to send, or to wait */
	void *arg;
};

/**
 * port_can_open() - bind to the interface and attach to the loop
 * @out: set on success only; release with port_can_close()
 *
 * Return: 0, or a negative errno as kcan_bus_open().
 */
int port_can_open(struct port_can **out, const struct port_can_cfg *cfg);

/** NULL is allowed. */
void port_can_close(struct port_can *p);

/** Send what the world has to send on this bus, and take what comes at once. */
void port_can_kick(struct port_can *p);

/**
 * port_can_error() - why port_can_open() failed, and what to do about it
 *
 * Return: 0..., as snprintf().
 */
int port_can_error(char *out, size_t size, const char *ifname, int err);

#endif
