/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_RAIL_H
#define CANMCU_RAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RAIL_MOTORS_MAX 2 /* that move one carriage: of a CoreXY */

/** What one motor does to a carriage. */
struct rail_motor {
	uint8_t step_pin;
	double mm; /* a step with dir=1; below 0: backward; 0: no motor */
};

/** A carriage, and the endstop at one end of its rail. */
struct rail_cfg {
	struct rail_motor motors[RAIL_MOTORS_MAX];
	double start_mm; /* where it stands at first */
	double endstop_mm;
	bool at_max;   /* pressed from there on up, not down */
	bool inverted; /* low when pressed */
	uint8_t endstop_pin;
};

/** One of them, and the steps that no stepper counts any more. */
struct rail {
	struct rail_cfg cfg;
	double kept_mm;
};

/**
 * struct rails - carriages on the pins of an MCU
 *
 * Pure, without timers: where a carriage is follows from the steps counted. All
 * zero: there is none.
 */
struct rails {
	struct rail *rails;
	size_t len;
};

/** What steps were made so far on a pin. */
typedef int32_t rails_steps(void *ctx, uint8_t step_pin);

/** Put carriages on pins; copied. Return: 0 or -ENOMEM. */
int rails_init(struct rails *r, const struct rail_cfg *rails, size_t len);

void rails_fini(struct rails *r);

/** So many steps, which are not counted on any more, were made on a pin. */
void rails_keep(struct rails *r, uint8_t step_pin, int32_t steps);

/** Return: whether an endstop is on @pin. */
bool rails_have(const struct rails *r, uint8_t pin);

/**
 * rails_read() - what an endstop puts on a pin
 * @level: set to 0 or 1
 *
 * Return: false when there is none on @pin.
 */
bool rails_read(const struct rails *r, uint8_t pin, rails_steps *steps,
		void *ctx, float *level);

#endif
