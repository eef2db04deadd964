// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/mcu/mcu_cfg.c sim/canmcu/setup
// needs: sim/canmcu/wire/confinement.c
/* What files and options come to: which MCUs, where, and what is at them. */
#include "board_files.h"

#include "../../../sim/canmcu/device/heat.h"
#include "../../../sim/canmcu/device/motion.h"

static const void *device(const struct mcu_cfg *cfg, size_t i,
			  const struct device_kind *kind)
{
	assert_ptr_equal(cfg->devices->list[i].kind, kind);
	return cfg->devices->list[i].self;
}

/* What the sections hold is known to test_printer.c. */
static void test_the_machine_is_on_the_mcu_that_has_the_pins(void **state)
{
	static const struct file files[FILES_MAX] = {
		{ "p", "[extruder]\nheater_pin: PA1\nsensor_pin: PA0\n"
		       "[mcu]\ncanbus_uuid: a\n[mcu b]\ncanbus_uuid: b\n"
		       "[bed]\nsensor_pin: b:gpio7\n"
		       "[printer]\nkinematics: corexy\n[stepper_z]\n"
		       "step_pin: PB1\ndir_pin: PB2\nendstop_pin: PB3\n"
		       "microsteps: 16\nrotation_distance: 8\n"
		       "position_endstop: 0\nposition_max: 250\n"
		       "[mcu usb]\nserial: x\n[a]\nsensor_pin: usb:PA3\n" },
		{ "q", "[mcu b]\ncanbus_uuid: c\n" },
		{ "sim.cfg", "[include p]\n[mcu b]\nmcu_type: rp2040\n" },
	};
	char error[OPTS_ERROR_MAX];
	const struct heat *heat;
	const struct rail *rail;
	struct opts o;

	(void)state;
	write_files(files);
	assert_int_equal(parse(&o, "-u 000000000001 -c sim.cfg -c q", error),
			 0);
	assert_int_equal(o.mcus_len, 4);
	assert_null(o.mcus[0].devices);
	assert_int_equal(o.mcus[1].devices->len, 3);
	heat = device(&o.mcus[1], 0, &device_heat);
	assert_int_equal(heat->kind, HEAT_HOTEND);
	rail = device(&o.mcus[1], 2, &device_rail);
	assert_int_equal(rail->base.pin.number, 19);
	assert_int_equal(o.mcus[2].devices->len, 1);
	heat = device(&o.mcus[2], 0, &device_heat);
	assert_int_equal(heat->base.pin.number, 7);
	assert_int_equal(o.mcus[3].devices->len, 0);
	opts_fini(&o);
}

/* "NAME UUID TYPE STATE on IFACE boot MS image PATH" and a newline for each. */
static void describe(const struct opts *o, char *out, size_t size)
{
	char uuid[KCAN_UUID_STR_LEN + 1];
	size_t at = 0;

	*out = '\0';
	for (size_t i = 0; i < o->mcus_len && at < size; i++) {
		const struct mcu_cfg *c = &o->mcus[i];

		kcan_uuid_format(&c->uuid, uuid);
		at += (size_t)snprintf(out + at, size - at,
				       "%s %s %s %s on %s boot %llu%s%s\n",
				       c->name, uuid, c->type->name,
				       mcu_state_name(c->state),
				       o->ifnames[c->bus],
				       (unsigned long long)c->boot_us / 1000,
				       c->flash_image ? " image " : "",
				       c->flash_image ? c->flash_image : "");
	}
}

#define UUID_CHIP "154aab036e6a"
#define UUID_A "00000000000a"
#define UUID_B "00000000000b"
#define USUAL " stm32g0b1xx klipper on can0 boot 30\n"

