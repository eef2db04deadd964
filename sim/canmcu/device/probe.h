/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PROBE_H
#define CANMCU_PROBE_H

#include "motion.h"

/** struct probe - what is on the toolhead and tells that it is near the bed */
struct probe {
	struct motion *motion;
	double beside_mm[2]; /* the nozzle */
	double z_mm;	     /* how high the nozzle is when it triggers */
	uint8_t pin;
	uint8_t control_pin; /* of a BLTouch */
	bool has_pin;	     /* of this MCU */
	bool has_control;
	bool inverted;
};

/** Read where it is, and its pin of key @pin. */
void probe_read(struct probe *p, const struct device_source *source,
		const char *pin);

/** Return: whether it is as near as it triggers. */
bool probe_is_near(const struct probe *p, uint64_t now_us);

extern const struct device_kind device_bltouch;

/** As the function of struct device_kind. */
bool probe_moves(const void *self, uint8_t pin);

#endif
