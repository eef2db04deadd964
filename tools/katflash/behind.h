/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_BEHIND_H
#define KATFLASH_BEHIND_H

#include <stdbool.h>

#include "../canbus/bus.h"
#include "../canbus/uuids.h"

/**
 * behind_ask() - who is behind an adapter?
 * @out:     nodes without a nodeid, as they answer a query, within 100 ms
 * @bus:     loop and interface, which is up; a socket of its own is opened
 * @adapter: its own UUID, which is none of them
 */
void behind_ask(struct uuids *out, const struct bus *bus,
		const struct kcan_uuid *adapter);

/** Return: whether one of @before answers still; they are asked for 400 ms. */
bool behind_answers(const struct uuids *before, const struct bus *bus,
		    const struct kcan_uuid *adapter);

#endif
