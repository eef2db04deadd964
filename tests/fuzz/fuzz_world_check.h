/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_WORLD_CHECK_H
#define FUZZ_WORLD_CHECK_H

/* What is always true of a world of MCUs, looked at from within. */
#include "../../sim/canmcu/world/bus.h"
#include "../../sim/canmcu/world/world.h"
#include "fuzz.h"

/* Return: how often @node is in the list of all on its bus. */
static inline size_t fuzz_count(const struct node *node)
{
	const struct node_index *x = &node->bus->index;
	size_t len = 0, times = 0;

	for (const struct node *at = x->all; at; at = at->all_next, len++) {
		check(at->bus == node->bus);
		times += at == node;
	}
	check(len == x->len);
	return times;
}

static inline bool fuzz_is_listed(const struct node *node)
{
	const struct node *at;

	at = node->nodeid < 0 ? NULL : node->bus->index.nodeids[node->nodeid];
	while (at && at != node)
		at = at->nodeid_next;
	return at;
}

/* What is known of it where it is looked for, and nothing beyond its room. */
static inline void fuzz_check_node(const struct node *node)
{
	const struct confinement *c = &node->sender.confinement;
	const struct mcu *m = &node->mcu;

	check(node->nodeid == mcu_nodeid(m));
	check(fuzz_is_listed(node) == (node->nodeid >= 0));
	check((node->blocked_link != NULL) == mcu_blocked(m));
	check(node->timer.at_us == UINT64_MAX || node->timer.pos);
	check(fuzz_count(node) == 1);
	check(c->tec <= 263);
	check(node->sender.len <= ARBITER_SLOTS);
	check(node->transceiver.len <= TRANSCEIVER_LATE_MAX);
	check(m->live.slots_used <= m->cfg.type->family->tx_slots);
	check(m->live.admin_len <= MCU_ADMIN_QUEUE_LEN);
	check(mcu_runs(m) || !m->live.rx_id);
}

static inline void fuzz_check_bus(const struct bus *b)
{
	const struct medium *m = &b->medium;

	check(m->end - m->first <= m->size);
	check(m->next - m->first <= m->end - m->first);
	check(m->next - m->first <= MEDIUM_WINDOW);
}

/* Each MCU is on one bus, and is found there. */
static inline void fuzz_check_world(const struct world *w, size_t mcus)
{
	check(world_len(w) == mcus);
	for (size_t i = 0; i < mcus; i++) {
		const struct mcu *m = world_at(w, i);
		const struct mcu *found = world_find(w, &m->cfg.uuid);

		check(found == m || m->cfg.same_uuid);
		fuzz_check_node(node_of(m));
		fuzz_check_bus(node_of(m)->bus);
	}
}

#endif
