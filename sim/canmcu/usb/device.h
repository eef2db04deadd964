/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_DEVICE_H
#define CANMCU_USB_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream.h"

#define USB_DEVICE_DESCRIPTOR_LEN 18
#define USB_INTERFACES_MAX 2
#define USB_ANY_LENGTH 0xffff

/** String descriptors by their index. */
enum usb_string {
	USB_STRING_MANUFACTURER = 1,
	USB_STRING_PRODUCT,
	USB_STRING_SERIAL,
	USB_STRING_INTERFACE, /* of DFU: the memory */
	USB_STRING_COUNT
};

/** One row of what a personality understands on endpoint 0. */
struct usb_request_row {
	uint8_t type; /* bmRequestType */
	uint8_t request;
	uint16_t length; /* that wLength has to be, or USB_ANY_LENGTH */
	/* As usb_stream_ops.control; @reply is cut to wLength. */
	int (*run)(void *self, const struct usb_control *control,
		   uint8_t *reply, uint64_t now_us);
};

/**
 * struct usb_personality - what a device is; all that is not in here is stalled
 *
 * It has one configuration. Endpoints are those of its descriptors.
 */
struct usb_personality {
	const uint8_t *device; /* USB_DEVICE_DESCRIPTOR_LEN bytes */
	const uint8_t *config; /* with all that belongs to it */
	size_t config_len;
	const struct usb_request_row *requests;
	size_t requests_len;
	/* As those of usb_stream_ops; NULL: always stalled. */
	int (*out)(void *self, uint8_t ep, const uint8_t *data, uint32_t len,
		   uint64_t now_us);
	int (*in)(void *self, uint8_t ep, uint8_t *data, uint32_t room,
		  uint64_t now_us);
};

/** What tells one device from the next; the texts are ISO 8859-1. */
struct usb_identity {
	uint16_t vid; /* 0: as in the descriptor */
	uint16_t pid;
	const char *strings[USB_STRING_COUNT]; /* NULL: stalled */
};

/**
 * struct usb_device - the standard requests, and who answers the others
 *
 * Pure; the device of a struct usb_stream.
 */
struct usb_device {
	const struct usb_personality *personality;
	void *self;
	struct usb_identity identity;
	uint8_t descriptor[USB_DEVICE_DESCRIPTOR_LEN];
	uint32_t endpoints; /* a bit each: usb_endpoint_bit() */
	uint32_t halted;
	uint8_t configuration;
	uint8_t alternate[USB_INTERFACES_MAX];
};

extern const struct usb_stream_ops usb_device_ops;

/** @address: with bit 7 for IN, as descriptors and wIndex have it. */
static inline uint32_t usb_endpoint_bit(uint8_t address)
{
	return 1u << ((address & 0x0f) | (address & 0x80) >> 3);
}

/**
 * usb_device_init() - as it is when it is plugged in
 * @personality: must outlive @d, as @self and the strings of @identity must
 */
void usb_device_init(struct usb_device *d,
		     const struct usb_personality *personality, void *self,
		     const struct usb_identity *identity);

/** Return: the descriptor of the interface behind @at (NULL: the first); or NULL. */
const uint8_t *usb_device_interface(const struct usb_device *d,
				    const uint8_t *at);

#endif
