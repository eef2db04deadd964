// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/* Carriages and endstops, by the steps that were made. */
#include "../../support/unit.h"

#include "../../../sim/canmcu/device/devices.h"
#include "../../../sim/canmcu/device/rail.h"

#define ENDSTOP 9
#define A 1 /* step pins */
#define B 2
#define NOW_US 7000000

static const struct rail cartesian = { .motors = { { A, -0.0125 } },
				       .kept_mm = 100,
				       .endstop_pin = ENDSTOP };
static const struct rail corexy = { .motors = { { A, 0.01 }, { B, -0.01 } },
				    .kept_mm = 150,
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
	const struct rail *facts;
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

static int32_t steps_of(const void *ctx, uint8_t step_pin, uint64_t now_us)
{
	const struct steps *steps = ctx;

	assert_int_equal(now_us, NOW_US);
	return steps->now[step_pin];
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct steps steps = row->steps;
	const struct device_board board = { steps_of, &steps };
	struct devices d = { 0 };
	struct rail *rail = devices_add(&d, &device_rail);
	float level = -1;

	assert_non_null(rail);
	*rail = *row->facts;
	for (uint8_t pin = 0; pin < ARRAY_SIZE(steps.kept); pin++)
		devices_stepped(&d, pin, steps.kept[pin]);
	assert_true(devices_move(&d, ENDSTOP));
	assert_true(devices_read(&d, &board, ENDSTOP, NOW_US, &level));
	assert_float_equal(level, row->want, 0);
	assert_false(devices_move(&d, A));
	assert_false(devices_read(&d, &board, A, NOW_US, &level));
	devices_fini(&d);
	assert_false(devices_move(&d, ENDSTOP));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("rail", tests, n, NULL, NULL);
}
