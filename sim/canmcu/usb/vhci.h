/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_VHCI_H
#define CANMCU_USB_VHCI_H

/*
 * The kernel's virtual USB host controller: usbip-gsusb-bridge.md, section 1.
 * Root only.
 */

/** Return: the lowest free high speed port in the text of "status", or -EBUSY. */
int vhci_find_free(const char *status);

/**
 * vhci_free_port() - the same, of the controller that is there
 *
 * Return: port, -EBUSY, or -ENODEV when there is none.
 */
int vhci_free_port(void);

/**
 * vhci_attach() - plug a full speed device into @port
 *
 * Return: a non-blocking socket for USB/IP; closing it unplugs the device. Or
 * -EBUSY when the port is in use (still, right after a detach), -EACCES for
 * others than root, -ENODEV without a controller, or another errno.
 */
int vhci_attach(unsigned int port);

/** Return: for a user, what is wrong and what to do; @err as above. */
const char *vhci_problem(int err);

#endif
