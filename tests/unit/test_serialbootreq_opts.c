// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/serialbootreq tools/serial tools/shared
#include "../support/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/serialbootreq/opts.h"

/* needs that */
#include "command_line.h"

#define D "/dev/ttyS0"
#define ARGS_MAX 8

#define BAUD "bits per second from 1200 to 4000000, like 250000"
#define SECONDS "seconds from 0.1 to 3600, like 5 or 0.5"

static const struct bad_row {
	const char *name;
	const char *args[ARGS_MAX];
	const char *error;
} bad_rows[] = {
	{ "no device",
	  { NULL },
	  "no device is named: give -d /dev/serial/by-id/usb-Klipper_... (USB) "
	  "or -d /dev/ttyS0 -b 250000 (UART), or -m NAME as in printer.cfg" },
	{ "a device and a name",
	  { "-d", D, "-m", "mcu" },
	  "-m names the device, too: leave out -d" },
	{ "two names",
	  { "-m", "mcu", "-m", "EBB" },
	  "-m 'EBB': one MCU in one call" },
	{ "a file without a name",
	  { "-c", "p" },
	  "-c says where a name is to be found: add -m NAME" },
	{ "two files",
	  { "-m", "mcu", "-c", "p", "-c", "q" },
	  "-c 'q': give the path of one file" },
	{ "an empty device",
	  { "-d", "" },
	  "-d '' names no device: -d /dev/serial/by-id/usb-Klipper_... (USB) "
	  "or -d /dev/ttyS0 -b 250000 (UART)" },
	{ "two devices",
	  { "-d", D, "-d", "/dev/ttyS1" },
	  "-d '/dev/ttyS1': one device in one call" },
	{ "a device without -d",
	  { D },
	  "'/dev/ttyS0' belongs to no option; a device is named with -d "
	  "DEVICE or -m NAME" },
	{ "a rate in words",
	  { "-d", D, "-b", "fast" },
	  "-b 'fast' is no number: " BAUD },
	{ "a rate of nothing",
	  { "-d", D, "-b", "0" },
	  "-b '0' is out of range: " BAUD },
	{ "a rate beyond every adapter",
	  { "-d", D, "--katapult-baud", "99999999999999999999" },
	  "--katapult-baud '99999999999999999999' is out of range: " BAUD },
	{ "both ways",
	  { "-d", D, "--usb", "--uart" },
	  "--usb and --uart exclude each other" },
	{ "a rate for USB",
	  { "-d", D, "--usb", "-b", "250000" },
	  "--usb asks at 1200 baud always: leave out -b" },
	{ "Katapult's rate for USB",
	  { "-d", D, "--usb", "--katapult-baud", "250000" },
	  "--usb asks at 1200 baud always: leave out --katapult-baud" },
	{ "a timeout that is none",
	  { "-d", D, "--timeout", "1e3" },
	  "--timeout '1e3' is no number: " SECONDS },
	{ "a timeout of nothing",
	  { "-d", D, "--timeout", "0" },
	  "--timeout '0' is out of range: " SECONDS },
	{ "bytes of a way that has none",
	  { "--dry-run", "--usb" },
	  "--usb sends no bytes that --dry-run could print: the request is "
	  "1200 baud and DTR" },
	{ "-r as flashtool.py has it",
	  { "-d", D, "-r" },
	  "'-r': serialbootreq asks for the bootloader always: leave it out, "
	  "type serialbootreq -d DEVICE" },
	{ "-q as flashtool.py has it",
	  { "-q" },
	  "'-q': nodes on CAN are listed by another program: type canbootreq "
	  "--query" },
	{ "-f as flashtool.py has it",
	  { "-f", "klipper.bin", "-d", D },
	  "'-f': serialbootreq flashes nothing: type serialbootreq -d DEVICE, "
	  "which names the command that flashes" },
	{ "-s as flashtool.py has it",
	  { "-d", D, "--status" },
	  "'--status': type serialbootreq -d DEVICE, which says so when "
	  "Katapult is there already" },
	{ "-i as canbootreq has it",
	  { "-i", "can0" },
	  "'-i': a node on CAN is asked by another program: type canbootreq "
	  "-i IFACE -u UUID" },
	{ "--uuid as canbootreq has it",
	  { "--uuid=112233445566" },
	  "'--uuid=112233445566': a node on CAN is asked by another program: "
	  "type canbootreq -u UUID" },
	{ "-l as tools that list have it",
	  { "-l" },
	  "'-l': to list serial ports on USB type ls /dev/serial/by-id/" },
	{ "an unknown option",
	  { "--bogus" },
	  "unknown or ambiguous option '--bogus'" },
};

static void test_bad(void **state)
{
	const struct bad_row *row = *state;
	struct opts opts;

	assert_int_equal(parse(&opts, row->args), -EINVAL);
	assert_string_equal(opts.error, row->error);
}

static const struct good_row {
	const char *name;
	const char *args[ARGS_MAX];
	struct opts want;
} good_rows[] = {
	{ "a device, the rest by default",
	  { "-d", D },
	  { .device = D,
	    .baud_bps = 250000,
	    .katapult_bps = 250000,
	    .timeout_us = 5000000 } },
	{ "everything at once",
	  { "--uart", "-vd", D, "-b115200", "--katapult-baud=57600",
	    "--timeout=.5", "--json" },
	  { .way = WAY_UART,
	    .device = D,
	    .baud_bps = 115200,
	    .katapult_bps = 57600,
	    .timeout_us = 500000,
	    .json = true,
	    .verbose = true } },
	{ "USB, twice the same",
	  { "--device", D, "--usb", "--usb" },
	  { .way = WAY_USB,
	    .device = D,
	    .baud_bps = 250000,
	    .katapult_bps = 250000,
	    .timeout_us = 5000000 } },
	{ "--dry-run needs no device",
	  { "--dry-run" },
	  { .command = OPTS_DRY_RUN,
	    .baud_bps = 250000,
	    .katapult_bps = 250000,
	    .timeout_us = 5000000 } },
	{ "--help needs nothing else",
	  { "--help", "--bogus" },
	  { .command = OPTS_HELP,
	    .baud_bps = 250000,
	    .katapult_bps = 250000,
	    .timeout_us = 5000000 } },
};

static void test_good(void **state)
{
	const struct good_row *row = *state;
	struct opts got;

	assert_int_equal(parse(&got, row->args), 0);
	assert_int_equal(got.command, row->want.command);
	assert_int_equal(got.way, row->want.way);
	assert_string_equal(got.device ? got.device : "none",
			    row->want.device ? row->want.device : "none");
	assert_int_equal(got.baud_bps, row->want.baud_bps);
	assert_int_equal(got.katapult_bps, row->want.katapult_bps);
	assert_int_equal(got.timeout_us, row->want.timeout_us);
	assert_int_equal(got.json, row->want.json);
	assert_int_equal(got.verbose, row->want.verbose);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(bad_rows) + ARRAY_SIZE(good_rows)];
	size_t n = 0;

	ROWS(bad_rows, test_bad);
	ROWS(good_rows, test_good);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
