// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* BLTouch: a pin that goes down and up by pulses as for a servo. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe.h"
#include "util/array.h"

#define PERIOD_US 20000 /* of its pulses */
#define SLACK_US 40	/* that a pulse may be longer or shorter */
#define TELLS_US 10000	/* that it was touched */

static void deploy(struct bltouch *b, bool near)
{
	b->touch_mode = false;
	b->down = !near;
	/* the bed keeps the pin from coming out */
	b->alarm = near;
}

static void tell_position(struct bltouch *b, bool near)
{
	(void)near;
	b->touch_mode = true;
}

static void stow(struct bltouch *b, bool near)
{
	(void)near;
	*b = (struct bltouch){ .alarm = b->alarm };
}

static void start_again(struct bltouch *b, bool near)
{
	(void)near;
	*b = (struct bltouch){ 0 };
}

/* Pulses as Klipper's own table has them; all others mean nothing to it. */
static const struct {
	int us;
	void (*run)(struct bltouch *b, bool near);
} pulses[] = {
	{ 650, deploy }, { 1165, tell_position }, { 1475, stow },
	{ 1780, stow },	 { 2190, start_again },
};

static void drive(void *self, uint8_t pin, float level, uint64_t now_us)
{
	const struct probe *p = self;
	struct bltouch *b = &p->motion->bltouch;
	long us = lround((double)level * PERIOD_US);

	if (!device_pin_is(&p->control, pin))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(pulses); i++)
		if (labs(us - pulses[i].us) <= SLACK_US &&
		    (!b->alarm || pulses[i].run == start_again))
			pulses[i].run(b, probe_is_near(p, now_us));
}

/* Without touch mode it tells of a touch once, and takes its pin back. */
static bool is_high(struct bltouch *b, bool near, uint64_t now_us)
{
	if (b->alarm)
		return true;
	if (b->touch_mode)
		return !b->down || near;
	if (b->down && near) {
		b->down = false;
		b->touched_us = now_us;
	}
	return b->touched_us && now_us - b->touched_us < TELLS_US;
}

static float level(const void *self, uint64_t now_us)
{
	const struct probe *p = self;

	return is_high(&p->motion->bltouch, probe_is_near(p, now_us), now_us) !=
	       p->base.pin.inverted;
}

static void show(const void *self, uint64_t now_us, char *out, size_t size)
{
	const struct probe *p = self;
	const struct bltouch *b = &p->motion->bltouch;

	(void)now_us;
	snprintf(out, size, "%s%s",
		 b->alarm ? "alarm" :
		 b->down  ? "deployed" :
			    "stowed",
		 b->touch_mode ? ", touch mode" : "");
}

static bool make(void *self, const struct device_source *source)
{
	struct probe *p = self;

	if (!device_is(source, "bltouch") ||
	    !device_value(source, "sensor_pin"))
		return false;
	device_pin(source, "control_pin", &p->control);
	return probe_read(p, source, "sensor_pin") || p->control.is_there;
}

const struct device_kind device_bltouch = {
	.size = sizeof(struct probe),
	.keys = "sensor_pin control_pin",
	.make = make,
	.drive = drive,
	.level = level,
	.show = show,
};
