// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "bus.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <kcan/admin.h>

#include "nodeids.h"
#include "trace.h"

/* Bytes, for who hears everything: a host that connects is quick. */
#define ALL_BUFFER (1024 * 1024)

#define EXACT (CAN_SFF_MASK | CAN_EFF_FLAG | CAN_RTR_FLAG)
#define POOL (0x780 | CAN_EFF_FLAG | CAN_RTR_FLAG) /* ids 280 to 2FF */

int bus_open(struct bus *bus, const struct can_filter *filters, size_t len)
{
	return kcan_bus_open(&bus->socket,
			     &(struct kcan_bus_cfg){
				     .ifname = bus->ifname,
				     .filters = filters,
				     .filters_len = len,
				     .errors = filters ? 0 : CAN_ERR_MASK,
				     .receive_buffer = filters ? 0 : ALL_BUFFER,
				     .times = true,
			     });
}

int bus_open_nodeids(struct bus *bus, uint8_t pinned)
{
	const struct can_filter filters[] = {
		{ KCAN_ADMIN_ID, EXACT },
		{ kcan_nodeid_rx_id(NODEIDS_FIRST), POOL },
		/* the question, or its confirmation would be filtered out */
		{ kcan_nodeid_rx_id(pinned), EXACT },
		{ kcan_nodeid_tx_id(pinned), EXACT },
	};

	return bus_open(bus, filters, pinned ? 4 : 2);
}

void bus_close(struct bus *bus)
{
	kcan_bus_close(bus->socket);
	bus->socket = NULL;
}

int bus_send(struct bus *bus, const struct can_frame *frame)
{
	int err = kcan_bus_send(bus->socket, frame);

	loop_now(bus->loop);
	bus->sent = !err;
	if (!err)
		trace_frame(bus->loop, bus->ifname, frame);
	return err;
}

int bus_send_all(struct bus *bus, const struct can_frame *frames, size_t n)
{
	int sent = kcan_bus_send_all(bus->socket, frames, n);

	loop_now(bus->loop);
	bus->sent = sent > 0;
	for (int i = 0; i < sent; i++)
		trace_frame(bus->loop, bus->ifname, &frames[i]);
	return sent;
}

static int take_frames(struct bus *bus, struct kcan_bus_rx *rx)
{
	int n = kcan_bus_recv(bus->socket, rx, BUS_BATCH);

	for (int i = 0; i < n; i++)
		if (!rx[i].own)
			trace_frame(bus->loop, bus->ifname, &rx[i].frame);
	return n;
}

/*
 * Virtual interfaces confirm within the write: no need to wait for it. Not for
 * ever, though: signals are looked for where the waiting is.
 */
static bool may_be_confirmed(const struct bus *bus)
{
	return bus->sent && bus->unwaited < BUS_BATCH;
}

static void note_wait(struct bus *bus)
{
	bus->sent = false;
	bus->unwaited = 0;
}

static int take_confirmation(struct bus *bus, struct kcan_bus_rx *rx)
{
	if (!may_be_confirmed(bus))
		return 0;
	bus->unwaited++;
	bus->sent = false;
	return take_frames(bus, rx);
}

static int wait_turn(struct bus *bus, struct kcan_bus_rx *rx,
		     uint64_t deadline_us)
{
	int n = loop_wait(bus->loop, kcan_bus_fd(bus->socket), deadline_us);

	note_wait(bus);
	return n > 0 ? take_frames(bus, rx) : n;
}

int bus_turn(struct bus *bus, struct kcan_bus_rx rx[static BUS_BATCH],
	     uint64_t deadline_us)
{
	int n = take_confirmation(bus, rx);

	if (n)
		return n;
	return deadline_us == BUS_NOW ? take_frames(bus, rx) :
					wait_turn(bus, rx, deadline_us);
}

int bus_group_open(struct bus_group *g)
{
	struct epoll_event event = { .events = EPOLLIN };
	int err = 0;

	g->fd = g->len > 1 ? epoll_create1(EPOLL_CLOEXEC) : -1;
	if (g->len > 1 && g->fd < 0)
		return -errno;
	for (size_t i = 0; g->fd >= 0 && i < g->len && !err; i++)
		if (epoll_ctl(g->fd, EPOLL_CTL_ADD,
			      kcan_bus_fd(g->list[i]->socket), &event))
			err = -errno;
	if (err)
		bus_group_close(g);
	return err;
}

void bus_group_close(struct bus_group *g)
{
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
}

int bus_group_wait(struct bus_group *g, uint64_t *deadline_us)
{
	uint64_t until_us = *deadline_us;
	int n;

	if (g->fd < 0)
		return 0;
	*deadline_us = BUS_NOW;
	for (size_t i = 0; i < g->len; i++)
		if (may_be_confirmed(g->list[i]))
			return 0;
	n = loop_wait(g->list[0]->loop, g->fd, until_us);
	for (size_t i = 0; i < g->len; i++)
		note_wait(g->list[i]);
	return n < 0 ? n : 0;
}
