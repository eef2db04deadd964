// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/setup/printer.c sim/canmcu/setup/printer_pin.c
// needs: sim/canmcu/setup/printer_devices.c sim/canmcu/setup/config.c
// needs: sim/canmcu/device sim/canmcu/board
/*
 * What the sections of a printer.cfg put on the pins of an MCU, here of one
 * called "mcu" and of another called "tool", both STM32.
 */
#include "../../../sim/canmcu/device/heat.h"
#include "../../../sim/canmcu/device/motion.h"
#include "printer_bench.h"

/* "KIND sensor[ heater][ inverted] ohm" and a newline for each. */
static void describe(struct bench *b, const char *mcu, char *out)
{
	static const char *const kinds[] = {
		[HEAT_NONE] = "room",
		[HEAT_HOTEND] = "hotend",
		[HEAT_BED] = "bed",
	};
	const struct printer_chip chip = { &b->printer, mcu,
					   mcu_type_find("stm32f407xx") };
	struct devices d = { 0 };

	assert_int_equal(printer_devices(&chip, &d), 0);
	*out = '\0';
	for (size_t i = 0; i < d.len; i++) {
		const struct heat *heat = d.list[i].self;

		assert_ptr_equal(d.list[i].kind, &device_heat);
		out += sprintf(out, "%s %d", kinds[heat->kind],
			       heat->base.pin.number);
		if (heat->kind != HEAT_NONE)
			out += sprintf(out, " %d%s", heat->heater.number,
				       heat->heater.inverted ? " inverted" :
							       "");
		out += sprintf(out, " %g\n", heat->pullup_ohm);
	}
	devices_fini(&d);
}

#define EXTRUDER "[extruder]\nheater_pin: PA1\nsensor_pin: PA0\n"

