/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_FAMILY_H
#define CANMCU_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/chip.h>

#include "flash.h"
#include "pins.h"

/** What lies in front of the application. */
enum bootloader {
	BOOTLOADER_NONE,
	BOOTLOADER_ROM, /* one not on CAN: the chip's ROM, HID, DFU, UF2 */
	BOOTLOADER_KATAPULT,
	BOOTLOADER_COUNT
};

/** What a running Klipper does when the bootloader is requested. */
enum request_action {
	REQUEST_IGNORED,      /* returns and keeps running, no trace at all */
	REQUEST_RESET,	      /* resets, and comes back as it was */
	REQUEST_ROM,	      /* off the bus until the next reset */
	REQUEST_ROM_FOR_GOOD, /* off the bus, power cycles included */
	REQUEST_KATAPULT,
	REQUEST_IMPOSSIBLE /* no chip of the family has that */
};

/** What a chip's ROM is on USB: can-admin-channel.md, section 8.5. */
enum family_rom {
	FAMILY_ROM_OTHER, /* nothing that can be played */
	FAMILY_ROM_DFUSE,
	FAMILY_ROM_RP2040,
	FAMILY_ROM_RP2350,
};

/**
 * struct family - chips that behave alike
 *
 * Sources: can-admin-channel.md, sections 5, 8.1, 8.4 and 10.1;
 * katapult-protocol.md, section 5.4.
 */
struct family {
	enum request_action on_request[BOOTLOADER_COUNT];
	uint8_t chip_id_len; /* bytes */
	uint8_t tx_slots;    /* frames the CAN hardware holds for sending */
};

/*
 * What there are builds for: Klipper on CAN, on USB, as a bridge, and Katapult on
 * USB or a UART, and on CAN. Each chip has a UART.
 */
#define TYPE_CAN 0x01u
#define TYPE_USB 0x02u
#define TYPE_BRIDGE 0x04u
#define TYPE_KATAPULT 0x08u
#define TYPE_KATAPULT_CAN 0x10u

/** One chip by the name that Klipper gives it. */
struct mcu_type {
	const char *name;	  /* "stm32g0b1xx" */
	const char *connect_name; /* MCU of both Kconfigs: what they report */
	const struct family *family;
	unsigned int builds; /* bits, above */
	uint32_t clock_hz;   /* CLOCK_FREQ of its Klipper, at most 715827882 */
	const struct pin_range *pins;
	const struct flash_map *flash_map; /* NULL: nothing here writes it */
	uint32_t flash_size;		   /* bytes */
	enum family_rom rom;
	const struct kcan_chip_range *ram; /* NULL: as of @connect_name */
};

/** Return: the chip called @name, or NULL. */
const struct mcu_type *mcu_type_find(const char *name);

/** Return: the chip at @index of the table, or NULL behind its end. */
const struct mcu_type *mcu_type_at(size_t index);

/**
 * Return: the KCAN_CHIP_RAMS memories that a stack may be in; only of a chip
 * with a flash_map.
 */
const struct kcan_chip_range *mcu_type_ram(const struct mcu_type *type);

/** Return: where the stack of a Klipper begins; only of a chip with a flash_map. */
uint32_t mcu_type_stack(const struct mcu_type *type);

/** Return: "katapult", "rom" or "none". */
const char *bootloader_name(enum bootloader bootloader);

/** Return: false when no bootloader is called @name. */
bool bootloader_find(enum bootloader *out, const char *name);

/** Return: "ignored", "reset", "rom" or "katapult". */
const char *request_action_name(enum request_action action);

#endif
