// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/setup/printer.c sim/canmcu/setup/printer_pin.c
// needs: sim/canmcu/setup/printer_devices.c sim/canmcu/setup/config.c
// needs: sim/canmcu/device sim/canmcu/board
/*
 * Where the motors of a printer.cfg have its toolhead, and what it touches. Motors
 * step on PA0 to PA7 of the MCUs "mcu" and "tool", switches and probes are on port B
 * of "mcu": 16 and up. A step is 0.01 mm. Places of deltas were worked out by
 * following each arm from the nozzle up to its tower.
 */
#include <math.h>

#include "../../../sim/canmcu/device/motion.h"
#include "printer_bench.h"

#define NOW_US 7000000
#define PORT_B 16
#define MCUS 2
#define MOTORS 8

#define STEPPER_ON(mcu, name, pin, more)                                \
	"[" name "]\nstep_pin: " mcu ":" pin "\ndir_pin: " mcu ":PC0\n" \
	"microsteps: 1\nrotation_distance: 2\n" more "\n"
#define STEPPER(name, pin, more) STEPPER_ON("mcu", name, pin, more)
#define PRINTER(kinematics) "[printer]\nkinematics: " kinematics "\n"
#define X STEPPER("stepper_x", "PA0", "endstop_pin: PB0\n" X_RANGE)
#define X_RANGE "position_endstop: 0\nposition_max: 200"
#define Y                            \
	STEPPER("stepper_y", "PA1",  \
		"endstop_pin: PB1\n" \
		"position_endstop: 100\nposition_max: 100")
#define Z_RANGE "position_max: 20"
#define Z STEPPER("stepper_z", "PA2", Z_RANGE)
#define XYZ(kinematics) PRINTER(kinematics) X Y Z
#define DUAL(pin)                             \
	STEPPER("dual_carriage", pin,         \
		"axis: x\nendstop_pin: PB2\n" \
		"position_endstop: 200\nposition_max: 200")
#define PROBE "[probe]\npin: PB3\nz_offset: 2\nx_offset: 10\ny_offset: -10\n"
#define Z1(pin, more) STEPPER("stepper_z1", pin, more)
#define TWO_Z                                       \
	STEPPER_ON("tool", "stepper_z1", "PA3", "") \
	"[z_tilt]\nz_positions: 0, 50\n 200, 50\n"
#define THREE_Z                          \
	Z1("PA3", "")                    \
	STEPPER("stepper_z2", "PA4", "") \
	"[z_tilt]\n"                     \
	"z_positions:\n    -50, 0\n    250, 0\n    100, 150\n"
/* 10 mm, and 0.01 a mm to the right, and 0.03 a mm to the back */
#define SLOPE                            \
	Z1("PA3", "")                    \
	STEPPER("stepper_z2", "PA4", "") \
	"[z_tilt]\nz_positions: 0, 0\n 200, 0\n 0, 100\n"
#define THIRD STEPPER("stepper_z2", "PA4", "")
#define FOURTH STEPPER("stepper_z3", "PA5", "")
#define CORNERS "[quad_gantry_level]\ngantry_corners:\n -50,-50\n 250, 150\n"
#define FOUR_Z Z1("PA3", "") THIRD FOURTH CORNERS
#define FILAMENT(pin, kind)                    \
	"[filament_" kind "_sensor " pin "]\n" \
	"switch_pin: " pin "\nextruder: extruder\n"
#define TOWER_ON(mcu, name, pin, sw, more) \
	STEPPER_ON(mcu, name, pin, "endstop_pin: " sw "\n" more)
#define TOWER(name, pin, sw, more) TOWER_ON("mcu", name, pin, sw, more)
#define DELTA                                                                \
	PRINTER("delta")                                                     \
	"delta_radius: 60\n" TOWER("stepper_a", "PA0", "PB0",                \
				   "arm_length: 100\nposition_endstop: 200") \
		TOWER("stepper_b", "PA1", "PB1", "")                         \
			TOWER_ON("tool", "stepper_c", "PA2", "PB2", "")

