/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_CAN_MACHINE_H
#define FUZZ_CAN_MACHINE_H

/*
 * A machine with two CAN interfaces, an adapter, and canmcu's boards behind them,
 * instead of the edges of a program: what happens there, and when, is up to the
 * input. Where that ends, all goes well.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <kcan/bus.h>
#include <kcan/link.h>

#include "../../tools/canbus/reserve.h"
#include "../../tools/shared/loop.h"
#include "fuzz_world.h"
#include "io/rcvlist.h"
#include "io/usbport.h"
#include "util/array.h"
#include "util/random.h"

#define MACHINE_LINKS 2
#define MACHINE_MCUS 3
#define MACHINE_PORTS 2
#define MACHINE_QUEUE 64 /* frames that a socket holds */
#define MACHINE_HEARD 8	 /* frames that may be replayed */
#define MACHINE_FILTERS 8
#define MACHINE_PORT_FD 0
#define MACHINE_WATCH_FD 500	/* and above; no bus gets there */
#define MACHINE_TURNS_MAX 20000 /* without time going on */

/* can-admin-channel.md, section 10: they belong together */
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

/* Time, and what happens meanwhile. */

static inline void machine_hear(void)
{
	uint8_t how = machine_next();
	struct can_frame f;

	machine.disturbed = machine.forged = true;
	fuzz_frame(&machine.in, &f, MACHINE_MCUS);
	machine_send(how & 1, &f, NULL);
}

/* What was heard once is heard again, maybe as the answer to it. */
static inline void machine_replay(void)
{
	uint8_t how = machine_next(), byte = machine_next();
	struct can_frame f = machine.heard[how % MACHINE_HEARD];

	machine.disturbed = machine.forged = true;
	f.can_id += how >> 3 & 1;
	if (how & 0x10)
		f.data[byte & 7] ^= byte;
	machine_send(how >> 5 & 1, &f, NULL);
}

static inline void machine_fail(void)
{
	static const int errors[] = { -ENETDOWN, -ENODEV, -ENOMEM };
	uint8_t how = machine_next();
	int err = errors[how % ARRAY_SIZE(errors)];

	machine.disturbed = true;
	for (struct kcan_bus *bus = machine.open; bus; bus = bus->next)
		if (bus->link == (how >> 3 & 1))
			bus->error = err;
	machine.gone[how >> 3 & 1] |= err == -ENODEV;
}

static inline void machine_relink(void)
{
	machine.changed = true;
	machine_choose_link(machine_next() & 1);
}

static inline void machine_replug(void)
{
	machine_choose_device(&machine.ports[machine_next() & 1]);
}

static inline void machine_drop(void)
{
	machine.disturbed = true;
	for (struct kcan_bus *bus = machine.open; bus; bus = bus->next) {
		bus->dropped += (unsigned int)bus->len;
		bus->len = 0;
	}
}

static inline void machine_handle(void)
{
	uint8_t how = machine_next();
	const struct mcu *m = world_at(machine.world, how % MACHINE_MCUS);

	machine.disturbed = machine.forged = true;
	if (how & 0x80)
		world_reset(machine.world, m, machine.now_us);
	else
		world_power(machine.world, m, how & 0x40, machine.now_us);
}

/* Return: whether there is something to read: of a group, anywhere. */
static inline bool machine_is_readable(int fd)
{
	bool some = false;

	if (fd < 0)
		return false;
	if (fd == MACHINE_PORT_FD || fd >= MACHINE_WATCH_FD)
		return machine.changed;
	for (const struct kcan_bus *bus = machine.open; bus; bus = bus->next) {
		if (bus->fd == fd)
			return bus->len || bus->error;
		some |= bus->len || bus->error;
	}
	return some;
}

static inline void machine_wait(uint64_t us, uint64_t deadline_us)
{
	uint64_t end_us = machine.now_us + us;

	machine.now_us = end_us < deadline_us ? end_us : deadline_us;
	machine.turns = 0;
}

