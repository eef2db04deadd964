// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Keys by their names, and by what is nearly one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "keys.h"

#define NAME_MAX_LEN 31
#define NEAR 2 /* typing errors */

/* Whether @option, without its dashes, is what becomes of @name. */
static bool is_option(const char *option, const char *name)
{
	for (; *name; name++, option++)
		if (*option != (*name == '_' ? '-' : *name))
			return false;
	return !*option;
}

const struct key *keys_find(const char *name)
{
	bool option = !strncmp(name, "--", 2);
	const struct key *key;

	for (size_t i = 0; (key = keys_at(i)); i++)
		if (option ? is_option(name + 2, key->name) :
			     !strcmp(name, key->name))
			return key;
	return NULL;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to change, to add and to drop: Levenshtein's distance. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; *a; a++, i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = corner + (*a != b[j - 1]);

			corner = row[j];
			row[j] = min(change, 1 + min(row[j], row[j - 1]));
		}
	}
	return row[b_len];
}

const struct key *keys_nearest(const char *name)
{
	const struct key *key, *nearest = NULL;
	size_t best = NEAR + 1;

	if (strlen(name) > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; (key = keys_at(i)); i++) {
		size_t far = distance(name, key->name);

		/* of three letters, two are nearly all */
		if (far >= best || far >= strlen(key->name) - 1)
			continue;
		nearest = key;
		best = far;
	}
	return nearest;
}

int keys_apply(struct keys_board *b, const char *name, const char *value,
	       char *error, size_t size)
{
	const struct key *key = keys_find(name);
	const struct key *near = key ? NULL : keys_nearest(name);
	char want[KEYS_WANT_MAX];
	const struct key_told told = { key, b, value, want };

	if (near)
		snprintf(error, size,
			 "there is no key '%s': did you mean '%s'?", name,
			 near->name);
	else if (!key)
		snprintf(error, size, "there is no key '%s': see canmcu(1)",
			 name);
	else if (key->parse(&told))
		snprintf(error, size, "%s '%s': %s", name, value, want);
	else
		return 0;
	return -EINVAL;
}
