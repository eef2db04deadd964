// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/opts.c tools/canbus/names.c tools/shared/opts.c
/* Command lines of katflash that ask for nothing, and what the user is told. */
#include "katflash_opts.h"

#include <errno.h>

#define FORM                                                                  \
	"give -u UUID FILE, -d DEVICE FILE, or -m NAME FILE with NAME as in " \
	"printer.cfg"
#define IFACE \
	"is no interface name: 1 to 15 characters without '/' and blanks, like can0"
#define UUID "a UUID is 12 hex digits, like 112233445566"
#define SECONDS "seconds from 0.1 to 3600, like 5 or 0.5"
#define BAUD "bits per second from 1200 to 4000000, like 250000"
#define ONE_PATH "give one path for each board, behind it"
#define SAVES                                                                 \
	"--backup is for flashing: to save what is on a board type katflash " \
	"--read -u UUID FILE"
#define TWICE "is to be written, and is named twice: give it a name of its own"

static const struct bad_row {
	const char *name;
	const char *args[ARGS_MAX];
	const char *error;
} bad_rows[] = {
	{ "nothing at all", { NULL }, "no board is named: " FORM },
	{ "a FILE without a board",
	  { "klipper.bin" },
	  "no board is named: " FORM },
	{ "--verify without a board",
	  { "--verify", "klipper.bin" },
	  "no board is named: " FORM },
	{ "--check of nothing", { "--check" }, "--check needs a FILE" },
	{ "a UUID without a FILE",
	  { "-u", "AABBCCDDEEFF" },
	  "-u aabbccddeeff has no FILE: " FORM },
	{ "a name without a FILE",
	  { "-m", "EBB" },
	  "-m EBB has no FILE: " FORM },
	{ "the first of two boards without a FILE",
	  { "-u", U, "-m", "EBB", "a" },
	  "-u 112233445566 has no FILE: " FORM },
	{ "--check of a board without a FILE",
	  { "--check", "-m", "EBB" },
	  "-m EBB has no FILE: " FORM },
	{ "a FILE in front of a board that has one",
	  { "a.bin", "-u", U, "b.bin" },
	  "'a.bin' stands before the first board: " FORM },
	{ "two FILEs for one board",
	  { "-u", U, "a.bin", "b.bin" },
	  "'b.bin' is a second FILE for one board: " FORM },
	{ "two FILEs behind two dashes",
	  { "-u", U, "--", "-a.bin", "--json" },
	  "'--json' is a second FILE for one board: " FORM },
	{ "--check of two FILEs",
	  { "--check", "a.bin", "b.bin" },
	  "'b.bin' is a second FILE without a board: " FORM },
	{ "a FILE of no name", { "-u", U, "" }, "a FILE has no name: " FORM },
	{ "an interface of no name",
	  { "-i", "", "-u", U, "a" },
	  "-i '' " IFACE },
	{ "an interface with a slash",
	  { "-u", U, "a", "--interface=can/0" },
	  "-i 'can/0' " IFACE },
	{ "an interface of 16 characters",
	  { "-i", "abcdefghijklmnop" },
	  "-i 'abcdefghijklmnop' " IFACE },
	{ "a UUID of 11 digits",
	  { "-u", "11223344556", "a" },
	  "-u '11223344556' has 11 digits; leading zeros may be missing, try "
	  "-u 011223344556; " UUID },
	{ "a UUID with a letter that is no hex digit",
	  { "-u", "11223344556g", "a" },
	  "-u '11223344556g': 'g' is no hex digit; " UUID },
	{ "a long UUID is cut",
	  { "-u", "0123456789012345678901234567890123456789xyz" },
	  "-u '0123456789012345678901234567890123456789': 'x' is no hex digit; " UUID },
	{ "a device path",
	  { "-u", "/dev/ttyACM0", "a" },
	  "-u '/dev/ttyACM0' is a device path: name it with -d; -u is for "
	  "boards on CAN: " UUID " (canbus_uuid in printer.cfg)" },
	{ "one UUID twice",
	  { "-u", V, "a", "-u", "AABBCCDDEEFF", "b" },
	  "-u 'AABBCCDDEEFF' is given twice" },
	{ "two files to look names up in",
	  { "-m", "EBB", "a", "-c", "p", "-c", "q" },
	  "-c 'q': give the path of one file" },
	{ "no file to look names up in",
	  { "-m", "EBB", "a", "-c", "" },
	  "-c '': give the path of one file" },
	{ "a file for names, but no name",
	  { "-c", "p", "-u", U, "a" },
	  "-c says where names are to be found: add -m NAME FILE" },
	{ "--check and --verify",
	  { "--check", "--verify", "-u", U, "a" },
	  "--check, --verify and --read exclude each other" },
	{ "--verify and --read",
	  { "-u", U, "a", "--verify", "--read" },
	  "--check, --verify and --read exclude each other" },
	{ "--read without a FILE",
	  { "--read", "-u", U },
	  "-u 112233445566 has no FILE: " FORM },
	{ "a FILE in front of two boards",
	  { "--read", "a", "-u", U, "-u", V, "b" },
	  "'a' stands before the first board: " FORM },
	{ "--backup without a board",
	  { "--backup", "b" },
	  "no board is named: " FORM },
	{ "--backup of no name",
	  { "-u", U, "a", "--backup", "" },
	  "--backup '': " ONE_PATH },
	{ "--backup twice for one board",
	  { "-u", U, "a", "--backup", "b", "--backup=c" },
	  "--backup 'c': " ONE_PATH },
	{ "--backup in front of each of two boards",
	  { "--backup", "b", "-u", U, "a", "--backup", "c", "-u", V, "a" },
	  "--backup 'c': " ONE_PATH },
	{ "--backup with --verify",
	  { "-u", U, "a", "--backup", "b", "--verify" },
	  SAVES },
	{ "--backup with --check of a FILE alone",
	  { "--backup", "b", "--check", "a" },
	  SAVES },
	{ "--backup with --read",
	  { "--read", "-u", U, "a", "--backup", "b" },
	  SAVES },
	{ "--backup into the FILE",
	  { "-u", U, "a", "--backup", "a" },
	  "'a' " TWICE },
	{ "--backup into the FILE of another board",
	  { "-u", U, "a", "--backup", "b", "-u", V, "b" },
	  "'b' " TWICE },
	{ "two boards with the same --backup",
	  { "-u", U, "a", "--backup", "b", "-u", V, "a", "--backup", "b" },
	  "'b' " TWICE },
	{ "--read of two boards into one FILE",
	  { "--read", "-u", U, "a", "-m", "EBB", "a" },
	  "'a' " TWICE },
	{ "a timeout that is none",
	  { "-u", U, "a", "--timeout", "1e3" },
	  "--timeout '1e3' is no number: " SECONDS },
	{ "a timeout of nothing",
	  { "-u", U, "a", "--timeout", "0" },
	  "--timeout '0' is out of range: " SECONDS },
	{ "a timeout beyond an hour",
	  { "-u", U, "a", "--timeout", "3601" },
	  "--timeout '3601' is out of range: " SECONDS },
	{ "-f as flashtool.py has it",
	  { "-u", U, "-f", "klipper.bin" },
	  "'-f': the file stands behind its board: " FORM },
	{ "--firmware as flashtool.py has it",
	  { "-u", U, "--firmware=klipper.bin" },
	  "'--firmware=klipper.bin': the file stands behind its board: " FORM },
	{ "-r as flashtool.py has it",
	  { "-u", U, "-r" },
	  "'-r': to ask for the bootloader alone type canbootreq -u UUID" },
	{ "--request-bootloader as flashtool.py has it",
	  { "--request-bootloader" },
	  "'--request-bootloader': to ask for the bootloader alone type "
	  "canbootreq -u UUID" },
	{ "-q as flashtool.py has it",
	  { "-q" },
	  "'-q': to list unassigned nodes type canbootreq --query" },
	{ "-s as flashtool.py has it",
	  { "-s" },
	  "'-s': to see which nodes are in Katapult type canbootreq --query" },
	{ "--status as flashtool.py has it",
	  { "--status" },
	  "'--status': to see which nodes are in Katapult type canbootreq "
	  "--query" },
	{ "-d and -f as flashtool.py has it",
	  { "-d", "/dev/ttyACM0", "-f", "klipper.bin" },
	  "'-f': the file stands behind its board: " FORM },
	{ "a device without a FILE",
	  { "--device", "/dev/ttyACM0" },
	  "-d /dev/ttyACM0 has no FILE: " FORM },
	{ "a device of no name",
	  { "-d", "", "a" },
	  "-d '' names no device: " FORM },
	{ "a rate in front of its board",
	  { "-b", "250000", "-d", "/dev/ttyS0", "a" },
	  "-b '250000' stands before its board: give -d DEVICE -b BAUD FILE" },
	{ "a rate that no port has",
	  { "-d", "/dev/ttyS0", "-b", "1199", "a" },
	  "-b '1199' is out of range: " BAUD },
	{ "a rate of letters",
	  { "-d", "/dev/ttyS0", "--katapult-baud", "fast", "a" },
	  "--katapult-baud 'fast' is no number: " BAUD },
	{ "a rate of a board on CAN",
	  { "-u", U, "-b", "250000", "a" },
	  "-u " U " is on CAN, where there is no baud rate: leave out -b" },
	{ "a rate of its Katapult",
	  { "-u", U, "--katapult-baud", "250000", "a" },
	  "-u " U
	  " is on CAN, where there is no baud rate: leave out --katapult-baud" },
	{ "-l as tools that list have it",
	  { "-l" },
	  "'-l': to list interfaces and boards on USB type canbootreq --list" },
	{ "an unknown option",
	  { "-u", U, "a", "--bogus" },
	  "unknown or ambiguous option '--bogus'" },
	{ "--ver, which is --verify, --verbose or --version",
	  { "--ver" },
	  "unknown or ambiguous option '--ver'" },
	{ "a UUID that is not there",
	  { "-u" },
	  "'-u' needs a value: --uuid UUID" },
	{ "a flag with a value",
	  { "--force=yes" },
	  "'--force=yes': --force takes no value" },
};

