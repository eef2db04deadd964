/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_HEALTH_H
#define CANBOOTREQ_HEALTH_H

#include <stdint.h>

#include <kcan/link.h>

/** What was heard on a bus; all zero: nobody has listened. */
struct health_counts {
	uint64_t frames;	 /* from elsewhere */
	uint64_t unacknowledged; /* error frames with CAN_ERR_ACK */
};

/**
 * health_of() - what is wrong with a bus
 * @link: its interface; the state of one that is down is not looked at
 *
 * Return: for words_facts.warnings, 1u << enum warning. Their sentences need
 * words_facts.ifname, and what look_note_link() takes from @link.
 */
unsigned int health_of(const struct kcan_link *link,
		       const struct health_counts *counts);

#endif
