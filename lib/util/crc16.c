// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/crc16.h"

/* Four steps of the reflected polynomial 8408 for each value of a nibble. */
static const uint16_t nibble[16] = {
	0x0000, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285, 0x6306, 0x7387,
	0x8408, 0x9489, 0xa50a, 0xb58b, 0xc60c, 0xd68d, 0xe70e, 0xf78f,
};

uint16_t util_crc16(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint16_t crc = 0xffff;

	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ nibble[crc & 15];
		crc = crc >> 4 ^ nibble[crc & 15];
	}
	return crc;
}
