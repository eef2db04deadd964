// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/array.h"
#include "util/place.h"

#define PAGE 4096u
#define BLANK 0xff

struct image {
	int fd;
};

/*
 * The kernel copies what is written to the page cache, and looks for a fatal
 * signal only between two pages: a piece within one page of the file is there
 * as a whole or not at all. Nothing is kept back here.
 */
static int write_all(int fd, uint32_t offset, const uint8_t *data, uint32_t len)
{
	while (len) {
		uint32_t room = PAGE - offset % PAGE;
		ssize_t n = pwrite(fd, data, len < room ? len : room, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		offset += (uint32_t)n;
		data += n;
		len -= (uint32_t)n;
	}
	return 0;
}

static int image_write(void *arg, uint32_t offset, const uint8_t *data,
		       uint32_t len)
{
	const struct image *image = arg;

	return write_all(image->fd, offset, data, len);
}

static int image_read(void *arg, uint32_t offset, uint8_t *out, uint32_t len)
{
	const struct image *image = arg;

	while (len) {
		ssize_t n = pread(image->fd, out, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		/* 0: somebody has cut the file meanwhile */
		if (n <= 0)
			return n ? -errno : -EIO;
		offset += (uint32_t)n;
		out += n;
		len -= (uint32_t)n;
	}
	return 0;
}

/*
 * Where Katapult is, all that we write is blank; in front of an application alone, as
 * "make" leaves it, nothing is.
 */
static uint32_t blank_size(const struct flash *factory, uint32_t size)
{
	uint32_t katapult = factory->app_start - factory->map->start;

	return katapult && katapult < size ? katapult : size;
}

/* Return: whether so much of the file is blank flash, or a negative errno. */
static int is_blank(const struct image *image, uint32_t size)
{
	uint8_t page[PAGE];
	int err;

	for (uint32_t at = 0, n; at < size; at += n) {
		n = size - at < PAGE ? size - at : PAGE;
		err = image_read((void *)image, at, page, n);
		if (err)
			return err;
		for (uint32_t i = 0; i < n; i++)
			if (page[i] != BLANK)
				return 0;
	}
	return 1;
}

/* Killed on the way it is shorter, and blank behind what it held. */
static int complete(int fd, uint32_t from, uint32_t size)
{
	uint8_t page[PAGE];
	int err = 0;

	memset(page, BLANK, sizeof(page));
	for (uint32_t n; from < size && !err; from += n) {
		n = PAGE - from % PAGE;
		if (n > size - from)
			n = size - from;
		err = write_all(fd, from, page, n);
	}
	return err || !fsync(fd) ? err : -errno;
}

static int fill(int fd, const struct flash *factory)
{
	uint8_t page[PAGE];
	int err = 0;

	for (uint32_t at = 0, n; at < factory->size && !err; at += n) {
		n = factory->size - at < PAGE ? factory->size - at : PAGE;
		err = flash_read(factory, factory->map->start + at, page, n);
		if (!err)
			err = write_all(fd, at, page, n);
	}
	return err || !fsync(fd) ? err : -errno;
}

static int lock(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) ? -errno : 0;
}

/* Return: the file, or a negative errno; -EEXIST: there is one by now. */
static int make(const char *path, const struct flash *factory)
{
	char name[PATH_MAX];
	int fd, err;

	if (snprintf(name, sizeof(name), "%s.XXXXXX", path) >=
	    (int)sizeof(name))
		return -ENAMETOOLONG;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* before anybody can see it */
	err = lock(fd);
	if (!err)
		err = fill(fd, factory);
	if (!err)
		err = util_put_in_place(name, path);
	if (!err)
		return fd;
	unlink(name);
	close(fd);
	return err;
}

/* A pipe must not block, and a terminal not become ours. */
static int open_existing(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

static int open_or_make(const char *path, const struct flash *factory)
{
	int fd = open_existing(path);

	if (fd == -ENOENT)
		fd = make(path, factory);
	/* another one was faster, or it is a link to nowhere: -ENOENT again */
	return fd == -EEXIST ? open_existing(path) : fd;
}

/* Return: 0, or why this cannot be the flash of such a chip: a negative errno. */
static int fit(const struct image *image, const struct flash *factory,
	       bool is_ours)
{
	struct stat st;
	int blank;

	if (fstat(image->fd, &st))
		return -errno;
	if (st.st_size > (off_t)factory->size)
		return -EOVERFLOW;
	if (st.st_size == (off_t)factory->size)
		return 0;
	blank = is_ours ? 1 :
			  is_blank(image,
				   blank_size(factory, (uint32_t)st.st_size));
	if (blank <= 0)
		return blank ? blank : -ENODATA;
	return complete(image->fd, (uint32_t)st.st_size, factory->size);
}

static int adopt(const struct image *image, const struct flash *factory)
{
	struct stat st;
	int err;

	if (fstat(image->fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EISDIR;
	err = lock(image->fd);
	return err ? err : fit(image, factory, false);
}

static void explain(char *sentence, size_t size, const char *path, int err)
{
	static const struct reason {
		int err;
		const char *text;
	} reasons[] = {
		{ -EISDIR, "it is not a regular file; give the path of a "
			   "raw image, or of a file that does not exist yet" },
		{ -EOVERFLOW,
		  "it is longer than the flash of this MCU; give an "
		  "image of this MCU type, or the MCU type of the image" },
		{ -ENODATA,
		  "it is shorter than the flash of this MCU, and not blank "
		  "in front of the application, so it is left as it is; "
		  "give a whole image, or a path where nothing is, and "
		  "flash it" },
		{ -EWOULDBLOCK, "it is in use by another MCU or another "
				"canmcu; give each MCU an image of its own" },
		{ -ENOENT, "its folder does not exist, or it is a link to "
			   "nowhere; make the folder, or remove the link" },
		{ -EACCES, "no permission; give a path that you may read and "
			   "write" },
		{ -EFBIG, "files may not become that long here; raise the "
			  "limit of 'ulimit -f'" },
		{ -ENOSPC, "no room on the device; make some, or give a path "
			   "elsewhere" },
		{ -EMFILE, "too many files are open; raise the limit of "
			   "'ulimit -n'" },
		{ -ENOMEM, "out of memory; ask for fewer MCUs" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].err != err)
			continue;
		snprintf(sentence, size, "flash image '%s': %s", path,
			 reasons[i].text);
		return;
	}
	snprintf(sentence, size,
		 "flash image '%s': %s; give a path where a file can be "
		 "written",
		 path, strerror(-err));
}

int image_open(struct image **out, const char *path,
	       const struct flash *factory, char *sentence, size_t size)
{
	struct image *image = malloc(sizeof(*image));
	int err = -ENOMEM;

	if (image) {
		image->fd = open_or_make(path, factory);
		err = image->fd < 0 ? image->fd : adopt(image, factory);
	}
	if (!err) {
		*out = image;
		return 0;
	}
	explain(sentence, size, path, err);
	image_close(image);
	return err;
}

int image_fit(struct image *image, const char *path,
	      const struct flash *factory, char *sentence, size_t size)
{
	int err = fit(image, factory, true);

	if (err)
		explain(sentence, size, path, err);
	return err;
}

void image_close(struct image *image)
{
	if (image && image->fd >= 0)
		close(image->fd);
	free(image);
}

struct flash_store image_store(struct image *image)
{
	return (struct flash_store){ image_read, image_write, image };
}
