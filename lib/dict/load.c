// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "dict.h"

#include "util/loader.h"

static const struct util_symbol in_zlib[] = {
	{ "uncompress2", offsetof(struct dict_lib, uncompress) },
};

static const struct util_symbol in_jansson[] = {
	{ "json_loadb", offsetof(struct dict_lib, loadb) },
	{ "json_delete", offsetof(struct dict_lib, del) },
	{ "json_object_get", offsetof(struct dict_lib, get) },
	{ "json_object_size", offsetof(struct dict_lib, size) },
	{ "json_string_value", offsetof(struct dict_lib, string) },
	{ "json_integer_value", offsetof(struct dict_lib, integer) },
	{ "json_object_iter", offsetof(struct dict_lib, iter) },
	{ "json_object_iter_next", offsetof(struct dict_lib, next) },
	{ "json_object_iter_key", offsetof(struct dict_lib, key) },
	{ "json_object_iter_value", offsetof(struct dict_lib, value) },
};

#define WHAT_FOR "Read the data dictionary of a Klipper firmware"
UTIL_LIBRARY(zlib, in_zlib, "dictionary", WHAT_FOR, "suggested", "libz.so.1");
UTIL_LIBRARY(jansson, in_jansson, "dictionary", WHAT_FOR, "suggested",
	     "libjansson.so.4");

bool dict_load(struct dict_lib *lib, const char **why)
{
	return util_library_load(&zlib, lib, why) &&
	       util_library_load(&jansson, lib, why);
}
