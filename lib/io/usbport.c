// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "io/usbport.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "io/usbport_sys.h"

/* how often to look without an event: one may be lost, in a container all are */
#define LOOK_MS 250

static const struct usbport_roots roots = { "/sys", "/dev" };

/* Of NETLINK_KOBJECT_UEVENT: the kernel's, and udevd's once it has seen to it. */
#define GROUP_KERNEL 1u
#define GROUP_UDEV 2u

struct kcan_usbport {
	char name[NAME_MAX + 1];
	int epoll; /* of the two below */
	int timer;
	int events; /* -1: without */
};

static int open_port(struct kcan_usbport **out, const char *device)
{
	struct kcan_usbport *port = malloc(sizeof(*port));
	int err;

	if (!port)
		return -ENOMEM;
	*port = (struct kcan_usbport){ .epoll = -1, .timer = -1, .events = -1 };
	err = usbport_find(port->name, device);
	if (err) {
		free(port);
		return err;
	}
	*out = port;
	return 0;
}

int kcan_usbport_of_interface(struct kcan_usbport **out, const char *ifname)
{
	char path[64];

	if (!*ifname || strlen(ifname) >= IF_NAMESIZE || strchr(ifname, '/'))
		return -ENODEV;
	snprintf(path, sizeof(path), "/sys/class/net/%s", ifname);
	if (access(path, F_OK))
		return -ENODEV;
	snprintf(path, sizeof(path), "/sys/class/net/%s/device", ifname);
	/* what is made of software has no device */
	return access(path, F_OK) ? -ENXIO : open_port(out, path);
}

int kcan_usbport_of_tty(struct kcan_usbport **out, const char *path)
{
	char device[64];
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	snprintf(device, sizeof(device), "/sys/dev/char/%u:%u/device",
		 major(st.st_rdev), minor(st.st_rdev));
	return access(device, F_OK) ? -ENXIO : open_port(out, device);
}

void kcan_usbport_close(struct kcan_usbport *port)
{
	if (!port)
		return;
	if (port->events >= 0)
		close(port->events);
	if (port->timer >= 0)
		close(port->timer);
	if (port->epoll >= 0)
		close(port->epoll);
	free(port);
}

const char *kcan_usbport_name(const struct kcan_usbport *port)
{
	return port->name;
}

static int add_fd(struct kcan_usbport *port, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(port->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* Without events, as where such sockets are forbidden, looks have to do. */
static void watch_events(struct kcan_usbport *port)
{
	const struct sockaddr_nl at = {
		.nl_family = AF_NETLINK, .nl_groups = GROUP_KERNEL | GROUP_UDEV
	};

	port->events = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			      NETLINK_KOBJECT_UEVENT);
	if (port->events >= 0 &&
	    !bind(port->events, (const struct sockaddr *)&at, sizeof(at)))
		add_fd(port, port->events);
}

static int watch_clock(struct kcan_usbport *port)
{
	const struct timespec every = { 0, LOOK_MS * 1000000 };

	port->timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (port->timer < 0 ||
	    timerfd_settime(port->timer, 0,
			    &(struct itimerspec){ every, every }, NULL))
		return -errno;
	return add_fd(port, port->timer);
}

int kcan_usbport_watch(struct kcan_usbport *port)
{
	if (port->epoll >= 0)
		return 0;
	port->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (port->epoll < 0)
		return -errno;
	watch_events(port);
	return watch_clock(port);
}

int kcan_usbport_fd(const struct kcan_usbport *port)
{
	return port->epoll;
}

/* Which events came does not matter: to look takes less than to read dozens. */
static void take_events(const struct kcan_usbport *port)
{
	uint64_t ticks;
	char event;

	while (port->events >= 0 &&
	       (recv(port->events, &event, sizeof(event), MSG_DONTWAIT) >= 0 ||
		errno == ENOBUFS))
		continue;
	if (port->timer >= 0 && read(port->timer, &ticks, sizeof(ticks)) < 0)
		return; /* not due */
}

void kcan_usbport_look(struct kcan_usbport *port, struct kcan_usbdev *out)
{
	take_events(port);
	usbport_read(&roots, port->name, out);
}

void kcan_usbport_each(void (*seen)(const char *port,
				    const struct kcan_usbdev *dev, void *arg),
		       void *arg)
{
	usbport_each(&roots, seen, arg);
}

bool kcan_usbport_has_udevd(void)
{
	return !access("/run/udev/control", F_OK);
}
