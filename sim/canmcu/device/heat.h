/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_HEAT_H
#define CANMCU_HEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is cold has the temperature of the room. */
#define HEAT_ROOM_CELSIUS 25.0
#define HEAT_PULLUP_OHM 4700.0 /* as Klipper takes it when not told */

/** What is heated. */
enum heat_kind {
	HEAT_NONE,   /* nothing: a thermistor in the room */
	HEAT_HOTEND, /* 200 degrees C in a minute, at most 425 */
	HEAT_BED,    /* 100 degrees C in five minutes, at most 145 */
};

/** A thermistor, and the heater that it sits on. */
struct heat_cfg {
	enum heat_kind kind;
	double pullup_ohm; /* above 0 */
	uint8_t sensor_pin;
	uint8_t heater_pin; /* unless HEAT_NONE */
	bool inverted;	    /* the heater is on when its pin is low */
};

/** One of them, and how warm it was when its heater was last changed. */
struct heat_part {
	struct heat_cfg cfg;
	double duty; /* 0..1 */
	double celsius;
	uint64_t since_us;
};

/**
 * struct heat - what is warm on the pins of an MCU
 *
 * Pure, without timers: a temperature goes towards the one that the heater's duty
 * can hold, as exp(-t / tau), and is computed when somebody asks. All zero:
 * nothing is on any pin. Times are microseconds that do not go backwards.
 */
struct heat {
	struct heat_part *parts;
	size_t len;
};

/**
 * heat_init() - put cold parts on pins
 * @parts: copied
 *
 * Return: 0 or -ENOMEM.
 */
int heat_init(struct heat *h, const struct heat_cfg *parts, size_t len);

void heat_fini(struct heat *h);

/** The MCU drives a pin, with a level or a duty of 0..1. */
void heat_drive(struct heat *h, uint8_t pin, float level, uint64_t now_us);

/** The MCU drives no pin any more: all heaters are off. */
void heat_let_go(struct heat *h, uint64_t now_us);

/** Return: degrees C. */
double heat_celsius(const struct heat_part *part, uint64_t now_us);

/**
 * heat_read() - what a thermistor puts on a pin
 * @level: set to 0..1 of the supply
 *
 * Return: false when there is none on @pin.
 */
bool heat_read(const struct heat *h, uint8_t pin, uint64_t now_us,
	       float *level);

#endif
