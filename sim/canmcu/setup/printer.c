// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Klipper's own sections, as far as they tell what is on the pins of MCUs. */
#include "printer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

static const char *const keys[PRINTER_KEYS] = {
	[PRINTER_HEATER_PIN] = "heater_pin",
	[PRINTER_SENSOR_PIN] = "sensor_pin",
	[PRINTER_PULLUP] = "pullup_resistor",
	[PRINTER_MCU] = "mcu",
	[PRINTER_KINEMATICS] = "kinematics",
	[PRINTER_STEP_PIN] = "step_pin",
	[PRINTER_DIR_PIN] = "dir_pin",
	[PRINTER_ENDSTOP_PIN] = "endstop_pin",
	[PRINTER_ROTATION] = "rotation_distance",
	[PRINTER_FULL_STEPS] = "full_steps_per_rotation",
	[PRINTER_MICROSTEPS] = "microsteps",
	[PRINTER_GEAR_RATIO] = "gear_ratio",
	[PRINTER_MIN] = "position_min",
	[PRINTER_MAX] = "position_max",
	[PRINTER_ENDSTOP] = "position_endstop",
	[PRINTER_TO_MAX] = "homing_positive_dir",
};

/* Return: PRINTER_KEYS when it is none. */
static unsigned int find_key(const char *name)
{
	unsigned int key = 0;

	while (key < PRINTER_KEYS && strcmp(keys[key], name) != 0)
		key++;
	return key;
}

/* [board_pins] and [board_pins NAME] have the aliases of pins. */
static bool is_aliases(const char *section, const char *key)
{
	return !strncmp(section, "board_pins", 10) &&
	       !strncmp(key, "aliases", 7);
}

enum config_take printer_take(const char *section, const char *key)
{
	return is_aliases(section, key) || find_key(key) < PRINTER_KEYS ?
		       CONFIG_LINES :
		       CONFIG_IGNORE;
}

static int add_alias(struct printer *p, const char *section, const char *text)
{
	struct printer_alias *more;

	if (p->aliases_len == PRINTER_ALIASES_MAX)
		return 0;
	more = util_grow(p->aliases, p->aliases_len, sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->aliases = more;
	p->aliases[p->aliases_len++] = (struct printer_alias){ section, text };
	return 0;
}

struct printer_section *printer_find(const struct printer *p, const char *name)
{
	for (size_t i = p->sections_len; i; i--)
		if (!strcmp(p->sections[i - 1].name, name))
			return &p->sections[i - 1];
	return NULL;
}

static struct printer_section *add_section(struct printer *p, const char *name)
{
	struct printer_section *more;

	if (!name)
		return NULL;
	more = util_grow(p->sections, p->sections_len, sizeof(*more));
	if (!more)
		return NULL;
	p->sections = more;
	p->sections[p->sections_len] = (struct printer_section){ .name = name };
	return &p->sections[p->sections_len++];
}

int printer_set(struct printer *p, struct util_texts **texts,
		const struct config_line *line)
{
	struct printer_section *s = printer_find(p, line->section);
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
	s->values[find_key(line->key)] = value;
	return 0;
}

void printer_fini(struct printer *p)
{
	free(p->sections);
	free(p->aliases);
	*p = (struct printer){ 0 };
}
