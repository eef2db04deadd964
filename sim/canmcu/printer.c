// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Klipper's own sections, as far as they tell what is on the pins of MCUs. */
#include "printer.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"
#define PIN_NAME_MAX 32

/* Reading. */

static const struct {
	const char *name;
	size_t at; /* of its value in a section */
} keys[] = {
	{ "heater_pin", offsetof(struct printer_section, heater_pin) },
	{ "sensor_pin", offsetof(struct printer_section, sensor_pin) },
	{ "pullup_resistor", offsetof(struct printer_section, pullup) },
	{ "mcu", offsetof(struct printer_section, mcu) },
};

static const char **find_value(struct printer_section *s, const char *key)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].name, key))
			return (const char **)((char *)s + keys[i].at);
	return NULL;
}

/* [board_pins] and [board_pins NAME] have the aliases of pins. */
static bool is_aliases(const char *section, const char *key)
{
	return !strncmp(section, "board_pins", 10) &&
	       !strncmp(key, "aliases", 7);
}

enum config_take printer_take(const char *section, const char *key)
{
	struct printer_section any;

	return is_aliases(section, key) || find_value(&any, key) ?
		       CONFIG_LINES :
		       CONFIG_IGNORE;
}

/* Room for one more, at each power of two. Return: false without memory. */
static bool grow(void **array, size_t len, size_t size)
{
	void *more;

	if (len & (len - 1))
		return true;
	more = reallocarray(*array, len ? 2 * len : 1, size);
	if (more)
		*array = more;
	return more;
}

static int add_alias(struct printer *p, const char *section, const char *text)
{
	void *array = p->aliases;

	if (p->aliases_len == PRINTER_ALIASES_MAX)
		return 0;
	if (!section || !text ||
	    !grow(&array, p->aliases_len, sizeof(*p->aliases)))
		return -ENOMEM;
	p->aliases = array;
	p->aliases[p->aliases_len++] = (struct printer_alias){ section, text };
	return 0;
}

static struct printer_section *find_section(const struct printer *p,
					    const char *name)
{
	for (size_t i = p->sections_len; i; i--)
		if (!strcmp(p->sections[i - 1].name, name))
			return &p->sections[i - 1];
	return NULL;
}

static struct printer_section *add_section(struct printer *p, const char *name)
{
	void *array = p->sections;

	if (!name || !grow(&array, p->sections_len, sizeof(*p->sections)))
		return NULL;
	p->sections = array;
	p->sections[p->sections_len] = (struct printer_section){ .name = name };
	return &p->sections[p->sections_len++];
}

int printer_set(struct printer *p, struct util_texts **texts,
		const struct config_line *line)
{
	struct printer_section *s = find_section(p, line->section);
	const char *value;

	if (!s && p->sections_len == PRINTER_SECTIONS_MAX)
		return 0;
	if (!s)
		s = add_section(p, util_texts_add(texts, "%s", line->section));
	value = util_texts_add(texts, "%s", line->value);
	if (!s || !value)
		return -ENOMEM;
	if (is_aliases(line->section, line->key))
		return add_alias(p, s->name, value);
	*find_value(s, line->key) = value;
	return 0;
}

void printer_fini(struct printer *p)
{
	free(p->sections);
	free(p->aliases);
	*p = (struct printer){ 0 };
}

/* Pins, as Klipper spells them: "!toolhead:PA0". */

struct span {
	const char *at;
	size_t len;
};

static struct span strip(struct span t)
{
	while (t.len && strchr(BLANKS, t.at[0])) {
		t.at++;
		t.len--;
	}
	while (t.len && strchr(BLANKS, t.at[t.len - 1]))
		t.len--;
	return t;
}

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

		if (is(strip(t), word))
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

		t = strip(t);
		if (t.len == name->len && !memcmp(t.at, name->at, t.len)) {
			*name = strip(pin);
			return true;
		}
		t = rest;
	}
	return false;
}

static struct span without_alias(const struct printer *p, const char *mcu,
				 struct span name)
{
	for (size_t i = 0; i < p->aliases_len; i++) {
		const struct printer_alias *alias = &p->aliases[i];
		const char *mcus = find_section(p, alias->section)->mcu;

		if (has_word(mcus ? mcus : "mcu", mcu) &&
		    find_alias(alias->text, &name))
			break;
	}
	return name;
}

/* The MCU that is asked about. */
struct chip {
	const struct printer *printer;
	const char *mcu;
	const struct pin_range *pins;
};

/* Return: false when @text is no pin of @chip. */
static bool find_pin(const struct chip *chip, const char *text, uint8_t *out,
		     bool *inverted)
{
	struct span mcu = { text, strlen(text) }, name;
	char word[PIN_NAME_MAX];
	int pin;

	*inverted = false;
	for (; mcu.len && strchr("^~!" BLANKS, mcu.at[0]); mcu.at++, mcu.len--)
		*inverted |= mcu.at[0] == '!';
	name = cut(&mcu, ':');
	if (!name.len) {
		name = mcu;
		mcu = (struct span){ "mcu", 3 };
	}
	if (!is(strip(mcu), chip->mcu))
		return false;
	name = without_alias(chip->printer, chip->mcu, strip(name));
	snprintf(word, sizeof(word), "%.*s", (int)name.len, name.at);
	pin = pins_find(chip->pins, word);
	*out = (uint8_t)pin;
	return pin >= 0;
}

/* Heat. */

static double read_pullup(const char *text)
{
	char *end;
	double ohm = text ? strtod(text, &end) : 0;

	if (!text || end == text || *end || !isfinite(ohm) || ohm <= 0)
		return HEAT_PULLUP_OHM;
	return ohm;
}

size_t printer_heat(const struct printer *p, const char *mcu,
		    const struct pin_range *pins, struct heat_cfg *out)
{
	const struct chip chip = { p, mcu, pins };
	size_t len = 0;

	for (size_t i = 0; i < p->sections_len; i++) {
		const struct printer_section *s = &p->sections[i];
		struct heat_cfg cfg = { .pullup_ohm = read_pullup(s->pullup) };
		bool ignored;

		if (!s->sensor_pin ||
		    !find_pin(&chip, s->sensor_pin, &cfg.sensor_pin, &ignored))
			continue;
		if (s->heater_pin && find_pin(&chip, s->heater_pin,
					      &cfg.heater_pin, &cfg.inverted))
			cfg.kind = strcmp(s->name, "heater_bed") ? HEAT_HOTEND :
								   HEAT_BED;
		out[len++] = cfg;
	}
	return len;
}
