// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/mcu/mcu_cfg.c sim/canmcu/setup
// needs: sim/canmcu/wire/confinement.c
/*
 * From a printer.cfg on disk to MCUs: the files are written to a folder of the
 * test, which it enters, so that errors are the same everywhere.
 */
#include "../../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../sim/canmcu/device/heat.h"
#include "../../../sim/canmcu/device/rail.h"
#include "../../../sim/canmcu/setup/opts.h"

#define ARGS_MAX 16
#define FILES_MAX 3

struct file {
	const char *path;
	const char *text;
};

static void write_file(const char *path, const char *text, size_t len)
{
	FILE *to = fopen(path, "w");

	assert_non_null(to);
	assert_int_equal(fwrite(text, 1, len, to), len);
	assert_int_equal(fclose(to), 0);
}

static void write_files(const struct file *files)
{
	for (int i = 0; i < FILES_MAX && files[i].path; i++)
		write_file(files[i].path, files[i].text, strlen(files[i].text));
}

/* Parse "canmcu" and the words of @line, which are divided by one blank. */
static int parse(struct opts *out, const char *line, char *error)
{
	static char program[] = "canmcu", words[1024];
	char *argv[ARGS_MAX] = { program }, *rest = words;
	int argc = 1;

	strcpy(words, line);
	while (rest && *rest && argc < ARGS_MAX - 1)
		argv[argc++] = strsep(&rest, " ");
	return opts_parse(out, argc, argv, error);
}

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
	assert_int_equal(rail->endstop_pin, 19);
	assert_int_equal(o.mcus[2].devices->len, 1);
	heat = device(&o.mcus[2], 0, &device_heat);
	assert_int_equal(heat->sensor_pin, 7);
	assert_int_equal(o.mcus[3].devices->len, 0);
	opts_fini(&o);
}

static void write_mcus(int count)
{
	FILE *to = fopen("p", "w");

	assert_non_null(to);
	for (int i = 0; i < count; i++)
		fprintf(to, "[mcu a%d]\ncanbus_uuid: %x\n", i, i);
	assert_int_equal(fclose(to), 0);
}

