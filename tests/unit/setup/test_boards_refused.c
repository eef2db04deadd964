// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/mcu/mcu_cfg.c sim/canmcu/setup
// needs: sim/canmcu/wire/confinement.c
/* What files and options are refused for, and how much of them is too much. */
#include "board_files.h"

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

static void test_refused(void **state)
{
	const struct row *row = *state;
	char error[OPTS_ERROR_MAX] = "";
	struct opts o;

	write_files(row->files);
	assert_true(parse(&o, row->line, error) < 0);
	assert_string_equal(error, row->want);
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

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_64_interfaces_at_most),
		cmocka_unit_test(test_4096_mcus_in_a_file_at_most),
		cmocka_unit_test(test_a_file_of_16_mib_and_one_byte),
	};
	struct CMUnitTest tests[ARRAY_SIZE(refused) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(refused, test_refused);
	memcpy(&tests[n], others, sizeof(others));
	return folder_run("boards_refused", tests, ARRAY_SIZE(tests));
}
