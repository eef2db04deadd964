// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * Heaters and thermistors against their formulas, worked out elsewhere:
 * 25 + g d + (T - 25 - g d) exp(-t / tau), with g = 400 and tau = 100 s for a
 * hotend, 120 and 300 s for a bed; R / (R + pull-up), where
 * R = 100 kOhm exp(3950 (1 / T - 1 / 298.15 K)).
 */
#include "section.h"

#include "../../../sim/canmcu/device/heat.h"

#define HEATER 3
#define SENSOR 5
#define START_US 7000000

#define ROOM .kind = HEAT_NONE
#define HOTEND .kind = HEAT_HOTEND
#define BED .kind = HEAT_BED

static struct heat *make(struct devices *d, struct heat facts)
{
	struct heat *h;

	*d = (struct devices){ 0 };
	h = devices_add(d, &device_heat);
	assert_non_null(h);
	facts.heater.is_there = facts.base.pin.is_there = true;
	facts.heater.number = HEATER;
	facts.base.pin.number = SENSOR;
	if (!facts.pullup_ohm)
		facts.pullup_ohm = 4700;
	*h = facts;
	return h;
}

static const struct warm_row {
	const char *name;
	struct heat facts;
	/* The heater's pin, and for how long. */
	struct {
		float level;
		unsigned int ms;
	} steps[4];
	double want; /* degrees C */
} warm_rows[] = {
	{ "nothing was driven", { HOTEND }, { { 0 } }, 25 },
	{ "a hotend, a minute", { HOTEND }, { { 1, 60000 } }, 205.475 },
	{ "in two parts", { HOTEND }, { { 1, 20000 }, { 1, 40000 } }, 205.475 },
	{ "half the power", { HOTEND }, { { 0.5F, 60000 } }, 115.238 },
	{ "for ever", { HOTEND }, { { 1, 4000000 } }, 425 },
	{ "and off again", { HOTEND }, { { 1, 60000 }, { 0, 100000 } }, 91.393 },
	{ "cold again", { HOTEND }, { { 1, 60000 }, { 0, 4000000 } }, 25 },
	{ "a bed, five minutes", { BED }, { { 1, 300000 } }, 100.854 },
	{ "a bed at a quarter", { BED }, { { 0.25F, 600000 } }, 50.940 },
	{ "an inverted heater is on when low",
	  { HOTEND, .heater.inverted = true },
	  { { 0, 60000 } },
	  205.475 },
	{ "and off when high",
	  { HOTEND, .heater.inverted = true },
	  { { 1, 60000 } },
	  25 },
	{ "a thermistor in the room", { ROOM }, { { 1, 60000 } }, 25 },
};

static void test_warm(void **state)
{
	const struct warm_row *row = *state;
	uint64_t now_us = START_US;
	struct devices d;
	struct heat *part = make(&d, row->facts);

	for (size_t i = 0; i < ARRAY_SIZE(row->steps); i++) {
		if (!row->steps[i].ms)
			break;
		devices_drive(&d, HEATER, row->steps[i].level, now_us);
		now_us += row->steps[i].ms * 1000ULL;
	}
	assert_float_equal(heat_celsius(part, now_us), row->want, 0.001);
	devices_fini(&d);
}

static const struct level_row {
	const char *name;
	double celsius;
	double pullup_ohm;
	double want;
} level_rows[] = {
	{ "freezing", 0, 4700, 0.98621 },
	{ "the room", 25, 4700, 0.95511 },
	{ "a warm bed", 60, 4700, 0.84101 },
	{ "a hot bed", 100, 4700, 0.59744 },
	{ "a hotend", 200, 4700, 0.13676 },
	{ "a hot one", 300, 4700, 0.03560 },
	{ "2200 Ohm", 200, 2200, 0.25287 },
	{ "10 kOhm", 25, 10000, 0.90909 },
};

