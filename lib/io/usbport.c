// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "io/usbport.h"

#include <errno.h>
#include <libudev.h>
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
#include "util/array.h"
#include "util/loader.h"

/* how often to look without an event: where there may be one, and where not */
#define SELDOM_MS 250
#define OFTEN_MS 20

static const struct usbport_roots roots = { "/sys", "/dev" };

struct libudev {
	__typeof__(udev_new) *new;
	__typeof__(udev_unref) *unref;
	__typeof__(udev_monitor_new_from_netlink) *monitor_new;
	__typeof__(udev_monitor_enable_receiving) *monitor_enable;
	__typeof__(udev_monitor_get_fd) *monitor_fd;
	__typeof__(udev_monitor_unref) *monitor_unref;
};

static const struct util_symbol symbols[] = {
	{ "udev_new", offsetof(struct libudev, new) },
	{ "udev_unref", offsetof(struct libudev, unref) },
	{ "udev_monitor_new_from_netlink",
	  offsetof(struct libudev, monitor_new) },
	{ "udev_monitor_enable_receiving",
	  offsetof(struct libudev, monitor_enable) },
	{ "udev_monitor_get_fd", offsetof(struct libudev, monitor_fd) },
	{ "udev_monitor_unref", offsetof(struct libudev, monitor_unref) },
};

UTIL_LIBRARY(libudev, symbols, "usb", "Follow a board's USB port by events",
	     "recommended", "libudev.so.1");

struct kcan_usbport {
	char name[NAME_MAX + 1];
	int epoll; /* of the two below */
	int timer;
	struct libudev lib;
	struct udev *udev; /* NULL: without events */
	/* what the kernel tells, and the same once udevd has seen to it */
	struct udev_monitor *monitors[2];
};

static int open_port(struct kcan_usbport **out, const char *device)
{
	struct kcan_usbport *port = malloc(sizeof(*port));
	int err;

	if (!port)
		return -ENOMEM;
	*port = (struct kcan_usbport){ .epoll = -1, .timer = -1 };
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

static void close_monitors(struct kcan_usbport *port)
{
	for (size_t i = 0; i < ARRAY_SIZE(port->monitors); i++)
		if (port->monitors[i])
			port->lib.monitor_unref(port->monitors[i]);
	if (port->udev)
		port->lib.unref(port->udev);
}

void kcan_usbport_close(struct kcan_usbport *port)
{
	if (!port)
		return;
	close_monitors(port);
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

/* Return: whether the kernel tells of changes. */
static bool watch_events(struct kcan_usbport *port)
{
	static const char *const sources[] = { "kernel", "udev" };
	const char *why;
	bool told = false;

	if (!util_library_load(&libudev, &port->lib, &why))
		return false;
	port->udev = port->lib.new();
	for (size_t i = 0; port->udev && i < ARRAY_SIZE(sources); i++) {
		struct udev_monitor *monitor =
			port->lib.monitor_new(port->udev, sources[i]);

		port->monitors[i] = monitor;
		if (monitor && port->lib.monitor_enable(monitor) >= 0 &&
		    !add_fd(port, port->lib.monitor_fd(monitor)) && !i)
			told = true;
	}
	return told;
}

static int watch_clock(struct kcan_usbport *port, long every_ms)
{
	const struct timespec every = { 0, every_ms * 1000000 };

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
	return watch_clock(port, watch_events(port) ? SELDOM_MS : OFTEN_MS);
}

int kcan_usbport_fd(const struct kcan_usbport *port)
{
	return port->epoll;
}

/*
 * Which events came does not matter, and there are dozens at each plug: to let
 * libudev read them would take longer than to look.
 */
static void take_events(const struct kcan_usbport *port)
{
	uint64_t ticks;
	char event;

	for (size_t i = 0; i < ARRAY_SIZE(port->monitors); i++)
		while (port->monitors[i] &&
		       (recv(port->lib.monitor_fd(port->monitors[i]), &event,
			     sizeof(event), MSG_DONTWAIT) >= 0 ||
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
