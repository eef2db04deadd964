/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBUS_PROGRAMS_H
#define CANBUS_PROGRAMS_H

#include <stdbool.h>
#include <stdio.h>

#include "bus.h"
#include "io/rcvlist.h"

/** What a receiver of another program says about that program. */
enum programs_receiver {
	PROGRAMS_OTHER,
	PROGRAMS_KLIPPER_HOST, /* exactly the id a Klipper node sends on */
	PROGRAMS_UNFILTERED,   /* everything: may be a flashing tool */
};

/** Pure. */
enum programs_receiver programs_classify(const struct kcan_receiver *receiver);

/** Which programs of this computer receive from an interface. */
struct programs {
	const char *program; /* ours: it begins lines of @trace */
	FILE *trace; /* gets a line for each receiver; NULL: not wanted */
	bool klipper_host;
	bool unfiltered;
};

/** See who receives from @ifname; a kernel without such lists shows nobody. */
void programs_look(struct programs *out, const char *ifname);

/**
 * programs_is_flash() - does this frame belong to flashing a node?
 *
 * That is what is on flashtool's ids, or a Katapult block of a kind that only
 * flashing has; the question for a UUID, as we ask it, is none. Pure.
 */
bool programs_is_flash(const struct can_frame *frame);

/**
 * programs_listen() - does somebody flash on this bus?
 * @bus: not open; it is opened for 250 ms, and closed again
 *
 * Return: 1 when a flash is going on, 0, or a negative errno.
 */
int programs_listen(struct bus *bus);

#endif
