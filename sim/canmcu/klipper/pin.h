/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_PIN_H
#define CANMCU_KLIPPER_PIN_H

#include "klipper.h"

/* Reasons of a shutdown: pins that the MCU does not have, or not for that. */
#define KLIPPER_NOT_OUTPUT "Not an output pin"
#define KLIPPER_NOT_INPUT "Not a valid input pin"
#define KLIPPER_NOT_ADC "Not a valid ADC pin"
#define KLIPPER_NOT_PWM "Not a valid PWM pin"

/** How a pin is used. */
enum klipper_pin_use {
	KLIPPER_PIN_UNUSED,
	KLIPPER_PIN_OUTPUT,
	KLIPPER_PIN_INPUT,
	KLIPPER_PIN_PULL_UP, /* an input that is high when nothing is on it */
	KLIPPER_PIN_ADC,
	KLIPPER_PIN_PWM, /* an output, driven by a timer of the chip */
};

/**
 * klipper_pin_setup() - use a pin from now on
 *
 * Return: NULL, or one of the reasons above, by @use.
 */
const char *klipper_pin_setup(struct klipper *k, uint32_t pin,
			      enum klipper_pin_use use);

/** Return: the same for @pull_up of an input, as a command has it. */
const char *klipper_pin_setup_input(struct klipper *k, uint32_t pin,
				    uint32_t pull_up);

/** Return: the same for an output, which drives @level then. */
const char *klipper_pin_setup_output(struct klipper *k, uint32_t pin,
				     float level, uint64_t now_us);

/**
 * Return: a bit for each part of @m's link that has to be on other pins than it
 * usually is, as they are used for something else on this board.
 */
uint8_t klipper_pins_elsewhere(const struct mcu *m);

enum klipper_pin_use klipper_pin_use(struct klipper *k, uint8_t pin);

/** Drive an output. @level: 0..1, between them for PWM */
void klipper_pin_drive(struct klipper *k, uint8_t pin, float level,
		       uint64_t now_us);

/**
 * Return: 0..1: what an output drives; what is on any other from outside; or
 * what it is by itself. An ADC sees a usual thermistor in a warm room then, or
 * the sensor of a chip there.
 */
float klipper_pin_level(struct klipper *k, uint8_t pin, uint64_t now_us);

/** Return: 0 or 1. */
static inline uint8_t klipper_pin_read(struct klipper *k, uint8_t pin,
				       uint64_t now_us)
{
	return klipper_pin_level(k, pin, now_us) >= 0.5F;
}

#endif
