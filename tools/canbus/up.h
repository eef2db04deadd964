/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBUS_UP_H
#define CANBUS_UP_H

#include "../shared/loop.h"

/** Frames of a transmit queue (txqueuelen), as Klipper's documentation sets it. */
#define CANBUS_QUEUE_USUAL 128

/** Return: whether there is such an interface, and it is up. */
bool canbus_is_up(const char *ifname);

/**
 * canbus_wait_up() - wait until somebody brings an interface up
 * @ifname: it need not exist yet
 *
 * Return: whether it is up; false after @end_us or a signal.
 */
bool canbus_wait_up(struct loop *l, const char *ifname, uint64_t end_us);

#endif