static const struct row {
	const char *name;
	const char *text;
	int32_t steps[MCUS][MOTORS];
	/*
	 * "X Y Z", how high what is 10 mm to the right and 10 mm to the front is
	 * above the bed, and what is on PB0 to PB3: 1 or 0 where it may move, h or
	 * l, or - for nothing
	 */
	const char *want;
	const char *bed;
} rows[] = {
	{ "cartesian: each its own",
	  XYZ("cartesian"),
	  { { 1000, -500, 100 } },
	  "110.00 45.00 11.00 11.000 00--" },
	{ "cartesian: at both ends",
	  XYZ("cartesian"),
	  { { -10000, 5000 } },
	  "0.00 100.00 10.00 10.000 11--" },
	{ "cartesian: a step before",
	  XYZ("cartesian"),
	  { { -9999, 4999 } },
	  "0.01 99.99 10.00 10.000 00--" },
	{ "cartesian: a second carriage",
	  XYZ("cartesian") DUAL("PA3"),
	  { { 0, 0, 0, 10000 } },
	  "100.00 50.00 10.00 10.000 001-" },
	{ "CoreXY",
	  XYZ("corexy"),
	  { { 1000, 3000 } },
	  "120.00 40.00 10.00 10.000 00--" },
	{ "CoreXY: to the left",
	  XYZ("corexy"),
	  { { -10000, -10000 } },
	  "0.00 50.00 10.00 10.000 10--" },
	{ "CoreXZ",
	  XYZ("corexz"),
	  { { 1000, 100, 600 } },
	  "108.00 51.00 12.00 12.000 00--" },
	{ "CoreXZ: two motors of z, one higher than the other",
	  XYZ("corexz") Z1("PA3", ""),
	  { { 1000, 0, 600, 400 } },
	  "108.00 50.00 12.50 12.500 00--" },
	{ "hybrid CoreXY, and its second carriage",
	  XYZ("hybrid_corexy") DUAL("PA3"),
	  { { 1000, -2000, 0, 8000 } },
	  "90.00 30.00 10.00 10.000 001-" },
	{ "hybrid CoreXZ, and its second carriage",
	  XYZ("hybrid_corexz") DUAL("PA3"),
	  { { 1000, 0, -300, 9699 } },
	  "107.00 50.00 7.00 7.000 000-" },
	{ "a motor on another MCU, and its switch here",
	  PRINTER("cartesian") STEPPER_ON("tool", "stepper_x", "PA0",
					  "endstop_pin: PB0\n" X_RANGE) Y Z,
	  { { 0 }, { -10000 } },
	  "0.00 50.00 10.00 10.000 10--" },
	{ "a motor of nobody",
	  PRINTER("cartesian") STEPPER_ON("usb", "stepper_x", "PA0",
					  "endstop_pin: PB0\n" X_RANGE) Y Z,
	  { { -10000 } },
	  "100.00 50.00 10.00 10.000 00--" },
	{ "two motors of z: between them and beyond",
	  XYZ("cartesian") TWO_Z,
	  { { 5000, 0, 0 }, { 0, 0, 0, 100 } },
	  "150.00 50.00 10.75 10.800 00--" },
	{ "three motors of z: a plane",
	  XYZ("cartesian") THREE_Z,
	  { { 0, 0, 100, 400, 850 } },
	  "100.00 50.00 14.50 14.200 00--" },
	{ "three motors of z that are not even",
	  XYZ("cartesian") SLOPE,
	  { { 0, 0, 0, 200, 300 } },
	  "100.00 50.00 12.50 12.300 00--" },
	{ "three motors of z that are close together",
	  XYZ("cartesian") Z1("PA3", "") THIRD
	  "[z_tilt]\nz_positions: 0, 0\n 2, 0\n 0, 2\n",
	  { { 0, 0, 0, 1, 2 } },
	  "100.00 50.00 11.00 10.950 00--" },
	{ "a probe beside the nozzle: a step above its height",
	  XYZ("cartesian") SLOPE PROBE,
	  { { 0, 0, -1029, -829, -729 } },
	  "100.00 50.00 2.21 2.010 00-0" },
	{ "a probe beside the nozzle: at its height",
	  XYZ("cartesian") SLOPE PROBE,
	  { { 0, 0, -1031, -831, -731 } },
	  "100.00 50.00 2.19 1.990 00-1" },
	{ "four motors of z: at corners",
	  XYZ("cartesian") FOUR_Z,
	  { { 0, 0, 0, 200, 500, 300 } },
	  "100.00 50.00 12.50 12.500 00--" },
	{ "motors of z that nobody tells the places of",
	  XYZ("cartesian") Z1("PA3", ""),
	  { { 0, 0, 100, 200 } },
	  "100.00 50.00 11.50 11.500 00--" },
	{ "each motor of z has its own switch",
	  PRINTER("cartesian")
		  STEPPER("stepper_z", "PA2",
			  "endstop_pin: PB0\nposition_endstop: 0\n" Z_RANGE)
			  Z1("PA3", "endstop_pin: PB1\n"),
	  { { 0, 0, -1000, -999 } },
	  "0.00 0.00 0.00 0.005 10--" },
	{ "delta: half way down",
	  DELTA,
	  { { 0 } },
	  "0.00 0.00 100.00 100.000 000-" },
	{ "delta: at its switches",
	  DELTA,
	  { { 10000, 10000, 0 }, { 0, 0, 10000 } },
	  "0.00 0.00 200.00 200.000 111-" },
	/* the nozzle at 30, 0, 100: arms go up 48.81, 92.83 and 74.16 mm */
	{ "delta: to the right",
	  DELTA,
	  { { -3119, 1283 }, { 0, 0, -584 } },
	  "30.00 0.00 100.00 99.998 000-" },
	/* 20, 15, 80 and -25, -35, 60, in the same way, but for half a step */
	{ "delta: to the right and to the back, lower",
	  DELTA,
	  { { -4712, -1661 }, { 0, 0, -1297 } },
	  "20.00 15.00 80.00 79.999 000-" },
	{ "delta: to the left and to the front, lower still",
	  DELTA,
	  { { -2383, -5635 }, { 0, 0, -10129 } },
	  "-25.01 -35.00 60.00 60.002 000-" },
	{ "a probe: a step above its height",
	  XYZ("cartesian") PROBE,
	  { { 0, 0, -799 } },
	  "100.00 50.00 2.01 2.010 00-0" },
	{ "a probe: at its height",
	  XYZ("cartesian") PROBE,
	  { { 0, 0, -801 } },
	  "100.00 50.00 1.99 1.990 00-1" },
	{ "a bed: between its points, 10 mm beside the nozzle",
	  XYZ("cartesian") PROBE,
	  { { -1000, 1000, -780 } },
	  "90.00 60.00 2.20 1.950 00-1",
	  "0,0.4/0.1,0.5" },
	{ "a bed: at its edges and beyond",
	  XYZ("cartesian"),
	  { { 15000, -9000, 0 } },
	  "250.00 -40.00 10.00 9.600 00--",
	  "0,0.4/0.1,0.5" },
	{ "a bed of a delta",
	  DELTA,
	  { { 0 } },
	  "0.00 0.00 100.00 99.833 000-",
	  "-1,1" },
	{ "filament: it is there, and seen to go",
	  PRINTER("none") STEPPER("extruder", "PA0", "")
		  FILAMENT("PB0", "switch") FILAMENT("!PB1", "switch")
			  FILAMENT("PB2", "motion") "detection_length: 4\n",
	  { { 100 } },
	  "0.00 0.00 0.00 0.000 hl1-" },
	{ "filament: a step before it is seen to go",
	  PRINTER("none") STEPPER_ON("tool", "extruder", "PA0", "")
		  FILAMENT("PB0", "motion") "detection_length: 4\n" FILAMENT(
			  "PB1", "motion") "detection_length: 4\n",
	  { { 0 }, { 99 } },
	  "0.00 0.00 0.00 0.000 00--" },
	{ "filament: drawn back",
	  PRINTER("none") STEPPER("extruder", "PA0", "")
		  FILAMENT("PB0", "motion") "detection_length: 4\n",
	  { { -1 } },
	  "0.00 0.00 0.00 0.000 1---" },
	{ "another machine: its rails end all the same",
	  PRINTER("deltesian") TOWER("stepper_left", "PA0", "PB0",
				     "position_endstop: 200")
		  TOWER("stepper_right", "PA1", "PB1", "") STEPPER(
			  "manual_stepper m", "PA2", "endstop_pin: PB2\n"),
	  { { 12, 13, -13 } },
	  "0.00 0.00 0.00 0.000 011-" },
};

