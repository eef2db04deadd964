/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_HEAT_H
#define CANMCU_HEAT_H

#include "device.h"

/* What is cold has the temperature of the room. */
#define HEAT_ROOM_CELSIUS 25.0
#define HEAT_PULLUP_OHM 4700.0 /* as Klipper takes it when not told */
#define HEAT_ADC_VOLT 5.0      /* likewise */

/** What is heated. */
enum heat_kind {
	HEAT_NONE,   /* nothing: a thermistor in the room */
	HEAT_HOTEND, /* 200 degrees C in a minute, at most 425 */
	HEAT_BED,    /* 100 degrees C in five minutes, at most 145 */
};

/**
 * struct heat - a thermistor, and the heater that it sits on
 *
 * A temperature goes towards the one that the heater's duty can hold, as
 * exp(-t / tau), and is computed when somebody asks.
 */
struct heat {
	struct device_base base; /* first; its pin is that of the sensor */
	enum heat_kind kind;
	double pullup_ohm; /* above 0 */
	double adc_volt;   /* of the ADC, for what gives a voltage; above 0 */
	const struct heat_sensor *sensor; /* NULL: the usual thermistor */
	struct device_pin heater;	  /* unless HEAT_NONE */
	/* How warm it was when its heater was last changed. */
	double duty;	   /* 0..1 */
	double above_room; /* degrees C */
	uint64_t since_us;
};

/** Read what heats a thermometer that is none of the pins of an ADC, too. */
void heat_read_heater(struct heat *h, const struct device_source *source);

/* As the functions of struct device_kind, of what begins with a struct heat. */

void heat_drive(void *self, uint8_t pin, float level, uint64_t now_us);
void heat_reset(void *self, uint64_t now_us);
void heat_show(const void *self, uint64_t now_us, char *out, size_t size);

/** Return: degrees C. */
double heat_celsius(const struct heat *h, uint64_t now_us);

/** Return: Ohm of platinum that has 1 Ohm at 0 degrees C. */
double heat_platinum_ohm(double celsius);

extern const struct device_kind device_heat;

#endif
