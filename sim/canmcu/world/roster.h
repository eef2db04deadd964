/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_ROSTER_H
#define CANMCU_ROSTER_H

#include <stddef.h>
#include <stdint.h>

#include <kcan/uuid.h>

#include "../mcu/mcu.h"
#include "../wire/arbiter.h"
#include "../wire/timer_heap.h"
#include "transceiver.h"

struct bus;
struct bus_listener;

/** One MCU and what leads to it. */
struct node {
	struct mcu mcu;
	struct transceiver transceiver;
	struct arbiter_sender sender; /* used on a bus that has a bit rate */
	uint32_t sender_generation;   /* of the MCU, when it was looked at */
	struct bus *bus;	      /* the one it is on */
	/* Of a bridge: its controller on another bus; or NULL. */
	struct bus_listener *listener;
	struct node *all_next;
	struct timer timer; /* when the MCU wants to run */
	int nodeid;	    /* whose list it is in; -1: none */
	struct node *nodeid_next;
	struct node **nodeid_link;
	struct node *blocked_next;
	struct node **blocked_link; /* NULL: not blocked */
};

#define node_of(mcu_ptr) \
	((struct node *)((char *)(mcu_ptr)-offsetof(struct node, mcu)))
#define node_of_timer(timer_ptr) \
	((struct node *)((char *)(timer_ptr)-offsetof(struct node, timer)))

/**
 * struct roster - from a UUID or a nodeid to nodes, whatever their number
 *
 * Several nodes may hold one nodeid. Blocked nodes are listed too: their queue
 * takes every admin frame.
 */
struct roster {
	struct node **uuids; /* hash table, open addressing */
	size_t uuids_size;   /* a power of two */
	size_t len;
	unsigned int uuids_shift;
	struct node *all; /* in the order they were added */
	struct node **all_end;
	struct node *nodeids[256];
	struct node *blocked;
};

/** Room for @max nodes. Return: 0 or -ENOMEM. */
int roster_init(struct roster *r, size_t max);
void roster_fini(struct roster *r);

/** Room for @max nodes from now on. Return: 0, or -ENOMEM: it is as it was. */
int roster_reserve(struct roster *r, size_t max);

/** Return: 0, or -EEXIST when there is a node with that UUID. */
int roster_add(struct roster *r, struct node *node);

/** Strike out a node of this roster; before its UUID is changed. */
void roster_remove(struct roster *r, struct node *node);

/** Bring the lists up to date after anything happened to @node's MCU. */
void roster_update(struct roster *r, struct node *node);

/** Return: the node with the 6 bytes @uuid, or NULL. */
struct node *roster_find(const struct roster *r, const uint8_t *uuid);

#endif
