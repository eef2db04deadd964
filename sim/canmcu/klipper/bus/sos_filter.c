// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "sos_filter.h"

#include <stddef.h>

/* Rounded up where it is half. Return: whether it fits. */
static bool multiply(int32_t a, int32_t b, uint8_t bits, int32_t *out)
{
	int64_t product = (int64_t)a * b;

	if (bits)
		product = (product + ((int64_t)1 << (bits - 1))) >> bits;
	*out = (int32_t)product;
	return product >= INT32_MIN && product <= INT32_MAX;
}

/* As the MCU adds: modulo 2^32. */
static int32_t add(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a + (uint32_t)b);
}

static int32_t subtract(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a - (uint32_t)b);
}

static bool apply_section(struct sos_section *s, uint8_t bits, int32_t *value)
{
	const int32_t *c = s->coefficients;
	int32_t next, in1, in2, out1, out2;
	bool fits = multiply(c[0], *value, bits, &next);

	next = add(next, s->states[0]);
	fits &= multiply(c[1], *value, bits, &in1);
	fits &= multiply(c[2], *value, bits, &in2);
	fits &= multiply(c[3], next, bits, &out1);
	fits &= multiply(c[4], next, bits, &out2);
	if (!fits)
		return false;
	s->states[0] = add(subtract(in1, out1), s->states[1]);
	s->states[1] = subtract(in2, out2);
	*value = next;
	return true;
}

bool sos_filter_apply(struct sos_filter *f, int32_t *value)
{
	int64_t moved;

	if (f->auto_offset)
		f->offset = subtract(0, *value);
	f->auto_offset = false;
	moved = (int64_t)*value + f->offset;
	if (moved > INT32_MAX || moved < INT32_MIN ||
	    !multiply(f->scale, (int32_t)moved, f->scale_bits, value))
		return false;
	for (size_t i = 0; i < f->active; i++)
		if (!apply_section(&f->sections[i], f->coefficient_bits, value))
			return false;
	return true;
}
