// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Fans that tell by a tachometer how fast they turn. */
#include <math.h>
#include <stdio.h>

#include "device.h"

#define FULL_RPM 6000.0
#define PULSES 2.0 /* each turn, as Klipper takes it when not told */

/*
 * Its speed is that of its duty, at once, and a pulse has two edges. How many
 * there were follows from that when somebody looks.
 */
struct fan {
	struct device_base base; /* first; its pin is the tachometer's */
	double pulses;		 /* each turn */
	struct device_pin pin;	 /* none of this MCU: it stands still */
	/* When its duty was last changed. */
	double duty; /* 0..1 */
	double edges;
	uint64_t edge_us; /* of the last whole one */
	uint64_t since_us;
};

static double edges_per_us(const struct fan *f)
{
	return f->duty * FULL_RPM / 60e6 * 2 * f->pulses;
}

static double edges_at(const struct fan *f, uint64_t now_us)
{
	if (now_us <= f->since_us)
		return f->edges;
	return f->edges + edges_per_us(f) * (double)(now_us - f->since_us);
}

/* When the last edge was, of those that are over at @now_us. */
static uint64_t last_edge_us(const struct fan *f, uint64_t now_us)
{
	double whole = floor(edges_at(f, now_us));
	uint64_t us;

	if (whole <= f->edges)
		return f->edge_us;
	us = f->since_us +
	     (uint64_t)llround((whole - f->edges) / edges_per_us(f));
	return us < now_us ? us : now_us;
}

static void set_duty(struct fan *f, double duty, uint64_t now_us)
{
	f->edge_us = last_edge_us(f, now_us);
	f->edges = edges_at(f, now_us);
	f->since_us = now_us;
	f->duty = duty;
}

static void drive(void *self, uint8_t pin, float level, uint64_t now_us)
{
	struct fan *f = self;

	if (device_pin_is(&f->pin, pin))
		set_duty(f, device_pin_duty(&f->pin, level), now_us);
}

static void reset(void *self, uint64_t now_us)
{
	set_duty(self, 0, now_us);
}

static struct device_edges edges(const void *self, uint64_t now_us)
{
	return (struct device_edges){ (uint64_t)edges_at(self, now_us),
				      last_edge_us(self, now_us) };
}

static float level(const void *self, uint64_t now_us)
{
	return edges(self, now_us).count & 1;
}

static void show(const void *self, uint64_t now_us, char *out, size_t size)
{
	const struct fan *f = self;

	(void)now_us;
	snprintf(out, size, "%.0f rpm", FULL_RPM * f->duty);
}

static bool make(void *self, const struct device_source *source)
{
	struct fan *f = self;

	f->pulses = device_positive(source, "tachometer_ppr", PULSES);
	device_pin(source, "pin", &f->pin);
	return device_pin(source, "tachometer_pin", &f->base.pin);
}

const struct device_kind device_fan = {
	.size = sizeof(struct fan),
	.keys = "pin tachometer_pin tachometer_ppr",
	.make = make,
	.drive = drive,
	.level = level,
	.edges = edges,
	.show = show,
	.reset = reset,
};
