/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_BUS_OWN_H
#define CANMCU_BUS_OWN_H

/* How a frame of the bus gets to its nodes. */
#include "bus.h"

/** @node hears @f, if it can: filed, as an interrupt does; bus_run() goes on. */
void bus_file(struct node *node, const struct can_frame *f, uint64_t now_us);

/**
 * bus_hear() - @f ended on the bus: all that it is for hear it, and run
 * @sender: hears nothing of it; NULL: somebody outside
 */
void bus_hear(struct bus *b, const struct can_frame *f,
	      const struct node *sender, uint64_t now_us);

#endif