/* Return: whether time may go on until then. */
static inline bool machine_happens(struct loop *l, uint64_t deadline_us)
{
	static void (*const events[])(void) = {
		machine_hear,	machine_hear,	machine_replay, machine_replay,
		machine_replay, machine_relink, machine_replug, machine_replug,
		machine_fail,	machine_drop,	machine_handle,
	};
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPWR };
	uint8_t what = machine_next();

	if (what < 0x40)
		return true;
	if (what >= 0xfc) {
		machine.disturbed = true;
		l->signal = signals[what & 3];
	} else if (what >= 0xa0) {
		events[what % ARRAY_SIZE(events)]();
	} else {
		machine_wait((what & 0x3f) * 1000u, deadline_us);
	}
	return false;
}

int loop_init(struct loop *l, struct say_streams *streams, bool trace)
{
	*l = (struct loop){ .now_us = machine.now_us,
			    .streams = streams,
			    .trace = trace };
	return 0;
}

uint64_t loop_now(struct loop *l)
{
	return l->now_us = machine.now_us;
}

int loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	uint64_t next_us = world_deadline(machine.world);

	check(machine.turns++ < MACHINE_TURNS_MAX);
	say_streams_flush(l->streams);
	if (!machine_is_readable(fd) && deadline_us > machine.now_us &&
	    machine_happens(l, deadline_us)) {
		next_us = next_us < deadline_us ? next_us : deadline_us;
		check(next_us != UINT64_MAX); /* it would wait for ever */
		if (next_us > machine.now_us) {
			machine.now_us = next_us;
			machine.turns = 0;
		}
	}
	machine_run();
	loop_now(l);
	return machine_is_readable(fd);
}

FILE *loop_trace(const struct loop *l)
{
	return l->streams->trace;
}

/* The beginning. */

static inline void machine_take_event(void *arg, const struct event *event)
{
	(void)arg;
	check(event->now_us <= machine.now_us);
}

static inline void machine_make_world(void)
{
	static struct fault faults[FAULT_COUNT];
	uint16_t choice = fuzz_next16(&machine.in);
	size_t faults_len = fuzz_faults(faults, choice);
	struct mcu_cfg cfgs[MACHINE_MCUS];

	for (uint8_t i = 0; i < MACHINE_MCUS; i++) {
		uint8_t how = machine_next();

		cfgs[i] = (struct mcu_cfg){
			.uuid = { { MACHINE_UUID } },
			.same_uuid = true,
			.type = mcu_type_find("stm32g0b1xx"),
			.bootloader = how & 0x80 ? BOOTLOADER_NONE :
						   BOOTLOADER_KATAPULT,
			.state = (how & 0x81) == 1 ? MCU_KATAPULT : MCU_KLIPPER,
			.boot_us = 30000,
			.bus = how >> 1 & 1,
			.nodeid = how & 4 ? how >> 4 & 7 : -1,
			.sane_rx = how & 8,
			.faults = faults,
			.faults_len = faults_len,
		};
		if (i < 2)
			cfgs[i].uuid =
				(struct kcan_uuid){ { 0, 0, 0, 0, 0, i } };
		machine.disturbed |= how;
	}
	machine.forged = choice;
	machine.disturbed |= choice;
	check(!world_new(&machine.world,
			 &(struct world_cfg){ .mcus = cfgs,
					      .mcus_len = MACHINE_MCUS,
					      .buses_len = MACHINE_LINKS,
					      .start_us = machine.now_us,
					      .events = { machine_take_event },
					      .software = real_software() }));
}

static inline void machine_start(struct fuzz_input in)
{
	uint8_t how;

	machine = (struct machine){ .in = in, .now_us = 1000000 };
	how = machine_next();
	machine.on_usb = how & 1;
	machine.udevd = how & 2;
	for (unsigned int i = 0; i < MACHINE_LINKS; i++)
		machine_choose_link(i);
	for (unsigned int i = 0; i < MACHINE_PORTS; i++) {
		snprintf(machine.ports[i].name, sizeof(machine.ports[i].name),
			 "1-%u", i + 1);
		if (how & (i ? 4 : 1))
			machine_choose_device(&machine.ports[i]);
	}
	machine_make_world();
}

static inline void machine_stop(void)
{
	check(!machine.open);
	world_free(machine.world);
}

#endif
