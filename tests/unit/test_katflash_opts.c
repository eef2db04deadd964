// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/opts.c tools/canbus/names.c tools/shared/opts.c
#include "../support/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/katflash/opts.h"

/* needs that */
#include "command_line.h"

#define U "112233445566"
#define V "aabbccddeeff"
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
#define ARGS_MAX 13

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
	{ "a FILE in front of its board",
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
	{ "--read with its FILE in front",
	  { "--read", "a", "-u", U },
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

#define UUID_U                                             \
	{                                                  \
		{                                          \
			0x11, 0x22, 0x33, 0x44, 0x55, 0x66 \
		}                                          \
	}
#define UUID_V                                             \
	{                                                  \
		{                                          \
			0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff \
		}                                          \
	}

static const struct good_row {
	const char *name;
	const char *args[ARGS_MAX];
	struct opts want;
} good_rows[] = {
	{ "a UUID and its FILE, the rest by default",
	  { "-u", U, "a" },
	  { .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "a" } },
	    .len = 1,
	    .timeout_us = 5000000 } },
	{ "a name and its FILE",
	  { "-m", "EBB", "a" },
	  { .ifname = "can0",
	    .boards = { { .name = "EBB", .file = "a" } },
	    .len = 1,
	    .timeout_us = 5000000 } },
	{ "a serial port and its FILE",
	  { "-d", "/dev/ttyS0", "a" },
	  { .ifname = "can0",
	    .boards = { { .device = "/dev/ttyS0", .file = "a" } },
	    .len = 1,
	    .timeout_us = 5000000 } },
	{ "rates belong to the board in front of them",
	  { "-d", "/dev/ttyS0", "-b9600", "a", "--katapult-baud=115200", "-m",
	    "EBB", "b", "--baud=57600" },
	  { .ifname = "can0",
	    .boards = { { .device = "/dev/ttyS0",
			  .file = "a",
			  .baud_bps = 9600,
			  .katapult_bps = 115200 },
			{ .name = "EBB", .file = "b", .baud_bps = 57600 } },
	    .len = 2,
	    .timeout_us = 5000000 } },
	{ "each FILE belongs to the board in front of it",
	  { "-u", U, "a", "-m", "EBB", "b", "--uuid=AABBCCDDEEFF", "c" },
	  { .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "a" },
			{ .name = "EBB", .file = "b" },
			{ .uuid = UUID_V, .file = "c" } },
	    .len = 3,
	    .timeout_us = 5000000 } },
	{ "two boards may get the same FILE",
	  { "-u", U, "a", "-u", V, "a" },
	  { .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "a" },
			{ .uuid = UUID_V, .file = "a" } },
	    .len = 2,
	    .timeout_us = 5000000 } },
	{ "options may stand between a board and its FILE",
	  { "-u", U, "--force", "-ican1", "a", "--no-start" },
	  { .ifname = "can1",
	    .on_ifname = true,
	    .boards = { { .uuid = UUID_U, .file = "a" } },
	    .len = 1,
	    .force = true,
	    .no_start = true,
	    .timeout_us = 5000000 } },
	{ "two dashes before a FILE that begins with a dash",
	  { "--json", "-u", U, "--", "-a.bin" },
	  { .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "-a.bin" } },
	    .len = 1,
	    .json = true,
	    .timeout_us = 5000000 } },
	{ "what is behind two dashes is no option",
	  { "-u", U, "--", "--json" },
	  { .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "--json" } },
	    .len = 1,
	    .timeout_us = 5000000 } },
	{ "names of a file, and a UUID beside them",
	  { "-c", "p", "-m", "EBB", "a", "-u", U, "b" },
	  { .ifname = "can0",
	    .config = "p",
	    .boards = { { .name = "EBB", .file = "a" },
			{ .uuid = UUID_U, .file = "b" } },
	    .len = 2,
	    .timeout_us = 5000000 } },
	{ "--check of a FILE alone",
	  { "--check", "a" },
	  { .command = OPTS_CHECK,
	    .ifname = "can0",
	    .file = "a",
	    .timeout_us = 5000000 } },
	{ "--check of a FILE that begins with a dash",
	  { "--check", "--", "-a" },
	  { .command = OPTS_CHECK,
	    .ifname = "can0",
	    .file = "-a",
	    .timeout_us = 5000000 } },
	{ "--check of a board",
	  { "-u", U, "a", "--check", "--check" },
	  { .command = OPTS_CHECK,
	    .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "a" } },
	    .len = 1,
	    .timeout_us = 5000000 } },
	{ "long options cut short",
	  { "--verif", "--int=can1", "--mc", "EBB", "a", "--conf=p",
	    "--time=.5", "--no", "--forc", "--js", "--prog", "--verb" },
	  { .command = OPTS_VERIFY,
	    .ifname = "can1",
	    .on_ifname = true,
	    .config = "p",
	    .boards = { { .name = "EBB", .file = "a" } },
	    .len = 1,
	    .timeout_us = 500000,
	    .no_start = true,
	    .force = true,
	    .json = true,
	    .progress = true,
	    .verbose = true } },
	{ "--read: each FILE is to be written",
	  { "--read", "-u", U, "a", "-m", "EBB", "b" },
	  { .command = OPTS_READ,
	    .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "a", .backup = "a" },
			{ .name = "EBB", .file = "b", .backup = "b" } },
	    .len = 2,
	    .timeout_us = 5000000 } },
	{ "--backup belongs to the board in front of it",
	  { "-u", U, "a", "-m", "EBB", "--backup", "c", "b" },
	  { .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "a" },
			{ .name = "EBB", .file = "b", .backup = "c" } },
	    .len = 2,
	    .timeout_us = 5000000 } },
	{ "--backup in front of all boards belongs to the first one",
	  { "--backup", "c", "-u", U, "a", "-u", V, "a" },
	  { .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "a", .backup = "c" },
			{ .uuid = UUID_V, .file = "a" } },
	    .len = 2,
	    .timeout_us = 5000000 } },
	{ "--help needs nothing else",
	  { "--help", "--bogus" },
	  { .command = OPTS_HELP, .ifname = "can0", .timeout_us = 5000000 } },
	{ "--version ends it, whatever stands in front",
	  { "--check", "-u", U, "--version", "--bogus" },
	  { .command = OPTS_VERSION,
	    .ifname = "can0",
	    .boards = { { .uuid = UUID_U } },
	    .len = 1,
	    .timeout_us = 5000000 } },
};

