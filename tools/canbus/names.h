/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBUS_NAMES_H
#define CANBUS_NAMES_H

#include <kcan/uuid.h>

#include "../shared/opts.h"

#define CANBUS_UUID_FORM "a UUID is 12 hex digits, like 112233445566"

/** What -i says. Return: 0, or -EINVAL and why in @error. */
int canbus_take_interface(const char **out, const char *arg,
			  char error[static OPTS_ERROR_LEN]);

/**
 * canbus_take_uuid() - what -u says
 * @instead: what to do with a device path, and what -u is for
 *
 * Return: 0, or -EINVAL and what is wrong with it in @error.
 */
int canbus_take_uuid(struct kcan_uuid *out, const char *arg,
		     const char *instead, char error[static OPTS_ERROR_LEN]);

#endif
