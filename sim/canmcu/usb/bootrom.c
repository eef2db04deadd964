// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "bootrom.h"

#include "descriptor.h"

#define VID 0x2e8a

static const uint8_t rp2040_descriptor[] = {
	USB_DEVICE(0x0110, 0, 64, VID, 0x0003, 0x0100),
};
static const uint8_t rp2350_descriptor[] = {
	USB_DEVICE(0x0200, 0, 64, VID, 0x000f, 0x0100),
};
static const uint8_t config_descriptor[] = {
	USB_CONFIG(55, 2, 0x80, 500),
	/* mass storage, SCSI, bulk only */
	USB_INTERFACE(0, 2, 0x08, 0x06, 0x50, 0),
	USB_BULK(0x81),
	USB_BULK(0x02),
	USB_INTERFACE(1, 2, 0xff, 0, 0, 0), /* PICOBOOT */
	USB_BULK(0x03),
	USB_BULK(0x84),
};

const struct usb_personality bootrom_rp2040_personality = {
	.device = rp2040_descriptor,
	.config = config_descriptor,
	.config_len = sizeof(config_descriptor),
};
const struct usb_personality bootrom_rp2350_personality = {
	.device = rp2350_descriptor,
	.config = config_descriptor,
	.config_len = sizeof(config_descriptor),
};
