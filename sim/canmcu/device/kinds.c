// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* All kinds of devices. */
#include <string.h>

#include "device.h"

/* One row for each: the key of a section that may make one, and its kind. */
#define KINDS(row) \
	row("sensor_pin", device_heat) row("endstop_pin", device_rail)

#define DECLARE(key, kind) extern const struct device_kind kind;
#define ROW(key, kind) { key, &(kind) },

KINDS(DECLARE)

const struct device_row device_rows[] = { KINDS(ROW){ NULL, NULL } };

static const char *find(const struct device_kind *kind, const char *key)
{
	for (const char *const *k = kind->keys; *k; k++)
		if (!strcmp(*k, key))
			return *k;
	return NULL;
}

const char *device_key(const char *key)
{
	const char *found = NULL;

	for (const struct device_row *row = device_rows; row->kind && !found;
	     row++)
		found = find(row->kind, key);
	return found;
}
