/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_TREE_H
#define FUZZ_TREE_H

/* A folder of this process, in which the files of each input are. */
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

static inline int fuzz_tree_drop(const char *path, const struct stat *st,
				 int type, struct FTW *at)
{
	(void)st;
	(void)type;
	/* the folder itself stays */
	return at->level ? remove(path) : 0;
}

/* In memory, where that is a folder: a disk makes some hundred times less of them. */
static inline char *fuzz_tree_path(void)
{
	static char memory[] = "/dev/shm/fuzz_tree.XXXXXX";
	static char disk[] = "/tmp/fuzz_tree.XXXXXX";

	return access("/dev/shm", W_OK) ? disk : memory;
}

static inline void fuzz_tree_leave(void)
{
	(void)!chdir("/");
	rmdir(fuzz_tree_path());
}

/* Is where this process is from now on, and goes with it. */
static inline void fuzz_tree_enter(void)
{
	static bool made;

	if (made)
		return;
	check(mkdtemp(fuzz_tree_path()) && !chdir(fuzz_tree_path()));
	atexit(fuzz_tree_leave);
	made = true;
}

/* An input is done with. */
static inline void fuzz_tree_clear(void)
{
	check(!nftw(".", fuzz_tree_drop, 8, FTW_DEPTH | FTW_PHYS));
}

/* Folders above it are made. */
static inline void fuzz_tree_above(const char *path)
{
	char part[256];

	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(at - path), path);
		mkdir(part, 0700);
	}
}

static inline void fuzz_tree_put(const char *path, const void *text, size_t len)
{
	FILE *file;

	fuzz_tree_above(path);
	file = fopen(path, "w");
	/* what is there already may be a folder */
	if (!file)
		return;
	check(fwrite(text, 1, len, file) == len);
	fclose(file);
}

static inline void fuzz_tree_link(const char *path, const char *target)
{
	fuzz_tree_above(path);
	(void)!symlink(target, path);
}

/* A name for one part of a path, of 63 bytes at most. */
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
