/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_USB_H
#define SHARED_USB_H

#include <kcan/usbfollow.h>
#include <kcan/usbport.h>

#include "loop.h"

/**
 * usb_follow() - follow what is on a port until it is decided, or a signal came
 * @port:  is watched
 * @f:     begun by kcan_usbfollow_init()
 * @trace: called for each device that is new there; may be NULL
 */
void usb_follow(struct kcan_usbport *port, struct kcan_usbfollow *f,
		struct loop *l,
		void (*trace)(const struct loop *l, const char *port,
			      const struct kcan_usbdev *dev));

/**
 * usb_wait_for_name() - wait for the name that udev makes, a second at most
 * @dev: what is on the port; gets the name
 *
 * Return: false when another device is there now, or none.
 */
bool usb_wait_for_name(struct kcan_usbport *port, struct kcan_usbdev *dev,
		       struct loop *l);

#endif