static void test_level(void **state)
{
	const struct level_row *row = *state;
	struct devices d;
	struct heat *part =
		make(&d, (struct heat){ .pullup_ohm = row->pullup_ohm });
	float level = -1;

	part->above_room = row->celsius - HEAT_ROOM_CELSIUS;
	part->since_us = START_US;
	assert_true(devices_read(&d, SENSOR, START_US, &level));
	assert_float_equal((double)level, row->want, 0.00001);
	devices_fini(&d);
}

/* Other sensors at 25 degrees C, by their sensor_type and what else is told. */
static const struct sensor_row {
	const char *name;
	const char *key, *value;
	double want;
} sensor_rows[] = {
	{ "Generic 3950", NULL, NULL, 0.95511 },
	{ "PT1000", NULL, NULL, 0.18928 },
	{ "PT1000", "pullup_resistor", "1097.347", 0.5 },
	{ "PT100 INA826", NULL, NULL, 0.24333 },
	{ "AD595", NULL, NULL, 0.0505 },
	{ "AD595", "adc_voltage", "3.3", 0.07652 },
	{ "AD8495", NULL, NULL, 0.025 },
};

static void test_sensor(void **state)
{
	const struct sensor_row *row = *state;
	struct devices d;
	float level = -1;

	section_make(&d,
		     (struct section){ .source.section = "temperature_sensor x",
				       .told = { { "sensor_type", row->name },
						 { "sensor_pin", "5" },
						 { row->key, row->value } } });
	assert_true(devices_read(&d, SENSOR, START_US, &level));
	assert_float_equal((double)level, row->want, 0.00001);
	devices_fini(&d);
}

static void test_other_pins(void **state)
{
	struct devices d;
	struct heat *part = make(&d, (struct heat){ HOTEND });
	float level;

	(void)state;
	assert_false(devices_read(&d, HEATER, START_US, &level));
	devices_drive(&d, SENSOR, 1, START_US);
	devices_drive(&d, HEATER + 1, 1, START_US);
	assert_float_equal(heat_celsius(part, 2 * START_US), 25, 0.001);
	devices_fini(&d);
	assert_false(devices_read(&d, SENSOR, START_US, &level));
}

/* Inverted or not: a pin that nobody drives heats nothing. */
static void test_it_shows_how_warm_it_is(void **state)
{
	struct devices d;
	char text[32];
	struct heat *part;

	(void)state;
	part = make(&d, (struct heat){ BED });
	devices_drive(&d, HEATER, 0.5F, START_US);
	/* half of 120 degrees above the room, in the end */
	d.list[0].kind->show(part, START_US + 3600000000ULL, text,
			     sizeof(text));
	assert_string_equal(text, "85.0 C, heater 50 %");
	d.list[0].kind->show(part, START_US, text, 4);
	assert_string_equal(text, "25.");
	part->kind = HEAT_NONE;
	heat_show(part, START_US, text, sizeof(text));
	assert_string_equal(text, "25.0 C");
	devices_fini(&d);
}

static void test_let_go(void **state)
{
	struct devices d;
	struct heat *part =
		make(&d, (struct heat){ HOTEND, .heater.inverted = true });

	(void)state;
	devices_drive(&d, HEATER, 0, START_US);
	devices_reset(&d, START_US + 60000000);
	assert_float_equal(heat_celsius(part, START_US + 160000000), 91.393,
			   0.001);
	devices_fini(&d);
}

int main(void)
{
	struct CMUnitTest tests[40] = {
		cmocka_unit_test(test_other_pins),
		cmocka_unit_test(test_it_shows_how_warm_it_is),
		cmocka_unit_test(test_let_go),
	};
	size_t n = 3;

	ROWS(warm_rows, test_warm);
	ROWS(level_rows, test_level);
	ROWS(sensor_rows, test_sensor);
	return _cmocka_run_group_tests("heat", tests, n, NULL, NULL);
}
