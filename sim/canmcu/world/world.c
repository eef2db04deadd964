// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "world.h"

#include <errno.h>
#include <stdlib.h>

#include "../wire/timer_heap.h"
#include "bridge.h"
#include "bus.h"
#include "node_index.h"

struct world {
	struct timer_heap timers;
	struct mcu_env env;
	struct world_serial serial;
	struct node *nodes;
	size_t nodes_len;
	struct bus *buses; /* as told, and behind them one within each bridge */
	size_t buses_len;
	size_t told_len;
	struct bridge *bridges;
	size_t bridges_len;
};

static void transmit(void *arg, struct mcu *m, const struct can_frame *f,
		     uint64_t now_us)
{
	(void)arg;
	bus_transmit(node_of(m), f, now_us);
}

static size_t write_bytes(void *arg, struct mcu *m, const uint8_t *bytes,
			  size_t len, uint64_t now_us)
{
	const struct world *w = arg;

	return w->serial.write(w->serial.arg, m, bytes, len, now_us);
}

static void bus_status(void *arg, const struct mcu *m,
		       struct mcu_bus_status *out)
{
	const struct confinement *c = &node_of(m)->sender.confinement;

	(void)arg;
	/* what was destroyed is sent once more */
	*out = (struct mcu_bus_status){ .rx_errors = c->rx_errors,
					.tx_errors = c->tx_errors,
					.tx_retries = c->tx_errors,
					.state = confinement_state(c) };
}

static int add_bus(struct world *w, unsigned int bus,
		   const struct world_cfg *cfg)
{
	struct bus_cfg bus_cfg = { .timers = &w->timers,
				   .bitrate_bps = cfg->bitrate_bps,
				   .collisions = cfg->collisions };

	for (size_t i = 0; i < cfg->mcus_len; i++) {
		if (cfg->mcus[i].bus != bus)
			continue;
		bus_cfg.nodes_max++;
		bus_cfg.slots += cfg->mcus[i].type->family->tx_slots;
	}
	return bus_init(&w->buses[bus], &bus_cfg);
}

static int add_bridge(struct world *w, struct node *node)
{
	const struct mcu_cfg *cfg = &node->mcu.cfg;
	const struct bus_cfg inside = { .nodes_max = 1,
					.slots = cfg->type->family->tx_slots,
					.timers = &w->timers };
	struct bridge *br = &w->bridges[w->bridges_len++];

	bridge_init(br, node);
	br->inside = (unsigned int)w->buses_len++;
	bridge_add(br, &w->buses[cfg->bus]);
	return bus_init(&w->buses[br->inside], &inside);
}

/* The bus that the MCU is on. */
static struct bus *home_of(struct world *w, const struct node *node,
			   const struct mcu_cfg *cfg)
{
	const struct bridge *br = bridge_at(node);

	return &w->buses[br ? br->inside : cfg->bus];
}

static int add_node(struct world *w, struct node *node,
		    const struct mcu_cfg *cfg)
{
	int err;

	if (cfg->bus >= w->told_len)
		return -EINVAL;
	if (!cfg->same_uuid && world_find(w, &cfg->uuid))
		return -EEXIST;
	node->timer.at_us = UINT64_MAX;
	w->nodes_len++;
	err = mcu_init(&node->mcu, cfg, &w->env);
	if (!err && cfg->link == MCU_LINK_BRIDGE)
		err = add_bridge(w, node);
	if (err)
		return err;
	bus_add(home_of(w, node, cfg), node);
	bus_update(node);
	return 0;
}

static int populate(struct world *w, const struct world_cfg *cfg)
{
	int err = timer_heap_init(&w->timers, cfg->mcus_len);

	for (unsigned int i = 0; i < w->told_len && !err; i++)
		err = add_bus(w, i, cfg);
	for (size_t i = 0; i < cfg->mcus_len && !err; i++)
		err = add_node(w, &w->nodes[i], &cfg->mcus[i]);
	return err;
}

/* Return: false without memory. */
static bool allocate(struct world *w, const struct world_cfg *cfg)
{
	size_t bridges = 0;

	for (size_t i = 0; i < cfg->mcus_len; i++)
		bridges += cfg->mcus[i].link == MCU_LINK_BRIDGE;
	w->nodes = calloc(cfg->mcus_len + 1, sizeof(*w->nodes));
	w->buses = calloc(cfg->buses_len + bridges, sizeof(*w->buses));
	w->bridges = calloc(bridges + 1, sizeof(*w->bridges));
	return w->nodes && w->buses && w->bridges;
}

int world_new(struct world **out, const struct world_cfg *cfg)
{
	struct world *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	if (!w)
		return -ENOMEM;
	w->serial = cfg->serial;
	w->env = (struct mcu_env){ .transmit = transmit,
				   .write = cfg->serial.write ? write_bytes :
								NULL,
				   .bus_status = bus_status,
				   .arg = w,
				   .software = cfg->software,
				   .bitrate_bps = cfg->bitrate_bps,
				   .start_us = cfg->start_us,
				   .seed = cfg->seed,
				   .events = cfg->events };
	if (allocate(w, cfg)) {
		w->buses_len = w->told_len = cfg->buses_len;
		err = populate(w, cfg);
	}
	if (err) {
		world_free(w);
		return err;
	}
	*out = w;
	return 0;
}

