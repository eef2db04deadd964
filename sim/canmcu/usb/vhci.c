// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "vhci.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/array.h"

#define VHCI "/sys/devices/platform/vhci_hcd.0/"
#define STATE_FREE 4
#define SPEED_FULL 2
#define DEVID 0x00010002 /* bus 1, device 2: comes back in requests */

int vhci_find_free(const char *status)
{
	const char *line = status;

	while (line) {
		unsigned int port, state;

		if (sscanf(line, "hs %u %u", &port, &state) == 2 &&
		    state == STATE_FREE)
			return (int)port;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return -EBUSY;
}

/* Return: 0, or a negative errno; no controller is -ENODEV. */
static int open_file(int *fd, const char *path, int flags)
{
	*fd = open(path, flags | O_CLOEXEC);
	if (*fd >= 0)
		return 0;
	return errno == ENOENT ? -ENODEV : -errno;
}

int vhci_free_port(void)
{
	char status[8192];
	size_t len = 0;
	ssize_t n;
	int fd, err = open_file(&fd, VHCI "status", O_RDONLY);

	if (err)
		return err;
	do {
		n = read(fd, status + len, sizeof(status) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	close(fd);
	status[len] = '\0';
	return vhci_find_free(status);
}

/* The kernel takes a reference of its own to @sock. */
static int hand_over(unsigned int port, int sock)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%u %d %u %u", port, sock, DEVID,
			   SPEED_FULL);
	int fd, err = open_file(&fd, VHCI "attach", O_WRONLY);

	if (err)
		return err;
	if (write(fd, text, (size_t)len) != len)
		err = -errno;
	close(fd);
	return err;
}

int vhci_attach(unsigned int port)
{
	int pair[2], err;

	/* a copy in a child would keep the device plugged in */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	err = hand_over(port, pair[1]);
	close(pair[1]);
	if (!err && fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0)
		err = -errno;
	if (!err)
		return pair[0];
	close(pair[0]);
	return err;
}

static const struct problem {
	int err;
	const char *text;
} problems[] = {
	{ -ENODEV, "this kernel has no virtual USB host controller: load it by "
		   "'modprobe vhci-hcd', as root" },
	{ -EACCES, "only root can plug a device into vhci_hcd: start this as "
		   "root, or serve the device on TCP and let root attach it by "
		   "'usbip attach -r 127.0.0.1 -b 1-1'" },
	{ -EBUSY, "the port of vhci_hcd is in use by another device: choose "
		  "another one, or free it by 'usbip detach -p PORT'" },
	{ -EINVAL, "vhci_hcd has no such port: choose one of those that "
		   "'cat " VHCI "status' lists as hs" },
};

const char *vhci_problem(int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(problems); i++)
		if (problems[i].err == err)
			return problems[i].text;
	return strerror(-err);
}
