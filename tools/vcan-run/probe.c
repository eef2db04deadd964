// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/rtnl.h"
#include "probe.h"

#define PROBE_TIMEOUT_MS 2000

int probe_af_can(struct reason *reason)
{
	int fd = socket(AF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW);

	if (fd < 0)
		return reason_set(
			reason,
			"the kernel has no CAN sockets (%s); load "
			"can and can-raw, or use a kernel that has them",
			strerror(errno));
	close(fd);
	return 0;
}

static int make_vcan(const char *name, struct reason *reason)
{
	int err = rtnl_add_link(name, "vcan");

	if (err == -EOPNOTSUPP)
		return reason_set(reason,
				  "the kernel has no vcan driver (asked for "
				  "%s); load the module vcan",
				  name);
	if (err && err != -EEXIST)
		return reason_set(reason,
				  "%s cannot be made (%s); see ip-link(8)",
				  name, strerror(-err));
	err = rtnl_set_up(name);
	if (err)
		return reason_set(reason,
				  "%s does not come up (%s); see ip-link(8)",
				  name, strerror(-err));
	return 0;
}

static int open_on(const char *name)
{
	struct sockaddr_can addr = {
		.can_family = AF_CAN,
		.can_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int carry_frame(int from, int to)
{
	struct can_frame out = { .can_id = 0x123,
				 .can_dlc = 2,
				 .data = { 0xca, 0xfe } };
	struct can_frame in = { 0 };
	struct pollfd p = { .fd = to, .events = POLLIN };

	if (write(from, &out, sizeof(out)) != sizeof(out))
		return -errno;
	if (poll(&p, 1, PROBE_TIMEOUT_MS) != 1)
		return -ETIMEDOUT;
	if (read(to, &in, sizeof(in)) != sizeof(in))
		return -errno;
	if (in.can_id != out.can_id || memcmp(in.data, out.data, 2) != 0)
		return -EPROTO;
	return 0;
}

static int prove(const char *name, struct reason *reason)
{
	int from = open_on(name);
	int to = from < 0 ? -1 : open_on(name);
	int err = to < 0 ? -errno : carry_frame(from, to);

	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	if (err)
		return reason_set(reason,
				  "%s does not carry a CAN frame (%s); try "
				  "another engine",
				  name, strerror(-err));
	return 0;
}

int probe_bus(const char *const *ifaces, size_t n, struct reason *reason)
{
	if (probe_af_can(reason))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (make_vcan(ifaces[i], reason) || prove(ifaces[i], reason))
			return -1;
	return 0;
}
