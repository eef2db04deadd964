// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *device_value(const struct device_source *source, const char *key)
{
	return source->value(source, source->section, key);
}

bool device_pin_of(const struct device_source *source, const char *section,
		   const char *key, struct device_pin *out)
{
	const char *text = source->value(source, section, key);

	out->is_there = text && source->pin(source, text, out);
	return out->is_there;
}

bool device_pin(const struct device_source *source, const char *key,
		struct device_pin *out)
{
	return device_pin_of(source, source->section, key, out);
}

bool device_is(const struct device_source *source, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(source->section, word, len) &&
	       (!source->section[len] || source->section[len] == ' ');
}

static bool fits(const struct device_source *source,
		 const struct device_model *m)
{
	const char *type;

	if (m->section && !device_is(source, m->section))
		return false;
	if (!m->type)
		return true;
	type = device_value(source, "sensor_type");
	if (!type)
		type = device_value(source, "lcd_type");
	return type && !strcmp(type, m->type);
}

const void *device_model(const struct device_source *source, const void *models,
			 size_t len, size_t size)
{
	const char *row = models;

	for (size_t i = 0; i < len; i++, row += size)
		if (fits(source, (const void *)row))
			return row;
	return NULL;
}

bool device_parse(const char *text, double *out)
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

bool device_number_of(const struct device_source *source, const char *section,
		      const char *key, double *out)
{
	return device_parse(source->value(source, section, key), out);
}

bool device_number(const struct device_source *source, const char *key,
		   double *out)
{
	return device_number_of(source, source->section, key, out);
}

double device_positive(const struct device_source *source, const char *key,
		       double usual)
{
	double number;

	return device_number(source, key, &number) && number > 0 ? number :
								   usual;
}
