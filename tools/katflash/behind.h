/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_BEHIND_H
#define KATFLASH_BEHIND_H

#include <stdbool.h>
#include <stddef.h>

#include <kcan/uuid.h>

#include "../canbus/bus.h"

#define BEHIND_MAX 32 /* more are not counted */

/** Nodes on a bus that have no nodeid, and answer a query therefore. */
struct behind {
	struct kcan_uuid nodes[BEHIND_MAX];
	size_t len;
};

/**
 * behind_ask() - who is behind an adapter?
 * @out:     whoever answers within 100 ms
 * @bus:     loop and interface, which is up; a socket of its own is opened
 * @adapter: its own UUID, which is none of them
 */
void behind_ask(struct behind *out, const struct bus *bus,
		const struct kcan_uuid *adapter);

/** Return: whether one of @before answers still; they are asked for 400 ms. */
bool behind_answers(const struct behind *before, const struct bus *bus,
		    const struct kcan_uuid *adapter);

#endif
