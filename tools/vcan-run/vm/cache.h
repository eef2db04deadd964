// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#ifndef VCAN_RUN_CACHE_H
#define VCAN_RUN_CACHE_H

/**
 * cache_find() - look through the caches that scripts/guest-kernel.sh writes to
 * @name: of a directory in them
 * @take: called for each, in order, whether it exists or not; 0 ends the search
 *
 * Return: 0, or -1 when none was taken.
 */
int cache_find(const char *name, int (*take)(void *ctx, const char *dir),
	       void *ctx);

#endif
