/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_BUS_H
#define KCAN_BUS_H

#include <linux/can.h>
#include <linux/can/raw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/decls.h>

KCAN_DECLS_BEGIN

/**
 * struct kcan_bus - one raw CAN socket, bound to one interface
 *
 * Non-blocking. Classic frames only: FD frames never reach it. Its own frames
 * come back to it, marked, when the kernel has confirmed them.
 */
struct kcan_bus;

/** What kcan_bus_open() needs; everything zero but @ifname is valid. */
struct kcan_bus_cfg {
	const char *ifname;
	/*
	 * Frames that pass any of these are received. Include the ids that are
	 * sent, or their confirmation is filtered out too. NULL: all frames.
	 */
	const struct can_filter *filters;
	size_t filters_len;
	can_err_mask_t errors; /* error frames wanted, CAN_ERR_* */
	bool times;	       /* fill in kcan_bus_rx.at_us */
	int receive_buffer;    /* bytes; 0 leaves the system's default */
};

/** One received frame. */
struct kcan_bus_rx {
	struct can_frame frame;
	bool own;  /* sent by this very socket: a transmit confirmation */
	bool here; /* sent by this computer, whoever it was */
	/*
	 * When the kernel had it: microseconds of CLOCK_MONOTONIC, not later
	 * than now. Wrong when somebody set the time of day meanwhile, since
	 * the kernel's stamp is one of that: by as much if it is too early, and
	 * later than now by 10 ms at most. 0: not asked for, or not known.
	 */
	uint64_t at_us;
};

/**
 * kcan_bus_open() - open and bind
 * @out: set on success only; release with kcan_bus_close()
 *
 * Return: 0, or a negative errno. The ones to tell apart:
 * -EAFNOSUPPORT  the kernel has no CAN, or no raw CAN
 * -ENODEV        no such interface
 * -ENXIO         the interface is no CAN interface
 * -EPERM, -EACCES  this process may not open CAN sockets
 */
int kcan_bus_open(struct kcan_bus **out, const struct kcan_bus_cfg *cfg);

/** Closes the socket; NULL is allowed. */
void kcan_bus_close(struct kcan_bus *bus);

/** For poll(): POLLIN when kcan_bus_recv() has something to say. */
int kcan_bus_fd(const struct kcan_bus *bus);

/**
 * kcan_bus_send() - hand one frame to the kernel
 *
 * Success says that the frame is queued, not that it was sent: that is what
 * the confirmation in kcan_bus_recv() tells.
 *
 * Return: 0, or a negative errno. The ones to tell apart:
 * -ENOBUFS   the transmit queue is full: try again later (-EAGAIN is mapped
 *            to it)
 * -ENETDOWN  the interface is down
 * -ENODEV    the interface is gone (-ENXIO is mapped to it)
 */
int kcan_bus_send(struct kcan_bus *bus, const struct can_frame *frame);

/**
 * kcan_bus_send_all() - hand several frames to the kernel at once
 * @n: 1 to 64
 *
 * Return: how many it took, from the first one on, 0 when the transmit queue is
 * full; or a negative errno as kcan_bus_send().
 */
int kcan_bus_send_all(struct kcan_bus *bus, const struct can_frame *frames,
		      size_t n);

/**
 * kcan_bus_recv() - take what has arrived, a batch per system call
 * @rx:  room for @max frames, filled from the front
 * @max: at most 64 are taken in one call
 *
 * Return: how many were taken, 0 when nothing waits, or a negative errno as
 * for kcan_bus_send(). The kernel reports an error once: the socket goes on
 * when the interface is up again, and is of no use any more after -ENODEV.
 */
int kcan_bus_recv(struct kcan_bus *bus, struct kcan_bus_rx *rx, size_t max);

/**
 * How many frames the kernel has dropped since opening, because they were not
 * taken in time; a confirmation may be among them. Modulo 2^32.
 */
unsigned int kcan_bus_dropped(const struct kcan_bus *bus);

KCAN_DECLS_END

#endif
