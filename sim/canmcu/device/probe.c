// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Probes that are a switch. */
#include "probe.h"

bool probe_is_near(const struct probe *p, uint64_t now_us)
{
	return motion_height(p->motion, p->beside_mm, now_us) <= p->z_mm;
}

bool probe_read(struct probe *p, const struct device_source *source,
		const char *pin)
{
	p->motion = source->motion;
	device_number(source, "x_offset", &p->beside_mm[0]);
	device_number(source, "y_offset", &p->beside_mm[1]);
	device_number(source, "z_offset", &p->z_mm);
	p->base.moves = true;
	return device_pin(source, pin, &p->base.pin);
}

static float level(const void *self, uint64_t now_us)
{
	const struct probe *p = self;

	return probe_is_near(p, now_us) != p->base.pin.inverted;
}

static bool make(void *self, const struct device_source *source)
{
	return (device_is(source, "probe") ||
		device_is(source, "smart_effector")) &&
	       probe_read(self, source, "pin");
}

const struct device_kind device_probe = {
	.size = sizeof(struct probe),
	.keys = "pin x_offset y_offset z_offset",
	.make = make,
	.level = level,
};
