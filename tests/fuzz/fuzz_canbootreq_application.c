// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/say/application.c
/* Any bytes, and any text in a good stream, as a node's dictionary: bounded. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../tools/canbootreq/say/application.h"
#include "fuzz.h"

static void look(const struct dict_lib *lib, const uint8_t *bytes, size_t len)
{
	struct application app;
	const char *next;

	application_read(lib, &app, bytes, len);
	check(strnlen(app.version, sizeof(app.version)) < sizeof(app.version));
	check(strnlen(app.mcu, sizeof(app.mcu)) < sizeof(app.mcu));
	check(*application_reason(app.mcu, &next) && *next);
	check(!app.unreadable || (!app.has_uuid && !*app.version && !*app.mcu));
	check(!app.has_uuid || app.answer.count <= KCAN_KLP_PARAMS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dict_lib lib;
	uLongf len = compressBound(size);
	uint8_t *stream = malloc(len);
	const char *why;

	check(lib.uncompress || dict_load(&lib, &why));
	check(stream && compress(stream, &len, data, size) == Z_OK);
	look(&lib, data, size);
	look(&lib, stream, len);
	free(stream);
	return 0;
}