static const struct row accepted[] = {
	{ "a section with a canbus_uuid is an MCU",
	  { { "p", "[mcu]\ncanbus_uuid: 0xA\n[mcu b]\ncanbus_uuid = b\n" } },
	  "-c p",
	  "mcu " UUID_A USUAL "b " UUID_B USUAL },
	{ "a bridge is on a bus of its own",
	  { { "p", CHIP "bridge: yes\n" } },
	  "-c p",
	  "mcu " UUID_CHIP " stm32g0b1xx klipper on :" UUID_CHIP " boot 30\n" },
	{ "or on an interface",
	  { { "p", CHIP "bridge: yes\ninterface: vcan1\n" } },
	  "-c p",
	  "mcu " UUID_CHIP " stm32g0b1xx klipper on vcan1 boot 30\n" },
	{ "what is on the interface of a bridge is behind it",
	  { { "p", CHIP "bridge: yes\n" B "[mcu c]\ncanbus_uuid: c\n"
			"canbus_interface: can1\n" } },
	  "-c p",
	  "mcu " UUID_CHIP " stm32g0b1xx klipper on :" UUID_CHIP " boot 30\n"
	  "b " UUID_B " stm32g0b1xx klipper on :" UUID_CHIP " boot 30\n"
	  "c 00000000000c stm32g0b1xx klipper on can1 boot 30\n" },
	{ "and goes with it to another bus",
	  { { "p", CHIP "bridge: yes\ninterface: :x\n" B } },
	  "-c p",
	  "mcu " UUID_CHIP " stm32g0b1xx klipper on :x boot 30\n"
	  "b " UUID_B " stm32g0b1xx klipper on :x boot 30\n" },
	{ "unless it is told where it is",
	  { { "p", CHIP "bridge: yes\n" B "interface: vcan0\n" } },
	  "-c p",
	  "mcu " UUID_CHIP " stm32g0b1xx klipper on :" UUID_CHIP " boot 30\n"
	  "b " UUID_B " stm32g0b1xx klipper on vcan0 boot 30\n" },
	{ "other files have their own can0",
	  { { "p", CHIP "bridge: yes\n" }, { "q", B } },
	  "-c p -c q",
	  "mcu " UUID_CHIP " stm32g0b1xx klipper on :" UUID_CHIP " boot 30\n"
	  "b " UUID_B " stm32g0b1xx klipper on can0 boot 30\n" },
	{ "one with a chip_id too",
	  { { "p", "[mcu x]\nchip_id: 3d0052001450425539383920\n" } },
	  "-c p",
	  "x 154aab036e6a" USUAL },
	{ "a section of another name with a canbus_uuid, too",
	  { { "p", "[scanner]\ncanbus_uuid: b\ncanbus_interface: can1\n"
		   "mcu_type: rp2040\n[beacon]\nserial: /dev/x\n"
		   "[mcu scanner]\ncanbus_uuid: a\n" } },
	  "-c p",
	  "scanner " UUID_B " stm32g0b1xx klipper on can1 boot 30\n"
	  "scanner " UUID_A USUAL },
	{ "includes that are missing are left out",
	  { { "p", "[include nowhere.cfg]\n" A } },
	  "-c p",
	  "mcu " UUID_A USUAL },
	{ "one on a serial line is none",
	  { { "p", "[mcu s]\nserial: /dev/ttyACM0\nbaud: 250000\n" A
		   "[mcu t]\nmcu_type: rp2040\n" } },
	  "-c p",
	  "mcu " UUID_A USUAL },
	{ "Klipper's own keys, and those of its forks, are fine",
	  { { "p", A "restart_method: command\nmax_stepper_error: 0.1\n"
		     "is_non_critical: true\nsomething_new: 1\n" } },
	  "-c p",
	  "mcu " UUID_A USUAL },
	{ "keys in front of the canbus_uuid",
	  { { "p", "[mcu]\nstate: shutdown\ncanbus_uuid: a\n" } },
	  "-c p",
	  "mcu " UUID_A " stm32g0b1xx shutdown on can0 boot 30\n" },
	{ "keys of ours in a file beside the printer.cfg",
	  { { "p", A B },
	    { "sim.cfg", "[include p]\n[mcu b]\nmcu_type: rp2040\n" } },
	  "-c sim.cfg",
	  "mcu " UUID_A USUAL "b " UUID_B " rp2040 klipper on can0 boot 30\n" },
	{ "a key again: the later value wins",
	  { { "p", A "boot_ms: 1\n[mcu]\nboot_ms: 2\ncanbus_uuid: c\n" } },
	  "-c p",
	  "mcu 00000000000c stm32g0b1xx klipper on can0 boot 2\n" },
	{ "options before -c are defaults, those behind it win",
	  { { "p", A "boot_ms: 5\n" B } },
	  "--boot-ms 7 --state off -c p --state shutdown",
	  "mcu " UUID_A " stm32g0b1xx shutdown on can0 boot 5\n"
	  "b " UUID_B " stm32g0b1xx shutdown on can0 boot 7\n" },
	{ "files and -u together",
	  { { "p", A }, { "q", B } },
	  "-u 000000000001 --boot-ms 1 -c p --boot-ms 2 -c q -u 000000000002",
	  " 000000000001 stm32g0b1xx klipper on vcan0 boot 1\n"
	  "mcu " UUID_A " stm32g0b1xx klipper on can0 boot 2\n"
	  "b " UUID_B USUAL
	  " 000000000002 stm32g0b1xx klipper on vcan0 boot 30\n" },
	{ "sections of one name in two files are two MCUs",
	  { { "p", A }, { "q", "[mcu]\ncanbus_uuid: b\n" } },
	  "-c p -c q",
	  "mcu " UUID_A USUAL "mcu " UUID_B USUAL },
	{ "canbus_interface is taken",
	  { { "p", A "canbus_interface: can1\n" B } },
	  "-c p",
	  "mcu " UUID_A " stm32g0b1xx klipper on can1 boot 30\n"
	  "b " UUID_B USUAL },
	{ "-i before -c wins over canbus_interface, interface over -i",
	  { { "p", A "canbus_interface: can1\n" B "interface: can2\n" } },
	  "-i vcan3 -c p -u 000000000001",
	  "mcu " UUID_A " stm32g0b1xx klipper on vcan3 boot 30\n"
	  "b " UUID_B " stm32g0b1xx klipper on can2 boot 30\n"
	  " 000000000001 stm32g0b1xx klipper on vcan3 boot 30\n" },
	{ "-i behind -c wins over all",
	  { { "p", A "canbus_interface: can1\n" B "interface: can2\n" } },
	  "-c p -i vcan0",
	  "mcu " UUID_A " stm32g0b1xx klipper on vcan0 boot 30\n"
	  "b " UUID_B " stm32g0b1xx klipper on vcan0 boot 30\n" },
	{ "-i behind -u is that MCU's",
	  { { NULL } },
	  "-u 000000000001 -i vcan1 -u 000000000002",
	  " 000000000001 stm32g0b1xx klipper on vcan1 boot 30\n"
	  " 000000000002 stm32g0b1xx klipper on vcan0 boot 30\n" },
	{ "a flash image lies beside the file that names it",
	  { { "p", "[include d/q]\n" B "flash_image: /tmp/b.bin\n" },
	    { "d/q", A "flash_image: a.bin\n" } },
	  "-c p",
	  "mcu " UUID_A " stm32g0b1xx klipper on can0 boot 30 image d/a.bin\n"
	  "b " UUID_B
	  " stm32g0b1xx klipper on can0 boot 30 image /tmp/b.bin\n" },
	{ "includes in the order of their names",
	  { { "p", "[include d/*.inc]\n" }, { "d/2.inc", B }, { "d/1.inc", A } },
	  "-c p",
	  "mcu " UUID_A USUAL "b " UUID_B USUAL },
};

