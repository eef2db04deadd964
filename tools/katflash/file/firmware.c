// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "firmware.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "dict/find.h"

#define TEXT_MAX 65536 /* of a dictionary: flashing.md, section 2 */

static const struct dict_lib lib = DICT_LINKED;

static int fail(struct firmware *f, int err, const char *what)
{
	snprintf(f->error, sizeof(f->error), "%.160s: %s; give a klipper.bin",
		 f->path, what ? what : strerror(-err));
	return err;
}

static int read_whole(struct firmware *f, int fd, size_t size)
{
	ssize_t n = 1;

	f->bytes = malloc(size + 1);
	if (!f->bytes)
		return fail(f, -ENOMEM, NULL);
	/* and one more, if it has become longer */
	while (n > 0 && f->len <= size) {
		n = read(fd, f->bytes + f->len, size + 1 - f->len);
		if (n > 0)
			f->len += (size_t)n;
	}
	return n < 0 ? fail(f, -errno, NULL) : 0;
}

/* Half of an image may look like a whole one. */
static int check_unchanged(struct firmware *f, int fd,
			   const struct stat *before)
{
	struct stat now;

	if (fstat(fd, &now))
		return fail(f, -errno, NULL);
	if (f->len == (size_t)before->st_size &&
	    now.st_size == before->st_size &&
	    now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
		return 0;
	snprintf(f->error, sizeof(f->error),
		 "%.160s: it changed while it was read; wait until nothing "
		 "writes it any more",
		 f->path);
	return -EAGAIN;
}

/* Not one to wait for: a FIFO has no size. */
static int read_file(struct firmware *f)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int err;

	if (fd < 0)
		return fail(f, -errno, NULL);
	if (fstat(fd, &st))
		err = fail(f, -errno, NULL);
	else if (!S_ISREG(st.st_mode))
		err = fail(f, -EINVAL, "it is no regular file");
	else if (st.st_size > FIRMWARE_MAX)
		err = fail(f, -EFBIG, "it has more than 16 MiB");
	else
		err = read_whole(f, fd, (size_t)st.st_size);
	if (!err)
		err = check_unchanged(f, fd, &st);
	close(fd);
	return err;
}

static void find_reset(struct firmware *f)
{
	const struct dict_message *message;
	struct dict dict;
	char *text;
	size_t len;

	if (dict_inflate(&lib, &text, &len, TEXT_MAX,
			 f->bytes + f->dictionary.offset, f->dictionary.len))
		return;
	if (!dict_read(&lib, &dict, text, len)) {
		message = dict_find(&dict, KCAN_KLP_COMMAND, "reset");
		f->has_reset = message && !message->format.count;
		if (f->has_reset)
			f->reset = message->format;
		dict_fini(&dict);
	}
	free(text);
}

int firmware_read(struct firmware *f, const char *path)
{
	int err;

	*f = (struct firmware){ .path = path };
	err = read_file(f);
	if (!err && dictionary_find(&lib, &f->dictionary, f->bytes, f->len))
		find_reset(f);
	return err;
}

const char *firmware_refusal(const struct kcan_image *image, bool force)
{
	enum kcan_image_severity severity = kcan_image_severity(image);

	if (severity == KCAN_IMAGE_NEVER)
		return "cannot be flashed";
	return severity == KCAN_IMAGE_REFUSED && !force ?
		       "is not flashed without --force" :
		       NULL;
}

void firmware_free(struct firmware *f)
{
	free(f->bytes);
	f->bytes = NULL;
}
