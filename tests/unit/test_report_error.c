// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* Errors before the first UUID, and output that cannot be written. */
#include "report_canbootreq.h"

/* Errors before the first UUID: one line, nothing on stdout. */
static const struct error_row {
	const char *name;
	struct words_facts facts;
	int code;
	const char *err;
} error_rows[] = {
	{ "usage",
	  { .cause = CAUSE_USAGE, .detail = "-u 'x' is wrong" },
	  2,
	  "canbootreq: -u 'x' is wrong (see canbootreq --help)\n" },
	{ "kernel without CAN",
	  { .cause = CAUSE_NO_CAN, .detail = "not supported" },
	  1,
	  "canbootreq: this kernel has no CAN support (not supported); load "
	  "it: sudo modprobe can-raw; to try things out without it: vcan-run "
	  "-- canbootreq -i vcan0 ...\n" },
	{ "no such interface",
	  { .cause = CAUSE_NO_INTERFACE,
	    .detail = "the CAN interfaces here: can1" },
	  1,
	  "canbootreq: there is no interface can0; the CAN interfaces here: "
	  "can1; see what there is: canbootreq --list; name another one with "
	  "-i, or see whether its adapter is plugged in (lsusb, dmesg)\n" },
	{ "not CAN",
	  { .cause = CAUSE_NOT_CAN, .detail = "the CAN interfaces here: can1" },
	  1,
	  "canbootreq: can0 is not a CAN interface; the CAN interfaces here: "
	  "can1; name a CAN interface with -i\n" },
	{ "permission",
	  { .cause = CAUSE_PERMISSION, .detail = "Operation not permitted" },
	  1,
	  "canbootreq: this process may not open CAN sockets (Operation not "
	  "permitted); raw CAN needs no root on a plain system: likely a sandbox, "
	  "container or security module forbids it here\n" },
	{ "down, a real interface",
	  { .cause = CAUSE_DOWN, .bitrate_bps = 1000000 },
	  5,
	  "canbootreq: can0 is down; no request was sent; bring it up: sudo "
	  "ip link set can0 up type can bitrate 1000000\n" },
	{ "down, a real interface whose driver does not tell the bit rate",
	  { .cause = CAUSE_DOWN,
	    .bitrate_bps = 1000000,
	    .bitrate_guessed = true },
	  5,
	  "canbootreq: can0 is down; no request was sent; bring it up: sudo "
	  "ip link set can0 up type can bitrate 1000000; 1000000 is Klipper's "
	  "default, take what your nodes have\n" },
	{ "down, a virtual interface",
	  { .cause = CAUSE_DOWN },
	  5,
	  "canbootreq: can0 is down; no request was sent; bring it up: sudo "
	  "ip link set can0 up\n" },
	{ "bus-off",
	  { .cause = CAUSE_BUS_OFF, .bitrate_bps = 250000 },
	  5,
	  "canbootreq: can0 is in state BUS-OFF; no request was sent; restart "
	  "it: sudo ip link set can0 down && sudo ip link set can0 up type "
	  "can bitrate 250000; if it recurs, likely: wrong bit rate, CAN-H and "
	  "CAN-L swapped, or no termination\n" },
	{ "another program is flashing",
	  { .cause = CAUSE_FLASHING },
	  6,
	  "canbootreq: another program is flashing a node over can0; no "
	  "request was "
	  "sent; wait until the flashing tool has ended, or go on "
	  "nevertheless with --force\n" },
	{ "no jansson",
	  { .cause = CAUSE_NO_JANSSON, .detail = "cannot open" },
	  1,
	  "canbootreq: --json needs the library jansson, which is not "
	  "installed (cannot open); install it: sudo apt install "
	  "libjansson4\n" },
	{ "no zlib",
	  { .cause = CAUSE_NO_ZLIB, .detail = "cannot open" },
	  1,
	  "canbootreq: --diagnose needs the libraries zlib and jansson, one "
	  "of which is not installed (cannot open); install them: sudo apt "
	  "install zlib1g libjansson4\n" },
	{ "nobody answered --query",
	  { .cause = CAUSE_QUERY_SILENT },
	  3,
	  "canbootreq: no unassigned node answered on can0; a node that has a "
	  "nodeid, from a Klipper host or a flash that broke off, never "
	  "answers: missing here does not mean gone; to hear it: canbootreq -i "
	  "can0 --listen\n" },
	{ "nobody answered --query, and another interface is up",
	  { .cause = CAUSE_QUERY_SILENT, .others = "can1 can2" },
	  3,
	  "canbootreq: no unassigned node answered on can0; a node that has a "
	  "nodeid, from a Klipper host or a flash that broke off, never "
	  "answers: missing here does not mean gone; to hear it: canbootreq -i "
	  "can0 --listen; up, too, and to be named with -i: can1 can2\n" },
	{ "down, and another interface is up",
	  { .cause = CAUSE_DOWN, .others = "can1" },
	  5,
	  "canbootreq: can0 is down; no request was sent; bring it up: sudo "
	  "ip link set can0 up; up, too, and to be named with -i: can1\n" },
	{ "interface lost after --query",
	  { .cause = CAUSE_QUERY_LOST, .detail = "went down" },
	  3,
	  "canbootreq: can0 went down while waiting for answers; bring can0 "
	  "up again (if it is gone, plug its adapter in before): sudo ip link "
	  "set can0 up\n" },
	{ "anything else",
	  { .cause = CAUSE_LOCAL, .detail = "can0 could not be used: why" },
	  1,
	  "canbootreq: can0 could not be used: why\n" },
	{ "control characters of the command line are not passed on",
	  { .cause = CAUSE_USAGE, .detail = "-u '\033[2J\n\377' is wrong" },
	  2,
	  "canbootreq: -u '?[2J?"
	  "?' is wrong (see canbootreq --help)\n" },
};

static void test_error(void **state)
{
	const struct error_row *row = *state;
	struct words_facts facts = row->facts;
	struct capture c;

	facts.ifname = "can0";
	capture_open(&c, false);
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), row->code);
	capture_end(&c);
	assert_string_equal(c.out, "");
	assert_string_equal(c.err, row->err);
	capture_free(&c);
}

static void test_output_that_cannot_be_written_is_an_error(void **state)
{
	(void)state;
	check_a_full_disk();
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(error_rows) + 1] = {
		cmocka_unit_test(
			test_output_that_cannot_be_written_is_an_error),
	};
	size_t n = 1;

	ROWS(error_rows, test_error);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
