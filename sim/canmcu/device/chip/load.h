/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_LOAD_H
#define CANMCU_LOAD_H

#include "../motion.h"

/** struct load - what is on a load cell, in counts of its converter */
struct load {
	const struct motion *motion; /* NULL: nothing is ever on it */
	double zero;		     /* counts with nothing on it */
	double per_gram;
};

#define LOAD_KEYS "counts_per_gram", "reference_tare_counts"

/** Read a section: on a [load_cell_probe] there is the nozzle, below the bed. */
void load_read(struct load *l, const struct device_source *source);

/** Return: what is converted, of 24 bits; sample for sample a little more. */
uint32_t load_counts(const struct load *l, uint64_t sample, uint64_t now_us);

#endif
