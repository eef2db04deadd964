// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "heat.h"

#include <math.h>
#include <string.h>

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

double heat_celsius(const struct heat *h, uint64_t now_us)
{
	double goal = kinds[h->kind].gain * h->duty;
	double s = now_us > h->since_us ? (double)(now_us - h->since_us) / 1e6 :
					  0;

	return HEAT_ROOM_CELSIUS + goal +
	       (h->above_room - goal) * exp(-s / kinds[h->kind].tau_s);
}

static void set_duty(struct heat *h, double duty, uint64_t now_us)
{
	h->above_room = heat_celsius(h, now_us) - HEAT_ROOM_CELSIUS;
	h->since_us = now_us;
	h->duty = duty;
}

void heat_drive(struct heat *h, uint8_t pin, float level, uint64_t now_us)
{
	if (h->kind != HEAT_NONE && h->heater_pin == pin)
		set_duty(h, h->inverted ? 1 - (double)level : (double)level,
			 now_us);
}

void heat_reset(struct heat *h, uint64_t now_us)
{
	set_duty(h, 0, now_us);
}

/* One whose heater is on another MCU stays cold. */
void heat_read_heater(struct heat *h, const struct device_source *source)
{
	if (device_pin(source, "heater_pin", &h->heater_pin, &h->inverted))
		h->kind = strcmp(source->section, "heater_bed") ? HEAT_HOTEND :
								  HEAT_BED;
}

static void drive(void *self, uint8_t pin, float level, uint64_t now_us)
{
	heat_drive(self, pin, level, now_us);
}

static void reset(void *self, uint64_t now_us)
{
	heat_reset(self, now_us);
}

static double ntc_ohm(double celsius)
{
	return NTC_OHM *
	       exp(NTC_BETA * (1 / (celsius + KELVIN) - 1 / NTC_KELVIN));
}

static bool read_level(const void *self, const struct device_board *board,
		       uint8_t pin, uint64_t now_us, float *level)
{
	const struct heat *h = self;
	double ohm;

	(void)board;
	if (h->sensor_pin != pin)
		return false;
	ohm = ntc_ohm(heat_celsius(h, now_us));
	*level = (float)(ohm / (ohm + h->pullup_ohm));
	return true;
}

/* The sensor_pin of a chip on SPI selects it. */
static bool is_chip(const char *sensor_type)
{
	return sensor_type && !strncmp(sensor_type, "MAX", 3);
}

static bool make(void *self, const struct device_source *source)
{
	struct heat *h = self;

	if (is_chip(device_value(source, "sensor_type")) ||
	    !device_pin(source, "sensor_pin", &h->sensor_pin, NULL))
		return false;
	h->pullup_ohm = device_positive(device_value(source, "pullup_resistor"),
					HEAT_PULLUP_OHM);
	heat_read_heater(h, source);
	return true;
}

static const char *const keys[] = { "sensor_pin", "sensor_type", "heater_pin",
				    "pullup_resistor", NULL };

const struct device_kind device_heat = {
	.size = sizeof(struct heat),
	.keys = keys,
	.make = make,
	.drive = drive,
	.read = read_level,
	.reset = reset,
};
