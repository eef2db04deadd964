/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_UUID_H
#define KCAN_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/decls.h>

KCAN_DECLS_BEGIN

#define KCAN_UUID_LEN 6	     /* bytes */
#define KCAN_UUID_STR_LEN 12 /* hex digits, without the final NUL */

/**
 * struct kcan_uuid - the name of one MCU on the admin channel
 *
 * A plain value, in printing order: b[0] is U0 of the reference.
 * Source: can-admin-channel.md, introduction and section 10.
 */
struct kcan_uuid {
	uint8_t b[KCAN_UUID_LEN];
};

/**
 * kcan_uuid_parse() - read exactly 12 hex digits, upper or lower case
 * @out:  set on success only
 * @text: NUL-terminated; no prefix, no blanks, nothing behind the digits
 *
 * Deliberately strict: a tool that pads or cuts a UUID asks another board
 * (can-admin-channel.md, section 12.1).
 *
 * Return: 0; -ERANGE when the length is not 12; -EINVAL when a character is
 * not a hex digit.
 */
int kcan_uuid_parse(struct kcan_uuid *out, const char *text);

/** Write 12 lower case hex digits, leading zeros included, and a NUL. */
void kcan_uuid_format(const struct kcan_uuid *uuid,
		      char out[KCAN_AT_LEAST(KCAN_UUID_STR_LEN + 1)]);

/**
 * kcan_uuid_from_chip_id() - the UUID that firmware derives from a chip id
 * @id:  the chip id as it lies in memory; a USB serial text, decoded byte by
 *       byte, is the same
 * @len: bytes; 12 on STM32, 8 on RP2040/RP2350, 16 on LPC/SAM; any length works
 *
 * Source: can-admin-channel.md, section 10.2 (fasthash64).
 */
void kcan_uuid_from_chip_id(struct kcan_uuid *out, const uint8_t *id,
			    size_t len);

/** Every bit inverted: a UUID that is certainly not @uuid. */
struct kcan_uuid kcan_uuid_complement(const struct kcan_uuid *uuid);

bool kcan_uuid_equal(const struct kcan_uuid *a, const struct kcan_uuid *b);

KCAN_DECLS_END

#endif
