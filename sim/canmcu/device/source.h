/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_DEVICE_SOURCE_H
#define CANMCU_DEVICE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../board/buses.h"
#include "util/array.h"

struct motion;

/** A pin of the MCU; zeroed: none. */
struct device_pin {
	bool is_there;
	bool inverted; /* what it tells is true when it is low */
	uint8_t number;
};

/** Return: whether it is that one. */
static inline bool device_pin_is(const struct device_pin *pin, uint8_t number)
{
	return pin->is_there && pin->number == number;
}

/** Return: what it has at @level: 0..1. */
static inline double device_pin_duty(const struct device_pin *pin, float level)
{
	return pin->inverted ? 1 - (double)level : (double)level;
}

/**
 * struct device_source - a section of a printer.cfg, as an MCU sees it
 *
 * Filled in by those who read such files.
 */
struct device_source {
	const char *section;   /* its name: "heater_bed", "fan_generic top" */
	const char *mcu;       /* what the MCU is called there */
	struct motion *motion; /* of the printer; outlives what is made */
	/* Return: what a section tells for a key; NULL: nothing. */
	const char *(*value)(const struct device_source *source,
			     const char *section, const char *key);
	/*
	 * Read a pin as Klipper spells it. Return: false when that is none of
	 * the MCU.
	 */
	bool (*pin)(const struct device_source *source, const char *text,
		    struct device_pin *out);
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
 *
 * Return: false when it tells none, or one of another MCU; then @out is none.
 */
bool device_pin(const struct device_source *source, const char *key,
		struct device_pin *out);

/** The same of another section. */
bool device_pin_of(const struct device_source *source, const char *section,
		   const char *key, struct device_pin *out);

/** Return: whether the section is [@word] or [@word NAME]. */
bool device_is(const struct device_source *source, const char *word);

/** Which sections a device is of; what a row of a table of chips begins with. */
struct device_model {
	const char *section; /* as for device_is(); NULL: any */
	const char *type;    /* its sensor_type or lcd_type; NULL: any */
};

/** Return: the row of an array that the section is of, or NULL. */
#define DEVICE_MODEL(source, models) \
	device_model(source, models, ARRAY_SIZE(models), sizeof((models)[0]))
const void *device_model(const struct device_source *source, const void *models,
			 size_t len, size_t size);

/* More than any printer has; what is counted by it still fits. */
#define DEVICE_NUMBER_MAX 1e9

/**
 * device_parse() - read @text, which may be NULL
 *
 * Return: whether it is a number up to DEVICE_NUMBER_MAX and nothing else;
 * otherwise @out is left as it was.
 */
bool device_parse(const char *text, double *out);

/** The same of what the section tells for @key, and of what another one does. */
bool device_number(const struct device_source *source, const char *key,
		   double *out);
bool device_number_of(const struct device_source *source, const char *section,
		      const char *key, double *out);

/** Return: what it tells for @key, or @usual where that is no number above 0. */
double device_positive(const struct device_source *source, const char *key,
		       double usual);

#endif
