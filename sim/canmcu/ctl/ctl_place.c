// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl_place.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int ctl_address(struct sockaddr_un *out, const char *path)
{
	size_t len = strlen(path);

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!len || len >= sizeof(out->sun_path))
		return -ENAMETOOLONG;
	memcpy(out->sun_path, path, len);
	return 0;
}

/* A socket that refuses connections was left behind by a process that died. */
static bool is_stale(const struct sockaddr_un *addr)
{
	struct stat st;
	int fd, err;

	if (lstat(addr->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	err = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) ?
		      errno :
		      0;
	close(fd);
	return err == ECONNREFUSED;
}

/* @dir: of its folder, by whatever name. Return: 0 or a negative errno. */
static int look_at_folder(struct stat *dir, const char *path, const char *name)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];

	snprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path);
	return stat(*folder ? folder : ".", dir) ? -errno : 0;
}

/*
 * Before it listens, a socket looks like one that was left behind. So only who
 * has the name of the place, in the abstract, looks at what is there: one that
 * leaves no file, and is gone with its process. A long one is cut short, and may
 * stand for several places then.
 *
 * Return: a socket to be closed, -EADDRINUSE when another process is at it, or
 * another negative errno.
 */
static int claim(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	struct stat dir;
	int err = look_at_folder(&dir, path, name);
	int fd;

	if (err)
		return err;
	snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1,
		 "canmcu/%jx/%jx/%s", (uintmax_t)dir.st_dev,
		 (uintmax_t)dir.st_ino, name);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!bind(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int bind_owned(int fd, const struct sockaddr_un *addr)
{
	mode_t mask = umask(0177);
	int err;

	if (is_stale(addr))
		unlink(addr->sun_path);
	err = bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) ? -errno :
								       0;
	umask(mask);
	return err;
}

static void note(struct ctl_place *place)
{
	struct stat st;

	if (lstat(place->path, &st))
		return;
	place->dev = st.st_dev;
	place->ino = st.st_ino;
}

static int listen_at(struct ctl_place *place, const struct sockaddr_un *addr,
		     int backlog)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = bind_owned(fd, addr);
	if (!err)
		note(place);
	if (!err && listen(fd, backlog))
		err = -errno;
	if (!err)
		return fd;
	ctl_place_leave(place);
	close(fd);
	return err;
}

int ctl_place_take(struct ctl_place *place, int backlog)
{
	struct sockaddr_un addr;
	int err = ctl_address(&addr, place->path);
	int claimed, fd;

	if (err)
		return err;
	claimed = claim(place->path);
	if (claimed < 0)
		return claimed;
	fd = listen_at(place, &addr, backlog);
	close(claimed);
	return fd;
}

void ctl_place_leave(const struct ctl_place *place)
{
	struct stat st;

	if (place->ino && !lstat(place->path, &st) && st.st_dev == place->dev &&
	    st.st_ino == place->ino)
		unlink(place->path);
}
