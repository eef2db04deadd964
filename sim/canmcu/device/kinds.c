// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* All kinds of devices. */
#include <string.h>

#include "device.h"

extern const struct device_kind device_heat, device_motor, device_rail,
	device_probe, device_bltouch, device_filament, device_fan,
	device_tmc_uart, device_tmc_spi, device_tmc2660, device_accel,
	device_thermometer, device_sink, device_load_cell, device_ldc1612,
	device_angle, device_leds;

const struct device_kind *const device_kinds[] = {
	&device_heat,	 &device_motor,	    &device_rail,
	&device_probe,	 &device_bltouch,   &device_filament,
	&device_fan,	 &device_tmc_uart,  &device_tmc_spi,
	&device_tmc2660, &device_accel,	    &device_thermometer,
	&device_sink,	 &device_load_cell, &device_ldc1612,
	&device_angle,	 &device_leds,	    NULL,
};

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	while (*words) {
		size_t next = strcspn(words, " ");

		if (next == len && !memcmp(words, word, len))
			return true;
		words += next + strspn(words + next, " ");
	}
	return false;
}

bool device_reads(const char *key)
{
	bool found = false;

	for (const struct device_kind *const *k = device_kinds; *k; k++)
		found |= has_word((*k)->keys, key);
	return found;
}