static void node_fini(struct node *node)
{
	transceiver_fini(&node->transceiver);
	mcu_fini(&node->mcu);
}

void world_free(struct world *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->nodes_len; i++)
		node_fini(&w->nodes[i]);
	for (size_t i = 0; i < w->buses_len; i++)
		bus_fini(&w->buses[i]);
	timer_heap_fini(&w->timers);
	free(w->bridges);
	free(w->buses);
	free(w->nodes);
	free(w);
}

/* Time. */

void world_step(struct world *w, uint64_t now_us)
{
	struct timer *timer;

	for (size_t i = 0; i < w->buses_len; i++)
		if (w->buses[i].paced ||
		    now_us >= w->buses[i].medium.give_up_us)
			bus_step(&w->buses[i], now_us);
	while ((timer = timer_heap_first(&w->timers)) &&
	       timer->at_us <= now_us) {
		struct node *node = node_of_timer(timer);

		bus_run(node, now_us);
	}
}

uint64_t world_deadline(const struct world *w)
{
	const struct timer *timer = timer_heap_first(&w->timers);
	uint64_t first_us = timer ? timer->at_us : UINT64_MAX;

	for (size_t i = 0; i < w->buses_len; i++) {
		uint64_t wire_us = bus_deadline(&w->buses[i]);

		if (wire_us < first_us)
			first_us = wire_us;
	}
	return first_us;
}

/* A bus and the outside. */

void world_rx(struct world *w, unsigned int bus, const struct can_frame *frame,
	      bool own, uint64_t now_us)
{
	world_step(w, now_us);
	bus_rx(&w->buses[bus], frame, own, now_us);
}

bool world_tx(struct world *w, unsigned int bus, struct can_frame *frame,
	      uint64_t now_us)
{
	return bus_tx(&w->buses[bus], frame, now_us);
}

void world_sent(struct world *w, unsigned int bus)
{
	medium_sent(&w->buses[bus].medium);
}

void world_refused(struct world *w, unsigned int bus, uint64_t now_us)
{
	medium_refused(&w->buses[bus].medium, now_us);
}

void world_lost(struct world *w, unsigned int bus, uint64_t now_us)
{
	medium_lost(&w->buses[bus].medium, now_us);
}

void world_link(struct world *w, unsigned int bus, bool up)
{
	medium_link(&w->buses[bus].medium, up);
}

void world_loop_back(struct world *w, unsigned int bus, uint64_t now_us)
{
	struct can_frame frame;

	while (world_tx(w, bus, &frame, now_us)) {
		world_sent(w, bus);
		world_rx(w, bus, &frame, true, now_us);
	}
}

/* Who is there. */

uint64_t world_seed(const struct world *w)
{
	return w->env.seed;
}

size_t world_len(const struct world *w)
{
	return w->nodes_len;
}

const struct mcu *world_at(const struct world *w, size_t index)
{
	return &w->nodes[index].mcu;
}

const struct mcu *world_find(const struct world *w,
			     const struct kcan_uuid *uuid)
{
	const struct node *node, *first = NULL;

	for (size_t i = 0; i < w->buses_len; i++)
		for (node = node_index_find(&w->buses[i].index, uuid->b); node;
		     node = node->twin)
			if (!first || node < first)
				first = node;
	return first ? &first->mcu : NULL;
}

/* Another board. */

static int change_board(struct world *w, struct node *node,
			const struct mcu_cfg *cfg)
{
	bool other = !kcan_uuid_equal(&cfg->uuid, &node->mcu.cfg.uuid);
	struct bridge *br = bridge_at(node);
	int err;

	if (node->mcu.state != MCU_OFF)
		return -EBUSY;
	if (other && !cfg->same_uuid && world_find(w, &cfg->uuid))
		return -EEXIST;
	if (cfg->bus >= w->told_len)
		return -EINVAL;
	err = bus_reserve(&w->buses[cfg->bus], cfg->type->family->tx_slots);
	if (!err && br)
		err = bus_reserve(node->bus, cfg->type->family->tx_slots);
	if (err)
		return err;
	bus_remove(node);
	if (br)
		bridge_remove(br);
	mcu_configure(&node->mcu, cfg);
	if (br)
		bridge_add(br, &w->buses[cfg->bus]);
	bus_add(home_of(w, node, cfg), node);
	bus_update(node);
	return 0;
}

int world_configure(struct world *w, const struct mcu *m,
		    const struct mcu_cfg *cfg, uint64_t now_us)
{
	struct node *node = node_of(m);

	if (!mcu_same_board(&m->cfg, cfg))
		return change_board(w, node, cfg);
	mcu_configure(&node->mcu, cfg);
	bus_update(node);
	if (bridge_at(node))
		bridge_update(bridge_at(node), now_us);
	return 0;
}
