// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "dict/find.h"
#include "util/cursor.h"
#include "util/place.h"
#include "util/random.h"

#define BLANK_LEN 4096u /* bytes of FF, which no Klipper has in it */
#define BLANK 0xff

static const struct dict_lib lib = DICT_LINKED;

static int fail(struct backup *b, int err)
{
	snprintf(b->error, sizeof(b->error), "%.160s: %s", b->path,
		 strerror(-err));
	return err;
}

static int refuse(struct backup *b, int err, const char *what)
{
	snprintf(b->error, sizeof(b->error), "%.160s: %s", b->path, what);
	return err;
}

/* Return: the folder of @path, in @buf. */
static const char *folder_of(char buf[static PATH_MAX], const char *path)
{
	snprintf(buf, PATH_MAX, "%s", path);
	return dirname(buf);
}

/*
 * It has another name until all of it is on the disk. Return: a descriptor, or a
 * negative errno.
 */
static int make(char name[static PATH_MAX], const char *path)
{
	int fd;

	if (snprintf(name, PATH_MAX, "%s.%08x", path, util_random()) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	/* as for any new file it is the user's umask that counts */
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return fd < 0 ? -errno : fd;
}

static int refuse_place(struct backup *b, int err)
{
	char what[120], folder[PATH_MAX];

	if (err == -ENAMETOOLONG)
		return refuse(b, err,
			      "its name is too long, as it has 9 bytes more "
			      "while it is written; give a shorter one");
	if (err == -ENOENT && access(folder_of(folder, b->path), F_OK))
		return refuse(
			b, err,
			"there is no such folder; make it, or give another "
			"path");
	snprintf(what, sizeof(what),
		 "no file can be made there: %s; give another path",
		 strerror(-err));
	return refuse(b, err, what);
}

/* access(2) tells nothing of long names, quotas, and what else may be against it. */
static int try_place(struct backup *b)
{
	char name[PATH_MAX];
	int fd = make(name, b->path);

	if (fd < 0)
		return refuse_place(b, fd);
	close(fd);
	unlink(name);
	return 0;
}

int backup_prepare(struct backup *b, const char *path, bool force)
{
	size_t len = strlen(path);
	struct stat st;

	*b = (struct backup){ .path = path, .force = force };
	if (len && path[len - 1] == '/')
		return refuse(b, -EISDIR,
			      "it ends with a slash, as a folder does; add a "
			      "name for the file");
	if (!lstat(path, &st)) {
		if (S_ISDIR(st.st_mode))
			return refuse(
				b, -EISDIR,
				"it is a folder; add a name for the file");
		if (!S_ISREG(st.st_mode))
			return refuse(b, -EINVAL,
				      "it is no regular file; give another "
				      "path");
		if (!force)
			return refuse(b, -EEXIST,
				      "it exists already; give another path, "
				      "or replace it with --force");
	} else if (!len || errno != ENOENT) {
		return refuse_place(b, -errno);
	}
	return try_place(b);
}

size_t backup_room(const struct kcan_chip *chip, uint32_t start)
{
	uint32_t size = chip->flash.size < chip->writable ? chip->flash.size :
							    chip->writable;
	uint32_t offset = start - chip->flash.start;

	return start > chip->flash.start && offset < size &&
			       offset % KCAN_KAT_BLOCK_SIZE == 0 ?
		       size - offset :
		       0;
}

int backup_begin(struct backup *b, const struct kcan_kat_ident *ident)
{
	b->start = ident->app_start;
	b->read = b->size = 0;
	b->looked = false;
	b->dictionary = (struct kcan_image_dictionary){ 0 };
	b->chip = kcan_chip_find(ident->mcu);
	if (!b->chip) {
		snprintf(b->error, sizeof(b->error),
			 "it says that its chip is %.40s, and how much flash "
			 "that has is not known here",
			 ident->mcu);
		return -ENOTSUP;
	}
	b->room = backup_room(b->chip, b->start);
	if (!b->room) {
		snprintf(b->error, sizeof(b->error),
			 "it says that its application starts at 0x%08x, "
			 "where %s has no flash for one",
			 b->start, b->chip->name);
		return -ERANGE;
	}
	b->bytes = malloc(b->room);
	if (b->bytes)
		return 0;
	snprintf(b->error, sizeof(b->error), "there is no memory for %zu bytes",
		 b->room);
	return -ENOMEM;
}

bool backup_has_application(const uint8_t *first_block)
{
	struct util_cursor c = util_cursor_reading(first_block, 4);
	uint32_t word = util_get_le32(&c);

	return word && word != UINT32_MAX;
}

bool backup_is_blank(const uint8_t *bytes, size_t len)
{
	return bytes[0] == BLANK && !memcmp(bytes, bytes + 1, len - 1);
}

static void look(struct backup *b, size_t len)
{
	b->looked = true;
	dictionary_find(&lib, &b->dictionary, b->bytes, len);
}

/* What is behind the first run of FF may be left of an older application. */
static bool is_behind_klipper(struct backup *b)
{
	if (b->looked || b->read <= BLANK_LEN ||
	    !backup_is_blank(b->bytes + b->read - BLANK_LEN, BLANK_LEN))
		return false;
	look(b, b->read - BLANK_LEN);
	return b->dictionary.len;
}

uint32_t backup_take(void *ctx, uint32_t address, const uint8_t *data,
		     size_t len)
{
	struct backup *b = ctx;

	if (len > b->room - b->read)
		return 0;
	memcpy(b->bytes + b->read, data, len);
	b->read += len;
	if (!backup_has_application(b->bytes) || is_behind_klipper(b))
		return 0;
	return address + (uint32_t)len;
}

void backup_end(struct backup *b)
{
	size_t size = b->read;

	if (!size || !backup_has_application(b->bytes))
		return;
	while (b->bytes[size - 1] == BLANK)
		size--;
	b->size = (size + 3) / 4 * 4;
	if (!b->looked)
		look(b, b->size);
}

/* Return: 0, when it is on the disk, or a negative errno. */
static int write_all(int fd, const struct backup *b)
{
	FILE *to = fdopen(fd, "w");
	int err = 0;

	if (!to) {
		err = -errno;
		close(fd);
		return err;
	}
	if (fwrite(b->bytes, 1, b->size, to) != b->size || fflush(to) ||
	    fsync(fd))
		err = -errno;
	if (fclose(to) && !err)
		err = -errno;
	return err;
}

static int put_in_place(const struct backup *b, const char *from)
{
	if (!b->force)
		return util_put_in_place(from, b->path);
	return rename(from, b->path) ? -errno : 0;
}

/* Some file systems cannot do that, and need not. */
static void sync_folder(const char *path)
{
	char buf[PATH_MAX];
	int fd = open(folder_of(buf, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

int backup_save(struct backup *b)
{
	char name[PATH_MAX];
	int fd, err;

	fd = make(name, b->path);
	if (fd < 0)
		return fail(b, fd);
	err = write_all(fd, b);
	if (!err)
		err = put_in_place(b, name);
	if (err) {
		unlink(name);
		return fail(b, err);
	}
	sync_folder(b->path);
	b->saved = true;
	return 0;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool backup_replaces(const struct backup *b, const char *path)
{
	struct stat there, other;

	return !lstat(b->path, &there) && !stat(path, &other) &&
	       is_same_file(&there, &other);
}

bool backup_is_same_place(const struct backup *a, const struct backup *b)
{
	char buf_a[PATH_MAX], buf_b[PATH_MAX];
	struct stat folder_a, folder_b;

	if (stat(folder_of(buf_a, a->path), &folder_a) ||
	    stat(folder_of(buf_b, b->path), &folder_b) ||
	    !is_same_file(&folder_a, &folder_b))
		return false;
	snprintf(buf_a, sizeof(buf_a), "%s", a->path);
	snprintf(buf_b, sizeof(buf_b), "%s", b->path);
	return !strcmp(basename(buf_a), basename(buf_b));
}

void backup_free(struct backup *b)
{
	free(b->bytes);
	b->bytes = NULL;
}
