// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl_connect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl_place.h"

static int connect_to(const char *path)
{
	struct sockaddr_un addr;
	int err = ctl_address(&addr, path);
	int fd;

	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int ctl_connect(const char *path, char *sentence, size_t size)
{
	int fd = connect_to(path);

	if (fd < 0)
		snprintf(sentence, size,
			 "no simulator answers at '%s' (%s): start canmcu with "
			 "--control and that path, or give the path of the one "
			 "that runs",
			 path, strerror(-fd));
	return fd;
}
