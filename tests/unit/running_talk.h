/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_RUNNING_TALK_H
#define UNIT_RUNNING_TALK_H

/* A board whose firmware is asked what it is, from the first frame to the verdict. */
#include "../support/unit.h"
#include "klipper_node.h"

#include <string.h>

#include "proto/running.h"

#define LEN 4000u
#define SILENCE 5000000u
#define TALK 3000000u

static const struct kcan_uuid UUID = { { 0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac } };
static const struct kcan_klp_format reset = { .dir = KCAN_KLP_COMMAND,
					      .id = NODE_RESET };
static uint8_t image[LEN]; /* no 40 bytes of it are like any others */

static inline struct kcan_running *start(size_t len,
					 const struct kcan_klp_format *leave)
{
	const struct kcan_running_cfg cfg = {
		.silence_us = SILENCE,
		.talk_us = TALK,
		.nodeid = 4,
		.dictionary = len ? image : NULL,
		.len = len,
		.reset = leave,
	};
	struct kcan_running *p;

	for (size_t i = 0; i < LEN; i++)
		image[i] = (uint8_t)(i * 31 + (i >> 8));
	assert_int_equal(kcan_running_new(&p, &UUID, &cfg, 0), 0);
	return p;
}

/* Return: how long it took. */
static inline uint64_t talk(struct kcan_running *p, struct node *n)
{
	struct can_frame frame;
	uint64_t now_us = 0;

	node_init(n);
	while (kcan_running_deadline(p) != UINT64_MAX) {
		if (kcan_running_deadline(p) > now_us)
			now_us = kcan_running_deadline(p);
		if (!kcan_running_tx(p, &frame, now_us))
			continue;
		now_us += 100;
		kcan_running_sent(p, now_us);
		node_rx(n, &frame);
		while (node_tx(n, &frame))
			kcan_running_rx(p, &frame, now_us + 100);
	}
	return now_us;
}

/* Of another firmware, and of no other, all is known that the node has. */
static inline void assert_other(const struct kcan_running *p,
				const struct node *n)
{
	size_t len;
	const uint8_t *bytes = kcan_running_other(p, &len);

	if (kcan_running_result(p).verdict != KCAN_RUNNING_OTHER) {
		assert_null(bytes);
		return;
	}
	assert_non_null(bytes);
	assert_int_equal(len, n->dictionary_len);
	if (len)
		assert_memory_equal(bytes, n->dictionary, len);
}

#endif
