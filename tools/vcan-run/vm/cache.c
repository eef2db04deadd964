// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool is_ours(const char *path, bool above)
{
	mode_t others = S_IWGRP | S_IWOTH;
	struct stat st;

	if (stat(path, &st) || (st.st_uid && st.st_uid != geteuid()))
		return false;
	/* there nobody can rename what belongs to somebody else */
	if (above && st.st_mode & S_ISVTX)
		return true;
	/* a home folder may be open to a group that has its user alone */
	if (above && st.st_uid == geteuid() && st.st_gid == getegid())
		others = S_IWOTH;
	return !(st.st_mode & others);
}

int cache_check(const char *path, const char *env, struct reason *reason)
{
	char part[PATH_MAX];
	char *slash;

	snprintf(part, sizeof(part), "%s", path);
	for (bool above = false; is_ours(part, above); above = true) {
		slash = strrchr(part, '/');
		if (!slash || !strcmp(part, "/"))
			return 0;
		slash[slash == part] = '\0';
	}
	return reason_set(
		reason,
		"%.160s, where the cache has its kernel, belongs to "
		"another user or can be written by others, so that is "
		"not run; correct that with chown and chmod go-w, or "
		"set %s to a kernel",
		part, env);
}
