// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* A load cell, and a nozzle that presses on the bed. */
#include "load.h"

#include <math.h>

/* counts, where the section tells none */
#define ZERO 1000
#define PER_GRAM 100
#define GRAMS_PER_MM 5000 /* a bed gives way by a fifth of a mm under 1 kg */
#define COUNTS_MAX 0x7fffff
#define COUNTS_MASK 0xffffff

void load_read(struct load *l, const struct device_source *source)
{
	l->zero = ZERO;
	device_number(device_value(source, "reference_tare_counts"), &l->zero);
	l->per_gram = device_positive(device_value(source, "counts_per_gram"),
				      PER_GRAM);
	if (device_is(source, "load_cell_probe"))
		l->motion = source->motion;
}

static double grams(const struct load *l, uint64_t now_us)
{
	static const double nozzle[2];

	if (!l->motion)
		return 0;
	return GRAMS_PER_MM *
	       fmax(-motion_height(l->motion, nozzle, now_us), 0);
}

uint32_t load_counts(const struct load *l, uint64_t sample, uint64_t now_us)
{
	double counts =
		l->zero + (double)(sample % 3) + l->per_gram * grams(l, now_us);

	/* beyond them it has reached its end */
	counts = fmin(fmax(counts, -COUNTS_MAX), COUNTS_MAX);
	return (uint32_t)lround(counts) & COUNTS_MASK;
}
