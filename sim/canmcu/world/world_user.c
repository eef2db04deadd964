// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What the user does to a board. */
#include <errno.h>

#include "bus.h"
#include "world.h"

int world_reset(struct world *w, const struct mcu *m, uint64_t now_us)
{
	struct node *node = node_of(m);
	int err = mcu_reset(&node->mcu, now_us);

	(void)w;
	bus_update(node);
	return err;
}

void world_power(struct world *w, const struct mcu *m, bool on, uint64_t now_us)
{
	struct node *node = node_of(m);

	(void)w;
	mcu_power(&node->mcu, on, now_us);
	bus_update(node);
}

int world_shutdown(struct world *w, const struct mcu *m, const char *reason,
		   uint64_t now_us)
{
	struct node *node = node_of(m);
	int err = mcu_shutdown(&node->mcu, reason, now_us);

	(void)w;
	/* the host is told at once: klipper-mcu-protocol.md, section 13.1 */
	bus_run(node, now_us);
	return err;
}

int world_put_pin(struct world *w, const struct mcu *m, uint8_t pin,
		  float level, uint64_t now_us)
{
	struct node *node = node_of(m);
	int err;

	(void)w;
	/* what was due before sees the level that was */
	bus_run(node, now_us);
	err = mcu_put_pin(&node->mcu, pin, level, now_us);
	bus_run(node, now_us);
	return err;
}

bool world_plug(struct world *w, const struct mcu *m, const char *section,
		bool plugged, uint64_t now_us)
{
	struct node *node = node_of(m);
	bool found;

	(void)w;
	bus_run(node, now_us);
	found = mcu_plug(&node->mcu, section, plugged, now_us);
	bus_run(node, now_us);
	return found;
}

int world_add_fault(struct world *w, const struct mcu *m,
		    const struct fault *fault)
{
	(void)w;
	if (fault->dirs && mcu_link_is_serial(m->cfg.link))
		return -EOPNOTSUPP;
	return faults_add(&node_of(m)->mcu.faults, fault);
}

size_t world_remove_faults(struct world *w, const struct mcu *m,
			   const char *name)
{
	(void)w;
	return faults_remove(&node_of(m)->mcu.faults, name);
}

void world_assign(struct world *w, const struct mcu *m, uint8_t nodeid,
		  uint64_t now_us)
{
	struct node *node = node_of(m);

	(void)w;
	mcu_assign(&node->mcu, nodeid, now_us);
	bus_update(node);
}

int world_put(struct world *w, const struct mcu *m, enum mcu_state state,
	      uint64_t now_us)
{
	struct node *node = node_of(m);
	int err = mcu_put(&node->mcu, state, now_us);

	(void)w;
	bus_update(node);
	return err;
}
