/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_TABLE_H
#define CANBOOTREQ_TABLE_H

#include <stdio.h>

#include "inventory.h"

/** The tables for people: interfaces, boards on USB, MCUs that are not seen. */
void table_print(FILE *to, const struct inventory *all);

#endif
