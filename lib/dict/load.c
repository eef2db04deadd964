// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "dict.h"

#include <zlib.h>

#include "util/loader.h"

static const struct util_symbol in_zlib[] = {
	UTIL_SYMBOL(uncompress2, struct dict_lib, uncompress),
};

static const struct util_symbol in_jansson[] = {
	UTIL_SYMBOL(json_loadb, struct dict_lib, loadb),
	UTIL_SYMBOL(json_delete, struct dict_lib, del),
	UTIL_SYMBOL(json_object_get, struct dict_lib, get),
	UTIL_SYMBOL(json_object_size, struct dict_lib, size),
	UTIL_SYMBOL(json_string_value, struct dict_lib, string),
	UTIL_SYMBOL(json_integer_value, struct dict_lib, integer),
	UTIL_SYMBOL(json_object_iter, struct dict_lib, iter),
	UTIL_SYMBOL(json_object_iter_next, struct dict_lib, next),
	UTIL_SYMBOL(json_object_iter_key, struct dict_lib, key),
	UTIL_SYMBOL(json_object_iter_value, struct dict_lib, value),
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