static const struct row {
	const char *name;
	const char *text;
	const char *want; /* on "mcu" */
	const char *tool; /* on "tool", when not NULL */
} rows[] = {
	{ "no section that tells of heat", "[printer]\nkinematics: none\n", "",
	  "" },
	{ "an extruder", EXTRUDER, "hotend 0 1 4700\n", "" },
	{ "a bed",
	  "[heater_bed]\nsensor_pin = PB0\nheater_pin = PB1\n"
	  "pullup_resistor: 2200\n",
	  "bed 16 17 2200\n" },
	{ "another heater",
	  "[heater_generic chamber]\nheater_pin:PA1\nsensor_pin:PA0\n",
	  "hotend 0 1 4700\n" },
	{ "a thermistor without a heater",
	  "[temperature_sensor x]\nsensor_type: EPCOS 100K B57560G104F\n"
	  "sensor_pin: PC3\npullup_resistor: 10000.5\n",
	  "room 35 10000.5\n" },
	{ "a heater without a thermistor", "[heater_x]\nheater_pin: PA1\n",
	  "" },
	{ "several", EXTRUDER "[extruder1]\nheater_pin: PB1\nsensor_pin: PB0\n",
	  "hotend 0 1 4700\nhotend 16 17 4700\n" },
	{ "a section that stands twice: the later value wins",
	  EXTRUDER "[fan]\npin: PA7\n[extruder]\nheater_pin: PA2\n",
	  "hotend 0 2 4700\n" },
	{ "modifiers",
	  "[extruder]\nheater_pin: !PA1\nsensor_pin: ^PA0\n"
	  "[e1]\nheater_pin: ~! PA2\nsensor_pin: ^!PA3\n",
	  "hotend 0 1 inverted 4700\nhotend 3 2 inverted 4700\n" },
	{ "on another MCU",
	  "[extruder]\nheater_pin: !tool:PA1\nsensor_pin: tool : PA0\n", "",
	  "hotend 0 1 inverted 4700\n" },
	{ "its own MCU by name",
	  "[extruder]\nheater_pin: mcu:PA1\nsensor_pin: mcu:PA0\n",
	  "hotend 0 1 4700\n", "" },
	{ "each on another MCU: the thermistor stays cold",
	  "[extruder]\nheater_pin: PA1\nsensor_pin: tool:PA0\n", "",
	  "room 0 4700\n" },
	{ "on an MCU that is not played",
	  "[extruder]\nheater_pin: usb:PA1\nsensor_pin: usb:PA0\n", "", "" },
	{ "pins that are none",
	  "[extruder]\nheater_pin: gpio1\nsensor_pin: PA0\n"
	  "[a]\nsensor_pin: PZ0\n[b]\nsensor_pin:\n[c]\nsensor_pin: :\n"
	  "[d]\nsensor_pin: !\n[e]\nsensor_pin: PA0:PA0:PA0\n",
	  "room 0 4700\n" },
	{ "a pull-up that is none",
	  EXTRUDER "pullup_resistor: big\n"
		   "[a]\nsensor_pin: PA2\npullup_resistor: 0\n"
		   "[b]\nsensor_pin: PA3\npullup_resistor: -1\n"
		   "[c]\nsensor_pin: PA4\npullup_resistor: nan\n",
	  "hotend 0 1 4700\nroom 2 4700\nroom 3 4700\nroom 4 4700\n" },
	{ "aliases",
	  "[board_pins]\naliases:\n    TH0=PA0, HE0 = PA1,\n    TB=PA3\n"
	  "aliases_more: HB=PA4, <GND>, =,\n"
	  "[extruder]\nheater_pin: !HE0\nsensor_pin: TH0\n"
	  "[heater_bed]\nheater_pin: HB\nsensor_pin: mcu:TB\n",
	  "hotend 0 1 inverted 4700\nbed 3 4 4700\n", "" },
	{ "aliases of other MCUs",
	  "[board_pins head]\naliases: TH=PA5\nmcu: tool, tool2\n"
	  "[a]\nsensor_pin: TH\n[b]\nsensor_pin: tool:TH\n",
	  "", "room 5 4700\n" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	char told[512];
	struct bench b;

	start(&b, row->text);
	describe(&b, "mcu", told);
	assert_string_equal(told, row->want);
	describe(&b, "tool", told);
	if (row->tool)
		assert_string_equal(told, row->tool);
	end(&b);
}

#define X_TO(endstop, more)                                                    \
	"[printer]\nkinematics: cartesian\n[stepper_x]\nstep_pin: PA1\n"       \
	"dir_pin: !PA2\nendstop_pin: ^PA3\nmicrosteps: 16\n"                   \
	"rotation_distance: 40\nposition_max: 200\nposition_endstop: " endstop \
	"\n" more

#define COREXY(motors)                                                     \
	"[printer]\nkinematics: corexy\n[stepper_x]\nendstop_pin: ^!PA3\n" \
	"position_endstop: 0\nposition_max: 300\n[stepper_y]\n"            \
	"endstop_pin: PA6\nposition_endstop: 310\nposition_max: 310\n"     \
	"position_min: -10\n" motors
#define MOTOR(name, step, dir)                                              \
	"[" name "]\nstep_pin: " step "\ndir_pin: " dir "\nmicrosteps: 8\n" \
	"rotation_distance: 32\n"

static const struct rail_row {
	const char *name;
	const char *text;
	/* "STEP_PIN*MM[ STEP_PIN*MM] START END min|max PIN [low]"; a motor
	 * that no MCU asked has is "still" */
	const char *want;
} rail_rows[] = {
	{ "one motor", X_TO("0", ""), "1*-0.0125 100 0 min 3\n" },
	{ "at the other end", X_TO("200", ""), "1*-0.0125 100 200 max 3\n" },
	{ "beyond the end", X_TO("-2", "position_min: -2\n"),
	  "1*-0.0125 99 -2 min 3\n" },
	{ "a direction that is told", X_TO("90", "homing_positive_dir: True\n"),
	  "1*-0.0125 100 90 max 3\n" },
	{ "no direction: Klipper refuses it", X_TO("90", ""), "" },
	{ "gears", X_TO("0", "gear_ratio: 80:16, 3:1\n"),
	  "1*-0.000833333 100 0 min 3\n" },
	{ "gears that are none", X_TO("0", "gear_ratio: 80\n"),
	  "still 100 0 min 3\n" },
	{ "a motor of 0.9 degrees", X_TO("0", "full_steps_per_rotation: 400\n"),
	  "1*-0.00625 100 0 min 3\n" },
	{ "an endstop that is none of the pins",
	  X_TO("0", "endstop_pin: probe:z_virtual_endstop\n"), "" },
	{ "a driver that tells of a stall",
	  X_TO("0", "endstop_pin: tmc2209_stepper_x:virtual_endstop\n"
		    "[tmc2209 stepper_x]\ndiag_pin: ^!PA7\n"),
	  "1*-0.0125 100 0 min 7 low\n" },
	{ "a driver that tells of it on its second pin",
	  X_TO("0", "endstop_pin: tmc5160_stepper_x:virtual_endstop\n"
		    "[tmc5160 stepper_x]\ndiag1_pin: PA8\n"),
	  "1*-0.0125 100 0 min 8\n" },
	{ "a driver that has no such pin",
	  X_TO("0", "endstop_pin: tmc5160_stepper_x:virtual_endstop\n"), "" },
	{ "an endstop on another MCU", X_TO("0", "endstop_pin: tool:PA3\n"),
	  "" },
	{ "no microsteps", X_TO("0", "microsteps: 0\n"),
	  "still 100 0 min 3\n" },
	{ "no number", X_TO("0", "position_max: far\n"), "" },
	{ "a machine of another kind", X_TO("0", "[printer]\nkinematics: x\n"),
	  "1*-0.0125 100 0 min 3\n" },
	{ "CoreXY: two motors a carriage",
	  COREXY(MOTOR("stepper_x", "PA1", "PA2")
			 MOTOR("stepper_y", "PA4", "!PA5")),
	  "1*0.01 4*-0.01 150 0 min 3 low\n"
	  "1*0.01 4*0.01 150 310 max 6\n" },
	{ "CoreXY: one motor on another MCU",
	  COREXY(MOTOR("stepper_x", "PA1", "PA2")
			 MOTOR("stepper_y", "tool:PA4", "tool:PA5")),
	  "1*0.01 still 150 0 min 3 low\n1*0.01 still 150 310 max 6\n" },
};

static void describe_rail(const struct rail *rail, char *out)
{
	const struct motion_carriage *c = &rail->carriage;

	for (int i = 0; i < 2; i++) {
		const struct motion_motor *motor =
			&rail->motion->motors[c->by[i].motor];

		if (c->by[i].share != 0 && motor->mm == 0)
			out += sprintf(out, "still ");
		else if (c->by[i].share != 0)
			out += sprintf(out, "%d*%g ", motor->step_pin,
				       c->by[i].share * motor->mm);
	}
	sprintf(out, "%g %g %s %d%s\n", c->start_mm, c->end_mm,
		c->at_max ? "max" : "min", rail->base.pin.number,
		rail->base.pin.inverted ? " low" : "");
}

static void test_rail(void **state)
{
	const struct rail_row *row = *state;
	struct bench b;
	const struct printer_chip chip = { &b.printer, "mcu",
					   mcu_type_find("stm32f407xx") };
	struct devices d = { 0 };
	char told[512] = "";

	start(&b, row->text);
	assert_int_equal(printer_devices(&chip, &d), 0);
	for (size_t i = 0; i < d.len; i++)
		if (d.list[i].kind == &device_rail)
			describe_rail(d.list[i].self, told + strlen(told));
	assert_string_equal(told, row->want);
	devices_fini(&d);
	end(&b);
}

/* Of which kind the devices are, by the sections in any order. */
static void test_each_section_makes_its_kind(void **state)
{
	struct bench b;
	const struct printer_chip chip = { &b.printer, "mcu",
					   mcu_type_find("stm32f407xx") };
	struct devices d = { 0 };
	struct device_edges e;

	(void)state;
	start(&b, "[fan]\npin: !PA1\ntachometer_pin: ^PA2\n" EXTRUDER
		  "[fan_generic x]\npin: PA3\n"
		  "[heater_fan y]\npin: PA4\ntachometer_pin: tool:PA5\n");
	assert_int_equal(printer_devices(&chip, &d), 0);
	assert_int_equal(d.len, 2);
	assert_ptr_equal(d.list[1].kind, &device_heat);
	/* half a second at 400 edges a second, see test_fan.c */
	devices_drive(&d, 1, 0, 1000000);
	assert_true(devices_edges(&d, 2, 1500000, &e));
	assert_int_equal(e.count, 200);
	devices_fini(&d);
	end(&b);
}

/* A file may have more of them than a printer has. */
static void test_so_many_and_no_more(void **state)
{
	char *text = calloc(PRINTER_SECTIONS_MAX + 2, 64), *at = text;
	struct bench b;

	(void)state;
	for (int i = 0; i <= PRINTER_SECTIONS_MAX; i++)
		at += sprintf(at, "[board_pins %d]\naliases:\n A=PA1\n B=PA2\n",
			      i);
	start(&b, text);
	assert_int_equal(b.printer.sections_len, PRINTER_SECTIONS_MAX);
	assert_int_equal(b.printer.aliases.len, PRINTER_LINES_MAX);
	end(&b);
	free(text);
}

/* Of each MCU its own, whether something is made of the section or not. */
static void test_pins_are_named_by_any_section(void **state)
{
	static const char *const text =
		"[output_pin x]\npin: !PA1\n"
		"[display]\nencoder_pins: ^PA2, tool:PA3\nclick_pin: ^!A\n"
		"[board_pins]\naliases: A=PA4, B=PA5\n"
		"[gcode_macro x]\nspin: PA6\npin_x: PA7\n";
	static const struct {
		const char *mcu;
		uint32_t named; /* a bit for each of port A */
	} mcus[] = { { "mcu", 1 << 1 | 1 << 2 | 1 << 4 }, { "tool", 1 << 3 } };
	struct bench b;

	(void)state;
	start(&b, text);
	for (size_t i = 0; i < ARRAY_SIZE(mcus); i++) {
		const struct printer_chip chip = {
			&b.printer, mcus[i].mcu, mcu_type_find("stm32f407xx")
		};
		struct devices d = { 0 };

		assert_int_equal(printer_devices(&chip, &d), 0);
		for (uint8_t pin = 0; pin < 32; pin++)
			assert_int_equal(devices_is_named(&d, pin),
					 mcus[i].named >> pin & 1);
		devices_fini(&d);
	}
	end(&b);
}

/* Of an STM32F407: I2C 0 is PB6 and PB7, the one called i2c2 PB10 and PB11. */
static const struct bus_row {
	const char *name;
	const char *text;
	uint32_t named;
} bus_rows[] = {
	{ "the pins of the bus that is the first",
	  "[mcp4451 x]\n"
	  "i2c_address: 44\n",
	  3u << 22 },
	{ "the pins of a bus by its name",
	  "[mcp4451 x]\ni2c_address: 44\ni2c_bus: i2c2\n", 3u << 26 },
	{ "of one in software, those that are told",
	  "[mcp4451 x]\ni2c_address: 44\ni2c_software_scl_pin: PA1\n"
	  "i2c_software_sda_pin: PA2\n",
	  6 },
	{ "none of a bus that there is not",
	  "[mcp4451 x]\ni2c_address: 44\ni2c_bus: i2c9\n", 0 },
	{ "none of a bus of another MCU",
	  "[mcp4451 x]\ni2c_address: 44\ni2c_mcu: tool\n", 0 },
};

static void test_bus(void **state)
{
	const struct bus_row *row = *state;
	struct bench b;
	const struct printer_chip chip = { &b.printer, "mcu",
					   mcu_type_find("stm32f407xx") };
	struct devices d = { 0 };

	start(&b, row->text);
	assert_int_equal(printer_devices(&chip, &d), 0);
	for (uint8_t pin = 0; pin < 32; pin++)
		assert_int_equal(devices_is_named(&d, pin),
				 row->named >> pin & 1);
	devices_fini(&d);
	end(&b);
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(test_so_many_and_no_more),
		cmocka_unit_test(test_each_section_makes_its_kind),
		cmocka_unit_test(test_pins_are_named_by_any_section),
	};
	size_t n = 3;

	ROWS(rows, test_row);
	ROWS(rail_rows, test_rail);
	ROWS(bus_rows, test_bus);
	return _cmocka_run_group_tests("printer", tests, n, NULL, NULL);
}