static void test_accepted(void **state)
{
	const struct row *row = *state;
	char error[OPTS_ERROR_MAX] = "", text[4096];
	struct opts o;

	write_files(row->files);
	if (parse(&o, row->line, error))
		fail_msg("%s", error);
	describe(&o, text, sizeof(text));
	assert_string_equal(text, row->want);
	opts_fini(&o);
}

/* Found before the test enters its own folder. */
static char *printer;

static void test_a_whole_printer(void **state)
{
	char program[] = "canmcu", option[] = "-c";
	char *argv[] = { program, option, printer, NULL };
	char error[OPTS_ERROR_MAX] = "", text[4096];
	struct opts o;

	(void)state;
	if (opts_parse(&o, 3, argv, error))
		fail_msg("%s", error);
	describe(&o, text, sizeof(text));
	assert_string_equal(
		text,
		"bed 00a1b2c3d408 stm32g0b1xx shutdown on can0 boot 30\n"
		"chamber 00a1b2c3d409" USUAL "fan_wall 00a1b2c3d40e" USUAL
		"hub_left 00a1b2c3d40a" USUAL "hub_right 00a1b2c3d40b" USUAL
		"led 00a1b2c3d40c" USUAL "scale 00a1b2c3d40d" USUAL
		"toolhead0 00a1b2c3d400 rp2040 klipper on can0 boot 5\n"
		"toolhead1 00a1b2c3d401" USUAL "toolhead2 00a1b2c3d402" USUAL
		"toolhead3 00a1b2c3d403" USUAL "toolhead4 00a1b2c3d404" USUAL
		"toolhead5 00a1b2c3d405" USUAL "toolhead6 00a1b2c3d406" USUAL
		"toolhead7 00a1b2c3d407" USUAL "mcu 41f905f55004" USUAL);
	opts_fini(&o);
}

