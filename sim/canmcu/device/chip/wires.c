// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "wires.h"

bool wires_spi(const struct device_source *source, const char *key,
	       struct device_wires *out)
{
	uint8_t pin;

	if (!device_pin(source, key, &pin, NULL))
		return false;
	*out = (struct device_wires){ DEVICE_SPI, DEVICE_ANY, pin };
	return true;
}

static bool find_bus(const struct device_source *source, uint16_t *out)
{
	uint8_t scl;
	int bus;

	if (!device_value(source, "i2c_software_scl_pin")) {
		bus = source->bus(source, BUS_I2C,
				  device_value(source, "i2c_bus"));
		*out = (uint16_t)bus;
		return bus >= 0;
	}
	if (!device_pin(source, "i2c_software_scl_pin", &scl, NULL))
		return false;
	*out = DEVICE_SOFTWARE + scl;
	return true;
}

bool wires_i2c(const struct device_source *source, uint8_t usual,
	       struct device_wires *out)
{
	const char *mcu = device_value(source, "i2c_mcu");
	double address = usual;
	uint16_t line;

	device_number(device_value(source, "i2c_address"), &address);
	if (!source->is_mcu(source, mcu ? mcu : "mcu") ||
	    !find_bus(source, &line) || address < 0 || address > 127)
		return false;
	*out = (struct device_wires){ DEVICE_I2C, line, (uint16_t)address };
	return true;
}
