/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_HOTPLUG_H
#define CANMCU_HOTPLUG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../mcu/event.h"
#include "../usb/board.h"
#include "../usb/link.h"
#include "../world/world.h"

/** Between whom it is; all must outlive it. */
struct hotplug_cfg {
	struct world *world;
	const struct mcu *mcu; /* one of @world, a bridge or on USB */
	struct event_sink events;
	/*
	 * Tell the device. Return: false when there is no room now: then
	 * hotplug_kick() is to be called when there is.
	 */
	bool (*send)(void *arg, const struct usb_link_msg *msg);
	void *arg;
};

/**
 * struct hotplug - the link between an MCU and the process of its USB device
 *
 * Pure. It sees to it that what is plugged in is what the MCU runs: a reset, a
 * bootloader and a power cycle are told from the MCU's state and generation, so
 * none is missed when the process is slow to hear of it. Frames, bytes and the
 * flash go to and fro.
 */
struct hotplug {
	struct hotplug_cfg cfg;
	bool waits;	/* for room to tell the device */
	bool mcu_waits; /* for the same, with bytes */
	int err;	/* it cannot be plugged in: see vhci_problem() */
	/* As told to the device. */
	bool plugged;
	enum usb_kind kind; /* that is plugged in */
	uint32_t generation;
	canid_t local_id;
	struct gsusb_cfg gsusb;
	/* As told by the device. */
	bool attached; /* since it was plugged in */
	int port;      /* of vhci_hcd; -1: TCP */
	/* Own frames of a bridge on their way to the host. */
	struct can_frame sent[USB_BOARD_OWN_LEN];
	size_t sent_first;
	size_t sent_len;
	/* What the bus, the MCU or the device has no room for. */
	bool held;
	struct usb_link_msg msg;
};

/** Nothing is plugged in yet; must not be moved then. */
void hotplug_init(struct hotplug *h, const struct hotplug_cfg *cfg);

/**
 * hotplug_take() - a valid message of the device
 *
 * Only when it does not hold one back: hotplug_is_full().
 */
void hotplug_take(struct hotplug *h, const struct usb_link_msg *msg,
		  uint64_t now_us);

/** Return: whether its last message waits, and others have to. */
static inline bool hotplug_is_full(const struct hotplug *h)
{
	return h->held;
}

/**
 * hotplug_kick() - anything was done to the world, or there is room to tell
 *
 * Return: whether the world may have to send something now.
 */
bool hotplug_kick(struct hotplug *h, uint64_t now_us);

/**
 * hotplug_write() - bytes of the MCU for its serial port
 *
 * Return: how many were taken; world_serial_room() follows when others can be.
 */
size_t hotplug_write(struct hotplug *h, const uint8_t *data, size_t len);

/**
 * hotplug_device() - the USB device that an MCU is now
 *
 * Return: false when it is none.
 */
bool hotplug_device(struct usb_link_plug *out, const struct mcu *m);

/** Return: "gs_usb", "klipper", "katapult", "dfu", ... */
const char *hotplug_kind_name(enum usb_kind kind);

#endif
