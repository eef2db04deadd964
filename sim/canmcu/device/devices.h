/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_DEVICES_H
#define CANMCU_DEVICES_H

#include "../board/pins.h"
#include "device.h"

/** One device. */
struct device {
	const struct device_kind *kind;
	void *self;	     /* kind->size bytes */
	const char *section; /* whose it is, not its own; NULL: not told */
	bool unplugged;	     /* it is driven, and nobody hears of it */
};

/** struct devices - what is soldered to the pins of a board; zeroed: nothing */
struct devices {
	struct device *list;
	size_t len;
	/* Pins that sections name, a bit each, whether a device is there or not. */
	uint8_t named[PINS_MAX / 8];
};

static inline void devices_name_pin(struct devices *d, uint8_t pin)
{
	d->named[pin / 8] |= (uint8_t)(1 << pin % 8);
}

static inline bool devices_is_named(const struct devices *d, uint8_t pin)
{
	return d->named[pin / 8] >> pin % 8 & 1;
}

/**
 * devices_add() - one more device
 *
 * Return: it, zeroed; or NULL: no memory.
 */
void *devices_add(struct devices *d, const struct device_kind *kind);

/**
 * devices_make() - add what a section of a printer.cfg puts on the pins
 *
 * Return: 0 or -ENOMEM.
 */
int devices_make(struct devices *d, const struct device_source *source);

/**
 * devices_copy() - the same devices once more
 * @d:    without any
 * @from: new ones, which nothing was done to; NULL: none
 *
 * Return: 0 or -ENOMEM.
 */
int devices_copy(struct devices *d, const struct devices *from);

/** Return: whether any of them is of @section. */
bool devices_have(const struct devices *d, const char *section);

/** Connect those of @section, or unplug them. */
void devices_connect(struct devices *d, const char *section, bool connected);

/** They are on a board from now on. */
void devices_mount(struct devices *d, const struct device_board *board);

/** Take all of them off. */
void devices_fini(struct devices *d);

/* As the functions of struct device_kind; it is the first that answers. */

void devices_drive(struct devices *d, uint8_t pin, float level,
		   uint64_t now_us);
bool devices_read(const struct devices *d, uint8_t pin, uint64_t now_us,
		  float *level);
bool devices_edges(const struct devices *d, uint8_t pin, uint64_t now_us,
		   struct device_edges *out);
bool devices_move(const struct devices *d, uint8_t pin);

/** Return: whether a chip is there that has understood @message. */
bool devices_talk(struct devices *d, const struct device_message *message,
		  uint64_t now_us);
void devices_stepped(struct devices *d, uint8_t step_pin, int32_t steps);
void devices_reset(struct devices *d, uint64_t now_us);

#endif
