/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_NODE_INDEX_H
#define CANMCU_NODE_INDEX_H

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
	struct node *twin; /* the next one with the same UUID */
	/*
	 * It has sent the same bits as another one, at the same time, and will
	 * not hear them: how many frames the medium had then. 0: none.
	 */
	size_t merged;
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
 * struct node_index - from a UUID or a nodeid to nodes, whatever their number
 *
 * Several nodes may hold one nodeid. Blocked nodes are listed too: their queue
 * takes every admin frame.
 */
struct node_index {
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
int node_index_init(struct node_index *x, size_t max);
void node_index_fini(struct node_index *x);

/** Room for @max nodes from now on. Return: 0, or -ENOMEM: it is as it was. */
int node_index_reserve(struct node_index *x, size_t max);

/** Behind those that have its UUID. */
void node_index_add(struct node_index *x, struct node *node);

/** Take a node out, which is in it; before its UUID is changed. */
void node_index_remove(struct node_index *x, struct node *node);

/** Bring the lists up to date after anything happened to @node's MCU. */
void node_index_update(struct node_index *x, struct node *node);

/** Return: the first node with the 6 bytes @uuid, or NULL. */
struct node *node_index_find(const struct node_index *x, const uint8_t *uuid);

#endif
