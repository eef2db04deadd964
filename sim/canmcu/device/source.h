/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_DEVICE_SOURCE_H
#define CANMCU_DEVICE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "../board/buses.h"

struct motion;

/**
 * struct device_source - a section of a printer.cfg, as an MCU sees it
 *
 * Filled in by those who read such files.
 */
struct device_source {
	const char *section;   /* its name: "heater_bed", "fan_generic top" */
	struct motion *motion; /* of the printer; outlives what is made */
	/* Return: what a section tells for a key; NULL: nothing. */
	const char *(*value)(const struct device_source *source,
			     const char *section, const char *key);
	/*
	 * Read a pin as Klipper spells it. Return: false when that is none of
	 * the MCU.
	 */
	bool (*pin)(const struct device_source *source, const char *text,
		    uint8_t *out, bool *inverted);
	/* Read a word for yes or no. Return: false when it is neither. */
	bool (*flag)(const char *text, bool *out);
	/* Return: whether the MCU is the one called so. */
	bool (*is_mcu)(const struct device_source *source, const char *name);
	/*
	 * A chip of the section is on the MCU's bus called so; NULL: the first.
	 * Return: its number, or below 0.
	 */
	int (*bus)(const struct device_source *source, enum bus_kind kind,
		   const char *name);
};

/** Return: what the section tells for @key; NULL: nothing. */
const char *device_value(const struct device_source *source, const char *key);

/**
 * device_pin() - the pin that the section tells for @key
 * @inverted: may be NULL
 *
 * Return: false when it tells none, or one of another MCU.
 */
bool device_pin(const struct device_source *source, const char *key,
		uint8_t *out, bool *inverted);

/** The same of another section. */
bool device_pin_of(const struct device_source *source, const char *section,
		   const char *key, uint8_t *out, bool *inverted);

/** Return: whether the section is [@word] or [@word NAME]. */
bool device_is(const struct device_source *source, const char *word);

/* More than any printer has; what is counted by it still fits. */
#define DEVICE_NUMBER_MAX 1e9

/**
 * device_number() - read @text, which may be NULL
 *
 * Return: whether it is a number up to DEVICE_NUMBER_MAX and nothing else;
 * otherwise @out is left as it was.
 */
bool device_number(const char *text, double *out);

/** Return: @text as a number, or @usual where it is none above 0. */
double device_positive(const char *text, double usual);

#endif
