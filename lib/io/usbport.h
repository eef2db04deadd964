/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef IO_USBPORT_H
#define IO_USBPORT_H

#include "proto/usbdev.h"

/**
 * struct kcan_usbport - one USB port, whatever is plugged into it
 *
 * A device that resets itself into another program leaves its port and comes
 * back there under other ids; the port's name stays. The port is found by what
 * is there first: a network interface or a tty.
 */
struct kcan_usbport;

/**
 * kcan_usbport_of_interface() - the port that a network interface is behind
 * @out: set on success only; release with kcan_usbport_close()
 *
 * Only reads a few links.
 *
 * Return: 0, or a negative errno. The ones to tell apart:
 * -ENODEV  no such interface
 * -ENXIO   it is not behind a USB port (vcan, slcan, SPI, PCI)
 */
int kcan_usbport_of_interface(struct kcan_usbport **out, const char *ifname);

/**
 * kcan_usbport_of_tty() - the same for a tty
 * @path: any name of it, links such as those in /dev/serial/by-id included;
 *        it is not opened
 *
 * Return: as above, and:
 * -ENOENT  no such file, or another error of stat(2)
 * -ENOTTY  it is no character device
 * -ENXIO   it is not behind a USB port (UART, pty)
 */
int kcan_usbport_of_tty(struct kcan_usbport **out, const char *path);

/** NULL is allowed. */
void kcan_usbport_close(struct kcan_usbport *port);

/** Return: as the kernel names it, hubs included: "1-1.4"; until it is closed. */
const char *kcan_usbport_name(const struct kcan_usbport *port);

/**
 * kcan_usbport_look() - what is there now
 * @out: all zero when the port is empty; what is just coming or going may lack
 *       some of its texts and names
 *
 * Also takes back what made kcan_usbport_fd() readable.
 */
void kcan_usbport_look(struct kcan_usbport *port, struct kcan_usbdev *out);

/**
 * kcan_usbport_watch() - notice changes from now on
 *
 * Listens to the kernel's events, and to udev's, which come once a name in
 * /dev/serial/by-id is there and permissions are set. An event only says when to
 * look: so it works without udevd, and, with a look every 250 ms, where none
 * comes.
 *
 * Return: 0, also when watching already, or a negative errno.
 */
int kcan_usbport_watch(struct kcan_usbport *port);

/**
 * kcan_usbport_fd() - for poll(): POLLIN when it is time to look again
 *
 * Return: -1 before kcan_usbport_watch().
 */
int kcan_usbport_fd(const struct kcan_usbport *port);

/**
 * kcan_usbport_each() - what is on all USB ports now, in the order of their names
 *
 * Calls @seen for each port that is not empty, but for the hubs of the computer
 * itself; what it is given is valid until it returns.
 */
void kcan_usbport_each(void (*seen)(const char *port,
				    const struct kcan_usbdev *dev, void *arg),
		       void *arg);

/** Return: udevd runs, so that a name in /dev/serial/by-id is to come. */
bool kcan_usbport_has_udevd(void);

#endif
