// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * A BLTouch, by pulses as bltouch.py of Klipper sends them, in microseconds every 20
 * ms. It triggers when the nozzle is 2 mm above the bed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../../sim/canmcu/device/motion.h"
#include "section.h"

#define CONTROL 4
#define SENSOR 5
#define STEPS 12

/* "pulse US", "nozzle MM", "wait US", or what it tells: "low", "high", "shows X" */
static const struct row {
	const char *name;
	const char *steps[STEPS];
	const char *sensor_pin; /* NULL: "5" */
} rows[] = {
	{ "stowed, it tells of nothing", { "low", "nozzle 1", "low" } },
	{ "deployed, it tells of a touch for 10 ms, and takes its pin back",
	  { "pulse 650", "low", "shows deployed", "nozzle 2.01", "low",
	    "nozzle 2", "high", "wait 9999", "high", "wait 1", "low",
	    "shows stowed" } },
	{ "after a touch it has to be deployed again",
	  { "pulse 650", "nozzle 2", "high", "nozzle 5", "wait 10000", "low",
	    "nozzle 2", "low", "nozzle 5", "pulse 650", "nozzle 2", "high" } },
	{ "stowed before it has touched",
	  { "pulse 650", "pulse 1475", "nozzle 1", "low", "shows stowed" } },
	{ "stowed behind a touch, it tells of it no more",
	  { "pulse 650", "nozzle 2", "high", "pulse 1475", "low" } },
	{ "touch mode: as long as the pin is up",
	  { "pulse 650", "pulse 1165", "low", "shows deployed, touch mode",
	    "nozzle 2", "high", "wait 20000", "high", "nozzle 3", "low" } },
	{ "touch mode tells that it is stowed",
	  { "pulse 1475", "low", "pulse 1165", "high", "pulse 1475", "low" } },
	{ "deployed on the bed: alarm, until it is reset",
	  { "nozzle 1", "pulse 650", "high", "shows alarm", "nozzle 5",
	    "pulse 1475", "high", "pulse 650", "high", "pulse 2190", "low",
	    "shows stowed" } },
	{ "its self-test ends with the pin up",
	  { "pulse 650", "pulse 1780", "nozzle 1", "low" } },
	{ "modes of its output, and pulses that mean nothing",
	  { "pulse 650", "pulse 1988", "pulse 2091", "pulse 1884", "pulse 900",
	    "pulse 0", "shows deployed" } },
	{ "a little longer, a little shorter",
	  { "pulse 690", "shows deployed", "pulse 1435", "shows stowed" } },
	{ "its sensor inverted", { "high", "pulse 1165", "low" }, "!5" },
};

static bool begins(const char *step, const char *word, double *number)
{
	size_t len = strlen(word);

	if (strncmp(step, word, len))
		return false;
	*number = strtod(step + len, NULL);
	return true;
}

static void play(struct devices *d, struct motion *motion, const char *step,
		 uint64_t *now_us)
{
	const struct device *device = &d->list[0];
	char shown[64];
	double number;
	float level;

	if (begins(step, "pulse ", &number)) {
		devices_drive(d, CONTROL, (float)(number / 20000), *now_us);
		devices_drive(d, CONTROL, 0, *now_us);
	} else if (begins(step, "nozzle ", &number)) {
		motion->axes[2].start_mm = number;
	} else if (begins(step, "wait ", &number)) {
		*now_us += (uint64_t)number;
	} else if (begins(step, "shows ", &number)) {
		device->kind->show(device->self, 0, shown, sizeof(shown));
		assert_string_equal(shown, step + strlen("shows "));
	} else {
		assert_true(devices_read(d, SENSOR, *now_us, &level));
		assert_string_equal(level > 0 ? "high" : "low", step);
	}
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct motion motion = { .axes[2].start_mm = 5 };
	const struct section section = {
		.source = { .section = "bltouch", .motion = &motion },
		.told = { { "sensor_pin",
			    row->sensor_pin ? row->sensor_pin : "5" },
			  { "control_pin", "4" },
			  { "z_offset", "2" } },
	};
	uint64_t now_us = 7000000;
	struct devices d;

	section_make(&d, section);
	assert_true(devices_move(&d, SENSOR));
	assert_false(devices_move(&d, CONTROL));
	for (size_t i = 0; i < STEPS && row->steps[i]; i++)
		play(&d, &motion, row->steps[i], &now_us);
	devices_fini(&d);
}

/* Each wire on an MCU of its own: it is one BLTouch nevertheless. */
static void test_its_wires_go_to_two_boards(void **state)
{
	struct motion motion = { .axes[2].start_mm = 5 };
	struct section section = {
		.source = { .section = "bltouch", .motion = &motion },
		.told = { { "control_pin", "4" },
			  { "sensor_pin", "x" },
			  { "z_offset", "2" } },
	};
	struct devices a, b;
	float level;

	(void)state;
	section_make(&a, section);
	section.told[0].value = "x";
	section.told[1].value = "5";
	section_make(&b, section);
	devices_drive(&a, CONTROL, 650 / 20000.F, 7000000);
	motion.axes[2].start_mm = 2;
	assert_false(devices_read(&a, SENSOR, 7000000, &level));
	assert_true(devices_read(&b, SENSOR, 7000000, &level));
	assert_float_equal(level, 1, 0);
	devices_fini(&a);
	devices_fini(&b);
}

int main(void)
{
	struct CMUnitTest tests[16] = {
		cmocka_unit_test(test_its_wires_go_to_two_boards),
	};
	size_t n = 1;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("bltouch", tests, n, NULL, NULL);
}
