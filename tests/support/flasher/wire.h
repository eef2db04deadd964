/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FLASHER_WIRE_H
#define FLASHER_WIRE_H

#include <kcan/admin.h>
#include <kcan/stream.h>
#include <linux/can.h>
#include <stdbool.h>
#include <stdint.h>

#include "io/tty.h"

#define WIRE_STREAM_SIZE 4096

/**
 * struct wire - the bus as the known flashing tool sees it
 *
 * A raw socket without any filter, and two streams of bytes: what the node
 * sent, and what came on 3F1. An id counts without its flags, as there
 * (can-admin-channel.md, section 12.1).
 */
struct wire {
	int fd; /* -1 after a write has failed: then nothing is heard either */
	struct kcan_tty *tty; /* a serial line instead of a bus; or NULL */
	uint8_t nodeid;
	double scale; /* of every wait */
	struct kcan_stream data, admin;
	uint8_t data_buf[WIRE_STREAM_SIZE], admin_buf[WIRE_STREAM_SIZE];
	uint64_t sent_us; /* when the last frame was about to be sent */
};

/**
 * wire_open() - start listening on @ifname, or on the tty of that path
 *
 * On a tty there are no frames: admin messages are not sent, data is bytes.
 *
 * @w points into itself from then on: it has to stay where it is.
 *
 * Return: 0 or a negative errno.
 */
int wire_open(struct wire *w, const char *ifname);

void wire_close(struct wire *w);

/** Monotonic, microseconds. */
uint64_t wire_now_us(void);

/** When a wait of @us that begins now is over; scaled. */
uint64_t wire_deadline_us(const struct wire *w, uint64_t us);

/** Send one frame; a failure closes the socket and is told on stderr. */
void wire_send(struct wire *w, const struct can_frame *frame);

/** Send an admin message. */
void wire_send_admin(struct wire *w, const struct kcan_admin_msg *msg);

/**
 * wire_send_data() - send bytes to the node, 8 to a frame
 * @frames_max: stop after so many frames, the rest is never sent
 */
void wire_send_data(struct wire *w, const uint8_t *data, size_t len,
		    uint64_t frames_max);

/**
 * wire_wait() - put the next frame where it belongs
 *
 * Return: false when @deadline_us came first.
 */
bool wire_wait(struct wire *w, uint64_t deadline_us);

/** Do nothing but listen until then. */
void wire_listen(struct wire *w, uint64_t deadline_us);

#endif
