/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_CAN_STATE_H
#define FUZZ_CAN_STATE_H

/* What there is on the machine of fuzz_can_machine.h, and what its boards say. */
#include <kcan/bus.h>
#include <kcan/link.h>

#include "fuzz_world.h"
#include "io/usbport.h"
#include "util/array.h"

#define MACHINE_LINKS 2
#define MACHINE_MCUS 3
#define MACHINE_PORTS 2
#define MACHINE_QUEUE 64 /* frames that a socket holds */
#define MACHINE_HEARD 8	 /* frames that may be replayed */
#define MACHINE_FILTERS 8
#define MACHINE_PORT_FD 0
#define MACHINE_WATCH_FD 500	/* and above; no bus gets there */
#define MACHINE_TURNS_MAX 20000 /* without time going on */

/* usbip-gsusb-bridge.md, section 3.1: they belong together */
#define MACHINE_CHIP "3B0028001451303432353938"
#define MACHINE_UUID 0xb0, 0x91, 0xcc, 0xc2, 0x41, 0xc9

struct kcan_bus {
	struct kcan_bus *next;
	unsigned int link;
	int fd;
	struct can_filter filters[MACHINE_FILTERS];
	size_t filters_len;
	bool times;
	struct kcan_bus_rx queue[MACHINE_QUEUE];
	size_t len;
	unsigned int dropped;
	int error; /* what it says next; or 0 */
};

struct kcan_usbport {
	char name[8];
	struct kcan_usbdev dev;
};

static struct machine {
	struct fuzz_input in;
	uint64_t now_us;
	unsigned int turns; /* since time went on */
	struct kcan_link links[MACHINE_LINKS];
	bool gone[MACHINE_LINKS];
	struct kcan_usbport ports[MACHINE_PORTS];
	unsigned int devnum;
	bool on_usb; /* the first interface, on the first port */
	bool udevd;
	bool changed; /* a port, or a link */
	struct kcan_bus *open;
	struct world *world; /* its buses are those of the interfaces */
	struct can_frame heard[MACHINE_HEARD];
	unsigned int heard_len;
	bool disturbed; /* something has happened that no good machine does */
	bool forged; /* frames that no board has sent, or a board was handled */
} machine;

static inline uint8_t machine_next(void)
{
	return fuzz_next(&machine.in);
}

/* Frames. */

static inline bool machine_passes(const struct kcan_bus *bus,
				  const struct can_frame *f)
{
	for (size_t i = 0; i < bus->filters_len; i++)
		if (!((f->can_id ^ bus->filters[i].can_id) &
		      bus->filters[i].can_mask))
			return true;
	return !bus->filters_len;
}

static inline void machine_deliver(unsigned int link, const struct can_frame *f,
				   const struct kcan_bus *sender)
{
	machine.heard[machine.heard_len++ % MACHINE_HEARD] = *f;
	for (struct kcan_bus *bus = machine.open; bus; bus = bus->next) {
		if (bus->link != link || !machine_passes(bus, f))
			continue;
		if (bus->len == MACHINE_QUEUE) {
			bus->dropped++;
			continue;
		}
		bus->queue[bus->len++] = (struct kcan_bus_rx){
			.frame = *f,
			.own = bus == sender,
			.here = sender,
			.at_us = bus->times ? machine.now_us : 0,
		};
	}
}

/* What boards have to say by now. */
static inline void machine_run(void)
{
	struct can_frame f;

	world_step(machine.world, machine.now_us);
	for (unsigned int i = 0; i < MACHINE_LINKS; i++)
		while (world_tx(machine.world, i, &f, machine.now_us)) {
			world_sent(machine.world, i);
			machine_deliver(i, &f, NULL);
			world_rx(machine.world, i, &f, true, machine.now_us);
		}
}

static inline void machine_send(unsigned int link, const struct can_frame *f,
				const struct kcan_bus *sender)
{
	machine_deliver(link, f, sender);
	world_rx(machine.world, link, f, false, machine.now_us);
	machine_run();
}

/* Interfaces. */

static inline void machine_choose_link(unsigned int i)
{
	static const char *const drivers[] = { "vcan", "gs_usb", "mcp251x",
					       "\x1b[2J" };
	uint8_t how = machine_next(), more = machine_next();
	struct kcan_link *link = &machine.links[i];

	*link = (struct kcan_link){ .index = i + 1,
				    .is_can = how != 0xff,
				    .up = !(how & 1),
				    .txqueuelen = 10,
				    .state = (how >> 1) % 7,
				    .bitrate_bps = more & 1 ? 500000 : 0,
				    .has_counters = more & 2,
				    .tx_errors = more,
				    .restart_ms = more & 4 ? 100 : 0 };
	snprintf(link->name, sizeof(link->name), "can%u", i);
	snprintf(link->driver, sizeof(link->driver), "%s",
		 drivers[more >> 3 & 3]);
	machine.disturbed |= how;
}

/* USB. */

static inline void machine_choose_device(struct kcan_usbport *port)
{
	static const struct kcan_usbdev known[] = {
		{ .devnum = 0 },
		{ .vendor = 0x1d50,
		  .product = 0x606f,
		  .manufacturer = "Klipper",
		  .serial = MACHINE_CHIP,
		  .ifname = "can0" },
		{ .vendor = 0x1d50,
		  .product = 0x606f,
		  .manufacturer = "Klipper",
		  .serial = "12345\x1b[2J",
		  .ifname = "can0" },
		{ .vendor = 0x1d50,
		  .product = 0x614e,
		  .manufacturer = "Klipper",
		  .serial = MACHINE_CHIP,
		  .tty = "/dev/ttyACM0" },
		{ .vendor = 0x1d50,
		  .product = 0x6177,
		  .manufacturer = "katapult",
		  .serial = MACHINE_CHIP,
		  .tty = "/dev/ttyACM0" },
		{ .vendor = 0x1d50,
		  .product = 0x6177,
		  .manufacturer = "katapult",
		  .serial = "\n" },
		{ .vendor = 0x0483, .product = 0xdf11 },
		{ .vendor = 0x03eb, .product = 0x6124 },
		{ .vendor = 0x1234, .product = 0x5678, .name = "\r\x9b" },
	};
	uint8_t which = machine_next() % ARRAY_SIZE(known);

	port->dev = known[which];
	port->dev.devnum = which ? ++machine.devnum : 0;
	machine.changed = true;
	machine.disturbed = true;
}

#endif
