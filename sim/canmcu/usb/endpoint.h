/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_ENDPOINT_H
#define CANMCU_USB_ENDPOINT_H

#include <stdint.h>
#include <sys/types.h>

#include "link.h"

/** Where the device appears. */
struct usb_endpoint_cfg {
	int vhci_port;	   /* of vhci_hcd; -1: the lowest that is free */
	uint16_t tcp_port; /* not 0: on this port of 127.0.0.1 instead */
};

/**
 * usb_endpoint_start() - a USB socket, in a process of its own
 * @link: set to a non-blocking SOCK_SEQPACKET that carries struct usb_link_msg;
 *        closing it unplugs the device and ends the process
 * @pid:  set to the process, to be waited for
 *
 * Why a process: raw CAN sockets take the kernel's RTNL lock, and "ip link set
 * can0 down" holds it until UNLINKs of its USB device are answered. One process
 * with both would wait for itself, beyond SIGKILL. This one has neither CAN nor
 * netlink sockets, waits for nobody, and has no file of its parent but stderr.
 *
 * To be called before there are threads. It stays on the vhci port that it got,
 * whatever is plugged in.
 *
 * Return: 0 or a negative errno.
 */
int usb_endpoint_start(const struct usb_endpoint_cfg *cfg, int *link,
		       pid_t *pid);

/**
 * usb_endpoint_send() - send a message to the device
 *
 * Return: 0, -EAGAIN when the process has not read the last ones, or another
 * errno.
 */
int usb_endpoint_send(int link, const struct usb_link_msg *msg);

/**
 * usb_endpoint_receive() - the next message of the device
 *
 * Return: 0, -EAGAIN, -EPIPE when the process has ended, or another errno.
 */
int usb_endpoint_receive(int link, struct usb_link_msg *msg);

#endif
