// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What the MCU says about itself: klipper-mcu-protocol.md, section 8. */
#include "dict.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define NAME_SIZE 64

const struct dict_lib dict_linked = DICT_LINKED;

int dict_take(struct dict *out, const char *json)
{
	struct dict d;
	int err = dict_read(&dict_linked, &d, json, json ? strlen(json) : 0);

	if (!err && json && !d.whole) {
		dict_fini(&d);
		err = -EBADMSG;
	}
	if (!err)
		*out = d;
	return err;
}

const struct dict_message *dict_response(const struct dict *d, int id)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->messages[i].format.dir == KCAN_KLP_RESPONSE &&
		    d->messages[i].format.id == id)
			return &d->messages[i];
	return NULL;
}

size_t dict_param(const struct dict_message *m, unsigned int index,
		  const char **name)
{
	const char *at = m->text + m->name_len + 1;

	while (index--)
		at = strchr(at, ' ') + 1;
	*name = at;
	return strcspn(at, "=");
}

/* Section 8.1: of the same name, or what that ends in behind a "_". */
static json_t *enumeration_of(const struct dict *d, const char *param,
			      size_t len)
{
	json_t *all = json_object_get(d->root, "enumerations"), *value;
	const char *key;

	json_object_foreach(all, key, value)
	{
		size_t n = strlen(key);

		if (n <= len && !memcmp(param + len - n, key, n) &&
		    (n == len || param[len - n - 1] == '_'))
			return value;
	}
	return NULL;
}

/* "PA0":[0,16] stands for PA0 to PA15. Return: 0, or -ENOENT beyond @index. */
static int range_name(char out[static NAME_SIZE], const char *key,
		      const json_t *range, long index)
{
	size_t stem = strlen(key);

	if (!json_is_array(range)) {
		snprintf(out, NAME_SIZE, "%s", key);
		return index ? -ENOENT : 0;
	}
	while (stem && isdigit((unsigned char)key[stem - 1]))
		stem--;
	snprintf(out, NAME_SIZE, "%.*s%ld", (int)stem, key,
		 strtol(key + stem, NULL, 10) + index);
	return index < json_integer_value(json_array_get(range, 1)) ? 0 :
								      -ENOENT;
}

static long range_first(const json_t *range)
{
	return (long)json_integer_value(
		json_is_array(range) ? json_array_get(range, 0) : range);
}

int dict_number(const struct dict *d, const char *param, size_t len,
		const char *text, uint32_t *out)
{
	json_t *all = enumeration_of(d, param, len), *range;
	char name[NAME_SIZE];
	const char *key;

	json_object_foreach(all, key, range) for (long i = 0; !range_name(
							  name, key, range, i);
						  i++) if (!strcmp(name, text))
	{
		*out = (uint32_t)(range_first(range) + i);
		return 0;
	}
	return -ENOENT;
}

int dict_name(const struct dict *d, const struct dict_message *m,
	      unsigned int index, uint32_t number, char out[static NAME_SIZE])
{
	const char *param, *key;
	size_t len = dict_param(m, index, &param);
	json_t *all = enumeration_of(d, param, len), *range;

	if (!all)
		return -ENOENT;
	json_object_foreach(all, key, range)
	{
		long i = (long)number - range_first(range);

		if (i >= 0 && !range_name(out, key, range, i))
			return 0;
	}
	snprintf(out, NAME_SIZE, "?%u", number);
	return 0;
}
