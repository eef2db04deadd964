/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PORT_USB_H
#define CANMCU_PORT_USB_H

#include <systemd/sd-event.h>

#include "../mcu/event.h"
#include "../world/world.h"

/**
 * struct port_usb - the USB socket of one MCU, in a loop
 *
 * Moves messages between the world and the process that has the USB device;
 * what they mean is in hotplug.h.
 */
struct port_usb;

/** Who is connected; all must outlive the port. */
struct port_usb_cfg {
	sd_event *loop; /* ended with failure when the process does */
	struct world *world;
	const struct mcu *mcu;
	struct event_sink events;
	void (*on_turn)(void *arg); /* the world may have to send, or to wait */
	void *arg;
};

/**
 * port_usb_open() - start the process, plug in, and attach to the loop
 * @out:      set on success only; release with port_usb_close()
 * @sentence: on failure: what was observed, and what to do about it
 *
 * To be called before there are threads. Return: 0 or a negative errno.
 */
int port_usb_open(struct port_usb **out, const struct port_usb_cfg *cfg,
		  char *sentence, size_t size);

/** Unplug, and wait for the end of the process; NULL is allowed. */
void port_usb_close(struct port_usb *p);

/**
 * port_usb_kick() - anything was done to the world
 *
 * Return: whether the world may have to send something now.
 */
bool port_usb_kick(struct port_usb *p);

/** Return: whose it is. */
const struct mcu *port_usb_mcu(const struct port_usb *p);

/** As world_serial.write. */
size_t port_usb_write(struct port_usb *p, const uint8_t *data, size_t len);

#endif
