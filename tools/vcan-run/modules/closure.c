// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "closure.h"

static bool same_char(char a, char b)
{
	return a == b || (a == '-' && b == '_') || (a == '_' && b == '-');
}

/* "kernel/net/can/can-raw.ko.xz" is can_raw: how the kernel compares */
static bool is_module(const char *path, size_t len, const char *module)
{
	const char *slash = memrchr(path, '/', len);
	const char *base = slash ? slash + 1 : path;
	size_t n = strlen(module);

	len -= base - path;
	if (len < n + 3 || strncmp(base + n, ".ko", 3) != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!same_char(base[i], module[i]))
			return false;
	return true;
}

/* Return: the line that starts with this module, or NULL. */
static const char *find_line(const char *text, const char *module)
{
	size_t len;

	for (; *text; text += len + !!text[len]) {
		len = strcspn(text, "\n");
		if (is_module(text, strcspn(text, ":\n"), module))
			return text;
	}
	return NULL;
}

static bool has(const struct closure *c, const char *path, size_t len)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strncmp(c->paths[i], path, len) && !c->paths[i][len])
			return true;
	return false;
}

static int add_path(struct closure *c, const char *path, size_t len)
{
	char **paths;

	if (!len || has(c, path, len))
		return 0;
	paths = realloc(c->paths, (c->n + 1) * sizeof(*paths));
	if (!paths)
		return -ENOMEM;
	c->paths = paths;
	paths[c->n] = strndup(path, len);
	return paths[c->n] ? (c->n++, 0) : -ENOMEM;
}

int closure_add(struct closure *c, const char *dep, const char *module)
{
	const char *line = find_line(dep, module);
	const char *end, *needs, *word;
	int err = 0;

	if (!line)
		return -ENOENT;
	end = line + strcspn(line, "\n");
	needs = line + strcspn(line, ":\n");
	while (!err && end > needs) {
		word = memrchr(needs, ' ', end - needs);
		if (!word)
			break;
		err = add_path(c, word + 1, end - word - 1);
		end = word;
	}
	return err ? err : add_path(c, line, needs - line);
}

void closure_fini(struct closure *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->paths[i]);
	free(c->paths);
	*c = (struct closure){ 0 };
}

bool closure_is_builtin(const char *builtin, const char *module)
{
	return find_line(builtin, module);
}
