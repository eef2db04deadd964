// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Probes that are a switch. */
#include "probe.h"

bool probe_is_near(const struct probe *p, uint64_t now_us)
{
	return motion_height(p->motion, p->beside_mm, now_us) <= p->z_mm;
}

bool probe_moves(const void *self, uint8_t pin)
{
	const struct probe *p = self;

	return p->has_pin && p->pin == pin;
}

void probe_read(struct probe *p, const struct device_source *source,
		const char *pin)
{
	p->motion = source->motion;
	device_number(device_value(source, "x_offset"), &p->beside_mm[0]);
	device_number(device_value(source, "y_offset"), &p->beside_mm[1]);
	device_number(device_value(source, "z_offset"), &p->z_mm);
	p->has_pin = device_pin(source, pin, &p->pin, &p->inverted);
}

static bool read_level(const void *self, uint8_t pin, uint64_t now_us,
		       float *level)
{
	const struct probe *p = self;

	if (!probe_moves(p, pin))
		return false;
	*level = probe_is_near(p, now_us) != p->inverted ? 1 : 0;
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	struct probe *p = self;

	if (!device_is(source, "probe") && !device_is(source, "smart_effector"))
		return false;
	probe_read(p, source, "pin");
	return p->has_pin;
}

static const char *const keys[] = { "pin", "x_offset", "y_offset", "z_offset",
				    NULL };

const struct device_kind device_probe = {
	.size = sizeof(struct probe),
	.keys = keys,
	.make = make,
	.read = read_level,
	.moves = probe_moves,
};
