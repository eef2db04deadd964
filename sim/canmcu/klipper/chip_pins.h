/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_CHIP_PINS_H
#define CANMCU_KLIPPER_CHIP_PINS_H

#include "../mcu/mcu_program.h"

/**
 * struct link_pins - what Klipper takes for a link, and tells a host so
 *
 * As its dictionary has them: "PA11,PA12". NULL: it does not tell. Where they are
 * depends on the board, which nobody knows here: those that its configuration
 * offers first.
 */
struct link_pins {
	const char *can;
	const char *bridge_can;
	const char *usb;
	const char *serial;
};

/**
 * struct chip_sensor - the sensor of temperature in a chip
 *
 * A host reads @words, and makes a temperature of a level by them, or by what it
 * knows about the chip; @room_level is 25 degrees C then.
 */
struct chip_sensor {
	float room_level; /* 0..1 of the supply */
	struct {
		uint32_t addr;
		uint32_t value;
		uint8_t len; /* bytes; 0: there is none */
	} words[2];
};

/** Return: false when no byte of @sensor's words is at @addr. */
bool chip_sensor_read(const struct chip_sensor *sensor, uint32_t addr,
		      uint8_t *out);

/**
 * struct chip_pins - what Klipper can do with the pins of chips that agree
 *
 * A list of pins is text: "PA0-7 PB1" are PA0 to PA7, and PB1.
 */
struct chip_pins {
	const char *types; /* what the names of the chips begin with */
	const char *adc;
	const char *pwm; /* by a timer of the chip; "": Klipper has none there */
	uint32_t pwm_max;
	const struct link_pins *links;
	const struct chip_sensor *sensor; /* NULL: Klipper reads none there */
};

/** Return: those of @type, of which there are some for every one. */
const struct chip_pins *chip_pins_of(const struct mcu_type *type);

/** Return: whether @list has @pin of @type. */
bool chip_pins_have(const struct mcu_type *type, const char *list,
		    uint32_t pin);

#endif
