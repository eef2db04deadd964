/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_SOS_FILTER_H
#define CANMCU_KLIPPER_SOS_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#define SOS_COEFFICIENTS 5
#define SOS_STATES 2

/** One section of second order. */
struct sos_section {
	int32_t coefficients[SOS_COEFFICIENTS];
	int32_t states[SOS_STATES];
};

/** struct sos_filter - sections one after the other, in fixed point */
struct sos_filter {
	struct sos_section *sections; /* @max of them */
	uint8_t max;
	uint8_t active;
	uint8_t coefficient_bits; /* behind the point */
	uint8_t scale_bits;
	bool auto_offset; /* so that the next value becomes 0 */
	int32_t offset;
	int32_t scale;
};

struct klipper;

/** Return: it, or NULL: the command returns KLIPPER_INVALID_OID. */
struct sos_filter *klipper_sos_filter_find(struct klipper *k, uint8_t oid);

/** Return: false when a value is too large for 32 bits on the way. */
bool sos_filter_apply(struct sos_filter *f, int32_t *value);

#endif
