// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch.h"

void launch_add(struct launch *l, const char *fmt, ...)
{
	char *arg = NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
	len = vasprintf(&arg, fmt, ap);
	va_end(ap);
	if (len < 0 || l->n == LAUNCH_ARGS_MAX) {
		l->failed = true;
		if (len >= 0)
			free(arg);
		return;
	}
	l->argv[l->n++] = arg;
}

void launch_fini(struct launch *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->argv[i]);
	l->n = 0;
}

/* A folder may be "executed", too, but not started. */
static bool is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	if (S_ISREG(st.st_mode))
		return !access(path, X_OK);
	errno = EACCES;
	return false;
}

static int search_path(const char *name, char out[static PATH_MAX])
{
	const char *path = getenv("PATH");
	size_t len;

	for (path = path ? path : "/usr/bin:/bin"; *path;
	     path += len + !!path[len]) {
		len = strcspn(path, ":");
		if (snprintf(out, PATH_MAX, "%.*s/%s", (int)len, path, name) <
			    PATH_MAX &&
		    is_program(out))
			return 0;
	}
	return 1;
}

int launch_named(struct launch *l, const char *env, struct reason *reason)
{
	const char *wanted = getenv(env);

	if (!wanted || !wanted[0])
		return 1;
	if (!is_program(wanted))
		return reason_set(reason,
				  "%s names %.200s, which cannot be "
				  "executed (%s); correct or unset it",
				  env, wanted, strerror(errno));
	snprintf(l->program, sizeof(l->program), "%s", wanted);
	return 0;
}

int launch_search(struct launch *l, const char *const *names)
{
	for (; *names; names++)
		if (!search_path(*names, l->program))
			return 0;
	return 1;
}
