// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "end.h"

#include <stdio.h>
#include <string.h>

void end_with(struct end *end, enum kcan_outcome outcome, const char *format,
	      ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(end->reason, sizeof(end->reason), format, args);
	va_end(args);
	end->outcome = outcome;
	*end->next = '\0';
}

void end_add(struct end *end, const char *format, ...)
{
	size_t used = strlen(end->reason);
	va_list args;

	va_start(args, format);
	vsnprintf(end->reason + used, sizeof(end->reason) - used, format, args);
	va_end(args);
}

void end_next(struct end *end, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(end->next, sizeof(end->next), format, args);
	va_end(args);
}
