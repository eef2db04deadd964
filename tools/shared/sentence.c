// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "sentence.h"

#include <string.h>

void say_clean(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

void say_expand(char *out, size_t size, const char *sentence,
		size_t (*put)(char *out, size_t size, const char *at,
			      const void *facts),
		const void *facts)
{
	size_t used = 0, slot;

	while (*sentence && used + 1 < size) {
		out[used] = '\0';
		slot = *sentence != '{' ?
			       0 :
			       put(out + used, size - used, sentence, facts);
		if (!slot) {
			out[used++] = *sentence++;
			continue;
		}
		say_clean(out + used);
		used += strlen(out + used);
		sentence += slot;
	}
	out[used] = '\0';
}

void say_lines(FILE *to, const char *program, const char *head, char *text)
{
	char *end;

	for (; text; text = end) {
		end = strchr(text, '\n');
		if (end)
			*end++ = '\0';
		fprintf(to, "%s: %s%s\n", program, head, text);
		head = "  ";
	}
}

void say_katapult(char *out, size_t size, const struct kcan_kat_ident *ident)
{
	snprintf(out, size, "%s, Katapult %s, application at 0x%08x",
		 ident->mcu[0] ? ident->mcu : "unnamed MCU",
		 ident->version[0] ? ident->version : "of unknown version",
		 ident->app_start);
}
