/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CANMCU_CTL_H
#define UNIT_CANMCU_CTL_H

/* What lines of the control socket are said to: a world, and the log of it. */
#include "../../support/unit.h"

#include <stdio.h>
#include <string.h>

#include "../../../sim/canmcu/ctl/ctl.h"
#include "../../support/software.h"

#define U "112233445566"
#define ERROR(text) "{\"ok\":false,\"error\":\"" text "\"}"

struct bench {
	struct ctl ctl;
	struct ctl_log log;
	char reason[64]; /* of the last shutdown */
};

static inline void bench_event(void *arg, const struct event *event)
{
	struct bench *b = arg;
	struct event numbered = *event;

	numbered.seq = b->log.last + 1;
	ctl_log_add(&b->log, &numbered);
	if (event->type == EVENT_SHUTDOWN)
		snprintf(b->reason, sizeof(b->reason), "%s", event->text);
}

static inline void bench_init(struct bench *b, const struct mcu_cfg *cfgs,
			      size_t len, size_t buses_len)
{
	const struct world_cfg cfg = { .mcus = cfgs,
				       .mcus_len = len,
				       .buses_len = buses_len,
				       .seed = 7,
				       .events = { bench_event, b },
				       .software = real_software() };

	memset(b, 0, sizeof(*b));
	assert_int_equal(world_new(&b->ctl.world, &cfg), 0);
	b->ctl.log = &b->log;
}

static inline void bench_fini(struct bench *b)
{
	world_free(b->ctl.world);
	ctl_log_fini(&b->log);
}

#endif