static void test_4096_mcus_in_a_file_at_most(void **state)
{
	char error[OPTS_ERROR_MAX];
	struct opts o;

	(void)state;
	write_mcus(4096);
	assert_int_equal(parse(&o, "-c p", error), 0);
	assert_int_equal(o.mcus_len, 4096);
	opts_fini(&o);
	write_mcus(4097);
	assert_int_equal(parse(&o, "-c p", error), -EINVAL);
	assert_string_equal(error,
			    "p:8194: more than 4096 MCUs are no printer: give "
			    "a part of them, or -u UUID and --count");
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

#define A "[mcu]\ncanbus_uuid: a\n"
#define B "[mcu b]\ncanbus_uuid: b\n"
/* tests/vectors/uuid.txt */
#define CHIP "[mcu]\nchip_id: 3d0052001450425539383920\n"
#define UUID_CHIP "154aab036e6a"
#define UUID_A "00000000000a"
#define UUID_B "00000000000b"
#define USUAL " stm32g0b1xx klipper on can0 boot 30\n"

static const struct row {
	const char *name;
	struct file files[FILES_MAX];
	const char *line; /* the command line */
	const char *want; /* what it comes to, or the error */
} accepted[] = {
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

static const struct row refused[] = {
	{ "no such file",
	  { { NULL } },
	  "-c nowhere.cfg",
	  "'nowhere.cfg' cannot be read (No such file or directory): give a "
	  "configuration file" },
	{ "a folder",
	  { { NULL } },
	  "-c d",
	  "'d' cannot be read (Is a directory): give a configuration file" },
	{ "a device",
	  { { NULL } },
	  "-c /dev/null",
	  "'/dev/null' cannot be read (not a regular file): give a "
	  "configuration file" },
	{ "a FIFO, which nobody waits for",
	  { { NULL } },
	  "-c fifo",
	  "'fifo' cannot be read (not a regular file): give a "
	  "configuration file" },
	{ "no MCU on CAN",
	  { { "p", "[mcu]\nserial: /dev/x\n" } },
	  "-c p",
	  "p: no section has a canbus_uuid: add one, or chip_id" },
	{ "a value that is wrong",
	  { { "p", A "boot_ms: long\n" } },
	  "-c p",
	  "p:3: boot_ms 'long': give a number from 0 to 3600000" },
	{ "a value that is wrong, of an MCU that is not on CAN",
	  { { "p", A "[mcu b]\nserial: x\nstate: alive\n" } },
	  "-c p",
	  "p:5: state 'alive': give 'klipper', 'shutdown', 'katapult' or "
	  "'off'" },
	{ "a key of ours misspelt",
	  { { "d/q", A "boot-ms: 1\n" }, { "p", "[include d/q]\n" } },
	  "-c p",
	  "d/q:3: there is no key 'boot-ms': did you mean 'boot_ms'?" },
	{ "a key of ours with a blank",
	  { { "p", A "mcu type: rp2040\n" } },
	  "-c p",
	  "p:3: there is no key 'mcu type': did you mean 'mcu_type'?" },
	{ "a UUID of 13 digits",
	  { { "p", "[mcu]\ncanbus_uuid: 1122334455667\n" } },
	  "-c p",
	  "p:2: canbus_uuid '1122334455667': give up to 12 hex digits, like "
	  "112233445566" },
	{ "two MCUs of one UUID",
	  { { "p", B "[mcu c]\n\ncanbus_uuid: 0x00b\n" } },
	  "-c p",
	  "p:5: [mcu c]: UUID 00000000000b is also that of p:2: [mcu b]; each "
	  "MCU needs its own, or the later one same_uuid" },
	{ "a UUID of an option",
	  { { "p", A } },
	  "-c p -u 00000000000a",
	  "p:2: [mcu]: UUID 00000000000a is also that of a -u or --chip-id; "
	  "each MCU needs its own, or the later one same_uuid" },
	{ "two MCUs of one flash image",
	  { { "p", A "flash_image: f\n" B "[mcu c]\ncanbus_uuid: 9\n"
		     "flash_image: f\n" } },
	  "-c p",
	  "p:7: [mcu c]: flash image 'f' is also that of p:2: [mcu]; each MCU "
	  "needs its own" },
	{ "a flash image of an option, for two MCUs of a file",
	  { { "p", A B } },
	  "-c p --flash-image f",
	  "p:4: [mcu b]: flash image 'f' is also that of p:2: [mcu]; each MCU "
	  "needs its own" },
	{ "a flash image that is the default of two MCUs",
	  { { NULL } },
	  "--flash-image f -u 000000000002 -u 000000000001",
	  "000000000001: flash image 'f' is also that of 000000000002; each "
	  "MCU needs its own" },
	{ "a flash image of several MCUs that count up",
	  { { NULL } },
	  "-u 000000000001 --count 3 --flash-image f",
	  "000000000001: flash image 'f' is given to all 3; each MCU needs its "
	  "own" },
	{ "keys that contradict each other",
	  { { "p", A "state: katapult\nbootloader: none\n" } },
	  "-c p",
	  "p:2: [mcu]: state 'katapult' needs bootloader 'katapult', not "
	  "'none'" },
	{ "a serial line with nothing to call the MCU by",
	  { { "p", A "[mcu b]\nuart: /dev/ttyS0\n" } },
	  "-c p",
	  "p: [mcu b] has 'uart', and nothing to call it by: add its chip_id, "
	  "or a canbus_uuid" },
	{ "a serial line and a nodeid",
	  { { "p", A "uart: /dev/ttyS0\nnodeid: 4\n" } },
	  "-c p",
	  "p:2: [mcu]: with 'uart' it has no nodeid; leave one of the two "
	  "away" },
	{ "a bridge in Katapult and a nodeid",
	  { { "p", CHIP "bridge: yes\nstate: katapult\nnodeid: 4\n" } },
	  "-c p",
	  "p:2: [mcu]: the Katapult of a bridge is on USB, and has no nodeid; "
	  "leave state or nodeid away" },
	{ "a serial line and a bit rate of CAN",
	  { { "p", A "uart: /dev/ttyS0\nklipper_bitrate: 500000\n" } },
	  "-c p",
	  "p:2: [mcu]: with 'uart' it has no bit rate of CAN; leave one of the "
	  "two away" },
	{ "a serial line for several MCUs",
	  { { NULL } },
	  "-u 000000000001 --count 2 --uart pty:/a",
	  "000000000001: 'pty:/a' is one line for 2 MCUs; each MCU needs its "
	  "own" },
	{ "one serial line twice",
	  { { "p", A "uart: pty:/a\n" B "uart: pty:/b\n[mcu c]\n"
		     "canbus_uuid: 9\nuart: pty:/a\n" } },
	  "-c p",
	  "p:2: [mcu]: uart 'pty:/a' is also that of p:8: [mcu c]; each MCU "
	  "needs its own" },
	{ "unplugged, and never there",
	  { { "p", A B "unplugged: adxl345\n" } },
	  "-c p",
	  "p:4: [mcu b]: unplugged 'adxl345': no MCU has anything of that "
	  "section; 'canmcu ctl devices' lists what an MCU has" },
	{ "a fault of frames, without frames",
	  { { "p", A "uart: pty:/a\nfault: mute\n" } },
	  "-c p",
	  "p:2: [mcu]: with 'uart' it is on no CAN bus, and fault 'mute' is "
	  "about frames; leave one of the two away" },
	{ "a bridge without a serial number",
	  { { "p", A "bridge: yes\n" } },
	  "-c p",
	  "p:2: [mcu]: the USB serial number of a board is its chip id, which "
	  "does not follow from a UUID; give a chip id, or any text as usb "
	  "serial" },
	{ "many bridges with one serial number",
	  { { NULL } },
	  "-u 00000000000a --bridge --usb-serial 1 --count 2",
	  "00000000000a: 2 MCUs on USB cannot have one serial number; give "
	  "each its own" },
	{ "two ways to reach it",
	  { { "p", A "usb: yes\nuart: /dev/ttyS0\n" } },
	  "-c p",
	  "p:4: uart '/dev/ttyS0': it has 'usb' already; leave one of the two "
	  "away" },
	{ "a start beyond the flash",
	  { { "p", A "application_start: 0x8080000\n" } },
	  "-c p",
	  "p:2: [mcu]: no application can start at 0x08080000; give a multiple "
	  "of 64 above 0x08000000 and below 0x08080000" },
	{ "a start below the flash",
	  { { "p", A "application_start: 0x7ffffc0\n" } },
	  "-c p",
	  "p:2: [mcu]: no application can start at 0x07ffffc0; give a multiple "
	  "of 64 above 0x08000000 and below 0x08080000" },
	{ "a start of a chip without Katapult",
	  { { "p", A "mcu_type: same51\napplication_start: 64\n" } },
	  "-c p",
	  "p:2: [mcu]: there is no Katapult for a same51; give no application "
	  "start" },
	{ "--count of a file",
	  { { "p", A } },
	  "-c p --count 2",
	  "--count 2: give it after a -u UUID" },
	{ "an option's value that is wrong for a file",
	  { { "p", A } },
	  "-c p --boot-ms x",
	  "--boot-ms 'x': give a number from 0 to 3600000" },
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

static void test_refused(void **state)
{
	const struct row *row = *state;
	char error[OPTS_ERROR_MAX] = "";
	struct opts o;

	write_files(row->files);
	assert_true(parse(&o, row->line, error) < 0);
	assert_string_equal(error, row->want);
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

static void test_64_interfaces_at_most(void **state)
{
	char text[8192], error[OPTS_ERROR_MAX];
	size_t at = 0;
	struct opts o;

	(void)state;
	for (int i = 0; i < 65; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "[mcu %d]\ncanbus_uuid: %d\n"
				       "interface: can%d\n",
				       i, i, i);
	write_file("p", text, at);
	assert_int_equal(parse(&o, "-c p", error), -EINVAL);
	assert_string_equal(error, "p:194: [mcu 64]: interface 'can64' is one "
				   "too many; at most 64 fit one process");
	assert_int_equal(parse(&o, "-c p -i can0", error), 0);
	assert_int_equal(o.mcus_len, 65);
	assert_int_equal(o.ifnames_len, 1);
	opts_fini(&o);
}

static void test_a_file_of_16_mib_and_one_byte(void **state)
{
	size_t len = (16u << 20) + 1;
	char error[OPTS_ERROR_MAX], *text = malloc(len);
	struct opts o;

	(void)state;
	memset(text, '#', len);
	memcpy(text, A, strlen(A));
	write_file("p", text, len);
	assert_int_equal(parse(&o, "-c p", error), -EFBIG);
	assert_string_equal(error,
			    "'p' cannot be read (more than 16 MiB): give "
			    "a configuration file");
	write_file("p", text, len - 1);
	assert_int_equal(parse(&o, "-c p", error), 0);
	opts_fini(&o);
	free(text);
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
		cmocka_unit_test(test_64_interfaces_at_most),
		cmocka_unit_test(
			test_the_machine_is_on_the_mcu_that_has_the_pins),
		cmocka_unit_test(test_4096_mcus_in_a_file_at_most),
		cmocka_unit_test(test_a_file_of_16_mib_and_one_byte),
	};
	struct CMUnitTest tests[ARRAY_SIZE(accepted) + ARRAY_SIZE(refused) +
				ARRAY_SIZE(others)];
	char folder[] = "/tmp/test_boards.XXXXXX";
	int failed;
	size_t n = 0;

	ROWS(accepted, test_accepted);
	ROWS(refused, test_refused);
	memcpy(&tests[n], others, sizeof(others));
	printer = realpath("tests/data/printer/sim.cfg", NULL);
	if (!printer || !mkdtemp(folder) || chdir(folder) || mkdir("d", 0700) ||
	    mkfifo("fifo", 0600)) {
		perror(folder);
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (int i = 0; i < 3; i++)
		remove((const char *[]){ "d/1.inc", "d/2.inc", "d/q" }[i]);
	for (int i = 0; i < 5; i++)
		remove((const char *[]){ "d", "p", "q", "fifo", "sim.cfg" }[i]);
	free(printer);
	return chdir("/") || rmdir(folder) ? 1 : failed;
}
