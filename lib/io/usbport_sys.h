/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef IO_USBPORT_SYS_H
#define IO_USBPORT_SYS_H

/* What sysfs and /dev tell of a port; the roots are arguments for tests. */
#include <limits.h>

#include "proto/usbdev.h"

struct usbport_roots {
	const char *sys; /* "/sys" */
	const char *dev; /* "/dev" */
};

/**
 * usbport_find() - the USB device that another device is behind
 * @out:    name of its port
 * @device: a folder, or a link to one, below it in sysfs
 *
 * Return: 0; -ENODEV when there is no such folder; -ENXIO when it is not behind
 * a USB device.
 */
int usbport_find(char out[static NAME_MAX + 1], const char *device);

/** kcan_usbport_look(), without taking events back. */
void usbport_read(const struct usbport_roots *roots, const char *port,
		  struct kcan_usbdev *out);

/** kcan_usbport_each() */
void usbport_each(const struct usbport_roots *roots,
		  void (*seen)(const char *port, const struct kcan_usbdev *dev,
			       void *arg),
		  void *arg);

#endif
