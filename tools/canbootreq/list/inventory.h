/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_INVENTORY_H
#define CANBOOTREQ_INVENTORY_H

/* What is there, as --list shows it. Pure: list.c finds it. */
#include <stdbool.h>
#include <stddef.h>

#include <kcan/link.h>

#include "../look/seek.h"
#include "../say/words.h"
#include "config/mcus.h"

/** A CAN interface. */
struct inventory_interface {
	struct kcan_link link;
	struct seek_device adapter; /* its devnum 0: not on USB */
	bool klipper_host;	    /* has nodes open on it */
	const char *name; /* of the MCU that the adapter is; or NULL */
};

/** A board on USB that runs Klipper or is in a bootloader. */
struct inventory_board {
	struct seek_device at;
	const char *name; /* of the MCU that it is; or NULL */
};

/** What is known of an MCU of printer.cfg. */
enum inventory_where {
	INVENTORY_SEEN, /* is one of the above */
	INVENTORY_ON_CAN,
	INVENTORY_NO_INTERFACE,
	INVENTORY_NO_TTY,
	INVENTORY_ON_TTY, /* which is there, and no board's above */
	INVENTORY_PROCESS,
	INVENTORY_INVALID, /* what the file says of it */
};

struct inventory_mcu {
	const struct config_mcu *mcu;
	char tty[64]; /* where its serial leads to; "": to nothing */
	enum inventory_where where;
	bool has_uuid;
	struct kcan_uuid uuid;
	const char *ifname;
};

/** All lists are in the order in which they were found. */
struct inventory {
	struct inventory_interface *interfaces;
	size_t interfaces_len;
	struct inventory_board *boards;
	size_t boards_len;
	struct inventory_mcu *mcus;
	size_t mcus_len;
	const struct config_mcus *config; /* that @mcus are of; or NULL */
};

/** inventory_name() - find out which MCU of printer.cfg is where, by all facts */
void inventory_name(struct inventory *all);

/** inventory_keep() - leave out what is not about the interface @ifname */
void inventory_keep(struct inventory *all, const char *ifname);

/* What sentences about one of them need, warnings included. */

void inventory_interface_facts(const struct inventory_interface *interface,
			       struct words_facts *out);
void inventory_board_facts(const struct inventory_board *board,
			   struct words_facts *out);
void inventory_mcu_facts(const struct inventory *all,
			 const struct inventory_mcu *mcu,
			 struct words_facts *out);

/** Of JSON, and a sentence with {slots}. */
struct inventory_words {
	const char *key;
	const char *text;
};

/** Why an MCU is not seen; of INVENTORY_SEEN there is none. */
const struct inventory_words *inventory_where(enum inventory_where where);

/** What a device on USB is. */
struct inventory_words inventory_what(const struct kcan_usbdev *dev);

#endif
