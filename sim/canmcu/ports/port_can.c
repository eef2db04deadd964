// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "port_can.h"

#include <errno.h>
#include <kcan/admin.h>
#include <kcan/bus.h>
#include <kcan/link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/array.h"
#include "util/clean.h"

#define BATCH 64
#define BATCHES_MAX 16 /* then signals and clients have their turn */
#define RECEIVE_BUFFER (4 * 1024 * 1024) /* bytes */

struct port_can {
	struct port_can_cfg cfg;
	struct kcan_bus *bus;
	int netlink;
	unsigned int ifindex;
	bool up;
	unsigned int dropped;
	sd_event_source *bus_source;
	sd_event_source *link_source;
};

/*
 * Ranges, never exact ids: a receiver of a single odd id is what a Klipper host
 * looks like, and one without a filter is what a flashing tool looks like.
 */
#define STANDARD_DATA (CAN_EFF_FLAG | CAN_RTR_FLAG)
static const struct can_filter filters[] = {
	{ 0x100, 0x700 | STANDARD_DATA },
	{ 0x200, 0x700 | STANDARD_DATA },
	{ KCAN_ADMIN_ID, 0x7fe | STANDARD_DATA },
};
/* All there are, for a bridge: by halves, since one filter looks like none. */
static const struct can_filter halves[] = { { 0, 0x400 }, { 0x400, 0x400 } };

static uint64_t now_us(struct port_can *p)
{
	uint64_t now = 0;

	sd_event_now(p->cfg.loop, CLOCK_MONOTONIC, &now);
	return now;
}

static void report(struct port_can *p, struct event event)
{
	event.now_us = now_us(p);
	p->cfg.events.emit(p->cfg.events.arg, &event);
}

static bool is_up(const struct port_can *p)
{
	struct ifreq ifr = { 0 };

	return if_indextoname(p->ifindex, ifr.ifr_name) &&
	       !ioctl(p->netlink, SIOCGIFFLAGS, &ifr) && ifr.ifr_flags & IFF_UP;
}

static void set_link(struct port_can *p, bool up)
{
	if (up == p->up)
		return;
	p->up = up;
	world_link(p->cfg.world, p->cfg.bus, up);
	report(p, (struct event){ .type = EVENT_LINK,
				  .text = up ? "up" : "down" });
	if (!up)
		util_say(STDERR_FILENO,
			 "canmcu: %s is down, nothing is heard or sent: "
			 "'ip link set %s up' lets it go on",
			 p->cfg.ifname, p->cfg.ifname);
}

static void set_gone(struct port_can *p)
{
	report(p, (struct event){ .type = EVENT_LINK, .text = "gone" });
	world_link(p->cfg.world, p->cfg.bus, false);
	util_say(STDERR_FILENO,
		 "canmcu: %s has vanished: create it again, then start canmcu "
		 "again",
		 p->cfg.ifname);
	sd_event_exit(p->cfg.loop, EXIT_FAILURE);
}

/* Also when it has come up again since: what was on its way is lost. */
static void bus_failed(struct port_can *p, int err)
{
	char name[IF_NAMESIZE];

	if (!if_indextoname(p->ifindex, name)) {
		set_gone(p);
		return;
	}
	if (err == -ENETDOWN)
		set_link(p, false);
	set_link(p, is_up(p));
}

static void count_dropped(struct port_can *p)
{
	unsigned int dropped = kcan_bus_dropped(p->bus);

	if (dropped == p->dropped)
		return;
	report(p, (struct event){ .type = EVENT_DROPPED,
				  .count = dropped - p->dropped });
	p->dropped = dropped;
	world_lost(p->cfg.world, p->cfg.bus, now_us(p));
}

/*
 * The kernel tells of an error before it hands out what came earlier: those
 * frames were on the bus, echoes of our own among them.
 */
static int receive(struct port_can *p)
{
	struct kcan_bus_rx rx[BATCH];
	uint64_t now = now_us(p);
	int n = BATCH, err = 0;

	for (int i = 0; (n == BATCH || n < 0) && i < BATCHES_MAX; i++) {
		n = kcan_bus_recv(p->bus, rx, BATCH);
		for (int k = 0; k < n; k++)
			world_rx(p->cfg.world, p->cfg.bus, &rx[k].frame,
				 rx[k].own, now);
		if (n < 0)
			err = n;
	}
	count_dropped(p);
	return err;
}

