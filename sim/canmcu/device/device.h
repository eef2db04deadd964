/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_DEVICE_H
#define CANMCU_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source.h"

/** What a device may ask of the board that it is on. */
struct device_board {
	/* Return: how many steps were made on a pin that are still counted. */
	int32_t (*steps)(const void *ctx, uint8_t step_pin, uint64_t now_us);
	const void *ctx;
};

/** How what has wires to more than a pin is spoken to. */
enum device_bus {
	DEVICE_PINS, /* it has none */
	DEVICE_SPI,
	DEVICE_I2C,
	DEVICE_UART, /* of one wire, 8N1 */
	DEVICE_LEDS, /* a chain of them, which nothing is read from */
	DEVICE_BITS, /* a clock, and what comes with it; told when it is there */
};

#define DEVICE_ANY 0xffff /* that does not matter */

/** Where a chip is on a bus, or which one is meant. */
struct device_wires {
	enum device_bus bus;
	/*
	 * Which bus: the number of one of the MCU; DEVICE_SOFTWARE and a pin: the
	 * clock of one in software. DEVICE_ANY with SPI: @select tells it.
	 */
	uint16_t line;
	/* The pin that selects it or that it is on, or an address of I2C. */
	uint16_t select;
};

#define DEVICE_SOFTWARE 0x100

/** struct device_base - how it is reached: what begins each that is asked */
struct device_base {
	struct device_wires
		wires;	       /* first; a kind without a pin has these only */
	struct device_pin pin; /* that it puts a level on */
	bool moves;	       /* only looking tells when that changes */
};

/** What goes over a bus at once; of SPI, as much in as out. */
struct device_message {
	struct device_wires to;
	const uint8_t *out;
	size_t out_len;
	uint8_t *in; /* holds what is read when nobody answers */
	size_t in_len;
};

/** How often a level has changed. */
struct device_edges {
	uint64_t count;
	uint64_t last_us; /* when it did last; 0: never */
};

/**
 * struct device_kind - what devices of one kind are, and what they do
 *
 * Pure, without timers: a device keeps what was done to it last, and works out
 * what it puts on a pin when somebody looks. All zero it is as when new, but for
 * what make() sets. Levels are 0..1 of the supply, a duty between them for PWM;
 * times are microseconds that do not go backwards. A kind is one file, and one row
 * of the table in kinds.c; a chip is a row of a table in the file of its kind.
 */
struct device_kind {
	size_t size; /* bytes of one */
	/* What make() reads in sections of a printer.cfg, with blanks between. */
	const char *keys;
	/*
	 * Be what a section tells, whichever it is; @self is zeroed, and is to
	 * hold nothing that has to be given back. What is there is somebody
	 * else's: nothing in it is an error.
	 * Return: false when it puts none on the pins of this MCU.
	 */
	bool (*make)(void *self, const struct device_source *source);

	/* The pin that it reads is pulled up, and high while it is unplugged. */
	bool pulled_up;

	/* All of these may be NULL. */

	/* It is on a board from now on, which outlives it. */
	void (*mount)(void *self, const struct device_board *board);
	/* The MCU drives a pin, any one. */
	void (*drive)(void *self, uint8_t pin, float level, uint64_t now_us);
	/* Return: the level that it puts on its pin. */
	float (*level)(const void *self, uint64_t now_us);
	/* How often it lets that change. */
	struct device_edges (*edges)(const void *self, uint64_t now_us);
	/*
	 * Something was said on a bus to @self. Return: whether it was
	 * understood; others may be too.
	 */
	bool (*talk)(void *self, const struct device_message *message,
		     uint64_t now_us);
	/* Put in words what a user would see of it. */
	void (*show)(const void *self, uint64_t now_us, char *out, size_t size);
	/* So many steps on a pin, any one, are not counted on any more. */
	void (*stepped)(void *self, uint8_t step_pin, int32_t steps);
	/* The MCU was reset, and drives no pin any more. */
	void (*reset)(void *self, uint64_t now_us);
	/* It goes: give back what it has come to hold. */
	void (*release)(void *self);
};

/** All kinds; NULL is behind the last one. */
extern const struct device_kind *const device_kinds[];

/** Return: whether one of the kinds reads @key. */
bool device_reads(const char *key);

#endif
