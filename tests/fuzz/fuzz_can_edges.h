/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_CAN_EDGES_H
#define FUZZ_CAN_EDGES_H

/* The edges of a program, as the machine of fuzz_can_machine.h has them. */
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../../tools/canbus/reserve.h"
#include "fuzz_can_state.h"
#include "io/rcvlist.h"
#include "util/random.h"

/* Frames. */

int kcan_bus_open(struct kcan_bus **out, const struct kcan_bus_cfg *cfg)
{
	struct kcan_bus *bus;

	for (unsigned int i = 0; i < MACHINE_LINKS; i++) {
		if (machine.gone[i] ||
		    strcmp(machine.links[i].name, cfg->ifname))
			continue;
		if (!machine.links[i].up)
			return -ENETDOWN;
		bus = calloc(1, sizeof(*bus));
		check(bus && cfg->filters_len <= MACHINE_FILTERS);
		bus->link = i;
		bus->times = cfg->times;
		bus->fd = eventfd(0, EFD_CLOEXEC);
		bus->filters_len = cfg->filters_len;
		for (size_t n = 0; n < cfg->filters_len; n++)
			bus->filters[n] = cfg->filters[n];
		bus->next = machine.open;
		machine.open = bus;
		*out = bus;
		return 0;
	}
	return -ENODEV;
}

void kcan_bus_close(struct kcan_bus *bus)
{
	struct kcan_bus **at = &machine.open;

	if (!bus)
		return;
	while (*at != bus)
		at = &(*at)->next;
	*at = bus->next;
	close(bus->fd);
	free(bus);
}

int kcan_bus_fd(const struct kcan_bus *bus)
{
	return bus->fd;
}

/* What becomes of a frame. */
enum machine_fate { FATE_WELL, FATE_FULL, FATE_DOWN, FATE_LOST, FATE_UNTOLD };

static inline enum machine_fate machine_fate(void)
{
	static const enum machine_fate fates[] = { FATE_FULL, FATE_DOWN,
						   FATE_LOST, FATE_UNTOLD };
	uint8_t byte = machine_next();

	if (!(byte & 0x80))
		return FATE_WELL;
	machine.disturbed = true;
	return fates[byte % ARRAY_SIZE(fates)];
}

int kcan_bus_send(struct kcan_bus *bus, const struct can_frame *frame)
{
	enum machine_fate fate;

	check(frame->can_dlc <= CAN_MAX_DLEN);
	if (machine.gone[bus->link])
		return -ENODEV;
	if (!machine.links[bus->link].up)
		return -ENETDOWN;
	fate = machine_fate();
	if (fate == FATE_FULL)
		return -ENOBUFS;
	if (fate == FATE_DOWN)
		return -ENETDOWN;
	if (fate == FATE_UNTOLD) {
		bus->dropped++;
		machine_send(bus->link, frame, NULL);
	} else if (fate == FATE_WELL) {
		machine_send(bus->link, frame, bus);
	}
	return 0;
}

int kcan_bus_send_all(struct kcan_bus *bus, const struct can_frame *frames,
		      size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n; i++) {
		err = kcan_bus_send(bus, &frames[i]);
		if (err)
			return i ? (int)i : err;
	}
	return (int)n;
}

int kcan_bus_recv(struct kcan_bus *bus, struct kcan_bus_rx *rx, size_t max)
{
	int err = bus->error;
	size_t n = bus->len < max ? bus->len : max;

	bus->error = 0;
	if (err)
		return err;
	memcpy(rx, bus->queue, n * sizeof(*rx));
	bus->len -= n;
	memmove(bus->queue, bus->queue + n, bus->len * sizeof(*rx));
	return (int)n;
}

unsigned int kcan_bus_dropped(const struct kcan_bus *bus)
{
	return bus ? bus->dropped : 0;
}

/* Interfaces. */

int kcan_link_get(struct kcan_link *out, const char *ifname)
{
	for (unsigned int i = 0; i < MACHINE_LINKS; i++)
		if (!machine.gone[i] &&
		    !strcmp(machine.links[i].name, ifname)) {
			*out = machine.links[i];
			return 0;
		}
	return -ENODEV;
}

