/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_WIRES_H
#define CANMCU_WIRES_H

#include "../device.h"

/* What these read in a section, for the keys of a kind. */
#define WIRES_I2C_KEYS "i2c_mcu i2c_bus i2c_address i2c_software_scl_pin"

/* Return, both: false when the section is of a chip of another MCU. */

/** Read where a chip of SPI is. @key: the pin that selects it */
bool wires_spi(const struct device_source *source, const char *key,
	       struct device_wires *out);

/** Read where a chip of I2C is. @usual: its address when none is told */
bool wires_i2c(const struct device_source *source, uint8_t usual,
	       struct device_wires *out);

/** Put the lowest @len bytes of @value, the upper ones first. */
void wires_put(uint8_t *at, size_t len, uint32_t value);

/** Return: @len bytes, at most four, the upper ones first. */
uint32_t wires_get(const uint8_t *at, size_t len);

/** Return: a checksum of 8 bits, of bytes whose upper bits are first. */
uint8_t wires_crc(uint8_t first, uint8_t polynomial, const uint8_t *bytes,
		  size_t len);

/* For a row of a table of chips: a struct device_model without braces. */
#define CHIP(name)                \
	{                         \
		.section = (name) \
	}

/**
 * wires_reset() - the next register that is not 0 at first, and what it is
 * @list: "00=e5 2c=0a", in hex; moved on behind it
 *
 * Return: false at the end of the list.
 */
bool wires_reset(const char **list, unsigned int *reg, unsigned int *value);

#endif
