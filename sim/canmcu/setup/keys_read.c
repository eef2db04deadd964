// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What values of keys have in common: numbers, switches, texts. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "keys_parse.h"
#include "util/number.h"

int keys_read_number(const char *text, uint64_t max, uint64_t *out, char *want)
{
	if (!util_parse_number(text, out) && *out <= max)
		return 0;
	return refuse(want, "give a number from 0 to %" PRIu64, max);
}

int keys_read_switch(const char *text, bool *out, char *want)
{
	if (config_read_switch(text, out))
		return 0;
	return refuse(want, "give 'on' or 'off'");
}

bool keys_has_control(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return true;
	return false;
}

bool keys_is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

int keys_read_text(const char *text, char out[static MCU_TEXT_MAX], char *want)
{
	size_t len = strlen(text);

	if (len >= MCU_TEXT_MAX || !keys_is_printable(text))
		return refuse(want,
			      "give at most %d printable ASCII characters",
			      MCU_TEXT_MAX - 1);
	memcpy(out, text, len + 1);
	return 0;
}
