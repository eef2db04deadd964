// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/clean.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

void util_clean(char *text)
{
	for (; *text; text++)
		if (!is_printable(*text))
			*text = '?';
}

void util_clean_lines(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_printable(text[i]) && text[i] != '\n' &&
		    text[i] != '\t')
			text[i] = '?';
}

void util_say(int fd, const char *format, ...)
{
	char line[UTIL_SAY_MAX + 1];
	va_list args;
	size_t len;
	ssize_t n;

	va_start(args, format);
	vsnprintf(line, UTIL_SAY_MAX, format, args);
	va_end(args);
	util_clean(line);
	len = strlen(line);
	line[len++] = '\n';
	for (size_t at = 0; at < len; at += (size_t)(n < 0 ? 0 : n)) {
		n = write(fd, line + at, len - at);
		if (n < 0 && errno != EINTR)
			return;
	}
}
