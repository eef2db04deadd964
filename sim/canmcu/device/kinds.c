// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* All kinds of devices. */
#include <string.h>

#include "device.h"

extern const struct device_kind device_heat;
extern const struct device_kind device_motor;
extern const struct device_kind device_rail;
extern const struct device_kind device_probe;
extern const struct device_kind device_bltouch;
extern const struct device_kind device_filament;
extern const struct device_kind device_fan;
extern const struct device_kind device_tmc_uart;
extern const struct device_kind device_tmc_spi;
extern const struct device_kind device_tmc2660;
extern const struct device_kind device_accel;
extern const struct device_kind device_thermometer;
extern const struct device_kind device_sink;
extern const struct device_kind device_load_cell;
extern const struct device_kind device_ads131m0x;
extern const struct device_kind device_ldc1612;
extern const struct device_kind device_angle;
extern const struct device_kind device_leds;

/* The key of a section that may make one, and its kind. */
const struct device_row device_rows[] = {
	{ "sensor_pin", &device_heat },
	{ "step_pin", &device_motor },
	{ "endstop_pin", &device_rail },
	{ "pin", &device_probe },
	{ "sensor_pin", &device_bltouch },
	{ "switch_pin", &device_filament },
	{ "tachometer_pin", &device_fan },
	{ "uart_pin", &device_tmc_uart },
	{ "cs_pin", &device_tmc_spi },
	{ "cs_pin", &device_tmc2660 },
	{ NULL, &device_accel },
	{ "sensor_type", &device_thermometer },
	{ NULL, &device_sink },
	{ "sensor_type", &device_load_cell },
	{ "sensor_type", &device_ads131m0x },
	{ "sensor_type", &device_ldc1612 },
	{ "sensor_type", &device_angle },
	{ NULL, &device_leds },
	{ NULL, NULL },
};

static const char *find(const struct device_kind *kind, const char *key)
{
	for (const char *const *k = kind->keys; *k; k++)
		if (!strcmp(*k, key))
			return *k;
	return NULL;
}

const char *device_key(const char *key)
{
	const char *found = NULL;

	for (const struct device_row *row = device_rows; row->kind && !found;
	     row++)
		found = find(row->kind, key);
	return found;
}
