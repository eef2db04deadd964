// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "bed.h"

#include <math.h>
#include <stdlib.h>

static bool read_row(const char **text, double *out, size_t *len)
{
	for (*len = 0; *len < BED_POINTS_MAX; ++*text) {
		char *end;
		double mm = strtod(*text, &end);

		if (end == *text || !(fabs(mm) <= BED_MM_MAX))
			return false;
		out[(*len)++] = mm;
		*text = end;
		if (**text != ',')
			return true;
	}
	return false;
}

bool bed_parse(struct bed *out, const char *text)
{
	size_t columns;

	*out = (struct bed){ 0 };
	while (out->rows < BED_POINTS_MAX) {
		if (!read_row(&text, out->mm[out->rows], &columns) ||
		    (out->rows && columns != out->columns))
			return false;
		out->columns = columns;
		out->rows++;
		if (*text != '/')
			return !*text;
		text++;
	}
	return false;
}

/* Return: the point before @at, which is @share of the way to the next one. */
static size_t find(double at, double min, double max, size_t len, double *share)
{
	double points = max > min ? (at - min) / (max - min) : 0;
	size_t point;

	points = fmin(fmax(points, 0), 1) * (double)(len - 1);
	point = (size_t)points;
	*share = points - (double)point;
	return point;
}

double bed_height(const struct bed *b, const double xy[static 2])
{
	double u, v, front, back;
	size_t column, row;
	const double *f, *k;

	if (!b->rows)
		return 0;
	column = find(xy[0], b->min_mm[0], b->max_mm[0], b->columns, &u);
	row = find(xy[1], b->min_mm[1], b->max_mm[1], b->rows, &v);
	f = &b->mm[row][column];
	k = &b->mm[row + (row + 1 < b->rows)][column];
	front = f[0] + u * (f[column + 1 < b->columns] - f[0]);
	back = k[0] + u * (k[column + 1 < b->columns] - k[0]);
	return front + v * (back - front);
}