static void test_the_key_fault_has_several_lines(void **state)
{
	const struct file files[FILES_MAX] = {
		{ "p", A "fault: mute\n  drop rx chance=0.5\n  # none here\n"
			 "  boot-late ms=7\n" }
	};
	char error[OPTS_ERROR_MAX] = "";
	struct opts o;

	(void)state;
	write_files(files);
	assert_int_equal(parse(&o, "-c p", error), 0);
	assert_int_equal(o.mcus_len, 1);
	assert_int_equal(o.mcus[0].faults_len, 3);
	assert_int_equal(o.mcus[0].faults[0].kind, FAULT_MUTE);
	assert_int_equal(o.mcus[0].faults[1].chance_ppm, 500000);
	assert_int_equal(o.mcus[0].faults[2].ms, 7);
	opts_fini(&o);
}

/* Its number, 00 of an ADXL345, is asked for. */
static bool answers(const char *text)
{
	char error[OPTS_ERROR_MAX];
	uint8_t out[] = { 0x80, 0 }, in[2] = { 0 };
	const struct device_message message = { .to = { DEVICE_SPI, DEVICE_ANY,
							4 },
						.out = out,
						.out_len = 2,
						.in = in,
						.in_len = 2 };
	bool answered;
	struct opts o;

	write_file("p", text, strlen(text));
	assert_int_equal(parse(&o, "-c p", error), 0);
	answered = devices_talk(&o.devices[0], &message, 0);
	assert_int_equal(in[1], answered ? 0xe5 : 0);
	opts_fini(&o);
	return answered;
}

static void test_what_is_unplugged_does_not_answer(void **state)
{
	(void)state;
	assert_true(answers(A "[adxl345]\ncs_pin: PA4\n"));
	assert_false(answers(A "unplugged: adxl345\n[adxl345]\ncs_pin: PA4\n"));
}

/* On stderr, as canmcu goes on. */
static void test_an_include_that_is_missing_is_told(void **state)
{
	const char *text = "[include nowhere.cfg]\n[mcu]\ncanbus_uuid: a\n";
	static const char want[] = "canmcu: warning: ";
	char error[OPTS_ERROR_MAX], told[512] = "";
	int was = dup(STDERR_FILENO), fd[2], err;
	struct opts o;

	(void)state;
	write_file("p", text, strlen(text));
	assert_int_equal(pipe(fd), 0);
	dup2(fd[1], STDERR_FILENO);
	err = parse(&o, "-c p", error);
	dup2(was, STDERR_FILENO);
	close(was);
	close(fd[1]);
	assert_true(read(fd[0], told, sizeof(told) - 1) >= 0);
	close(fd[0]);
	assert_int_equal(err, 0);
	assert_memory_equal(told, want, strlen(want));
	assert_non_null(strstr(told, "nowhere.cfg"));
	opts_fini(&o);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_an_include_that_is_missing_is_told),
		cmocka_unit_test(test_what_is_unplugged_does_not_answer),
		cmocka_unit_test(test_a_whole_printer),
		cmocka_unit_test(test_the_key_fault_has_several_lines),
		cmocka_unit_test(
			test_the_machine_is_on_the_mcu_that_has_the_pins),
	};
	struct CMUnitTest tests[ARRAY_SIZE(accepted) + ARRAY_SIZE(others)];
	int failed;
	size_t n = 0;

	ROWS(accepted, test_accepted);
	memcpy(&tests[n], others, sizeof(others));
	printer = realpath("tests/data/printer/sim.cfg", NULL);
	if (!printer) {
		perror("tests/data/printer/sim.cfg");
		return 1;
	}
	failed = folder_run("boards", tests, ARRAY_SIZE(tests));
	free(printer);
	return failed;
}
