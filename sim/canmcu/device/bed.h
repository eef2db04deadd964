/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_BED_H
#define CANMCU_BED_H

#include <stdbool.h>
#include <stddef.h>

#define BED_POINTS_MAX 16 /* in a row, and rows */
#define BED_MM_MAX 10

/**
 * struct bed - how high a bed is, at points that are spread evenly over it
 *
 * Between them it is bilinear, and beyond them as at the edge. Zeroed: flat.
 */
struct bed {
	double mm[BED_POINTS_MAX][BED_POINTS_MAX];
	size_t rows; /* from the front to the back */
	size_t columns;
	double min_mm[2]; /* where the first point is: x and y */
	double max_mm[2]; /* and the last one */
};

/**
 * bed_parse() - read "0,0.1/0.1,0.3": rows from the front to the back
 *
 * Return: false when it is none, or has more points or millimetres than fit.
 */
bool bed_parse(struct bed *out, const char *text);

/** Return: mm. */
double bed_height(const struct bed *bed, const double xy[static 2]);

#endif
