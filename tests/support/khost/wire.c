// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "wire.h"

#include <errno.h>
#include <kcan/admin.h>
#include <kcan/stream.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#define BAUD 250000 /* as klippy has it */
#define BATCH 16

static int open_tty(struct wire *w, const char *path)
{
	struct kcan_tty_holder holder;
	int err = kcan_tty_open(&w->tty, path, &holder);

	return err ? err : kcan_tty_speed(w->tty, BAUD);
}

int wire_open(struct wire *w, const char *ifname, uint8_t nodeid)
{
	struct can_filter filter = { kcan_nodeid_tx_id(nodeid),
				     CAN_SFF_MASK | CAN_EFF_FLAG |
					     CAN_RTR_FLAG };
	struct kcan_bus_cfg cfg = { .ifname = ifname,
				    .filters = &filter,
				    .filters_len = 1 };

	*w = (struct wire){ .nodeid = nodeid };
	if (strchr(ifname, '/'))
		return open_tty(w, ifname);
	return kcan_bus_open(&w->bus, &cfg);
}

void wire_close(struct wire *w)
{
	kcan_bus_close(w->bus);
	w->bus = NULL;
	kcan_tty_close(w->tty);
	w->tty = NULL;
}

uint64_t wire_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static struct timespec timespec_of(uint64_t us)
{
	return (struct timespec){ .tv_sec = (time_t)(us / 1000000),
				  .tv_nsec = (long)(us % 1000000) * 1000 };
}

void wire_sleep(uint64_t us)
{
	struct timespec t = timespec_of(us);

	nanosleep(&t, NULL);
}

static void send_frame(struct wire *w, const struct can_frame *frame)
{
	int err = kcan_bus_send(w->bus, frame);

	if (err && err != -ENOBUFS && !w->err)
		w->err = err;
}

void wire_assign(struct wire *w, const struct kcan_uuid *uuid)
{
	struct kcan_admin_msg set = { .cmd = KCAN_ADMIN_SET_KLIPPER_NODEID,
				      .uuid = *uuid,
				      .nodeid = w->nodeid };
	struct can_frame frame;

	if (w->tty)
		return;
	kcan_admin_encode(&frame, &set);
	send_frame(w, &frame);
}

void wire_send(struct wire *w, const uint8_t *bytes, size_t len)
{
	canid_t id = kcan_nodeid_rx_id(w->nodeid);
	/* only read from */
	struct kcan_stream out = { .buf = (uint8_t *)bytes, .len = len };
	struct can_frame frame;

	if (w->tty) {
		w->err = kcan_tty_write(w->tty, bytes, len);
		return;
	}
	while ((len = kcan_stream_peek_frame(&out, id, &frame))) {
		send_frame(w, &frame);
		out.buf += len;
		out.len -= len;
	}
}

static int receive_bytes(struct wire *w, struct can_frame *frames, int len)
{
	int i = 0;

	for (; i < len; i++) {
		ssize_t n = kcan_tty_read(w->tty, frames[i].data, CAN_MAX_DLEN);

		if (n < 0)
			return (int)n;
		if (!n)
			break;
		frames[i].can_dlc = (uint8_t)n;
	}
	return i;
}

int wire_receive(struct wire *w, struct can_frame *frames, int len)
{
	struct kcan_bus_rx rx[BATCH];
	int n;

	if (w->tty)
		return receive_bytes(w, frames, len);
	n = kcan_bus_recv(w->bus, rx, len < BATCH ? len : BATCH);
	for (int i = 0; i < n; i++)
		frames[i] = rx[i].frame;
	return n;
}

void wire_wait(const struct wire *w, int input, uint64_t deadline_us)
{
	struct pollfd p[] = { { .fd = w->tty ? kcan_tty_fd(w->tty) :
					       kcan_bus_fd(w->bus),
				.events = POLLIN },
			      { .fd = input, .events = POLLIN } };
	uint64_t now = wire_now_us();
	uint64_t left = deadline_us > now ? deadline_us - now : 0;
	struct timespec t = timespec_of(left);

	ppoll(p, 2, deadline_us == UINT64_MAX ? NULL : &t, NULL);
}
