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

	if (!kcan_nodeid_from_id(frame->can_id, &nodeid, &tx))
		return;
	util_set_add(&pool->in_use, nodeid);
	util_set_remove(&pool->spare, nodeid);
	/* what a node says may be an answer to us */
	if (!tx)
		util_set_add(&pool->others, nodeid);
}

void nodeids_give_back(struct nodeids *pool, uint8_t nodeid)
{
	if (nodeid && !util_set_has(&pool->others, nodeid))
		util_set_add(&pool->spare, nodeid);
}

/* Return: whether it is ours now, or @shared with whoever has reserved it. */
static bool take(struct nodeids *pool, uint8_t nodeid, bool shared)
{
	int fd;

	if (util_set_has(&pool->in_use, nodeid))
		return false;
	fd = reserve_nodeid(pool->ifindex, nodeid);
	if (fd < 0 && fd != -EADDRINUSE)
		pool->error = fd;
	if (fd < 0 && (pool->error || !shared))
		return false;
	util_set_add(&pool->in_use, nodeid);
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

/* It is reserved already. */
static uint8_t draw_spare(struct nodeids *pool)
{
	uint8_t spare[NODEIDS_COUNT], drawn;
	size_t n = 0;

	for (unsigned int i = NODEIDS_FIRST; i <= NODEIDS_LAST; i++)
		if (util_set_has(&pool->spare, (uint8_t)i))
			spare[n++] = (uint8_t)i;
	if (!n)
		return 0;
	drawn = spare[util_random() % n];
	util_set_remove(&pool->spare, drawn);
	return drawn;
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
	if (!drawn && !pool->error)
		drawn = draw_spare(pool);
	return drawn || !pool->force ? drawn : draw_any(pool, true);
}
