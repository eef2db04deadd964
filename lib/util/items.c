// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/items.h"

#include <stdio.h>
#include <string.h>

bool util_next_item(const char **list, char *out, size_t size)
{
	size_t len;

	*list += strspn(*list, ",");
	len = strcspn(*list, ",");
	if (!len)
		return false;
	snprintf(out, size, "%.*s", (int)len, *list);
	*list += len;
	return true;
}
