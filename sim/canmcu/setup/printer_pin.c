// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Pins, as Klipper spells them: "!toolhead:PA0". */
#include <stdio.h>
#include <string.h>

#include "config/span.h"
#include "printer.h"

#define PIN_NAME_MAX 32

static bool is(struct span t, const char *text)
{
	return t.len == strlen(text) && !memcmp(t.at, text, t.len);
}

/* Cut @t at the first @c. Return: what is behind it, or of length 0. */
static struct span cut(struct span *t, char c)
{
	const char *found = t->len ? memchr(t->at, c, t->len) : NULL;
	struct span rest = { t->at + t->len, 0 };

	if (!found)
		return rest;
	rest.len = (size_t)(rest.at - found) - 1;
	rest.at = found + 1;
	t->len = (size_t)(found - t->at);
	return rest;
}

/* "a, b" has "b". */
static bool has_word(const char *words, const char *word)
{
	struct span t = { words, strlen(words) };

	while (t.len) {
		struct span rest = cut(&t, ',');

		if (is(span_strip(t), word))
			return true;
		t = rest;
	}
	return false;
}

/* Replace @name by the pin that a line of aliases has for it. */
static bool find_alias(const char *text, struct span *name)
{
	struct span t = { text, strlen(text) };

	while (t.len) {
		struct span rest = cut(&t, ','), pin = cut(&t, '=');

		t = span_strip(t);
		if (t.len == name->len && !memcmp(t.at, name->at, t.len)) {
			*name = span_strip(pin);
			return true;
		}
		t = rest;
	}
	return false;
}

static struct span without_alias(const struct printer *p, const char *mcu,
				 struct span name)
{
	for (size_t i = 0; i < p->aliases.len; i++) {
		const struct printer_line *alias = &p->aliases.list[i];
		const char *mcus = printer_value(p, alias->section, "mcu");

		if (has_word(mcus ? mcus : "mcu", mcu) &&
		    find_alias(alias->text, &name))
			break;
	}
	return name;
}

bool printer_pin(const struct printer_chip *chip, const char *text,
		 struct device_pin *out)
{
	struct span mcu = { text, strlen(text) }, name;
	char word[PIN_NAME_MAX];
	int pin;

	out->inverted = false;
	for (; mcu.len && strchr("^~!" SPAN_BLANKS, mcu.at[0]);
	     mcu.at++, mcu.len--)
		out->inverted |= mcu.at[0] == '!';
	name = cut(&mcu, ':');
	if (!name.len) {
		name = mcu;
		mcu = (struct span){ "mcu", 3 };
	}
	if (!is(span_strip(mcu), chip->mcu))
		return false;
	name = without_alias(chip->printer, chip->mcu, span_strip(name));
	snprintf(word, sizeof(word), "%.*s", (int)name.len, name.at);
	pin = pins_find(chip->type->pins, word);
	out->number = (uint8_t)pin;
	return pin >= 0;
}
