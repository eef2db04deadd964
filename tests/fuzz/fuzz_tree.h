/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_TREE_H
#define FUZZ_TREE_H

/* A folder of this process, in which the files of each input are. */
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define FUZZ_TREE_PATH_MAX 256

static inline void fuzz_tree_leave(void);

/*
 * Return: the folder, which goes with this process. In memory, where that can be: a
 * disk makes some hundred times less of them.
 */
static inline const char *fuzz_tree(void)
{
	static char memory[] = "/dev/shm/fuzz_tree.XXXXXX";
	static char disk[] = "/tmp/fuzz_tree.XXXXXX";
	static char *path;

	if (path)
		return path;
	path = access("/dev/shm", W_OK) ? disk : memory;
	check(mkdtemp(path));
	atexit(fuzz_tree_leave);
	return path;
}

static inline int fuzz_tree_drop(const char *path, const struct stat *st,
				 int type, struct FTW *at)
{
	(void)st;
	(void)type;
	/* the folder itself stays */
	return at->level ? remove(path) : 0;
}

/** An input is done with. */
static inline void fuzz_tree_clear(void)
{
	check(!nftw(fuzz_tree(), fuzz_tree_drop, 8, FTW_DEPTH | FTW_PHYS));
}

static inline void fuzz_tree_leave(void)
{
	fuzz_tree_clear();
	rmdir(fuzz_tree());
}

/** Where @path is that is below the folder. */
static inline void fuzz_tree_at(char out[static FUZZ_TREE_PATH_MAX],
				const char *path)
{
	check(snprintf(out, FUZZ_TREE_PATH_MAX, "%s/%s", fuzz_tree(), path) <
	      FUZZ_TREE_PATH_MAX);
}

/* Folders above it are made. */
static inline void fuzz_tree_above(const char *full)
{
	char part[FUZZ_TREE_PATH_MAX];
	const char *at = full + strlen(fuzz_tree());

	while ((at = strchr(at + 1, '/'))) {
		snprintf(part, sizeof(part), "%.*s", (int)(at - full), full);
		mkdir(part, 0700);
	}
}

/** Where a folder is already, nothing is done; nor is it below a file. */
static inline void fuzz_tree_put(const char *path, const void *text, size_t len)
{
	char full[FUZZ_TREE_PATH_MAX];
	FILE *file;

	fuzz_tree_at(full, path);
	fuzz_tree_above(full);
	file = fopen(full, "w");
	if (!file)
		return;
	check(fwrite(text, 1, len, file) == len);
	fclose(file);
}

static inline void fuzz_tree_link(const char *path, const char *target)
{
	char full[FUZZ_TREE_PATH_MAX];

	fuzz_tree_at(full, path);
	fuzz_tree_above(full);
	(void)!symlink(target, full);
}

/** A name for one part of a path, of 63 bytes at most. */
static inline void fuzz_tree_name(struct fuzz_input *in, char out[static 64])
{
	size_t len = fuzz_next(in) % 64;

	strcpy(out, "_");
	for (size_t i = 0; i < len; i++) {
		out[i] = (char)fuzz_next(in);
		if (!out[i] || out[i] == '/' || (out[i] == '.' && !i))
			out[i] = '_';
		out[i + 1] = '\0';
	}
}

#endif
