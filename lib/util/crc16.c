// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/crc16.h"

#define POLYNOMIAL_REFLECTED 0x8408

uint16_t util_crc16(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint16_t crc = 0xffff;

	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL_REFLECTED :
					crc >> 1;
	}
	return crc;
}
