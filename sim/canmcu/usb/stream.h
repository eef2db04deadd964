/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_STREAM_H
#define CANMCU_USB_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "usbip.h"

#define USB_ENDPOINTS 16
#define USB_ANSWER_MAX 4096   /* bytes that one answer can hold */
#define USB_PAYLOAD_MAX 16384 /* bytes that one SUBMIT can bring */
#define USB_PENDING_MAX 256   /* SUBMITs that wait for their answer */
#define USB_TX_SIZE 65536     /* bytes that wait for the kernel */

/** A control request; its data are behind it. */
struct usb_control {
	uint8_t type; /* bmRequestType */
	uint8_t request;
	uint16_t value;
	uint16_t index;
	uint16_t length;
	const uint8_t *data; /* out: @length bytes; in: NULL */
};

/**
 * struct usb_stream_ops - the device at the end of the stream
 *
 * Each is asked about the oldest SUBMIT of an endpoint, and may answer -EAGAIN:
 * that is the NAK of USB, the same is asked again at the next occasion until
 * there is an answer or the kernel takes it back. Any other negative errno is
 * passed on; -EPIPE is a stall.
 */
struct usb_stream_ops {
	/** Return: bytes put to @reply, USB_ANSWER_MAX at most, or errno. */
	int (*control)(void *arg, const struct usb_control *control,
		       uint8_t *reply, uint64_t now_us);
	/**
	 * Return: how many of @len bytes were taken, at least one if there are
	 * any; the rest comes again. Or a negative errno.
	 */
	int (*out)(void *arg, uint8_t ep, const uint8_t *data, uint32_t len,
		   uint64_t now_us);
	/** Return: bytes put to @data, which has @room; or a negative errno. */
	int (*in)(void *arg, uint8_t ep, uint8_t *data, uint32_t room,
		  uint64_t now_us);
};

/** SUBMITs of one endpoint and direction, the oldest first. */
struct usb_fifo {
	struct usb_urb *first;
	struct usb_urb *last;
};

/**
 * struct usb_stream - the device's end of a USB/IP connection
 *
 * Pure: bytes in, bytes out, by any pieces. All that an attachment has is in
 * here, and is forgotten by usb_stream_reset(): the next one begins with
 * nothing. It holds no more than the limits above say, whatever it is fed.
 *
 * It keeps the rules of usbip-gsusb-bridge.md, section 2: each SUBMIT has one
 * answer, each UNLINK too, and that without asking the device.
 */
struct usb_stream {
	const struct usb_stream_ops *ops;
	void *arg;
	int err; /* broken for good; see usb_stream_feed() */
	uint8_t header[USBIP_HEADER_LEN];
	size_t header_len;
	struct usbip_request request; /* decoded from @header */
	struct usb_urb *coming;	      /* its payload is on the way */
	uint32_t skip;		      /* bytes of a payload nobody wants */
	/* [ep][in]; endpoint 0 has one for both directions: [0][0] */
	struct usb_fifo waiting[USB_ENDPOINTS][2];
	unsigned int pending;
	size_t tx_first;
	size_t tx_len;
	uint8_t tx[USB_TX_SIZE];
};

/** @ops and @arg must outlive @s. */
void usb_stream_init(struct usb_stream *s, const struct usb_stream_ops *ops,
		     void *arg);

/** A new attachment: nothing of the old one is left. Frees all memory, too. */
void usb_stream_reset(struct usb_stream *s);

/**
 * usb_stream_feed() - bytes of the kernel have come
 *
 * Return: how many were taken; less than @len when the kernel has to read its
 * answers first. Negative when the connection cannot be used any more: -EPROTO
 * for bytes that are not USB/IP, -ENOMEM; the same from then on.
 */
int usb_stream_feed(struct usb_stream *s, const uint8_t *data, size_t len,
		    uint64_t now_us);

/**
 * usb_stream_run() - ask the device about all that waits
 *
 * To be called when it may have another answer, and after usb_stream_sent().
 * None of these functions may be called by the device.
 */
void usb_stream_run(struct usb_stream *s, uint64_t now_us);

/** Return: how many bytes are to be sent, which are at *@data then. */
size_t usb_stream_tx(const struct usb_stream *s, const uint8_t **data);

/** The first @len of them were sent. */
void usb_stream_sent(struct usb_stream *s, size_t len);

#endif
