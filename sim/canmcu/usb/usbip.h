/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_USBIP_H
#define CANMCU_USB_USBIP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * USB/IP as Linux speaks it once a device is attached: usbip-gsusb-bridge.md,
 * section 2. Headers only; the payload follows them unchanged.
 */

#define USBIP_HEADER_LEN 48 /* bytes */
#define USBIP_SETUP_LEN 8   /* bytes */

enum usbip_command {
	USBIP_CMD_SUBMIT = 1,
	USBIP_CMD_UNLINK,
	USBIP_RET_SUBMIT,
	USBIP_RET_UNLINK,
};

/** What the kernel asks. */
struct usbip_request {
	enum usbip_command command; /* SUBMIT or UNLINK */
	uint32_t seqnum;
	uint32_t unlink; /* UNLINK: the seqnum of the SUBMIT */
	/* SUBMIT: */
	bool in;
	uint8_t ep;	 /* 0..15 */
	uint32_t length; /* in: room; out: bytes of payload that follow */
	uint8_t setup[USBIP_SETUP_LEN]; /* on endpoint 0 */
};

/**
 * usbip_decode_request() - read the header of a message of the kernel
 *
 * Return: 0, or -EPROTO for what the kernel never sends to a device without
 * isochronous endpoints: where the next message begins is not known then.
 */
int usbip_decode_request(struct usbip_request *out,
			 const uint8_t header[static USBIP_HEADER_LEN]);

/**
 * usbip_encode_ret_submit() - the answer to a SUBMIT
 * @status: 0 or a negative errno of Linux; -EPIPE is a stall
 * @length: in: bytes that follow; out: bytes that were taken
 */
void usbip_encode_ret_submit(uint8_t out[static USBIP_HEADER_LEN],
			     uint32_t seqnum, int32_t status, uint32_t length);

/**
 * usbip_encode_ret_unlink() - the answer to an UNLINK
 * @status: -ECONNRESET when the SUBMIT was dropped, 0 when it was answered
 */
void usbip_encode_ret_unlink(uint8_t out[static USBIP_HEADER_LEN],
			     uint32_t seqnum, int32_t status);

#endif
