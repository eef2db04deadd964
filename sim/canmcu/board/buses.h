/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_BUSES_H
#define CANMCU_BUSES_H

#include <stdbool.h>
#include <stddef.h>

#include "family.h"

#define BUS_NAME_MAX 32 /* with the end */

/** What a chip can be the master of, with hardware for it. */
enum bus_kind { BUS_SPI, BUS_I2C, BUS_KINDS };

/** A bus of a chip, as its Klipper calls it; its number is its id. */
struct bus_name {
	char name[BUS_NAME_MAX];
	char old_name[BUS_NAME_MAX]; /* that it also has; "": none */
	char pins[BUS_NAME_MAX];     /* "PA6,PA7,PA5"; "": not told */
};

/** Return: false when @type has no bus of that number. */
bool bus_at(const struct mcu_type *type, enum bus_kind kind, unsigned int id,
	    struct bus_name *out);

/** Return: the number of the bus called @name, or -ENOENT. */
int bus_find(const struct mcu_type *type, enum bus_kind kind, const char *name);

/** Return: what its Klipper calls a list of such buses: "spi_bus". */
const char *bus_enumeration(const struct mcu_type *type, enum bus_kind kind);

/** Return: what its Klipper says of a number without a bus. */
const char *bus_refusal(const struct mcu_type *type, enum bus_kind kind);

#endif