static void test_bad(void **state)
{
	const struct bad_row *row = *state;
	struct opts opts;

	assert_int_equal(parse(&opts, row->args), -EINVAL);
	assert_string_equal(opts.error, row->error);
}

/* Return: what parsing 32 boards, and one more, said. */
static const char *parse_too_many(struct opts *opts, const char *option,
				  const char *last)
{
	static char uuids[OPTS_BOARDS_MAX][KCAN_UUID_STR_LEN + 1];
	const char *args[3 * OPTS_BOARDS_MAX + 4] = { NULL };
	size_t n = 0;

	for (size_t i = 0; i < OPTS_BOARDS_MAX; i++) {
		kcan_uuid_format(&(struct kcan_uuid){ { [5] = (uint8_t)i } },
				 uuids[i]);
		args[n++] = "-u";
		args[n++] = uuids[i];
		args[n++] = "a";
	}
	if (option) {
		args[n++] = option;
		args[n++] = last;
		args[n++] = "a";
	}
	return parse(opts, args) ? opts->error : "";
}

static void test_there_are_32_boards_in_one_call_at_most(void **state)
{
	struct opts opts;

	(void)state;
	assert_string_equal(parse_too_many(&opts, NULL, NULL), "");
	assert_int_equal(opts.len, 32);
	assert_string_equal(parse_too_many(&opts, "-u", U),
			    "-u '" U "': at most 32 boards in one call");
	assert_string_equal(parse_too_many(&opts, "-m", "EBB"),
			    "-m 'EBB': at most 32 boards in one call");
	assert_string_equal(parse_too_many(&opts, "-d", "/dev/ttyS0"),
			    "-d '/dev/ttyS0': at most 32 boards in one call");
}

static void test_json_is_known_even_when_the_rest_is_wrong(void **state)
{
	struct opts opts;

	(void)state;
	assert_int_equal(
		parse(&opts, (const char *[]){ "-u", "x", "--json", NULL }),
		-EINVAL);
	assert_true(opts.json);
	assert_int_equal(parse(&opts, (const char *[]){ "-u", "x", "--",
							"--json", NULL }),
			 -EINVAL);
	assert_false(opts.json);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(bad_rows) + 2] = {
		cmocka_unit_test(test_there_are_32_boards_in_one_call_at_most),
		cmocka_unit_test(
			test_json_is_known_even_when_the_rest_is_wrong),
	};
	size_t n = 2;

	ROWS(bad_rows, test_bad);
	return _cmocka_run_group_tests("katflash_opts_refused", tests, n, NULL,
				       NULL);
}
