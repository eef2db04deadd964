/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef PROTO_USBDEV_H
#define PROTO_USBDEV_H

#include <kcan/uuid.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct kcan_usbdev - what a USB port has at one moment
 *
 * A plain value. Texts are any bytes that the device sent, cut to their size;
 * "" when it has none, or none yet: names come later than the device.
 */
struct kcan_usbdev {
	unsigned int devnum; /* another one after each plug; 0: port is empty */
	uint16_t vendor;
	uint16_t product;
	char manufacturer[64];
	char name[64]; /* product text; Klipper and Katapult: the MCU's type */
	char serial[64];
	char ifname[IF_NAMESIZE]; /* network interface, "can0" */
	char tty[64];		  /* "/dev/ttyACM0" */
	char by_id[192];	  /* "/dev/serial/by-id/...", made by udev */
};

enum kcan_usbdev_kind {
	KCAN_USBDEV_NONE, /* the port is empty */
	KCAN_USBDEV_OTHER,
	KCAN_USBDEV_BRIDGE,  /* Klipper that is a USB-to-CAN adapter */
	KCAN_USBDEV_KLIPPER, /* Klipper on a serial port */
	/* bootloaders, all from here on */
	KCAN_USBDEV_KATAPULT,
	KCAN_USBDEV_DFU,    /* STM32 ROM bootloader */
	KCAN_USBDEV_ROM,    /* another bootloader in ROM */
	KCAN_USBDEV_LOADER, /* another bootloader in flash */
};

/** What is known of one kind of device. */
struct kcan_usbdev_info {
	enum kcan_usbdev_kind kind;
	const char *what; /* "the STM32 ROM bootloader (DFU)" */
	/*
	 * One line each, NULL where there is nothing to say; "{port}" stands
	 * for the name of the port, "{tty}" for the best name of its tty.
	 */
	const char *next;    /* the command that flashes it */
	const char *back;    /* how the application starts again */
	const char *warning; /* what to mind as long as it runs */
};

/**
 * kcan_usbdev_info() - what the ids and texts of a device mean
 *
 * Klipper's and Katapult's own texts count more than ids, which can be
 * configured; other kinds are known by their ids alone. Source:
 * can-admin-channel.md, sections 8.5 and 9.
 *
 * Return: never NULL.
 */
const struct kcan_usbdev_info *kcan_usbdev_info(const struct kcan_usbdev *dev);

/** Return: whether it is in a bootloader. */
static inline bool kcan_usbdev_is_loader(const struct kcan_usbdev *dev)
{
	return kcan_usbdev_info(dev)->kind >= KCAN_USBDEV_KATAPULT;
}

/** Return: it is a bootloader, and the command that flashes it names its tty. */
bool kcan_usbdev_flashed_by_tty(const struct kcan_usbdev *dev);

/** Whether a device is the MCU of a UUID. */
enum kcan_usbdev_match {
	KCAN_USBDEV_MATCH_NO,
	KCAN_USBDEV_MATCH_YES,
	KCAN_USBDEV_MATCH_UNKNOWN, /* its serial number cannot tell */
};

/**
 * kcan_usbdev_match() - is this the MCU of @uuid?
 *
 * A serial number in hex is a chip id, and makes a UUID; one of a length that
 * no chip id has (8, 12 or 16 bytes) can only say yes. What is neither Klipper
 * nor Katapult is no MCU with a UUID. Source: usbip-gsusb-bridge.md, section
 * 3.1; can-admin-channel.md, section 12.2.
 */
enum kcan_usbdev_match kcan_usbdev_match(const struct kcan_usbdev *dev,
					 const struct kcan_uuid *uuid);

/** Return: the serial number is a chip id, and @out the UUID that it makes. */
bool kcan_usbdev_uuid(const struct kcan_usbdev *dev, struct kcan_uuid *out);

/**
 * kcan_usbdev_is_named() - is this a name that udev makes for @dev?
 * @name: of a link in /dev/serial/by-id, without the folder
 *
 * A link of the device that was on the tty before may still lead there.
 */
bool kcan_usbdev_is_named(const struct kcan_usbdev *dev, const char *name);

/**
 * kcan_usbdev_match_name() - is this the board of that name, whatever it runs?
 * @name: as above; the device it was made for need not be there any more
 *
 * A chip id in the name is the same in Klipper, Katapult and a bridge, and the
 * ROM of an STM32 makes its own serial number of it. Any other serial number can
 * be that of two boards. Source: can-admin-channel.md, section 9.
 *
 * Return: UNKNOWN for the latter; NO also for what has no serial number.
 */
enum kcan_usbdev_match kcan_usbdev_match_name(const struct kcan_usbdev *dev,
					      const char *name);

/** Return: both serial numbers are chip ids, of two different chips. */
bool kcan_usbdev_other_chip(const struct kcan_usbdev *a,
			    const struct kcan_usbdev *b);

#endif
