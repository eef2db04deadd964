// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * Fans and their tachometers: 6000 turns a minute at full speed, and two pulses a
 * turn with two edges each, are 400 edges a second.
 */
#include "section.h"

#define FAN 4
#define TACHOMETER 6
#define START_US 7000000

static void make(struct devices *d, const char *fan_pin, const char *ppr)
{
	section_make(d,
		     (struct section){ .source.section = "fan",
				       .told = { { "tachometer_pin", "6" },
						 { "pin", fan_pin },
						 { "tachometer_ppr", ppr } } });
}

static const struct row {
	const char *name;
	const char *pin;
	const char *ppr;
	/* The fan's pin, and for how long. */
	struct {
		float level;
		unsigned int ms;
	} steps[3];
	uint64_t want; /* edges */
	unsigned int last_ms;
} rows[] = {
	{ "nothing was driven", "4", NULL, { { 0 } }, 0, 0 },
	{ "full speed", "4", NULL, { { 1, 1000 } }, 400, 1000 },
	{ "half of it", "4", NULL, { { 0.5F, 1000 } }, 200, 1000 },
	{ "a quarter", "4", NULL, { { 0.25F, 1000 } }, 100, 1000 },
	{ "off again", "4", NULL, { { 1, 1000 }, { 0, 9000 } }, 400, 1000 },
	{ "another speed",
	  "4",
	  NULL,
	  { { 1, 1000 }, { 0.5F, 1002 } },
	  600,
	  2000 },
	{ "what is not a whole edge is kept",
	  "4",
	  NULL,
	  { { 1, 1 }, { 0.5F, 3 } },
	  1,
	  4 },
	{ "inverted: on when low", "!4", NULL, { { 0, 1000 } }, 400, 1000 },
	{ "inverted: off when high", "!4", NULL, { { 1, 1000 } }, 0, 0 },
	{ "a pulse a turn", "4", "1", { { 1, 1000 } }, 200, 1000 },
	{ "pulses that are none", "4", "-3", { { 1, 1000 } }, 400, 1000 },
	{ "pulses that nobody counts", "4", "1e300", { { 1, 1000 } }, 400, 1000 },
	{ "another pin", "5", NULL, { { 1, 1000 } }, 0, 0 },
	{ "a fan of another MCU", "x", NULL, { { 1, 1000 } }, 0, 0 },
	{ "no pin is told", NULL, NULL, { { 1, 1000 } }, 0, 0 },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	uint64_t now_us = START_US;
	struct device_edges e;
	struct devices d;
	float level;

	make(&d, row->pin, row->ppr);
	for (size_t i = 0; i < ARRAY_SIZE(row->steps); i++) {
		devices_drive(&d, FAN, row->steps[i].level, now_us);
		now_us += row->steps[i].ms * 1000ULL;
		if (!row->steps[i].ms)
			break;
	}
	assert_true(devices_edges(&d, TACHOMETER, now_us, &e));
	assert_int_equal(e.count, row->want);
	assert_int_equal(e.last_us,
			 row->want ? START_US + row->last_ms * 1000ULL : 0);
	assert_true(devices_read(&d, TACHOMETER, now_us, &level));
	assert_float_equal(level, (row->want & 1), 0);
	devices_fini(&d);
}

static void test_other_pins_have_nothing(void **state)
{
	struct device_edges e;
	struct devices d;
	float level;

	(void)state;
	make(&d, "4", NULL);
	assert_false(devices_edges(&d, FAN, START_US, &e));
	assert_false(devices_read(&d, FAN, START_US, &level));
	devices_drive(&d, TACHOMETER, 1, START_US);
	assert_true(devices_edges(&d, TACHOMETER, 2 * START_US, &e));
	assert_int_equal(e.count, 0);
	devices_fini(&d);
}

static void test_the_level_is_high_after_each_other_edge(void **state)
{
	struct devices d;
	float level;

	(void)state;
	make(&d, "4", NULL);
	devices_drive(&d, FAN, 1, START_US);
	for (unsigned int edges = 0; edges < 5; edges++) {
		assert_true(devices_read(&d, TACHOMETER,
					 START_US + edges * 2500 + 1000,
					 &level));
		assert_float_equal(level, (edges & 1), 0);
	}
	devices_fini(&d);
}

/* Inverted or not: a fan that nobody drives stands still. */
static void test_it_shows_its_speed(void **state)
{
	struct devices d;
	char text[32];

	(void)state;
	make(&d, "4", NULL);
	devices_drive(&d, FAN, 0.5F, START_US);
	d.list[0].kind->show(d.list[0].self, START_US, text, sizeof(text));
	assert_string_equal(text, "3000 rpm");
	devices_fini(&d);
}

static void test_a_reset_stops_it(void **state)
{
	struct device_edges e;
	struct devices d;

	(void)state;
	make(&d, "!4", NULL);
	devices_drive(&d, FAN, 0, START_US);
	devices_reset(&d, START_US + 1000000);
	assert_true(devices_edges(&d, TACHOMETER, START_US + 9000000, &e));
	assert_int_equal(e.count, 400);
	assert_int_equal(e.last_us, START_US + 1000000);
	devices_fini(&d);
}

int main(void)
{
	struct CMUnitTest tests[32] = {
		cmocka_unit_test(test_other_pins_have_nothing),
		cmocka_unit_test(test_the_level_is_high_after_each_other_edge),
		cmocka_unit_test(test_it_shows_its_speed),
		cmocka_unit_test(test_a_reset_stops_it),
	};
	size_t n = 4;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("fan", tests, n, NULL, NULL);
}
