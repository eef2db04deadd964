// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/modules/closure.c tools/vcan-run/vm/cpio.c
/*
 * Any modules.dep, modules.builtin and names, NUL between them: each module is in
 * the closure once, as it is written there, behind its needs; and an archive of
 * them can be walked to its end.
 */
#include <errno.h>
#include <stdio.h>

#include "../../tools/vcan-run/modules/closure.h"
#include "../../tools/vcan-run/vm/cpio.h"
#include "fuzz.h"

#define CPIO_HEADER_LEN 110
#define KIT "/kit/"

/* Return: where it is in @c; c->n: nowhere. */
static size_t find(const struct closure *c, const char *path, size_t len)
{
	size_t i = 0;

	while (i < c->n && (strlen(c->paths[i]) != len ||
			    memcmp(c->paths[i], path, len) != 0))
		i++;
	return i;
}

static void check_paths(const struct closure *c, const char *dep)
{
	for (size_t i = 0; i < c->n; i++) {
		size_t len = strlen(c->paths[i]);

		check(len && !strchr(c->paths[i], '\n'));
		check(strstr(dep, c->paths[i]));
		check(find(c, c->paths[i], len) == i);
	}
}

/* Return: what is behind @path on its own line; NULL: it has none. */
static const char *find_needs(const char *dep, const char *path)
{
	size_t len = strlen(path);

	while (strncmp(dep, path, len) != 0 || !strchr(":\n", dep[len])) {
		dep += strcspn(dep, "\n");
		if (!*dep)
			return NULL;
		dep++;
	}
	return dep + len;
}

/* Each word behind a space is a need. */
static bool has_needs(const struct closure *c, const char *needs)
{
	size_t len;

	for (needs += strcspn(needs, " \n"); *needs == ' '; needs += len) {
		needs += strspn(needs, " ");
		len = strcspn(needs, " \n");
		if (len && find(c, needs, len) == c->n)
			return false;
	}
	return true;
}

/* A module alone: one of these is the module, and all of its needs are there. */
static void check_needs(const char *dep, const char *module)
{
	struct closure c = { 0 };
	bool complete = closure_add(&c, dep, module) == -ENOENT;

	for (size_t i = 0; i < c.n; i++) {
		const char *needs = find_needs(dep, c.paths[i]);

		complete |= needs && has_needs(&c, needs);
	}
	check(complete);
	closure_fini(&c);
}

static char *swap_dashes(const char *module)
{
	char *other = strdup(module);

	check(other);
	for (char *c = other; *c; c++)
		if (*c == '-' || *c == '_')
			*c ^= '-' ^ '_';
	return other;
}

static void add(struct closure *c, const char *dep, const char *module)
{
	size_t before = c->n;
	int err = closure_add(c, dep, module);
	char *other = swap_dashes(module);
	size_t after = c->n;

	check(!err || err == -ENOENT);
	check(!err == closure_is_builtin(dep, module));
	check(!err || after == before);
	check_needs(dep, module);
	/* by any of its names, it is there already */
	check(closure_add(c, dep, other) == err && c->n == after);
	free(other);
}

static size_t number(const char *at)
{
	char text[9] = { 0 };

	memcpy(text, at, 8);
	return strtoul(text, NULL, 16);
}

/* "newc": the name behind its header, both and the data filled up to 4 bytes. */
static void walk(const char *archive, size_t len, const struct closure *c)
{
	size_t at = 0, files = 0, name_len, data_len;
	const char *name;

	do {
		check(len - at > CPIO_HEADER_LEN);
		check(!memcmp(archive + at, "070701", 6));
		data_len = number(archive + at + 54);
		name_len = number(archive + at + 94);
		name = archive + at + CPIO_HEADER_LEN;
		at += (CPIO_HEADER_LEN + name_len + 3) & ~(size_t)3;
		check(at <= len && strlen(name) + 1 == name_len);
		if (data_len)
			check(!strcmp(archive + at, c->paths[files++]));
		at += (data_len + 3) & ~(size_t)3;
		check(at <= len);
	} while (strcmp(name, "TRAILER!!!") != 0);
	check(at == len && files == c->n);
}

/* As it is made for a guest; a file has its own path in it. */
static void pack(const struct closure *c)
{
	char *archive = NULL, to[512];
	size_t len = 0;
	FILE *out = open_memstream(&archive, &len);

	check(out);
	for (size_t i = 0; i < c->n; i++) {
		const char *slash = strrchr(c->paths[i], '/');

		snprintf(to, sizeof(to), KIT "%s",
			 slash ? slash + 1 : c->paths[i]);
		cpio_add(out, to, c->paths[i], strlen(c->paths[i]) + 1);
	}
	cpio_end(out);
	check(!fclose(out));
	walk(archive, len, c);
	free(archive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct closure c = { 0 };
	struct fuzz_line words;

	fuzz_line_read(&words, "", data, size);
	if (words.argc > 2)
		closure_is_builtin(words.argv[2], words.argv[1]);
	for (int i = 2; i < words.argc; i++)
		add(&c, words.argv[1], words.argv[i]);
	check_paths(&c, words.argv[1]);
	pack(&c);
	closure_fini(&c);
	free(words.text);
	return 0;
}
