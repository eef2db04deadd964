// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What a USB host does to a board by the bootloader in its ROM. */
#include "bus.h"
#include "world.h"

struct flash *world_rom_flash(struct world *w, const struct mcu *m)
{
	(void)w;
	return m->state == MCU_ROM ? &node_of(m)->mcu.flash : NULL;
}

void world_rom_leave(struct world *w, const struct mcu *m, uint32_t address,
		     uint64_t now_us)
{
	struct node *node = node_of(m);

	(void)w;
	mcu_rom_leave(&node->mcu, address, now_us);
	bus_update(node);
}
