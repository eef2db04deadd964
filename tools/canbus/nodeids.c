// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "nodeids.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include <kcan/admin.h>

#include "reserve.h"
#include "util/random.h"

void nodeids_note(struct nodeids *pool, const struct can_frame *frame)
{
	uint8_t nodeid;
	bool tx;

	if (kcan_nodeid_from_id(frame->can_id, &nodeid, &tx))
		pool->in_use[nodeid / 64] |= UINT64_C(1) << nodeid % 64;
}

static bool is_in_use(const struct nodeids *pool, uint8_t nodeid)
{
	return pool->in_use[nodeid / 64] >> nodeid % 64 & 1;
}

/* Return: whether it is ours now, or @shared with whoever has reserved it. */
static bool take(struct nodeids *pool, uint8_t nodeid, bool shared)
{
	int fd;

	if (is_in_use(pool, nodeid))
		return false;
	fd = reserve_nodeid(pool->ifindex, nodeid);
	if (fd < 0 && fd != -EADDRINUSE)
		pool->error = fd;
	if (fd < 0 && (pool->error || !shared))
		return false;
	pool->in_use[nodeid / 64] |= UINT64_C(1) << nodeid % 64;
	return true;
}

static uint8_t draw_any(struct nodeids *pool, bool shared)
{
	uint8_t left[NODEIDS_COUNT];
	size_t n = NODEIDS_COUNT;
	size_t at;

	for (size_t i = 0; i < n; i++)
		left[i] = (uint8_t)(NODEIDS_FIRST + i);
	while (n && !pool->error) {
		at = util_random() % n;
		if (take(pool, left[at], shared))
			return left[at];
		left[at] = left[--n];
	}
	return 0;
}

uint8_t nodeids_draw(void *ctx)
{
	struct nodeids_draw *draw = ctx;
	struct nodeids *pool = draw->pool;
	uint8_t pinned = draw->pinned, drawn;

	draw->pinned = 0;
	if (pinned && take(pool, pinned, pool->force))
		return pinned;
	drawn = draw_any(pool, false);
	return drawn || !pool->force ? drawn : draw_any(pool, true);
}
