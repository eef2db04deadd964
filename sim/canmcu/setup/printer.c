// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Klipper's own sections, as far as they tell what is on the pins of MCUs. */
#include "printer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

/* The key mcu tells whose pins aliases are: of [board_pins]. */
static bool is_value(const char *key)
{
	return !strcmp(key, "mcu") || device_reads(key);
}

/* [board_pins] and [board_pins NAME] have the aliases of pins. */
static bool is_aliases(const char *section, const char *key)
{
	return !strncmp(section, "board_pins", 10) &&
	       !strncmp(key, "aliases", 7);
}

/* "pin", "pins", "heater_pin", "encoder_pins". */
static bool is_pins(const char *key)
{
	size_t len = strlen(key);

	len -= len && key[len - 1] == 's';
	return len >= 3 && !strncmp(key + len - 3, "pin", 3) &&
	       (len == 3 || key[len - 4] == '_');
}

enum config_take printer_take(const char *section, const char *key)
{
	return is_aliases(section, key) || is_pins(key) || is_value(key) ?
		       CONFIG_LINES :
		       CONFIG_IGNORE;
}

static int add_line(struct printer_lines *l, const char *section,
		    const char *text)
{
	struct printer_line *more;

	if (l->len == PRINTER_LINES_MAX)
		return 0;
	more = util_grow(l->list, l->len, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->list = more;
	l->list[l->len++] = (struct printer_line){ section, text };
	return 0;
}

static struct printer_section *find(const struct printer *p, const char *name)
{
	for (size_t i = p->sections_len; i; i--)
		if (!strcmp(p->sections[i - 1].name, name))
			return &p->sections[i - 1];
	return NULL;
}

static struct printer_value *find_value(const struct printer_section *s,
					const char *key)
{
	for (size_t i = 0; i < s->len; i++)
		if (!strcmp(s->values[i].key, key))
			return &s->values[i];
	return NULL;
}

const char *printer_value(const struct printer *p, const char *section,
			  const char *key)
{
	const struct printer_section *s = find(p, section);
	const struct printer_value *value = s ? find_value(s, key) : NULL;

	return value ? value->text : NULL;
}

/* Return: what goes on, and what is told of it in another line; or NULL. */
static const char *join(struct util_texts **texts, const char *begun,
			const char *text)
{
	return begun && text ? util_texts_add(texts, "%s\n%s", begun, text) :
			       text;
}

/* The later one wins. Return: 0 or -ENOMEM. */
static int set_value(struct printer_section *s, const char *key,
		     const char *text)
{
	struct printer_value *value = find_value(s, key);

	if (!value) {
		value = util_grow(s->values, s->len, sizeof(*value));
		if (!value)
			return -ENOMEM;
		s->values = value;
		value += s->len++;
	}
	*value = (struct printer_value){ key, text };
	return 0;
}

static struct printer_section *add_section(struct printer *p, const char *name)
{
	struct printer_section *more =
		name ? util_grow(p->sections, p->sections_len, sizeof(*more)) :
		       NULL;

	if (!more)
		return NULL;
	p->sections = more;
	p->sections[p->sections_len] = (struct printer_section){ .name = name };
	return &p->sections[p->sections_len++];
}

int printer_set(struct printer *p, struct util_texts **texts,
		const struct config_line *line)
{
	struct printer_section *s = find(p, line->section);
	const char *key, *value;
	int err = 0;

	if (!s && p->sections_len == PRINTER_SECTIONS_MAX)
		return 0;
	if (!s)
		s = add_section(p, util_texts_add(texts, "%s", line->section));
	key = util_texts_add(texts, "%s", line->key);
	value = util_texts_add(texts, "%s", line->value);
	if (!s || !key || !value)
		return -ENOMEM;
	if (is_aliases(s->name, key))
		return add_line(&p->aliases, s->name, value);
	if (is_pins(key))
		err = add_line(&p->pins, s->name, value);
	if (err || !is_value(key))
		return err;
	if (p->last_section == s->name && !strcmp(p->last_key, key))
		value = join(texts, printer_value(p, s->name, key), value);
	p->last_section = s->name;
	p->last_key = key;
	return value ? set_value(s, key, value) : -ENOMEM;
}

void printer_fini(struct printer *p)
{
	for (size_t i = 0; i < p->sections_len; i++)
		free(p->sections[i].values);
	free(p->sections);
	free(p->aliases.list);
	free(p->pins.list);
	*p = (struct printer){ 0 };
}

void printers_free(struct printer **first)
{
	while (*first) {
		struct printer *p = *first;

		*first = p->next;
		printer_fini(p);
		free(p);
	}
}