static void assert_text(const char *got, const char *want)
{
	assert_string_equal(got ? got : "none", want ? want : "none");
}

static void assert_boards(const struct opts *got, const struct opts *want)
{
	assert_int_equal(got->len, want->len);
	for (size_t i = 0; i < want->len; i++) {
		const struct opts_board *board = &got->boards[i];

		assert_text(board->name, want->boards[i].name);
		assert_text(board->file, want->boards[i].file);
		assert_text(board->backup, want->boards[i].backup);
		assert_text(board->device, want->boards[i].device);
		assert_int_equal(board->baud_bps, want->boards[i].baud_bps);
		assert_int_equal(board->katapult_bps,
				 want->boards[i].katapult_bps);
		if (!board->name)
			assert_memory_equal(&board->uuid, &want->boards[i].uuid,
					    sizeof(board->uuid));
	}
	assert_text(got->file, want->file);
}

static void test_good(void **state)
{
	const struct good_row *row = *state;
	struct opts got;

	assert_int_equal(parse(&got, row->args), 0);
	assert_int_equal(got.command, row->want.command);
	assert_string_equal(got.ifname, row->want.ifname);
	assert_int_equal(got.on_ifname, row->want.on_ifname);
	assert_text(got.config, row->want.config);
	assert_boards(&got, &row->want);
	assert_int_equal(got.timeout_us, row->want.timeout_us);
	assert_int_equal(got.no_start, row->want.no_start);
	assert_int_equal(got.force, row->want.force);
	assert_int_equal(got.json, row->want.json);
	assert_int_equal(got.progress, row->want.progress);
	assert_int_equal(got.verbose, row->want.verbose);
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

static void test_help_shows_every_option_and_outcome(void **state)
{
	static const char *const lines[] = {
		"\n  -i, --interface IFACE  ",
		"\n  -u, --uuid UUID  ",
		"\n  -d, --device DEVICE  ",
		"\n  -b, --baud BAUD  ",
		"\n      --katapult-baud BAUD  ",
		"\n  -m, --mcu NAME  ",
		"\n  -c, --config FILE  ",
		"\n      --check  ",
		"\n      --verify  ",
		"\n      --read  ",
		"\n      --backup PATH  ",
		"\n      --no-start  ",
		"\n      --force  ",
		"\n      --timeout SECONDS  ",
		"\n      --json  ",
		"\n      --progress  ",
		"\n  -v, --verbose  ",
		"\n      --version  ",
		"\n  -h, --help  ",
		"\n    0  flashed ",
		"\n    0  same ",
		"\n    0  checked ",
		"\n    0  saved ",
		"\n    1  local-error ",
		"\n    2  usage ",
		"\n    3  no-answer ",
		"\n    4  still-application ",
		"\n    5  not-sent ",
		"\n    6  busy ",
		"\n    7  unproven ",
		"\n    8  no-application ",
		"\n    9  image-refused ",
		"\n   10  incomplete ",
		"\n   11  not-started ",
		"\n  128  interrupted ",
	};
	char *text = NULL;
	size_t len = 0, options = 0;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	assert_non_null(to);
	opts_help(to);
	fclose(to);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_non_null(strstr(text, lines[i]));
	for (char *line = text; *line; line += strcspn(line, "\n") + 1) {
		assert_in_range(strcspn(line, "\n"), 0, 80);
		options += !strncmp(line, "  ", 2) && line[2] != ' ' ? 1 : 0;
		options += !strncmp(line, "      --", 8) ? 1 : 0;
	}
	/* and no other one: the options, and the one outcome of three digits */
	assert_int_equal(options, 19 + 1);
	free(text);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(bad_rows) + ARRAY_SIZE(good_rows) +
				3] = {
		cmocka_unit_test(test_there_are_32_boards_in_one_call_at_most),
		cmocka_unit_test(
			test_json_is_known_even_when_the_rest_is_wrong),
		cmocka_unit_test(test_help_shows_every_option_and_outcome),
	};
	size_t n = 3;

	ROWS(bad_rows, test_bad);
	ROWS(good_rows, test_good);
	return _cmocka_run_group_tests("katflash_opts", tests, n, NULL, NULL);
}
