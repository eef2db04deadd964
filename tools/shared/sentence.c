// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "sentence.h"

#include <stdbool.h>
#include <string.h>

void say_clean(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static void fill(char *out, size_t size, const struct say_slot *slot,
		 const struct say_slots *tables, size_t offset,
		 const void *facts)
{
	const void *from = (const char *)facts + offset + slot->offset;
	const char *sentence;

	if (slot->put) {
		slot->put(out, size, from);
		say_clean(out);
		return;
	}
	sentence = slot->sentence ? slot->sentence(from) :
				    slot->either[*(const char *)from != '\0'];
	say_expand(out, size, sentence, tables, facts);
}

/* Return: the length of the slot in the sentence; 0: it is no slot. */
static size_t put_slot(char *out, size_t size, const char *at,
		       const struct say_slots *tables, const void *facts)
{
	for (const struct say_slots *t = tables; t->slots; t++)
		for (const struct say_slot *slot = t->slots; slot->name;
		     slot++) {
			size_t len = strlen(slot->name);

			if (strncmp(at, slot->name, len) != 0)
				continue;
			fill(out, size, slot, tables, t->offset, facts);
			return len;
		}
	return 0;
}

const char *say_expand(char *out, size_t size, const char *sentence,
		       const struct say_slots *tables, const void *facts)
{
	size_t used = 0, slot;

	*out = '\0';
	if (!sentence)
		return NULL;
	while (*sentence && used + 1 < size) {
		out[used] = '\0';
		slot = *sentence == '{' ? put_slot(out + used, size - used,
						   sentence, tables, facts) :
					  0;
		if (!slot) {
			out[used++] = *sentence++;
			continue;
		}
		used += strlen(out + used);
		sentence += slot;
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
