// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "loop.h"

#include "trace.h"
#include "util/wait.h"

int loop_init(struct loop *l, const char *ifname, struct say_streams *streams,
	      bool trace)
{
	*l = (struct loop){ .ifname = ifname,
			    .streams = streams,
			    .trace = trace,
			    .signals = util_wait_signals() };
	return l->signals < 0 ? l->signals : 0;
}

int loop_listen(struct loop *l, const struct can_filter *filters, size_t len)
{
	return kcan_bus_open(&l->bus,
			     &(struct kcan_bus_cfg){
				     .ifname = l->ifname,
				     .filters = filters,
				     .filters_len = len,
				     .errors = filters ? 0 : CAN_ERR_MASK,
				     .times = true,
			     });
}

void loop_deafen(struct loop *l)
{
	kcan_bus_close(l->bus);
	l->bus = NULL;
}

uint64_t loop_now(struct loop *l)
{
	l->now_us = util_now_us();
	return l->now_us;
}

int loop_send(struct loop *l, const struct can_frame *frame)
{
	int err = kcan_bus_send(l->bus, frame);

	l->sent = !err;
	if (l->trace && !err)
		trace_frame(l->streams->trace, l->ifname, frame);
	return err;
}

static int take_frames(struct loop *l, struct kcan_bus_rx *rx)
{
	int n = kcan_bus_recv(l->bus, rx, LOOP_BATCH);

	for (int i = 0; l->trace && i < n; i++)
		if (!rx[i].own)
			trace_frame(l->streams->trace, l->ifname, &rx[i].frame);
	return n;
}

/*
 * Virtual interfaces confirm within the write: no need to wait for it. Not for
 * ever, though: signals are looked for where the waiting is.
 */
static int take_confirmation(struct loop *l, struct kcan_bus_rx *rx)
{
	if (!l->sent || ++l->unwaited > LOOP_BATCH)
		return 0;
	l->sent = false;
	loop_now(l);
	return take_frames(l, rx);
}

int loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	uint64_t wait = deadline_us > l->now_us ? deadline_us - l->now_us : 0;
	int n;

	say_streams_flush(l->streams);
	n = util_wait(fd, l->signals,
		      deadline_us == UINT64_MAX ? UINT64_MAX : wait,
		      &l->signal);
	loop_now(l);
	return n;
}

static int wait_turn(struct loop *l, struct kcan_bus_rx *rx,
		     uint64_t deadline_us)
{
	int n = loop_wait(l, kcan_bus_fd(l->bus), deadline_us);

	l->sent = false;
	l->unwaited = 0;
	return n > 0 ? take_frames(l, rx) : n;
}

int loop_turn(struct loop *l, struct kcan_bus_rx rx[static LOOP_BATCH],
	      uint64_t deadline_us)
{
	int n = take_confirmation(l, rx);

	return n ? n : wait_turn(l, rx, deadline_us);
}
