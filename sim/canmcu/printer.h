/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PRINTER_H
#define CANMCU_PRINTER_H

#include "config.h"
#include "heat.h"
#include "pins.h"
#include "util/texts.h"

/* Of one file; what comes behind them is passed over. */
#define PRINTER_SECTIONS_MAX 1024
#define PRINTER_ALIASES_MAX 1024 /* lines of them */

/** A section that tells of pins; NULL: has no such key. */
struct printer_section {
	const char *name;
	const char *heater_pin;
	const char *sensor_pin;
	const char *pullup;
	const char *mcu; /* of [board_pins] */
};

/** A line of aliases, "EXP1_1=PE9, EXP1_2=PE10", and its section. */
struct printer_alias {
	const char *section;
	const char *text;
};

/**
 * struct printer - the machine around the MCUs of one printer.cfg
 *
 * What Klipper's own sections say of heaters and thermistors. They are somebody
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

/**
 * printer_heat() - what is warm on an MCU
 * @mcu:  its name in pins, "mcu" or that of its section; not NULL
 * @pins: that its type has
 * @out:  room for @p->sections_len
 *
 * A thermistor whose heater is on another MCU stays cold.
 *
 * Return: how many there are.
 */
size_t printer_heat(const struct printer *p, const char *mcu,
		    const struct pin_range *pins, struct heat_cfg *out);

#endif
