/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_LISTING_H
#define CANBOOTREQ_LISTING_H

#include "../say/report.h"
#include "inventory.h"

/** All that there is, then what is wrong with it; the end when there is nothing. */
void listing_report(struct report *r, const struct inventory *all);

#endif
