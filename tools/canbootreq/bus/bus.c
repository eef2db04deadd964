// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "bus.h"

#include "trace.h"

int bus_init(struct bus *bus, const char *ifname, struct say_streams *streams,
	     bool trace)
{
	*bus = (struct bus){ .ifname = ifname };
	return loop_init(&bus->loop, streams, trace);
}

int bus_open(struct bus *bus, const struct can_filter *filters, size_t len)
{
	return kcan_bus_open(&bus->socket,
			     &(struct kcan_bus_cfg){
				     .ifname = bus->ifname,
				     .filters = filters,
				     .filters_len = len,
				     .errors = filters ? 0 : CAN_ERR_MASK,
				     .times = true,
			     });
}

void bus_close(struct bus *bus)
{
	kcan_bus_close(bus->socket);
	bus->socket = NULL;
}

int bus_send(struct bus *bus, const struct can_frame *frame)
{
	int err = kcan_bus_send(bus->socket, frame);

	loop_now(&bus->loop);
	bus->sent = !err;
	if (!err)
		trace_frame(&bus->loop, bus->ifname, frame);
	return err;
}

static int take_frames(struct bus *bus, struct kcan_bus_rx *rx)
{
	int n = kcan_bus_recv(bus->socket, rx, BUS_BATCH);

	for (int i = 0; i < n; i++)
		if (!rx[i].own)
			trace_frame(&bus->loop, bus->ifname, &rx[i].frame);
	return n;
}

/*
 * Virtual interfaces confirm within the write: no need to wait for it. Not for
 * ever, though: signals are looked for where the waiting is.
 */
static int take_confirmation(struct bus *bus, struct kcan_bus_rx *rx)
{
	if (!bus->sent || ++bus->unwaited > BUS_BATCH)
		return 0;
	bus->sent = false;
	return take_frames(bus, rx);
}

static int wait_turn(struct bus *bus, struct kcan_bus_rx *rx,
		     uint64_t deadline_us)
{
	int n = loop_wait(&bus->loop, kcan_bus_fd(bus->socket), deadline_us);

	bus->sent = false;
	bus->unwaited = 0;
	return n > 0 ? take_frames(bus, rx) : n;
}

int bus_turn(struct bus *bus, struct kcan_bus_rx rx[static BUS_BATCH],
	     uint64_t deadline_us)
{
	int n = take_confirmation(bus, rx);

	return n ? n : wait_turn(bus, rx, deadline_us);
}
