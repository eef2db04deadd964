/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CONFIG_PATHS_H
#define CONFIG_PATHS_H

#include <stddef.h>

struct paths {
	char **list; /* in the order of their bytes */
	size_t len;
};

/**
 * paths_find() - find what is there for a pattern of a shell
 * @out:  to be released with paths_free(); empty after an error
 * @left: how many names in folders may still be looked at; counted down
 *
 * A name that begins with a dot is matched by a dot only; a backslash is a
 * backslash. Folders that cannot be read hold nothing.
 *
 * Return: 0, -E2BIG when @left is not enough, or -ENOMEM.
 */
int paths_find(struct paths *out, const char *pattern, size_t *left);

void paths_free(struct paths *paths);

#endif
