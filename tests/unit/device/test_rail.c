// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device/rail.c
/* Carriages and endstops, by the steps that were made. */
#include "../../support/unit.h"

#include "../../../sim/canmcu/device/rail.h"

#define ENDSTOP 9
#define A 1 /* step pins */
#define B 2

static const struct rail_cfg cartesian = { .motors = { { A, -0.0125 } },
					   .start_mm = 100,
					   .endstop_pin = ENDSTOP };
static const struct rail_cfg corexy = { .motors = { { A, 0.01 }, { B, -0.01 } },
					.start_mm = 150,
					.endstop_mm = 300,
					.at_max = true,
					.inverted = true,
					.endstop_pin = ENDSTOP };

/* Not counted any more, and counted. */
struct steps {
	int32_t kept[3]; /* by pin */
	int32_t now[3];
};

static const struct row {
	const char *name;
	const struct rail_cfg *cfg;
	struct steps steps;
	float want;
} rows[] = {
	{ "in the middle", &cartesian, { { 0 }, { 0 } }, 0 },
	{ "a step before the endstop", &cartesian, { { 0 }, { 0, 7999 } }, 0 },
	{ "at the endstop", &cartesian, { { 0 }, { 0, 8000 } }, 1 },
	{ "beyond it", &cartesian, { { 0 }, { 0, 9000 } }, 1 },
	{ "the other way", &cartesian, { { 0 }, { 0, -9000 } }, 0 },
	{ "in two parts", &cartesian, { { 0, 7000 }, { 0, 1000 } }, 1 },
	{ "there, and back a step", &cartesian, { { 0, 8000 }, { 0, -1 } }, 0 },
	{ "by another motor", &cartesian, { { 0, 0, 9000 }, { 0 } }, 0 },
	{ "two motors, in the middle", &corexy, { { 0 }, { 0 } }, 1 },
	{ "one of them", &corexy, { { 0 }, { 0, 7500 } }, 1 },
	{ "both", &corexy, { { 0 }, { 0, 7500, -7500 } }, 0 },
	{ "both, to the side", &corexy, { { 0 }, { 0, 15000, 15000 } }, 1 },
	{ "both, a step before", &corexy, { { 0 }, { 0, 7500, -7499 } }, 1 },
};

static int32_t steps_of(void *ctx, uint8_t step_pin)
{
	const struct steps *steps = ctx;

	return steps->now[step_pin];
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct steps steps = row->steps;
	struct rails r;
	float level = -1;

	assert_int_equal(rails_init(&r, row->cfg, 1), 0);
	for (uint8_t pin = 0; pin < ARRAY_SIZE(steps.kept); pin++)
		rails_keep(&r, pin, steps.kept[pin]);
	assert_true(rails_have(&r, ENDSTOP));
	assert_true(rails_read(&r, ENDSTOP, steps_of, &steps, &level));
	assert_float_equal(level, row->want, 0);
	assert_false(rails_have(&r, A));
	assert_false(rails_read(&r, A, steps_of, &steps, &level));
	rails_fini(&r);
	assert_false(rails_have(&r, ENDSTOP));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("rail", tests, n, NULL, NULL);
}
