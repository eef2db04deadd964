/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef PROTO_LISTEN_STATE_H
#define PROTO_LISTEN_STATE_H

#include <kcan/klp.h>

#include "listen.h"

/**
 * struct listen_state - what a Klipper node says of its shutdown
 *
 * All zero: nothing yet. What it comes to is written to a kcan_listen_node.
 */
struct listen_state {
	struct kcan_listen_ids ids; /* all zero: not known */
	/* the compressed dictionary, while a host fetches it */
	uint8_t *dictionary;
	size_t len;
	bool whole; /* and not learned yet */
	/* the last message of a single number, as it came */
	uint8_t number[KCAN_KLP_CONTENT_MAX];
	uint8_t number_len;
};

void kcan_listen_state_fini(struct listen_state *s);

/** The nodeid was given to somebody: nothing is known of that node. */
void kcan_listen_state_forget(struct listen_state *s,
			      struct kcan_listen_node *node);

/** The node sent a message; node.last_us says when. */
void kcan_listen_state_from(struct listen_state *s,
			    struct kcan_listen_node *node,
			    const struct kcan_klp_block *block);

/** A host sent it messages. */
void kcan_listen_state_to(const struct listen_state *s,
			  struct kcan_listen_node *node,
			  const struct kcan_klp_block *block);

#endif
