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
	enum heat_kind kind;
	double pullup_ohm; /* above 0 */
	double adc_volt;   /* of the ADC, for what gives a voltage; above 0 */
	uint8_t sensor;	   /* which one, in heat.c; 0: the usual thermistor */
	uint8_t sensor_pin;
	uint8_t heater_pin; /* unless HEAT_NONE */
	bool inverted;	    /* the heater is on when its pin is low */
	/* How warm it was when its heater was last changed. */
	double duty;	   /* 0..1 */
	double above_room; /* degrees C */
	uint64_t since_us;
};

/** Read what heats a thermometer that is none of the pins of an ADC, too. */
void heat_read_heater(struct heat *h, const struct device_source *source);

/** As the functions of struct device_kind; @pin may be any. */
void heat_drive(struct heat *h, uint8_t pin, float level, uint64_t now_us);
void heat_reset(struct heat *h, uint64_t now_us);

/** As the function of struct device_kind. */
void heat_measure(const struct heat *h, uint64_t now_us, char *out,
		  size_t size);

/** Return: degrees C. */
double heat_celsius(const struct heat *h, uint64_t now_us);

extern const struct device_kind device_heat;

#endif
