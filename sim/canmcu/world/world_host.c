// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What a host does to a board by other ways than its bus: by its serial line, by
 * USB, and by the bootloader in its ROM.
 */
#include "bus.h"
#include "world.h"

/* Less than what is left of a buffer by a block that is not complete. */
#define BYTES_AT_ONCE 32

size_t world_rx_bytes(struct world *w, const struct mcu *m,
		      const uint8_t *bytes, size_t len, uint64_t now_us)
{
	struct node *node = node_of(m);
	size_t taken = 0, n = 0, wanted = 0;

	world_step(w, now_us);
	for (; taken < len && n == wanted; taken += n) {
		wanted = len - taken;
		if (wanted > BYTES_AT_ONCE)
			wanted = BYTES_AT_ONCE;
		n = mcu_rx_bytes(&node->mcu, bytes + taken, wanted, now_us);
		bus_run(node, now_us);
	}
	return taken;
}

void world_serial_room(struct world *w, const struct mcu *m, uint64_t now_us)
{
	(void)w;
	bus_run(node_of(m), now_us);
}

void world_bridge_discards(struct world *w, const struct mcu *m, bool discards,
			   uint64_t now_us)
{
	world_step(w, now_us);
	mcu_bridge_discards(&node_of(m)->mcu, discards, now_us);
	bus_run(node_of(m), now_us);
}

void world_usb_touch(struct world *w, const struct mcu *m, uint64_t now_us)
{
	world_step(w, now_us);
	mcu_usb_touch(&node_of(m)->mcu, now_us);
	bus_update(node_of(m));
}

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
