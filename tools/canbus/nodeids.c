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

/* Return: whether it is ours now. */
static bool take(struct nodeids *pool, uint8_t nodeid)
{
	int fd;

	if (is_in_use(pool, nodeid))
		return false;
	fd = reserve_nodeid(pool->ifindex, nodeid);
	if (fd < 0 && fd != -EADDRINUSE)
		pool->error = fd;
	return fd >= 0;
}

uint8_t nodeids_draw(void *ctx)
{
	struct nodeids_draw *draw = ctx;
	struct nodeids *pool = draw->pool;
	uint8_t left[NODEIDS_COUNT], pinned = draw->pinned;
	size_t n = NODEIDS_COUNT;
	size_t at;

	draw->pinned = 0;
	if (pinned && take(pool, pinned))
		return pinned;
	for (size_t i = 0; i < n; i++)
		left[i] = (uint8_t)(NODEIDS_FIRST + i);
	while (n && !pool->error) {
		at = util_random() % n;
		if (take(pool, left[at]))
			return left[at];
		left[at] = left[--n];
	}
	return 0;
}
