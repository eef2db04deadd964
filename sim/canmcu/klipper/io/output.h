/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_OUTPUT_H
#define CANMCU_KLIPPER_OUTPUT_H

#include "../pin.h"

struct klipper_output;

/** What outputs of a sort have in common; @kind tells them apart. */
struct klipper_output_type {
	struct klipper_kind kind; /* KLIPPER_OUTPUT_KIND */
	/* Return: 0..1, what the host's @value means. */
	float (*level)(const struct klipper_output *o, uint32_t value);
	enum klipper_pin_use use;
	const char *missed;   /* reason: nothing came within max_duration */
	const char *too_late; /* reason: what came is later than that */
};

/**
 * struct klipper_output - a pin that changes at clock values
 *
 * Every output with an oid is one. With a max_duration it has to be told again
 * in time, unless it is at its default already.
 */
struct klipper_output {
	struct klipper_timer timer;
	struct klipper_moves moves;
	const struct klipper_output_type *type;
	uint64_t end_ticks; /* told again until then; UINT64_MAX: no need */
	uint32_t max_ticks; /* max_duration; 0: none */
	uint32_t cycle_ticks;
	uint32_t value_max; /* that of PWM: all of the time */
	float rest;	    /* level of the default */
	uint8_t pin;
};

/** What config_* tells; @value and @rest as in queue_*. */
struct klipper_output_cfg {
	const struct klipper_output_type *type;
	uint32_t pin;
	uint32_t cycle_ticks;
	uint32_t value_max;
	uint32_t value;
	uint32_t rest;
	uint32_t max_ticks;
};

#define KLIPPER_OUTPUT_KIND                            \
	{                                              \
		.size = sizeof(struct klipper_output), \
		.fini = klipper_output_fini,           \
		.shutdown = klipper_output_shut_down,  \
	}
void klipper_output_fini(struct klipper *k, void *object);
void klipper_output_shut_down(const struct klipper_call *c);

/* Return, all of these: as a command. */

/** Make the output whose oid comes first. */
const char *klipper_output_new(const struct klipper_call *c,
			       const struct klipper_output_cfg *cfg);

/** Change one at the clock that comes second. */
const char *klipper_output_queue(const struct klipper_call *c, uint32_t value);

/** Change one now; nothing may be queued. */
const char *klipper_output_set(const struct klipper_call *c, uint32_t value);

#endif
