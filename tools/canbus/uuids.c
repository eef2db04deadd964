// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "uuids.h"

bool uuids_has(const struct uuids *u, const struct kcan_uuid *uuid)
{
	for (size_t i = 0; i < u->len; i++)
		if (kcan_uuid_equal(&u->list[i], uuid))
			return true;
	return false;
}

bool uuids_add(struct uuids *u, const struct kcan_uuid *uuid)
{
	if (u->len == UUIDS_MAX || uuids_has(u, uuid))
		return false;
	u->list[u->len++] = *uuid;
	return true;
}
