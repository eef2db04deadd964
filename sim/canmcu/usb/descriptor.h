/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_DESCRIPTOR_H
#define CANMCU_USB_DESCRIPTOR_H

/*
 * Descriptors as initialisers of byte arrays: USB 2.0, section 9.6. Lengths are
 * in bytes.
 */

#define USB_LE16(value) (value) & 0xff, (value) >> 8

/* Its strings are 1 to 3, it has one configuration. */
#define USB_DEVICE(bcd_usb, class, ep0_len, vid, pid, release)             \
	18, 1, USB_LE16(bcd_usb), (class), 0, 0, (ep0_len), USB_LE16(vid), \
		USB_LE16(pid), USB_LE16(release), 1, 2, 3, 1

/* @len: with all that follows */
#define USB_CONFIG(len, interfaces, attributes, max_ma) \
	9, 2, USB_LE16(len), (interfaces), 1, 0, (attributes), (max_ma) / 2

#define USB_INTERFACE(number, endpoints, class, subclass, protocol, string) \
	9, 4, (number), 0, (endpoints), (class), (subclass), (protocol),    \
		(string)

/* @address: with bit 7 for IN */
#define USB_BULK(address) 7, 5, (address), 2, USB_LE16(64), 0
#define USB_INTERRUPT(address, len, interval) \
	7, 5, (address), 3, USB_LE16(len), (interval)

#endif
