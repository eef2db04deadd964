// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "wires.h"

#include <stdio.h>
#include <string.h>

bool wires_spi(const struct device_source *source, const char *key,
	       struct device_wires *out)
{
	struct device_pin pin;

	if (!device_pin(source, key, &pin))
		return false;
	*out = (struct device_wires){ DEVICE_SPI, DEVICE_ANY, pin.number };
	return true;
}

static bool find_bus(const struct device_source *source, uint16_t *out)
{
	struct device_pin scl;
	int bus;

	if (!device_value(source, "i2c_software_scl_pin")) {
		bus = source->bus(source, BUS_I2C,
				  device_value(source, "i2c_bus"));
		*out = (uint16_t)bus;
		return bus >= 0;
	}
	if (!device_pin(source, "i2c_software_scl_pin", &scl))
		return false;
	*out = DEVICE_SOFTWARE + scl.number;
	return true;
}

bool wires_i2c(const struct device_source *source, uint8_t usual,
	       struct device_wires *out)
{
	const char *mcu = device_value(source, "i2c_mcu");
	double address = usual;
	uint16_t line;

	device_number(source, "i2c_address", &address);
	if (strcmp(source->mcu, mcu ? mcu : "mcu") ||
	    !find_bus(source, &line) || address < 0 || address > 127)
		return false;
	*out = (struct device_wires){ DEVICE_I2C, line, (uint16_t)address };
	return true;
}

void wires_put(uint8_t *at, size_t len, uint32_t value)
{
	for (; len; value >>= 8)
		at[--len] = (uint8_t)value;
}

uint32_t wires_get(const uint8_t *at, size_t len)
{
	uint32_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | at[i];
	return value;
}

uint8_t wires_crc(uint8_t first, uint8_t polynomial, const uint8_t *bytes,
		  size_t len)
{
	uint8_t crc = first;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		bool carry = (crc >> 7) ^ (bytes[bit / 8] >> (7 - bit % 8) & 1);

		crc = (uint8_t)(crc << 1 ^ (carry ? polynomial : 0));
	}
	return crc;
}

bool wires_reset(const char **list, unsigned int *reg, unsigned int *value)
{
	int used = 0;

	if (sscanf(*list, " %x=%x%n", reg, value, &used) < 2)
		return false;
	*list += used;
	return true;
}