static int32_t steps_of(const void *ctx, uint8_t step_pin, uint64_t now_us)
{
	const int32_t *steps = ctx;

	assert_int_equal(now_us, NOW_US);
	assert_in_range(step_pin, 0, MOTORS - 1);
	return steps[step_pin];
}

static void describe(const struct motion *m, const struct devices *d, char *out)
{
	const double beside[2] = { 10, -10 };
	double xyz[3];
	float level;

	motion_place(m, NOW_US, xyz);
	for (int i = 0; i < 3; i++) /* none is "-0.00" */
		xyz[i] = fabs(xyz[i]) < 0.005 ? 0 : xyz[i];
	out += sprintf(out, "%.2f %.2f %.2f %.3f ", xyz[0], xyz[1], xyz[2],
		       motion_height(m, beside, NOW_US));
	for (uint8_t pin = PORT_B; pin < PORT_B + 4; pin++) {
		bool is = devices_read(d, pin, NOW_US, &level);
		bool high = is && level > 0;

		if (is && !devices_move(d, pin))
			*out++ = high ? 'h' : 'l';
		else
			*out++ = (char)(is ? '0' + high : '-');
	}
	*out = '\0';
}

static void test_row(void **state)
{
	static const char *const names[MCUS] = { "mcu", "tool" };
	const struct row *row = *state;
	struct device_board boards[MCUS];
	struct devices d[MCUS] = { { 0 }, { 0 } };
	char told[128];
	struct bench b;

	start(&b, row->text);
	if (row->bed)
		assert_true(bed_parse(&b.printer.motion.bed, row->bed));
	for (int i = 0; i < MCUS; i++) {
		const struct printer_chip chip = {
			&b.printer, names[i], mcu_type_find("stm32f407xx")
		};

		boards[i] = (struct device_board){ steps_of, row->steps[i] };
		assert_int_equal(printer_devices(&chip, &d[i]), 0);
		devices_mount(&d[i], &boards[i]);
	}
	describe(&b.printer.motion, &d[0], told);
	assert_string_equal(told, row->want);
	devices_fini(&d[1]);
	devices_fini(&d[0]);
	end(&b);
}

