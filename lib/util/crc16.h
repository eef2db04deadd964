/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_CRC16_H
#define UTIL_CRC16_H

#include <stddef.h>
#include <stdint.h>

/**
 * util_crc16() - CRC-16/MCRF4XX of @len bytes
 *
 * Both protocols use it; they differ in the order of its two bytes on the wire.
 * Source: katapult-protocol.md, section 2.
 */
uint16_t util_crc16(const void *data, size_t len);

/**
 * util_crc16_msb() - CRC-16/IBM-3740 of @len bytes: the same, not reflected
 *
 * Some chips end with it what they say.
 */
uint16_t util_crc16_msb(const void *data, size_t len);

#endif
