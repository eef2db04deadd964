/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_ADAPTER_H
#define KATFLASH_ADAPTER_H

#include "board.h"

/*
 * A board that is the USB-to-CAN adapter of its interface: asked over CAN, it
 * takes the interface away with it, is flashed over USB, and brings an interface
 * back. Facts: flashing.md, section 7.
 */

/**
 * adapter_find() - is this board the adapter of its interface?
 * @port:   room for it
 * @device: what is behind the interface, on @usb
 *
 * When it is, the board is one from then on, and owns @usb.
 *
 * Return: whether it is.
 */
bool adapter_find(struct board *b, struct port *port,
		  const struct kcan_usbdev *device, struct kcan_usbport *usb);

/**
 * adapter_find_away() - is it in Katapult, so that there is no interface?
 * @port: room for it
 *
 * Return: whether it is, which makes the board an adapter.
 */
bool adapter_find_away(struct board *b, struct port *port);

#endif
