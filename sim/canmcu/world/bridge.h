/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_BRIDGE_H
#define CANMCU_BRIDGE_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../wire/confinement.h"
#include "bus.h"

/**
 * struct bridge - the CAN controller of a USB-to-CAN bridge
 *
 * A bridge is on two buses of its world. Its MCU is an ordinary node of a bus
 * within the chip, on which the host is all others. Its controller is on the bus
 * behind: it sends there what the host gives it, and hears all but that. The
 * MCU hears and sends nothing there (can-admin-channel.md, section 4).
 */
struct bridge {
	struct bus_listener listener; /* on the bus behind; first */
	unsigned int inside; /* the bus within: its index in the world */
	uint32_t generation; /* of the MCU, when it was looked at */
	uint8_t slots_used;
	bool deaf; /* the host's bit rate is not that of the bus */
	enum confinement_state state;	 /* as reported */
	enum confinement_state reported; /* to the host */
	void (*receive)(void *arg, const struct can_frame *f);
	void *arg;
};

/** A controller on no bus yet. */
void bridge_init(struct bridge *br, struct node *node);

/** Connect it to @bus. */
void bridge_add(struct bridge *br, struct bus *bus);

/** Disconnect it; what it had there will not be sent. */
void bridge_remove(struct bridge *br);

/** The user may have told another state of it; what is new is reported. */
void bridge_update(struct bridge *br, uint64_t now_us);

/** Return: the bridge whose MCU is that of @node; NULL: it is none. */
struct bridge *bridge_at(const struct node *node);

/* For the host; @m is one of world_find() that is a bridge. */

/**
 * bridge_attach() - who receives its frames
 * @receive: a frame for the host: one of the bus, or an error frame that tells
 *         the state of the controller. Called from within other functions, must
 *         not call any of the world in turn.
 */
void bridge_attach(const struct mcu *m,
		   void (*receive)(void *arg, const struct can_frame *f),
		   void *arg);

/** Return: the bus within, for world_tx(), world_rx() and their like. */
unsigned int bridge_inside(const struct mcu *m);

/** Return: whether its controller is bus-off, and does not come back by itself. */
bool bridge_is_off(const struct mcu *m);

/**
 * bridge_forward() - a frame of the host for the bus
 * @f: anything at all
 *
 * Return: false while the hardware has no room for it.
 */
bool bridge_forward(const struct mcu *m, const struct can_frame *f,
		    uint64_t now_us);

/**
 * bridge_host() - the host's interface goes up or down
 * @bitrate_bps: that the host has set; 0: none
 *
 * A bridge does not care for the bit rate. Only when one is demanded, another
 * one is what it is with other adapters: bus-off.
 */
void bridge_host(const struct mcu *m, bool up, uint32_t bitrate_bps,
		 uint64_t now_us);

#endif