/* Return: 0, or why the kernel did not take the next frame. */
static int send_all(struct port_can *p, bool *sent)
{
	struct can_frame frame;

	*sent = false;
	while (world_tx(p->cfg.world, p->cfg.bus, &frame, now_us(p))) {
		int err = kcan_bus_send(p->bus, &frame);

		if (err) {
			world_refused(p->cfg.world, p->cfg.bus, now_us(p));
			return err;
		}
		world_sent(p->cfg.world, p->cfg.bus);
		*sent = true;
	}
	return 0;
}

/*
 * A node has few frames under way, and a virtual bus brings them back at once:
 * going through the loop for each few of them costs half as much CPU time again.
 */
void port_can_kick(struct port_can *p)
{
	bool sent = true;
	int err = 0;

	for (int i = 0; i < BATCHES_MAX && sent && !err; i++) {
		err = send_all(p, &sent);
		if (sent && !err)
			err = receive(p);
	}
	if (err && err != -ENOBUFS)
		bus_failed(p, err);
}

static int on_bus(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct port_can *p = arg;
	int err = receive(p);

	(void)source;
	(void)fd;
	(void)revents;
	if (err)
		bus_failed(p, err);
	p->cfg.on_turn(p->cfg.arg);
	return 0;
}

/* Something about some interface: which, and what, is_up() tells. */
static int on_link(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct port_can *p = arg;

	(void)source;
	(void)revents;
	kcan_link_changed(fd);
	bus_failed(p, receive(p));
	p->cfg.on_turn(p->cfg.arg);
	return 0;
}

static int attach(struct port_can *p)
{
	sd_event *loop = p->cfg.loop;
	int err;

	err = sd_event_add_io(loop, &p->bus_source, kcan_bus_fd(p->bus),
			      EPOLLIN, on_bus, p);
	if (err >= 0)
		err = sd_event_add_io(loop, &p->link_source, p->netlink,
				      EPOLLIN, on_link, p);
	return err < 0 ? err : 0;
}

int port_can_open(struct port_can **out, const struct port_can_cfg *cfg)
{
	struct kcan_bus_cfg bus_cfg = {
		.ifname = cfg->ifname,
		.filters = cfg->all ? halves : filters,
		.filters_len = cfg->all ? ARRAY_SIZE(halves) :
					  ARRAY_SIZE(filters),
		.receive_buffer = RECEIVE_BUFFER,
	};
	struct port_can *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	*p = (struct port_can){ .cfg = *cfg, .netlink = -1, .up = true };
	err = kcan_bus_open(&p->bus, &bus_cfg);
	if (!err) {
		p->netlink = kcan_link_watch();
		err = p->netlink < 0 ? p->netlink : attach(p);
	}
	if (err) {
		port_can_close(p);
		return err;
	}
	p->ifindex = if_nametoindex(cfg->ifname);
	*out = p;
	return 0;
}

void port_can_close(struct port_can *p)
{
	if (!p)
		return;
	sd_event_source_unref(p->link_source);
	sd_event_source_unref(p->bus_source);
	if (p->netlink >= 0)
		close(p->netlink);
	kcan_bus_close(p->bus);
	free(p);
}

int port_can_error(char *out, size_t size, const char *ifname, int err)
{
	static const struct {
		int err;
		const char *observed;
		const char *remedy;
	} rows[] = {
		{ ENODEV, "there is no interface",
		  "'ip -br link' lists "
		  "those there are; 'ip link add dev vcan0 type vcan && ip link "
		  "set vcan0 up' makes a virtual one" },
		{ ENXIO, "this is not a CAN interface:",
		  "'ip -br link' lists the "
		  "interfaces there are; name one for CAN with -i" },
		{ EAFNOSUPPORT, "this kernel has no CAN, so there is no",
		  "'vcan-run -- canmcu ...' brings one that has" },
		{ EPERM, "CAN sockets are not permitted here, needed for",
		  "run canmcu as a user or in a container that may open them" },
		{ EACCES, "CAN sockets are not permitted here, needed for",
		  "run canmcu as a user or in a container that may open them" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].err == -err)
			return snprintf(out, size, "%s '%s': %s",
					rows[i].observed, ifname,
					rows[i].remedy);
	return snprintf(out, size,
			"cannot use '%s' (%s): see whether "
			"'candump %s' works",
			ifname, strerror(-err), ifname);
}
