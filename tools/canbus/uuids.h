/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBUS_UUIDS_H
#define CANBUS_UUIDS_H

#include <stdbool.h>
#include <stddef.h>

#include <kcan/uuid.h>

#define UUIDS_MAX 512 /* more than nodeids: a flood of lies ends here */

/** struct uuids - nodes that were heard, each once; zeroed: none */
struct uuids {
	struct kcan_uuid list[UUIDS_MAX];
	size_t len;
};

bool uuids_has(const struct uuids *u, const struct kcan_uuid *uuid);

/** Return: whether it is new, and there was room. */
bool uuids_add(struct uuids *u, const struct kcan_uuid *uuid);

#endif
