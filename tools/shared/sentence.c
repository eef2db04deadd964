// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "sentence.h"

#include <stdbool.h>
#include <string.h>

#include "util/clean.h"

bool say_find(struct say_found *out, const char *at,
	      const struct say_slots *tables, const void *facts)
{
	for (const struct say_slots *t = tables; *at == '{' && t->slots; t++)
		for (const struct say_slot *slot = t->slots; slot->name;
		     slot++) {
			out->len = strlen(slot->name);
			out->slot = slot;
			out->from =
				(const char *)facts + t->offset + slot->offset;
			if (!strncmp(at, slot->name, out->len))
				return true;
		}
	return false;
}

const char *say_inner(const struct say_found *found)
{
	const struct say_slot *slot = found->slot;

	return slot->sentence ?
		       slot->sentence(found->from) :
		       slot->either[*(const char *)found->from != '\0'];
}

static void fill(char *out, size_t size, const struct say_found *found,
		 const struct say_slots *tables, const void *facts)
{
	if (!found->slot->put) {
		say_expand(out, size, say_inner(found), tables, facts);
		return;
	}
	found->slot->put(out, size, found->from);
	util_clean(out);
}

const char *say_expand(char *out, size_t size, const char *sentence,
		       const struct say_slots *tables, const void *facts)
{
	struct say_found found;
	size_t used = 0;

	*out = '\0';
	if (!sentence)
		return NULL;
	while (*sentence && used + 1 < size) {
		out[used] = '\0';
		if (!say_find(&found, sentence, tables, facts)) {
			out[used++] = *sentence++;
			continue;
		}
		fill(out + used, size - used, &found, tables, facts);
		used += strlen(out + used);
		sentence += found.len;
	}
	out[used] = '\0';
	return out;
}

static bool is_plain(const char *word)
{
	return *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyz"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789_./:@%+=,-")];
}

#define QUOTE "'\\''" /* what a quote becomes within quotes */

const char *say_quote(char *out, size_t size, const char *word)
{
	bool plain = is_plain(word);
	size_t used = 0, left = size - sizeof(QUOTE) - 1;

	if (!plain)
		out[used++] = '\'';
	for (; *word && used < left; word++) {
		if (*word != '\'')
			out[used++] = *word;
		else
			used += (size_t)sprintf(out + used, QUOTE);
	}
	if (!plain)
		out[used++] = '\'';
	out[used] = '\0';
	return out;
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
