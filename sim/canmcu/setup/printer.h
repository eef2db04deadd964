/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PRINTER_H
#define CANMCU_PRINTER_H

#include "../board/family.h"
#include "../device/devices.h"
#include "../device/motion.h"
#include "config.h"
#include "util/texts.h"

/* Of one file; what comes behind them is passed over. */
#define PRINTER_SECTIONS_MAX 1024
#define PRINTER_LINES_MAX 1024 /* of aliases, and of pins */

/** What a section tells for a key. */
struct printer_value {
	const char *key;
	const char *text;
};

/** A section that tells something. */
struct printer_section {
	const char *name;
	struct printer_value *values;
	size_t len;
};

/** A line of a key, and its section. */
struct printer_line {
	const char *section;
	const char *text;
};

struct printer_lines {
	struct printer_line *list;
	size_t len;
};

/**
 * struct printer - the machine around the MCUs of one printer.cfg
 *
 * What Klipper's own sections say of devices. They are somebody else's: nothing
 * in them is an error, what is not understood is passed over.
 * All zero: no machine.
 */
struct printer {
	struct printer_section *sections;
	size_t sections_len;
	struct printer_lines aliases; /* "EXP1_1=PE9, EXP1_2=PE10" */
	struct printer_lines pins;    /* of keys of pins: "PA1", "PA1, !PA2" */
	struct motion motion;	      /* which devices point to */
	/* Of the last line: one without a key of its own goes on with it. */
	const char *last_section;
	const char *last_key;
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

/** Release a list of them, and leave it empty. */
void printers_free(struct printer **first);

/** Return: what a section tells for @key; NULL: nothing, or no such section. */
const char *printer_value(const struct printer *p, const char *section,
			  const char *key);

/** An MCU that is asked about. */
struct printer_chip {
	struct printer *printer;
	const char *mcu; /* its name in pins: "mcu" or that of its section */
	const struct mcu_type *type;
};

/**
 * printer_pin() - read a pin as Klipper spells it, or an alias of one
 * @text: anything
 *
 * Return: false when that is no pin of @chip.
 */
bool printer_pin(const struct printer_chip *chip, const char *text,
		 struct device_pin *out);

/**
 * printer_devices() - what the sections put on the pins of an MCU
 * @out: gets it; without any before
 *
 * Return: 0 or -ENOMEM; devices_fini() is to be called in any case.
 */
int printer_devices(const struct printer_chip *chip, struct devices *out);

#endif
