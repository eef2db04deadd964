// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct util_texts {
	struct util_texts *next;
	char *text;
};

const char *util_texts_add(struct util_texts **list, const char *format, ...)
{
	struct util_texts *item = calloc(1, sizeof(*item));
	va_list args;
	int len = -1;

	va_start(args, format);
	if (item)
		len = vasprintf(&item->text, format, args);
	va_end(args);
	if (len < 0) {
		free(item);
		return NULL;
	}
	item->next = *list;
	*list = item;
	return item->text;
}

void util_texts_free(struct util_texts **list)
{
	while (*list) {
		struct util_texts *item = *list;

		*list = item->next;
		free(item->text);
		free(item);
	}
}
