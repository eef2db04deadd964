/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_BOOTROM_H
#define CANMCU_USB_BOOTROM_H

#include "device.h"

/*
 * The bootloader in the ROM of RP2040 and RP2350, as far as it shows itself: its
 * ids and interfaces, a drive and PICOBOOT. Neither works: all their requests
 * are stalled. Ids: can-admin-channel.md, section 8.5; the other values are as
 * on such boards, but not read from one.
 */

/** What is the same on each RP2040; an RP2350 has its chip id there. */
#define BOOTROM_RP2040_SERIAL "E0C9125B0D9B"

/** There is no @self. */
extern const struct usb_personality bootrom_rp2040_personality;
extern const struct usb_personality bootrom_rp2350_personality;

#endif
