// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What a pattern of a shell matches, where glob() would look at all there is. */
#include "paths.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/grow.h"

struct search {
	struct paths *out;
	size_t *left;
};

static int walk(struct search *s, const char *base, const char *rest);

static int add(struct paths *out, const char *path)
{
	char **list = util_grow(out->list, out->len, sizeof(*list));

	if (!list)
		return -ENOMEM;
	out->list = list;
	list[out->len] = strdup(path);
	if (!list[out->len])
		return -ENOMEM;
	out->len++;
	return 0;
}

/* @rest begins with the slashes behind that name. */
static int step(struct search *s, const char *base, const char *name, int len,
		const char *rest)
{
	int slashes = (int)strspn(rest, "/");
	struct stat st;
	char *path;
	int err = 0;

	if (asprintf(&path, "%s%.*s%.*s", base, len, name, slashes, rest) < 0)
		return -ENOMEM;
	if (slashes)
		err = walk(s, path, rest + slashes);
	else if (!lstat(path, &st))
		err = add(s->out, path);
	free(path);
	return err;
}

static bool is_itself(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

static int look(struct search *s, DIR *dir, const char *base, const char *part,
		const char *rest)
{
	const struct dirent *entry;
	int err = 0;

	while (!err && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (!*s->left)
			return -E2BIG;
		--*s->left;
		if (!is_itself(name) &&
		    !fnmatch(part, name, FNM_NOESCAPE | FNM_PERIOD))
			err = step(s, base, name, (int)strlen(name), rest);
	}
	return err;
}

/* @base is what was found so far, with a slash at its end, or nothing. */
static int walk(struct search *s, const char *base, const char *rest)
{
	size_t len = strcspn(rest, "/");
	char *part;
	DIR *dir;
	int err;

	if (!memchr(rest, '*', len) && !memchr(rest, '?', len) &&
	    !memchr(rest, '[', len))
		return step(s, base, rest, (int)len, rest + len);
	dir = opendir(*base ? base : ".");
	if (!dir)
		return errno == ENOMEM ? -ENOMEM : 0;
	part = strndup(rest, len);
	err = part ? look(s, dir, base, part, rest + len) : -ENOMEM;
	free(part);
	closedir(dir);
	return err;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int paths_find(struct paths *out, const char *pattern, size_t *left)
{
	struct search s = { out, left };
	int err;

	*out = (struct paths){ 0 };
	err = walk(&s, "", pattern);
	if (err)
		paths_free(out);
	else if (out->len)
		qsort(out->list, out->len, sizeof(*out->list), compare);
	return err;
}

void paths_free(struct paths *paths)
{
	while (paths->len)
		free(paths->list[--paths->len]);
	free(paths->list);
	*paths = (struct paths){ 0 };
}
