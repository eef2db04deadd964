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
 * @does: "canbootreq asks": of a device path it is said who does that, and where
 *
 * Return: 0, or -EINVAL and what is wrong with it in @error.
 */
int canbus_take_uuid(struct kcan_uuid *out, const char *arg, const char *does,
		     char error[static OPTS_ERROR_LEN]);

#endif
