/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KHOST_WIRE_H
#define KHOST_WIRE_H

#include <kcan/bus.h>
#include <kcan/uuid.h>
#include <stddef.h>
#include <stdint.h>

#include "io/tty.h"

/**
 * The bus as a Klipper host sees it: one node's answers, and nothing else; or a
 * serial line, whose bytes come as if in frames.
 */
struct wire {
	struct kcan_bus *bus;
	struct kcan_tty *tty; /* instead of a bus; or NULL */
	uint8_t nodeid;
	int err; /* the first failure to send: a negative errno */
};

/** @ifname: or the path of a tty. Return: 0 or a negative errno. */
int wire_open(struct wire *w, const char *ifname, uint8_t nodeid);
void wire_close(struct wire *w);

/** Monotonic, microseconds. */
uint64_t wire_now_us(void);

/** Do nothing at all. */
void wire_sleep(uint64_t us);

/** Give the nodeid to a node: klipper-mcu-protocol.md, section 2.5. */
void wire_assign(struct wire *w, const struct kcan_uuid *uuid);

/**
 * wire_send() - send bytes to the node, 8 to a frame
 *
 * What the kernel has no room for is lost, as on any bus: the session is there
 * to repair that.
 */
void wire_send(struct wire *w, const uint8_t *bytes, size_t len);

/** Return: frames that came, at most @len, or a negative errno. */
int wire_receive(struct wire *w, struct can_frame *frames, int len);

/**
 * wire_wait() - sleep until there are frames, or until @deadline_us
 * @input: another file that ends the sleep; -1: none
 */
void wire_wait(const struct wire *w, int input, uint64_t deadline_us);

#endif
