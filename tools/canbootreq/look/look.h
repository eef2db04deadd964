/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_LOOK_H
#define CANBOOTREQ_LOOK_H

#include <stdbool.h>
#include <stdio.h>

#include <kcan/link.h>

#include "../../canbus/bus.h"
#include "../opts.h"
#include "../say/report.h"

/**
 * look() - look before sending
 * @link:  the interface, when true is returned
 * @facts: @facts->ifname set by the caller; gets what is found out: warnings,
 *         bit rate, and the cause when there is one not to go on
 *
 * Warnings about the bus are reported at once. May listen for 250 ms.
 *
 * Return: true to go on; false: @facts is how the call ends.
 */
bool look(struct bus *bus, const struct opts *opts, struct report *r,
	  struct kcan_link *link, struct words_facts *facts);

/**
 * look_at_link() - look at the interface alone, which sends and receives nothing
 *
 * Parameters and return value are those of look().
 */
bool look_at_link(const struct opts *opts, struct report *r,
		  struct kcan_link *link, struct words_facts *facts);

/**
 * look_up_interfaces() - the CAN interfaces that are up
 * @names: filled from the front, @max entries at most
 *
 * Return: how many there are, which may be more than @max, or a negative errno.
 */
int look_up_interfaces(char (*names)[IF_NAMESIZE], size_t max);

/** What sentences about @link need, for @facts: bit rate, queue, state. */
void look_note_link(struct words_facts *facts, const struct kcan_link *link);

/** Which other CAN interfaces are up, for @facts. */
void look_for_others(struct words_facts *facts);

/** The bus was lost, with @err: @cause, and what became of the interface. */
void look_explain_lost(struct words_facts *facts, enum cause cause, int err);

/** Turn an error of opening or using the bus into how the call ends. */
void look_explain(struct words_facts *facts, int err);

#endif
