// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "reserve.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int reserve(unsigned int ifindex, const char *what, const char *which)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int len, err;

	if (fd < 0)
		return -errno;
	/* a NUL in front makes the name abstract: no file, nothing to clean */
	len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1,
		       "canbootreq/%u/%s/%s", ifindex, what, which);
	if (!bind(fd, (struct sockaddr *)&addr,
		  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			      (size_t)len)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int reserve_uuid(unsigned int ifindex, const struct kcan_uuid *uuid)
{
	char text[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(uuid, text);
	return reserve(ifindex, "uuid", text);
}

int reserve_nodeid(unsigned int ifindex, uint8_t nodeid)
{
	char text[4];

	snprintf(text, sizeof(text), "%u", nodeid);
	return reserve(ifindex, "nodeid", text);
}
