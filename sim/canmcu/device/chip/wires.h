/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_WIRES_H
#define CANMCU_WIRES_H

#include "../device.h"

/* What these read in a section, for the keys of a kind. */
#define WIRES_I2C_KEYS \
	"i2c_mcu", "i2c_bus", "i2c_address", "i2c_software_scl_pin"

/* Return, both: false when the section is of a chip of another MCU. */

/** Read where a chip of SPI is. @key: the pin that selects it */
bool wires_spi(const struct device_source *source, const char *key,
	       struct device_wires *out);

/** Read where a chip of I2C is. @usual: its address when none is told */
bool wires_i2c(const struct device_source *source, uint8_t usual,
	       struct device_wires *out);

#endif
