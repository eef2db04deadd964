/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_MCU_CFG_H
#define CANMCU_MCU_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/uuid.h>

#include "../board/family.h"
#include "../device/devices.h"
#include "../fault/fault.h"
#include "../wire/confinement.h"

/* Longest text that CONNECT or USB tells here, with its NUL. */
#define MCU_TEXT_MAX 48

/* Longest name that a configuration file gives, with its NUL. */
#define MCU_NAME_MAX 40

/** How an MCU is reached: Klipper's own communication interfaces. */
enum mcu_link {
	MCU_LINK_CAN,
	MCU_LINK_BRIDGE, /* on USB, with a CAN bus behind it */
	MCU_LINK_USB,	 /* a serial port on USB */
	MCU_LINK_UART,	 /* a serial line */
	MCU_LINK_COUNT
};

/** Return: "can", "bridge", "usb" or "uart". */
const char *mcu_link_name(enum mcu_link link);

/** Return: whether it is a board that has no CAN at all. */
static inline bool mcu_link_is_serial(enum mcu_link link)
{
	return link == MCU_LINK_USB || link == MCU_LINK_UART;
}

/** Return: whether it is one that is plugged into USB. */
static inline bool mcu_link_is_usb(enum mcu_link link)
{
	return link == MCU_LINK_USB || link == MCU_LINK_BRIDGE;
}

/** Return: whether there is a Klipper for @type on @link. */
bool mcu_link_has_klipper(const struct mcu_type *type, enum mcu_link link);

/** Return: whether there is a Katapult that @type is reached through by @link. */
bool mcu_link_has_katapult(const struct mcu_type *type, enum mcu_link link);

/** Return: the one that such a board usually has. */
enum bootloader mcu_usual_bootloader(const struct mcu_type *type,
				     enum mcu_link link);

/** What an MCU is doing, by the names of --state, "list" and "wait". */
enum mcu_state {
	MCU_OFF,
	MCU_BOOT, /* in reset, starting, or in the double-reset wait */
	MCU_KLIPPER,
	MCU_SHUTDOWN, /* Klipper, after a shutdown */
	MCU_KATAPULT,
	MCU_ROM,  /* a bootloader that is not on CAN */
	MCU_DEAD, /* ran into nothing: deaf until the next reset */
	MCU_STATE_COUNT
};

/** Return: "klipper", "shutdown", ... */
const char *mcu_state_name(enum mcu_state state);

/** Return: false when no state is called @name. */
bool mcu_state_find(enum mcu_state *out, const char *name);

/** What USB has to do with an MCU. */
struct mcu_usb_cfg {
	char serial[MCU_TEXT_MAX]; /* number: text; "": not known */
	int vhci_port;		   /* of vhci_hcd; -1: any that is free */
	uint16_t tcp_port;	   /* not 0: on TCP instead */
	/* Of a bridge, for tests of hosts: */
	uint32_t bitrate_bps;		  /* that the host has to set; 0: any */
	enum confinement_state bus_state; /* at least so bad */
	bool mute;			  /* no echo of the host's frames */
	bool slow;			  /* takes none of them */
	bool stalled;			  /* its bus takes none of them */
};

/* Of CAN, in bit/s. */
#define MCU_CAN_BPS_MIN 10000
#define MCU_CAN_BPS_MAX 1000000 /* the usual one, too */

/* Of a serial line. */
#define MCU_BAUD_MIN 300
#define MCU_BAUD_MAX 4000000
#define MCU_BAUD_USUAL 250000 /* Klipper's default */

/** What a board is. */
struct mcu_cfg {
	struct kcan_uuid uuid;
	bool same_uuid;		 /* an earlier one may have it, too */
	char name[MCU_NAME_MAX]; /* of its section; "": has none */
	unsigned int bus;	 /* that it is on: opts.ifnames[bus] */
	enum mcu_link link;
	const char *uart; /* of MCU_LINK_UART: "pty:PATH", or a tty's path */
	uint32_t baud;	  /* of MCU_LINK_UART, where nothing flashed tells it */
	uint32_t katapult_baud; /* likewise, of Katapult; or 0: the same */
	/* Of CAN, that Katapult and Klipper are built for; 0: that of the bus. */
	uint32_t katapult_bps;
	uint32_t klipper_bps;
	struct mcu_usb_cfg usb;
	const struct mcu_type *type;
	enum bootloader bootloader; /* one that the family can have */
	enum mcu_state state;	    /* to start in; not BOOT, ROM, DEAD */
	uint64_t boot_us;	    /* from a reset until Katapult listens */
	int nodeid;		    /* to start with, 0..255; -1: unassigned */
	bool double_reset;	    /* Katapult built with its 500 ms window */
	bool sane_rx;		    /* Katapult's receiver without its trap */
	bool blank;		    /* no application in its flash when new */
	bool ecc;		    /* of its flash, on chips that have it */
	uint32_t erase_us;	    /* per KiB; the main loop stands still */
	uint32_t app_start;	    /* flash_app_start_ok(), or 0: the usual */
	uint32_t clock_hz;	    /* of Klipper's clock, or 0: its type's */
	const char *flash_image;    /* path; NULL: in memory only */
	struct flash_store flash_store; /* that file, opened; or zeroed */
	/* What CONNECT tells; "": as a board of its type usually does. */
	char mcu_name[MCU_TEXT_MAX];
	char katapult_version[MCU_TEXT_MAX];
	const struct fault *faults; /* to start with; copied by mcu_init() */
	size_t faults_len;
	const struct devices *devices; /* on its pins; likewise; NULL: none */
};

/**
 * Return: whether its application usually is where the flash starts: only on USB
 * is what has no Katapult in front ever written.
 */
bool mcu_starts_first(const struct mcu_cfg *cfg);

/** Return: whether @a and @b tell of one board, set up in two ways. */
bool mcu_same_board(const struct mcu_cfg *a, const struct mcu_cfg *b);

/** The same of their flash alone, and what is in it when new. */
bool mcu_same_flash(const struct mcu_cfg *a, const struct mcu_cfg *b);

#endif
