/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FLASH_APPLICATION_H
#define UNIT_FLASH_APPLICATION_H

/* An application that a simulated chip boots; then it tells its version. */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "../../../sim/canmcu/image/image_build.h"

#define APPLICATION_ON_CAN "\"CANBUS_FREQUENCY\":1000000"

/**
 * Two versions differ in all of their code. @out: @size bytes; @link: what its
 * dictionary says of its link, JSON
 */
static inline void application_make(uint8_t *out, const struct mcu_type *type,
				    uint32_t start, uint32_t size,
				    const char *version, const char *link)
{
	uint8_t stream[256];
	uLongf stream_len = sizeof(stream);
	char text[200];
	struct image_spec spec = { .type = type,
				   .start = start,
				   .size = size,
				   .is_signed = true,
				   .dictionary = stream,
				   .version = version };

	snprintf(text, sizeof(text),
		 "{\"app\":\"Klipper\",\"config\":{\"MCU\":\"%s\"%s%s},"
		 "\"version\":\"%s\"}",
		 type->connect_name, *link ? "," : "", link, version);
	assert_int_equal(compress2(stream, &stream_len, (uint8_t *)text,
				   strlen(text), 9),
			 Z_OK);
	spec.dictionary_len = stream_len;
	image_build(out, &spec);
}

#endif
