/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_LINK_H
#define CANMCU_USB_LINK_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"
#include "dfuse.h"
#include "gsusb.h"

/*
 * What the process with the USB device and the one with the world tell each
 * other, a datagram each. Both are the same program: structures go as they are.
 */

#define USB_LINK_BYTES_MAX DFUSE_TRANSFER_MAX
#define USB_LINK_TEXT_MAX 128 /* with its NUL */

/** What is plugged in. */
enum usb_kind {
	USB_GSUSB,	  /* Klipper as a bridge */
	USB_CDC_KLIPPER,  /* Klipper as a serial port */
	USB_CDC_KATAPULT, /* Katapult */
	USB_DFUSE,	  /* the ROM of an STM32 */
	USB_RP2040,	  /* the ROM of such a chip */
	USB_RP2350,
	USB_KIND_COUNT
};

enum usb_link_kind {
	/* to the device */
	/*
	 * plug: what was plugged in is unplugged first; a bridge has forgotten
	 * its LOCAL_ID and what was set by DEVIATE
	 */
	USB_LINK_PLUG,
	USB_LINK_UNPLUG,   /* once all its answers are sent */
	USB_LINK_FRAME,	   /* frame: from the bus, or of its state */
	USB_LINK_SENT,	   /* frame: from the MCU itself; see ACCEPTED */
	USB_LINK_LOCAL_ID, /* local_id: of the MCU; 0: unassigned */
	USB_LINK_DEVIATE,  /* gsusb */
	USB_LINK_MEMORY,   /* memory: the answer to one of the requests below */
	/* both ways */
	USB_LINK_BYTES, /* bytes: of the serial port */
	/* from the device */
	USB_LINK_PLUGGED, /* number: of the port of vhci_hcd, or -1: TCP */
	/*
	 * number: 0: as asked, or pulled; an errno: how the connection broke,
	 * or, when it was not PLUGGED before, see vhci_problem()
	 */
	USB_LINK_UNPLUGGED,
	USB_LINK_LOCAL,	   /* frame: of the host, for the MCU itself */
	USB_LINK_BUS,	   /* frame: of the host, for the bus */
	USB_LINK_ACCEPTED, /* the oldest SENT one is on its way to the host */
	USB_LINK_MODE,	   /* mode */
	USB_LINK_DISCARDS, /* number: whether it throws the host's frames away */
	USB_LINK_TOUCH,	   /* 1200 baud: the bootloader, please */
	USB_LINK_ERASE,	   /* memory, answered with the bytes erased */
	USB_LINK_PROGRAM,  /* memory with bytes */
	USB_LINK_READ,	   /* memory, answered with bytes */
	USB_LINK_LEAVE,	   /* number: address; the answer was given */
	USB_LINK_KIND_COUNT
};

struct usb_link_plug {
	enum usb_kind kind;
	uint16_t vid; /* as in usb_identity */
	uint16_t pid;
	struct dfuse_cfg memory;			   /* of USB_DFUSE */
	char strings[USB_STRING_COUNT][USB_LINK_TEXT_MAX]; /* "": none */
};

struct usb_link_mode {
	bool up;
	uint32_t bitrate_bps;
};

struct usb_link_memory {
	uint32_t seq; /* an answer has that of its request */
	uint32_t address;
	int32_t result; /* of an answer: as dfuse_env */
	uint32_t len;	/* of @bytes; USB_LINK_READ: of those wanted */
	uint8_t bytes[USB_LINK_BYTES_MAX];
};

struct usb_link_bytes {
	uint32_t len;
	uint8_t bytes[USB_LINK_BYTES_MAX];
};

struct usb_link_msg {
	enum usb_link_kind kind;
	union {
		struct usb_link_plug plug;
		struct can_frame frame;
		canid_t local_id;
		struct gsusb_cfg gsusb;
		struct usb_link_memory memory;
		struct usb_link_bytes bytes;
		struct usb_link_mode mode;
		int32_t number;
	};
};

/** Return: how many bytes of @msg are to be sent. */
size_t usb_link_len(const struct usb_link_msg *msg);

/** Return: whether @len bytes that were received are such a message. */
bool usb_link_valid(const struct usb_link_msg *msg, size_t len);

#endif
