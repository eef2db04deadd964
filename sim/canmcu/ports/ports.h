/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PORTS_H
#define CANMCU_PORTS_H

#include "port_can.h"

/**
 * struct ports - a world in a loop: an interface for each of its buses that is
 * not within the simulator, a tty for each of its serial lines, a USB device for
 * each MCU that has one, and the timer that lets its time pass
 */
struct ports;

/** What is connected; all must outlive the ports. */
struct ports_cfg {
	sd_event *loop; /* ended with failure when an interface vanishes */
	struct world *world;
	const char *const *ifnames; /* one for each bus of the world */
	size_t len;
	struct event_sink events;
};

/**
 * ports_open() - bind to the interfaces and attach to the loop
 * @out:      set on success only; release with ports_close()
 * @sentence: on failure: what was observed, and what to do about it
 *
 * Return: 0 or a negative errno.
 */
int ports_open(struct ports **out, const struct ports_cfg *cfg, char *sentence,
	       size_t size);

/** NULL is allowed. */
void ports_close(struct ports *p);

/** As world_serial.write; NULL is allowed. */
size_t ports_write(struct ports *p, const struct mcu *m, const uint8_t *bytes,
		   size_t len, uint64_t now_us);

/** Anything was done to the world: send, and wake up when it has to go on. */
void ports_kick(struct ports *p);

#endif
