// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "wire.h"

#include <errno.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BAUD 250000 /* katapult-protocol.md, section 6 */

static void init_streams(struct wire *w)
{
	kcan_stream_init(&w->data, w->data_buf, sizeof(w->data_buf));
	kcan_stream_init(&w->admin, w->admin_buf, sizeof(w->admin_buf));
}

static int open_tty(struct wire *w, const char *path)
{
	struct kcan_tty_holder holder;
	int err = kcan_tty_open(&w->tty, path, &holder);

	init_streams(w);
	if (!err)
		err = kcan_tty_speed(w->tty, BAUD);
	if (!err)
		w->fd = kcan_tty_fd(w->tty);
	return err;
}

int wire_open(struct wire *w, const char *ifname)
{
	struct sockaddr_can addr = { .can_family = AF_CAN };

	if (strchr(ifname, '/'))
		return open_tty(w, ifname);
	addr.can_ifindex = (int)if_nametoindex(ifname);
	if (!addr.can_ifindex)
		return -errno;
	w->fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW);
	if (w->fd < 0)
		return -errno;
	if (bind(w->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		int err = -errno;

		wire_close(w);
		return err;
	}
	init_streams(w);
	return 0;
}

void wire_close(struct wire *w)
{
	if (w->fd >= 0 && !w->tty)
		close(w->fd);
	kcan_tty_close(w->tty);
	w->tty = NULL;
	w->fd = -1;
}

uint64_t wire_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t wire_deadline_us(const struct wire *w, uint64_t us)
{
	return wire_now_us() + (uint64_t)((double)us * w->scale);
}

/* The known tool goes on without its socket: can-admin-channel.md, 13. */
void wire_send(struct wire *w, const struct can_frame *frame)
{
	w->sent_us = wire_now_us();
	if (w->fd < 0 || write(w->fd, frame, sizeof(*frame)) == sizeof(*frame))
		return;
	perror("flasher: cannot write to the bus");
	wire_close(w);
}

void wire_send_admin(struct wire *w, const struct kcan_admin_msg *msg)
{
	struct can_frame frame;

	if (w->tty)
		return;
	kcan_admin_encode(&frame, msg);
	wire_send(w, &frame);
}

void wire_send_data(struct wire *w, const uint8_t *data, size_t len,
		    uint64_t frames_max)
{
	uint8_t buf[WIRE_STREAM_SIZE];
	struct can_frame frame;
	struct kcan_stream out;

	if (w->tty && frames_max) {
		w->sent_us = wire_now_us();
		if (kcan_tty_write(w->tty, data, len))
			perror("flasher: cannot write to the line");
		return;
	}
	kcan_stream_init(&out, buf, sizeof(buf));
	kcan_stream_push(&out, data, len);
	while (frames_max-- &&
	       (len = kcan_stream_peek_frame(&out, kcan_nodeid_rx_id(w->nodeid),
					     &frame))) {
		wire_send(w, &frame);
		kcan_stream_drop(&out, len);
	}
}

static void file(struct wire *w, const struct can_frame *frame)
{
	canid_t id = frame->can_id & CAN_EFF_MASK;

	if (id == kcan_nodeid_tx_id(w->nodeid))
		kcan_stream_push_frame(&w->data, frame);
	else if (id == KCAN_ADMIN_RESP_ID)
		kcan_stream_push_frame(&w->admin, frame);
}

/* Return: false when there is nothing more to come. */
static bool take(struct wire *w)
{
	uint8_t bytes[CAN_MAX_DLEN];
	struct can_frame frame;
	ssize_t n;

	if (w->tty) {
		n = kcan_tty_read(w->tty, bytes, sizeof(bytes));
		if (n > 0)
			kcan_stream_push(&w->data, bytes, (size_t)n);
		return n >= 0;
	}
	n = read(w->fd, &frame, sizeof(frame));
	if (n == sizeof(frame))
		file(w, &frame);
	return n == sizeof(frame);
}

bool wire_wait(struct wire *w, uint64_t deadline_us)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };
	uint64_t now = wire_now_us(), left;
	struct timespec t;

	left = deadline_us > now ? deadline_us - now : 0;
	t.tv_sec = (time_t)(left / 1000000);
	t.tv_nsec = (long)(left % 1000000) * 1000;
	if (ppoll(&p, 1, &t, NULL) != 1)
		return false;
	if (take(w))
		return true;
	perror("flasher: cannot read from the bus");
	wire_close(w);
	return true;
}

void wire_listen(struct wire *w, uint64_t deadline_us)
{
	while (wire_wait(w, deadline_us))
		;
}
