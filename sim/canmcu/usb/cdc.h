/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_CDC_H
#define CANMCU_USB_CDC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"

/* can-admin-channel.md, section 9; both can be changed as a board is built. */
#define CDC_VID 0x1d50
#define CDC_PID_KLIPPER 0x614e
#define CDC_PID_KATAPULT 0x6177

#define CDC_TX_SIZE 192 /* bytes; katapult-protocol.md, section 6 */
#define CDC_LINE_CODING_LEN 7

/** What the port is connected to; called from within the personality. */
struct cdc_env {
	/* Return: how many of @len bytes were taken; 0: the host has to wait. */
	size_t (*receive)(void *arg, const uint8_t *data, size_t len,
			  uint64_t now_us);
	/* The host asks for the bootloader by 1200 baud; NULL: not heeded. */
	void (*touch)(void *arg, uint64_t now_us);
	void *arg;
};

/**
 * struct cdc - the serial port of Klipper and of Katapult on USB
 *
 * Pure. Sources: usbip-gsusb-bridge.md, sections 3.2 and 4.5;
 * can-admin-channel.md, section 11.1.
 */
struct cdc {
	const struct cdc_env *env;
	uint8_t line_coding[CDC_LINE_CODING_LEN];
	uint16_t lines; /* bit 0 DTR, bit 1 RTS */
	size_t tx_len;
	uint8_t tx[CDC_TX_SIZE]; /* for the host */
};

/** Their @self is a struct cdc; they differ in their ids. */
extern const struct usb_personality cdc_klipper_personality;
extern const struct usb_personality cdc_katapult_personality;

/** As after a reset of the chip; @env must outlive @cdc. */
void cdc_init(struct cdc *cdc, const struct cdc_env *env);

/**
 * cdc_send() - bytes for the host
 *
 * Return: false when they did not fit, and none was taken: the host does not
 * read. Firmware drops them then.
 */
bool cdc_send(struct cdc *cdc, const uint8_t *data, size_t len);

/** Return: baud. */
uint32_t cdc_rate(const struct cdc *cdc);

#endif
