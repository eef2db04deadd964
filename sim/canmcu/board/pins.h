/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PINS_H
#define CANMCU_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pins are numbers as in the data dictionary: klipper-mcu-protocol.md, 8.1. */
#define PINS_MAX 256
#define PINS_TEMPERATURE 254 /* the sensor inside the chip */

/** Pins in a row; a chip's are a list of these, with no name behind the last. */
struct pin_range {
	const char *name; /* of the first one: "PA0" */
	uint8_t first;
	uint8_t count;
};

/* STM32 by their ports, with all of them, and others */
extern const struct pin_range pins_abcf[], pins_abcdf[], pins_abcdh[];
extern const struct pin_range pins_abcdeh[], pins_a_f[], pins_a_g[], pins_a_h[];
extern const struct pin_range pins_stm32[];
extern const struct pin_range pins_rp2040[];
extern const struct pin_range pins_rp2350[];
extern const struct pin_range pins_lpc176x[];
extern const struct pin_range pins_samc21[], pins_same5[], pins_same70[];

/** Return: the pin called @name, or -ENOENT. */
int pins_find(const struct pin_range *ranges, const char *name);

/** Put the name of @pin into @out. Return: false when the chip has none such. */
bool pins_name(const struct pin_range *ranges, uint32_t pin, char *out,
	       size_t size);

/** Return: false when the chip has no pin of that number. */
bool pins_has(const struct pin_range *ranges, uint32_t pin);

/** What is put on an MCU's pins from outside; all zero: nothing at all. */
struct pins {
	float *levels; /* NULL, or PINS_MAX of them; below 0: nothing */
};

#define PINS_FREE (-1.0F)

/**
 * pins_put() - put a level on a pin
 * @level: 0..1, of the supply; or PINS_FREE: nothing any more
 *
 * Return: 0 or -ENOMEM.
 */
int pins_put(struct pins *p, uint8_t pin, float level);

/** Return: false when nothing is put on it. */
bool pins_read(const struct pins *p, uint8_t pin, float *level);

void pins_fini(struct pins *p);

#endif
