// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "heat.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* The thermistor that most printers have: 100 kOhm at 25 degrees C. */
#define NTC_OHM 100000.0
#define NTC_KELVIN 298.15
#define NTC_BETA 3950.0
#define KELVIN 273.15

/* Degrees C above the room that full power holds, and the time constant. */
static const struct {
	double gain;
	double tau_s;
} kinds[] = {
	[HEAT_NONE] = { 0, 1 },
	[HEAT_HOTEND] = { 400, 100 },
	[HEAT_BED] = { 120, 300 },
};

int heat_init(struct heat *h, const struct heat_cfg *parts, size_t len)
{
	*h = (struct heat){ 0 };
	if (!len)
		return 0;
	h->parts = calloc(len, sizeof(*h->parts));
	if (!h->parts)
		return -ENOMEM;
	h->len = len;
	for (size_t i = 0; i < len; i++)
		h->parts[i] =
			(struct heat_part){ .cfg = parts[i],
					    .celsius = HEAT_ROOM_CELSIUS };
	return 0;
}

void heat_fini(struct heat *h)
{
	free(h->parts);
	*h = (struct heat){ 0 };
}

double heat_celsius(const struct heat_part *part, uint64_t now_us)
{
	double goal =
		HEAT_ROOM_CELSIUS + kinds[part->cfg.kind].gain * part->duty;
	double s = now_us > part->since_us ?
			   (double)(now_us - part->since_us) / 1e6 :
			   0;

	return goal +
	       (part->celsius - goal) * exp(-s / kinds[part->cfg.kind].tau_s);
}

static void set_duty(struct heat_part *part, double duty, uint64_t now_us)
{
	part->celsius = heat_celsius(part, now_us);
	part->since_us = now_us;
	part->duty = duty;
}

void heat_drive(struct heat *h, uint8_t pin, float level, uint64_t now_us)
{
	for (size_t i = 0; i < h->len; i++) {
		const struct heat_cfg *cfg = &h->parts[i].cfg;

		if (cfg->kind != HEAT_NONE && cfg->heater_pin == pin)
			set_duty(&h->parts[i],
				 cfg->inverted ? 1 - (double)level :
						 (double)level,
				 now_us);
	}
}

void heat_let_go(struct heat *h, uint64_t now_us)
{
	for (size_t i = 0; i < h->len; i++)
		set_duty(&h->parts[i], 0, now_us);
}

static double ntc_ohm(double celsius)
{
	return NTC_OHM *
	       exp(NTC_BETA * (1 / (celsius + KELVIN) - 1 / NTC_KELVIN));
}

bool heat_read(const struct heat *h, uint8_t pin, uint64_t now_us, float *level)
{
	for (size_t i = 0; i < h->len; i++) {
		const struct heat_part *part = &h->parts[i];
		double ohm;

		if (part->cfg.sensor_pin != pin)
			continue;
		ohm = ntc_ohm(heat_celsius(part, now_us));
		*level = (float)(ohm / (ohm + part->cfg.pullup_ohm));
		return true;
	}
	return false;
}
