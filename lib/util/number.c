// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/number.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int util_parse_number(const char *text, uint64_t *out)
{
	bool hex = !strncasecmp(text, "0x", 2);
	const char *digits = text + (hex ? 2 : 0);
	const char *known = hex ? "0123456789abcdefABCDEF" : "0123456789";
	uint64_t value;

	if (!*digits || digits[strspn(digits, known)])
		return -EINVAL;
	errno = 0;
	value = strtoull(digits, NULL, hex ? 16 : 10);
	if (errno)
		return -ERANGE;
	*out = value;
	return 0;
}

int util_parse_seconds(const char *text, uint64_t *out)
{
	size_t len = strlen(text);
	const char *point = strchr(text, '.');
	double seconds;

	if (!len || len > 12 || strspn(text, "0123456789.") < len ||
	    len == (point != NULL) || (point && strchr(point + 1, '.')))
		return -EINVAL;
	seconds = strtod(text, NULL);
	if (seconds < 0.1 || seconds > 3600)
		return -ERANGE;
	*out = (uint64_t)(seconds * 1e6 + 0.5);
	return 0;
}
