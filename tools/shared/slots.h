/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_SLOTS_H
#define SHARED_SLOTS_H

#include "sentence.h"

/* For struct say_slot.put: what @from has to be. */

/** A text, which is an array. */
void say_put_text(char *out, size_t size, const void *from);
/** A uint8_t. */
void say_put_u8(char *out, size_t size, const void *from);
/** A uint32_t. */
void say_put_u32(char *out, size_t size, const void *from);
/** A uint64_t of microseconds, put as seconds. */
void say_put_seconds(char *out, size_t size, const void *from);
/** An int, the number of a signal, put as its name. */
void say_put_signal(char *out, size_t size, const void *from);
/** A struct kcan_uuid. */
void say_put_uuid(char *out, size_t size, const void *from);
/**
 * A struct kcan_kat_ident: what Katapult says of itself.
 *
 * It has no version before protocol 1.1, and may have no name set.
 */
void say_put_katapult(char *out, size_t size, const void *from);

/** What there is to be said about a struct kcan_usbdev: {usbid}, {tty} ... */
extern const struct say_slot say_usb_slots[];

#endif