/* What is not counted any more is not forgotten. */
static void test_steps_are_kept(void **state)
{
	const int32_t steps[MOTORS] = { 100 };
	const struct device_board board = { steps_of, steps };
	struct devices d = { 0 };
	struct bench b;
	const struct printer_chip chip = { &b.printer, "mcu",
					   mcu_type_find("stm32f407xx") };
	double xyz[3];

	(void)state;
	start(&b, XYZ("cartesian"));
	assert_int_equal(printer_devices(&chip, &d), 0);
	devices_mount(&d, &board);
	devices_stepped(&d, 0, 900);
	motion_place(&b.printer.motion, NOW_US, xyz);
	assert_float_equal(xyz[0], 110, 1e-6);
	devices_fini(&d);
	motion_place(&b.printer.motion, NOW_US, xyz);
	assert_float_equal(xyz[0], 109, 1e-6);
	end(&b);
}

static const struct bed_row {
	const char *name;
	const char *text;
	size_t rows, columns;
} bed_rows[] = {
	{ "one point", "0.1", 1, 1 },
	{ "a row", "0,-0.1,1e-1", 1, 3 },
	{ "two rows", "0,1/2,3", 2, 2 },
	{ "no points", "", 0, 0 },
	{ "not a number", "0,x", 0, 0 },
	{ "something behind it", "0,1 mm", 0, 0 },
	{ "rows that are not alike", "0,1/2", 0, 0 },
	{ "a row that is missing", "0,1/", 0, 0 },
	{ "too high", "10.1", 0, 0 },
	{ "not a height", "nan", 0, 0 },
	{ "too many points", "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", 0, 0 },
	{ "too many rows", "0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", 0, 0 },
};

static void test_bed(void **state)
{
	const struct bed_row *row = *state;
	struct bed bed;

	assert_int_equal(bed_parse(&bed, row->text), row->rows != 0);
	if (!row->rows)
		return;
	assert_int_equal(bed.rows, row->rows);
	assert_int_equal(bed.columns, row->columns);
}

int main(void)
{
	struct CMUnitTest tests[72] = {
		cmocka_unit_test(test_steps_are_kept),
	};
	size_t n = 1;

	ROWS(rows, test_row);
	ROWS(bed_rows, test_bed);
	return _cmocka_run_group_tests("motion", tests, n, NULL, NULL);
}
