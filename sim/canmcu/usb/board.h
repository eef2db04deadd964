/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_BOARD_H
#define CANMCU_USB_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "cdc.h"
#include "link.h"

#define USB_BOARD_OUTBOX_LEN 8 /* messages */
#define USB_BOARD_OWN_LEN 8    /* frames: more than CAN hardware has slots */

/** A request to the memory, which is with the world. */
struct usb_board_memory {
	bool asked;
	bool answered;
	enum usb_link_kind kind;
	struct usb_link_memory request; /* without its bytes */
	struct usb_link_memory answer;
};

/**
 * struct usb_board - the USB socket of one board, and what is plugged into it
 *
 * Pure: messages of the world and bytes of the kernel in, both out. Bytes go
 * through @stream, as stream.h has it; instead of usb_stream_run() call
 * usb_board_run(). Must not be moved once initialised.
 */
struct usb_board {
	/* Return: false when there is no room for it now. */
	bool (*send)(void *arg, const struct usb_link_msg *msg);
	void *arg;
	bool plugged;
	struct usb_link_plug plug; /* holds the strings */
	struct usb_stream stream;
	struct usb_device device;
	struct gsusb_env gsusb_env;
	struct cdc_env cdc_env;
	struct dfuse_env dfuse_env;
	union {
		struct gsusb gsusb;
		struct cdc cdc;
		struct dfuse dfuse;
	};
	struct usb_board_memory memory;
	/* frames of the MCU itself that the bridge has no room for */
	struct can_frame own[USB_BOARD_OWN_LEN];
	size_t own_first;
	size_t own_len;
	/* what must not be lost, and frames wait for */
	struct usb_link_msg outbox[USB_BOARD_OUTBOX_LEN];
	size_t outbox_first;
	size_t outbox_len;
	bool waits;    /* something of the host does, for room to tell it */
	uint64_t lost; /* messages; the world has not read for long */
};

/** Nothing is plugged in; usb_board_reconnect() releases what it will hold. */
void usb_board_init(struct usb_board *b,
		    bool (*send)(void *arg, const struct usb_link_msg *msg),
		    void *arg);

/**
 * usb_board_take() - a valid message of the world
 *
 * USB_LINK_PLUG is a new device with a new stream, USB_LINK_UNPLUG none; the
 * connection to the kernel is the caller's business. What is not for the device
 * that is plugged in is ignored.
 */
void usb_board_take(struct usb_board *b, const struct usb_link_msg *msg);

/** The connection has ended, or is a new one; the device is as before. */
void usb_board_reconnect(struct usb_board *b);

/** Tell the world; kept until there is room. */
void usb_board_send(struct usb_board *b, const struct usb_link_msg *msg);

/** After anything: bytes, messages, room for them, or the deadline. */
void usb_board_run(struct usb_board *b, uint64_t now_us);

/** Return: whether to call usb_board_run() as soon as there is room to send. */
static inline bool usb_board_waits(const struct usb_board *b)
{
	return b->waits || b->outbox_len;
}

/** Return: when to call usb_board_run() in any case; UINT64_MAX: no need. */
uint64_t usb_board_deadline(const struct usb_board *b);

#endif
