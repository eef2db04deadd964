// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "heat.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "util/array.h"

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

void heat_drive(void *self, uint8_t pin, float level, uint64_t now_us)
{
	struct heat *h = self;

	if (h->kind != HEAT_NONE && device_pin_is(&h->heater, pin))
		set_duty(h, device_pin_duty(&h->heater, level), now_us);
}

void heat_reset(void *self, uint64_t now_us)
{
	set_duty(self, 0, now_us);
}

/* One whose heater is on another MCU stays cold. */
void heat_read_heater(struct heat *h, const struct device_source *source)
{
	if (device_pin(source, "heater_pin", &h->heater))
		h->kind = strcmp(source->section, "heater_bed") ? HEAT_HOTEND :
								  HEAT_BED;
}

void heat_show(const void *self, uint64_t now_us, char *out, size_t size)
{
	const struct heat *h = self;
	int used = snprintf(out, size, "%.1f C", heat_celsius(h, now_us));

	if (h->kind != HEAT_NONE && used > 0 && (size_t)used < size)
		snprintf(out + used, size - (size_t)used, ", heater %.0f %%",
			 100 * h->duty);
}

static double divide(const struct heat *h, double ohm)
{
	return ohm / (ohm + h->pullup_ohm);
}

static double level_ntc(const struct heat *h, double celsius)
{
	return divide(h, NTC_OHM * exp(NTC_BETA * (1 / (celsius + KELVIN) -
						   1 / NTC_KELVIN)));
}

/* By Callendar and van Dusen. */
double heat_platinum_ohm(double celsius)
{
	return 1 + 3.9083e-3 * celsius - 5.775e-7 * celsius * celsius;
}

static double level_pt1000(const struct heat *h, double celsius)
{
	return divide(h, 1000 * heat_platinum_ohm(celsius));
}

/* Below 4400 Ohm and 5 V, ten times amplified. */
static double level_ina826(const struct heat *h, double celsius)
{
	double ohm = 100 * heat_platinum_ohm(celsius);

	return 10 * 5 * ohm / (4400 + ohm) / h->adc_volt;
}

/* Amplifiers of thermocouples: 10.1 or 5 mV a degree. */
static double level_ad595(const struct heat *h, double celsius)
{
	return celsius * 0.0101 / h->adc_volt;
}

static double level_ad8495(const struct heat *h, double celsius)
{
	return celsius * 0.005 / h->adc_volt;
}

/* All that are not here are thermistors. */
static const struct heat_sensor {
	struct device_model match;
	double (*level)(const struct heat *h, double celsius);
} sensors[] = {
	{ { NULL, "PT1000" }, level_pt1000 },
	{ { NULL, "PT100 INA826" }, level_ina826 },
	{ { NULL, "AD595" }, level_ad595 },
	{ { NULL, "AD597" }, level_ad595 },
	{ { NULL, "AD8494" }, level_ad8495 },
	{ { NULL, "AD8495" }, level_ad8495 },
	{ { NULL, "AD8496" }, level_ad8495 },
	{ { NULL, "AD8497" }, level_ad8495 },
};

static float level(const void *self, uint64_t now_us)
{
	const struct heat *h = self;
	double celsius = heat_celsius(h, now_us);

	return (float)fmin(h->sensor ? h->sensor->level(h, celsius) :
				       level_ntc(h, celsius),
			   1);
}

/* The sensor_pin of a chip on SPI selects it, and that of a probe is a switch. */
static bool is_other(const struct device_source *source)
{
	const char *type = device_value(source, "sensor_type");

	return (type && !strncmp(type, "MAX", 3)) ||
	       device_is(source, "bltouch");
}

static bool make(void *self, const struct device_source *source)
{
	struct heat *h = self;

	h->pullup_ohm =
		device_positive(source, "pullup_resistor", HEAT_PULLUP_OHM);
	h->adc_volt = device_positive(source, "adc_voltage", HEAT_ADC_VOLT);
	h->sensor = DEVICE_MODEL(source, sensors);
	heat_read_heater(h, source);
	return !is_other(source) &&
	       device_pin(source, "sensor_pin", &h->base.pin);
}

const struct device_kind device_heat = {
	.size = sizeof(struct heat),
	.keys = "sensor_pin sensor_type heater_pin adc_voltage pullup_resistor",
	.make = make,
	.pulled_up = true,
	.drive = heat_drive,
	.level = level,
	.show = heat_show,
	.reset = heat_reset,
};
