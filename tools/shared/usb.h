/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_USB_H
#define SHARED_USB_H

#include "io/usbport.h"
#include "proto/usbfollow.h"

#include "loop.h"

/** What each verdict is called as the cause of an end. */
#define USB_CAUSES                                              \
	{                                                       \
		[KCAN_USBFOLLOW_PENDING] = CAUSE_INTERRUPTED,   \
		[KCAN_USBFOLLOW_KATAPULT] = CAUSE_USB_KATAPULT, \
		[KCAN_USBFOLLOW_LOADER] = CAUSE_USB_LOADER,     \
		[KCAN_USBFOLLOW_BACK] = CAUSE_USB_BACK,         \
		[KCAN_USBFOLLOW_STAYED] = CAUSE_USB_STAYED,     \
		[KCAN_USBFOLLOW_EMPTY] = CAUSE_USB_EMPTY,       \
		[KCAN_USBFOLLOW_OTHER] = CAUSE_USB_OTHER,       \
	}

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
 * usb_wait_for_kind() - wait until such a device is on a port
 * @port:  is watched
 * @dev:   what is there in the end
 *
 * Return: true when it is, with what is needed of it: a tty or an interface; false
 * when time is up, or a signal came.
 */
bool usb_wait_for_kind(struct kcan_usbport *port, struct kcan_usbdev *dev,
		       enum kcan_usbdev_kind kind, struct loop *l,
		       uint64_t until_us);

/**
 * usb_wait_for_name() - wait for the name that udev makes, a second at most
 * @dev: what is on the port; gets the name
 *
 * Return: false when another device is there now, or none.
 */
bool usb_wait_for_name(struct kcan_usbport *port, struct kcan_usbdev *dev,
		       struct loop *l);

#endif
