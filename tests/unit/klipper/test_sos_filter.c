// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/klipper/bus/sos_filter.c
/*
 * Filters of second order sections in fixed point. Outputs were worked out
 * elsewhere by y = b0 x + s0; s0 = b1 x - a1 y + s1; s1 = b2 x - a2 y, each product
 * rounded, in the order b0, b1, b2, a1, a2 of Klipper's src/sos_filter.c.
 */
#include "../../support/unit.h"

#include "../../../sim/canmcu/klipper/bus/sos_filter.h"

#define VALUES 5
#define ONE (1 << 28)

static const struct row {
	const char *name;
	struct sos_section section;
	struct sos_filter filter; /* its sections excepted */
	int32_t in[VALUES];
	int32_t want[VALUES];
} rows[] = {
	{ "a low pass",
	  { { ONE / 4, ONE / 4, 0, -ONE / 2, 0 }, { 0 } },
	  { .active = 1, .coefficient_bits = 28, .scale = 1 },
	  { 1000, 1000, 1000, 1000, 1000 },
	  { 250, 625, 812, 906, 953 } },
	{ "all coefficients, and a state to begin with",
	  { { ONE / 4, ONE / 4, ONE / 8, -ONE / 2, ONE / 8 }, { 10, -4 } },
	  { .active = 1, .coefficient_bits = 28, .scale = 1 },
	  { 1000, -200, 7, 7, 7 },
	  { 260, 326, 207, 41, -1 } },
	{ "without sections: an offset, then half of it, rounded up",
	  { { 0 }, { 0 } },
	  { .scale = 1, .scale_bits = 1, .offset = -100 },
	  { 100, 103, 97, 0, -1 },
	  { 0, 2, -1, -50, -50 } },
	{ "the first value is nothing",
	  { { 0 }, { 0 } },
	  { .scale = 1, .auto_offset = true },
	  { 500, 501, 499, 0, 1000 },
	  { 0, 1, -1, -500, 500 } },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct sos_section section = row->section;
	struct sos_filter f = row->filter;

	f.sections = &section;
	f.max = 1;
	for (size_t i = 0; i < VALUES; i++) {
		int32_t value = row->in[i];

		assert_true(sos_filter_apply(&f, &value));
		assert_int_equal(value, row->want[i]);
	}
}

static void test_what_does_not_fit(void **state)
{
	struct sos_section section = { .coefficients = { 4 } };
	struct sos_filter f = { .sections = &section, .max = 1, .scale = 1 };
	int32_t value = INT32_MAX;

	(void)state;
	f.offset = 1;
	assert_false(sos_filter_apply(&f, &value));
	f.offset = 0;
	f.scale = 2;
	value = INT32_MAX;
	assert_false(sos_filter_apply(&f, &value));
	f.scale = 1;
	f.active = 1;
	value = INT32_MIN;
	assert_false(sos_filter_apply(&f, &value));
	f.active = 0;
	value = INT32_MIN;
	assert_true(sos_filter_apply(&f, &value));
	assert_int_equal(value, INT32_MIN);
}

int main(void)
{
	struct CMUnitTest tests[8] = {
		cmocka_unit_test(test_what_does_not_fit),
	};
	size_t n = 1;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("sos_filter", tests, n, NULL, NULL);
}
