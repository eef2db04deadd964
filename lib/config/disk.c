// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The thin edge: configuration files on disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "paths.h"

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

/*
 * Opening a FIFO would wait for its writer, and a serial port would raise DTR.
 * Return: 0 or a negative errno.
 */
static int open_regular(FILE **from, const char *path)
{
	struct stat info;
	int fd, err;

	if (stat(path, &info))
		return -errno;
	if (!S_ISREG(info.st_mode))
		return S_ISDIR(info.st_mode) ? -EISDIR : -ENOTSUP;
	/* it may be another file by now */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*from = fdopen(fd, "r");
	if (*from)
		return 0;
	err = -errno;
	close(fd);
	return err;
}

static int load(void *ctx, const char *path, char **data, size_t *len)
{
	FILE *from = NULL;
	int err = open_regular(&from, path);

	(void)ctx;
	*data = NULL;
	*len = 0;
	if (err)
		return err;
	while ((err = read_chunk(from, data, len)) > 0)
		;
	fclose(from);
	if (!err)
		return 0;
	free(*data);
	*data = NULL;
	return err;
}

static int match(void *ctx, const char *pattern, size_t *left,
		 int (*each)(void *arg, const char *path), void *arg)
{
	struct paths found;
	int err = paths_find(&found, pattern, left);

	(void)ctx;
	for (size_t i = 0; i < found.len && !err; i++)
		err = each(arg, found.list[i]);
	paths_free(&found);
	return err;
}

const struct config_files config_disk = { load, match, NULL };
