// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "reserve.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/holder.h"

#define NAME_MAX_LEN 64

static int put_name(char out[static NAME_MAX_LEN], unsigned int ifindex,
		    const char *what, const char *which)
{
	return snprintf(out, NAME_MAX_LEN, "canbootreq/%u/%s/%s", ifindex, what,
			which);
}

static int reserve(unsigned int ifindex, const char *what, const char *which)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int len, err;

	if (fd < 0)
		return -errno;
	/* a NUL in front makes the name abstract: no file, nothing to clean */
	len = put_name(addr.sun_path + 1, ifindex, what, which);
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

void reserve_holder(char *out, size_t size, unsigned int ifindex,
		    const struct kcan_uuid *uuid)
{
	char text[KCAN_UUID_STR_LEN + 1], name[NAME_MAX_LEN];
	struct kcan_tty_holder holder;

	kcan_uuid_format(uuid, text);
	put_name(name, ifindex, "uuid", text);
	if (io_holder_of_socket(&holder, name))
		snprintf(out, size, "%s (pid %d)", holder.name,
			 (int)holder.pid);
	else
		snprintf(out, size, "another canbootreq or katflash");
}