int kcan_link_list(char (*names)[IF_NAMESIZE], size_t max)
{
	size_t len = 0;

	for (unsigned int i = 0; i < MACHINE_LINKS; i++) {
		if (machine.gone[i] || !machine.links[i].is_can)
			continue;
		if (len < max)
			memcpy(names[len], machine.links[i].name, IF_NAMESIZE);
		len++;
	}
	return (int)len;
}

bool kcan_link_confirms_ack(const struct kcan_link *link)
{
	return !strcmp(link->driver, "mcp251x");
}

bool kcan_link_has_bitrate(const struct kcan_link *link)
{
	return strcmp(link->driver, "vcan") != 0;
}

int kcan_link_watch(void)
{
	return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, MACHINE_WATCH_FD);
}

void kcan_link_changed(int fd)
{
	(void)fd;
	machine.changed = false;
}

const char *kcan_link_state_name(enum kcan_link_state state)
{
	return state == KCAN_LINK_STATE_BUS_OFF ? "BUS-OFF" : "ERROR-PASSIVE";
}

int kcan_rcvlist_each(const char *ifname,
		      void (*visit)(const struct kcan_receiver *r, void *arg),
		      void *arg)
{
	static const struct {
		canid_t id, mask;
	} known[] = {
		{ 0x109, 0x800007ff },
		{ 0, 0 },
		{ 0x3f0, 0xc00007ff },
	};
	uint8_t who = machine_next();
	struct kcan_receiver r = { .ifname = "" };

	snprintf(r.ifname, sizeof(r.ifname), "%s", ifname);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		r.id = known[i].id;
		r.mask = known[i].mask;
		if (who >> i & 1)
			visit(&r, arg);
	}
	return 0;
}

/* USB. */

int kcan_usbport_of_interface(struct kcan_usbport **out, const char *ifname)
{
	if (!machine.on_usb || strcmp(ifname, machine.links[0].name) != 0)
		return -ENXIO;
	*out = &machine.ports[0];
	return 0;
}

void kcan_usbport_close(struct kcan_usbport *port)
{
	(void)port;
}

const char *kcan_usbport_name(const struct kcan_usbport *port)
{
	return port->name;
}

void kcan_usbport_look(struct kcan_usbport *port, struct kcan_usbdev *out)
{
	machine.changed = false;
	*out = port->dev;
}

int kcan_usbport_watch(struct kcan_usbport *port)
{
	(void)port;
	return 0;
}

int kcan_usbport_fd(const struct kcan_usbport *port)
{
	(void)port;
	return MACHINE_PORT_FD;
}

void kcan_usbport_each(void (*seen)(const char *port,
				    const struct kcan_usbdev *dev, void *arg),
		       void *arg)
{
	for (size_t i = 0; i < MACHINE_PORTS; i++)
		if (machine.ports[i].dev.devnum)
			seen(machine.ports[i].name, &machine.ports[i].dev, arg);
}

bool kcan_usbport_has_udevd(void)
{
	return machine.udevd;
}

/* Reservations. */

static inline int machine_reserve(void)
{
	static const int errors[] = { -EADDRINUSE, -EADDRINUSE, -EMFILE };
	uint8_t how = machine_next();

	if (!(how & 0x80))
		return 1000;
	machine.disturbed = true;
	return errors[how % ARRAY_SIZE(errors)];
}

int reserve_uuid(unsigned int ifindex, const struct kcan_uuid *uuid)
{
	(void)ifindex;
	(void)uuid;
	return machine_reserve();
}

int reserve_nodeid(unsigned int ifindex, uint8_t nodeid)
{
	check(ifindex && nodeid);
	return machine_reserve();
}

void reserve_holder(char *out, size_t size, unsigned int ifindex,
		    const struct kcan_uuid *uuid)
{
	(void)ifindex;
	(void)uuid;
	snprintf(out, size, "\x1b]0;%c (pid 1)", machine_next());
}

uint32_t util_random(void)
{
	return machine_next();
}

#endif
