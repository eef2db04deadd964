// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "source.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *device_value(const struct device_source *source, const char *key)
{
	return source->value(source, source->section, key);
}

bool device_pin_of(const struct device_source *source, const char *section,
		   const char *key, uint8_t *out, bool *inverted)
{
	const char *text = source->value(source, section, key);
	bool ignored;

	return text &&
	       source->pin(source, text, out, inverted ? inverted : &ignored);
}

bool device_pin(const struct device_source *source, const char *key,
		uint8_t *out, bool *inverted)
{
	return device_pin_of(source, source->section, key, out, inverted);
}

bool device_is(const struct device_source *source, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(source->section, word, len) &&
	       (!source->section[len] || source->section[len] == ' ');
}

bool device_number(const char *text, double *out)
{
	double number;
	char *end;

	if (!text)
		return false;
	number = strtod(text, &end);
	if (end == text || *end || !(fabs(number) <= DEVICE_NUMBER_MAX))
		return false;
	*out = number;
	return true;
}

double device_positive(const char *text, double usual)
{
	double number;

	return device_number(text, &number) && number > 0 ? number : usual;
}
