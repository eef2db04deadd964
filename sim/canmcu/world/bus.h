/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_BUS_H
#define CANMCU_BUS_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../wire/arbiter.h"
#include "../wire/medium.h"
#include "../wire/timer_heap.h"
#include "node_index.h"

struct bus_listener;

/** What a controller does that its host sends and hears with. */
struct bus_listener_ops {
	/* A frame ended on the bus, which was not its own. */
	void (*receive)(struct bus_listener *l, const struct can_frame *f);
	/* One that was given to bus_forward() was sent. */
	void (*sent)(struct bus_listener *l);
	/* Its error counters may lead to another state. */
	void (*state_changed)(struct bus_listener *l, uint64_t now_us);
};

/** A controller on a bus on which its MCU is not: that of a bridge. */
struct bus_listener {
	const struct bus_listener_ops *ops;
	struct node *node; /* of its MCU, which is on another bus */
	struct bus *bus;   /* that it is on; or NULL */
	struct bus_listener *next;
};

/**
 * struct bus - one CAN bus: who is on it, and the frames on their way
 *
 * Part of a world, which has the time. Nodes are called from within these
 * functions.
 */
struct bus {
	struct node_index index;
	struct medium medium;
	size_t slots; /* frames that the hardware of all nodes holds */
	struct bus_listener *listeners;
	size_t listeners_len;
	struct timer_heap *timers; /* the world's: when nodes want to run */
	bool paced;		   /* has a bit rate, and an arbiter: */
	struct arbiter arbiter;
};

/** What a bus is made of. */
struct bus_cfg {
	size_t nodes_max;
	size_t slots; /* frames that the hardware of all of them holds */
	struct timer_heap *timers; /* must outlive the bus */
	uint32_t bitrate_bps;	   /* 0: frames take no time */
	bool collisions;	   /* only with a bit rate */
};

/** A bus without nodes; must not be moved then. Return: 0 or -ENOMEM. */
int bus_init(struct bus *b, const struct bus_cfg *cfg);
void bus_fini(struct bus *b);

/** Room for one node or listener more, with @slots. Return: 0, or -ENOMEM: as it was. */
int bus_reserve(struct bus *b, unsigned int slots);

/** Connect @node. */
void bus_add(struct bus *b, struct node *node);

/** Disconnect a node that is off; before its configuration is changed. */
void bus_remove(struct node *node);

/** Connect @l, for which there is room; or disconnect it: nothing is sent. */
void bus_listen(struct bus *b, struct bus_listener *l);
void bus_leave(struct bus_listener *l);

/* One node, in bus_node.c. */

/**
 * bus_forward() - what @l sends for its host
 *
 * Its .sent() tells when it was sent. Return: false: there is no room.
 */
bool bus_forward(struct bus_listener *l, const struct can_frame *f,
		 uint64_t now_us);

/** When @node's MCU was reset, so was its controller: it has nothing to send. */
void bus_follow_reset(struct bus *b, struct node *node);

/** What the hardware of @node sends. */
void bus_transmit(struct node *node, const struct can_frame *f,
		  uint64_t now_us);

/** Let @node do what there is to do. */
void bus_run(struct node *node, uint64_t now_us);

/** Anything was done to @node's MCU: find it by what it is now. */
void bus_update(struct node *node);

/* The bus and the outside. */

/** As world_rx(); what was due before has been done. */
void bus_rx(struct bus *b, const struct can_frame *frame, bool own,
	    uint64_t now_us);

/** Let pass what is due on the wire at @now_us. */
void bus_step(struct bus *b, uint64_t now_us);

/** Return: when to call bus_step() or bus_tx(); UINT64_MAX: no need. */
uint64_t bus_deadline(const struct bus *b);

/** As world_tx(). */
bool bus_tx(struct bus *b, struct can_frame *frame, uint64_t now_us);

#endif
