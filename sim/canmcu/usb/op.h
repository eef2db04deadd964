/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_OP_H
#define CANMCU_USB_OP_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

/*
 * What usbip(8) says on TCP before a device is attached: usbip-gsusb-bridge.md,
 * section 8. Pure.
 */

#define USBIP_BUSID_LEN 32

/* Longest answer: the list of one device. */
#define USBIP_OP_ANSWER_MAX (12 + 312 + 4 * USB_INTERFACES_MAX)

/** Where the device is on the server. */
struct usbip_export {
	const char *path;  /* up to 255 characters */
	const char *busid; /* "1-1"; up to 31 */
	uint32_t busnum;
	uint32_t devnum;
	uint32_t speed; /* enum usb_device_speed of Linux; 2: full */
	const struct usb_device *device; /* NULL: nothing is plugged in */
};

enum usbip_op_state {
	USBIP_OP_ASKING,   /* more bytes are needed */
	USBIP_OP_LISTED,   /* to be closed once the answer is sent */
	USBIP_OP_REFUSED,  /* the same */
	USBIP_OP_IMPORTED, /* then it is for usb_stream_feed() */
};

/** A connection before its device is attached; zeroed is fresh. */
struct usbip_op {
	enum usbip_op_state state;
	size_t len;
	uint8_t request[8 + USBIP_BUSID_LEN];
	size_t answer_len;
	uint8_t answer[USBIP_OP_ANSWER_MAX]; /* to be sent */
};

/**
 * usbip_op_feed() - bytes of the tool have come
 *
 * Return: how many belong to its request; the others come after it. -EPROTO
 * for what is none, of another version, or after its end.
 */
int usbip_op_feed(struct usbip_op *op, const struct usbip_export *what,
		  const uint8_t *data, size_t len);

#endif
