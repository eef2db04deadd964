/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_BUS_H
#define CANMCU_BUS_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agenda.h"
#include "medium.h"
#include "roster.h"

/**
 * struct bus - one CAN bus: who is on it, and the frames on their way
 *
 * Part of a world, which has the time. Nodes are called from within these
 * functions.
 */
struct bus {
	struct roster roster;
	struct medium medium;
	struct agenda *agenda; /* the world's: when nodes want to run */
};

/**
 * bus_init() - a bus without nodes
 * @nodes:  how many there will be at most
 * @slots:  frames that the hardware of all of them holds for sending
 * @agenda: must outlive the bus
 *
 * Return: 0 or -ENOMEM.
 */
int bus_init(struct bus *b, size_t nodes, size_t slots, struct agenda *agenda);
void bus_fini(struct bus *b);

/** Connect @node. Return: 0, or -EEXIST when its UUID is there already. */
int bus_add(struct bus *b, struct node *node);

/** What the hardware of @node, one of this bus, sends. */
void bus_transmit(struct bus *b, struct node *node, const struct can_frame *f,
		  uint64_t now_us);

/** Let @node do what there is to do. */
void bus_run(struct bus *b, struct node *node, uint64_t now_us);

/** Anything was done to @node's MCU: find it by what it is now. */
void bus_update(struct bus *b, struct node *node);

/** As world_rx(); what was due before has been done. */
void bus_rx(struct bus *b, const struct can_frame *frame, bool own,
	    uint64_t now_us);

/** Let pass what is due on the wire at @now_us. */
void bus_step(struct bus *b, uint64_t now_us);

/** As world_tx(). */
bool bus_tx(struct bus *b, struct can_frame *frame, uint64_t now_us);

#endif
