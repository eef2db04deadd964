// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cache.h"
#include "util/array.h"

int cache_find(const char *name, int (*take)(void *ctx, const char *dir),
	       void *ctx)
{
	static const struct {
		const char *env, *below;
	} caches[] = {
		{ "XDG_CACHE_HOME", "" },
		{ "HOME", "/.cache" },
		{ NULL, "/var/cache" },
	};
	char dir[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(caches); i++) {
		const char *top = caches[i].env ? getenv(caches[i].env) : "";

		/* empty is as good as unset, by its specification */
		if (top && (top[0] || !caches[i].env) &&
		    snprintf(dir, sizeof(dir), "%s%s/vcan-run/%s", top,
			     caches[i].below, name) < PATH_MAX &&
		    !take(ctx, dir))
			return 0;
	}
	return -1;
}
