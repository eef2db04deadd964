/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_CACHE_H
#define VCAN_RUN_CACHE_H

#include "../reason.h"

/**
 * cache_find() - look through the caches that scripts/guest-kernel.sh writes to
 * @name: of a directory in them
 * @take: called for each, in order, whether it exists or not; 0 ends the search
 *
 * Return: 0, or -1 when none was taken.
 */
int cache_find(const char *name, int (*take)(void *ctx, const char *dir),
	       void *ctx);

/**
 * cache_check() - nobody else can have put this there, or can do so by now
 * @path: real, so without symbolic links: it and all folders above it belong to
 *        root or to us, and no others can write to them
 * @env:  what names a kernel that is wanted nevertheless, for the sentence
 *
 * Behind "sudo -E" HOME and XDG_CACHE_HOME are those of another user.
 *
 * Return: 0, or -1 with a reason.
 */
int cache_check(const char *path, const char *env, struct reason *reason);

#endif
