// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Any image, and any text in a stream of an image: printable and bounded. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "dict/find.h"
#include "fuzz.h"

static const struct dict_lib linked = DICT_LINKED;

static void check_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	check(len < size);
	for (size_t i = 0; i < len; i++)
		check(text[i] >= ' ' && text[i] <= '~');
}

static void look(const uint8_t *bytes, size_t len)
{
	struct kcan_image_dictionary d;
	bool found = dictionary_find(&linked, &d, bytes, len);

	check_text(d.version, sizeof(d.version));
	check_text(d.mcu, sizeof(d.mcu));
	check_text(d.app, sizeof(d.app));
	check_text(d.build_versions, sizeof(d.build_versions));
	check_text(d.pins, sizeof(d.pins));
	check(found == (d.len > 0) && d.offset <= len &&
	      d.len <= len - d.offset);
	check(found || (!d.version[0] && !d.mcu[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uLongf len = compressBound(size);
	uint8_t *stream = malloc(len);

	check(stream && compress(stream, &len, data, size) == Z_OK);
	look(data, size);
	look(stream, len);
	free(stream);
	return 0;
}
