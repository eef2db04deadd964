// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The thin edge: configuration files on disk. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"

#define CHUNK 65536

/* Return: 0 at the end of the file. */
static int read_chunk(FILE *from, char **data, size_t *len)
{
	char *more = realloc(*data, *len + CHUNK);
	size_t got;

	if (!more)
		return -ENOMEM;
	*data = more;
	errno = EIO;
	got = fread(more + *len, 1, CHUNK, from);
	*len += got;
	if (*len > CONFIG_FILE_MAX)
		return -EFBIG;
	return ferror(from) ? -errno : (int)got;
}

static int load(void *ctx, const char *path, char **data, size_t *len)
{
	FILE *from = fopen(path, "re");
	int err;

	(void)ctx;
	*data = NULL;
	*len = 0;
	if (!from)
		return -errno;
	while ((err = read_chunk(from, data, len)) > 0)
		;
	fclose(from);
	if (!err)
		return 0;
	free(*data);
	*data = NULL;
	return err;
}

static int match(void *ctx, const char *pattern,
		 int (*each)(void *arg, const char *path), void *arg)
{
	glob_t found;
	int err = glob(pattern, GLOB_NOESCAPE, NULL, &found);

	(void)ctx;
	if (err)
		return err == GLOB_NOSPACE ? -ENOMEM : 0;
	for (size_t i = 0; i < found.gl_pathc && !err; i++)
		err = each(arg, found.gl_pathv[i]);
	globfree(&found);
	return err;
}

const struct config_files config_disk = { load, match, NULL };
