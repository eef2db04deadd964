/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PRINTER_H
#define CANMCU_PRINTER_H

#include "../board/pins.h"
#include "../device/heat.h"
#include "../device/rail.h"
#include "config.h"
#include "util/texts.h"

/* Of one file; what comes behind them is passed over. */
#define PRINTER_SECTIONS_MAX 1024
#define PRINTER_ALIASES_MAX 1024 /* lines of them */

/** What a section may tell. */
enum printer_key {
	PRINTER_HEATER_PIN,
	PRINTER_SENSOR_PIN,
	PRINTER_PULLUP,
	PRINTER_MCU, /* of [board_pins] */
	PRINTER_KINEMATICS,
	PRINTER_STEP_PIN,
	PRINTER_DIR_PIN,
	PRINTER_ENDSTOP_PIN,
	PRINTER_ROTATION,
	PRINTER_FULL_STEPS,
	PRINTER_MICROSTEPS,
	PRINTER_GEAR_RATIO,
	PRINTER_MIN,
	PRINTER_MAX,
	PRINTER_ENDSTOP,
	PRINTER_TO_MAX,
	PRINTER_KEYS
};

/** A section that tells something. */
struct printer_section {
	const char *name;
	const char *values[PRINTER_KEYS]; /* NULL: not told */
};

/** A line of aliases, "EXP1_1=PE9, EXP1_2=PE10", and its section. */
struct printer_alias {
	const char *section;
	const char *text;
};

/**
 * struct printer - the machine around the MCUs of one printer.cfg
 *
 * What Klipper's own sections say of heaters and endstops. They are somebody
 * else's: nothing in them is an error, what is not understood is passed over.
 * All zero: no machine.
 */
struct printer {
	struct printer_section *sections;
	size_t sections_len;
	struct printer_alias *aliases;
	size_t aliases_len;
	struct printer *next; /* of another file; not looked at here */
};

/** Return: whether a key of a section that is no MCU's tells anything. */
enum config_take printer_take(const char *section, const char *key);

/**
 * printer_set() - take a line of a key that printer_take() wants
 * @texts: owns what @p points into
 *
 * Return: 0 or -ENOMEM.
 */
int printer_set(struct printer *p, struct util_texts **texts,
		const struct config_line *line);

void printer_fini(struct printer *p);

/** Return: the section called @name, or NULL. */
struct printer_section *printer_find(const struct printer *p, const char *name);

/** An MCU that is asked about. */
struct printer_chip {
	const struct printer *printer;
	const char *mcu; /* its name in pins: "mcu" or that of its section */
	const struct pin_range *pins; /* that its type has */
};

/**
 * printer_pin() - read a pin as Klipper spells it, or an alias of one
 * @text: anything, or NULL
 *
 * Return: false when that is no pin of @chip.
 */
bool printer_pin(const struct printer_chip *chip, const char *text,
		 uint8_t *out, bool *inverted);

/**
 * printer_heat() - what is warm on an MCU
 * @out: room for all sections of the printer
 *
 * A thermistor whose heater is on another MCU stays cold.
 *
 * Return: how many there are.
 */
size_t printer_heat(const struct printer_chip *chip, struct heat_cfg *out);

#define PRINTER_RAILS_MAX 3

/**
 * printer_rails() - carriages that come to an endstop on an MCU
 *
 * Of cartesian printers and CoreXY, when the endstop and the motors of a carriage
 * are on the MCU, and its section tells all that Klipper has to know.
 *
 * Return: how many there are.
 */
size_t printer_rails(const struct printer_chip *chip,
		     struct rail_cfg out[static PRINTER_RAILS_MAX]);

#endif
