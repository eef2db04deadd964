/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PROBE_H
#define CANMCU_PROBE_H

#include "motion.h"

/** struct probe - what is on the toolhead and tells that it is near the bed */
struct probe {
	struct device_base base; /* first */
	struct motion *motion;
	double beside_mm[2];	   /* the nozzle */
	double z_mm;		   /* how high the nozzle is when it triggers */
	struct device_pin control; /* of a BLTouch */
};

/** Read where it is, and its pin of key @pin. Return: whether there is one. */
bool probe_read(struct probe *p, const struct device_source *source,
		const char *pin);

/** Return: whether it is as near as it triggers. */
bool probe_is_near(const struct probe *p, uint64_t now_us);

extern const struct device_kind device_bltouch;

#endif
