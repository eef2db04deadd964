// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio.h"

static void pad(FILE *out, size_t len)
{
	fwrite("\0\0\0", 1, -len & 3, out);
}

/* Paths are taken from the root, with or without a leading slash. */
static void entry(FILE *out, const char *path, unsigned int mode, size_t len)
{
	static const char format[] = "070701%08x%08x%08x%08x%08x%08x%08zx"
				     "%08x%08x%08x%08x%08zx%08x";
	size_t name_len;

	path += strspn(path, "/");
	name_len = strlen(path) + 1;
	/* ino, mode, uid, gid, nlink, mtime; two devices; no checksum */
	pad(out, fprintf(out, format, 0, mode, 0, 0, 1, 0, len, 0, 0, 0, 0,
			 name_len, 0) +
			 fwrite(path, 1, name_len, out));
}

/* A folder that is there already does not disturb the kernel. */
static void add_parents(FILE *out, const char *path)
{
	char folder[4096];

	for (const char *slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path),
			 path);
		entry(out, folder, S_IFDIR | 0755, 0);
	}
}

void cpio_add(FILE *out, const char *path, const void *data, size_t len)
{
	add_parents(out, path);
	entry(out, path, S_IFREG | 0755, len);
	fwrite(data, 1, len, out);
	pad(out, len);
}

int cpio_copy(FILE *out, const char *path, const char *from)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	void *data = MAP_FAILED;
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st))
		data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		err = -errno;
	} else {
		cpio_add(out, path, data, st.st_size);
		munmap(data, st.st_size);
	}
	close(fd);
	return err;
}

void cpio_end(FILE *out)
{
	entry(out, "TRAILER!!!", 0, 0);
}
