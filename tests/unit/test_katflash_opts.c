// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/opts.c tools/canbus/names.c tools/shared/opts.c
/* Command lines of katflash, and what each asks for. */
#include "katflash_opts.h"

#include <stdlib.h>
#include <string.h>

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
	{ "--check of a FILE, and of the board behind it",
	  { "--check", "a", "-u", U },
	  { .command = OPTS_CHECK,
	    .ifname = "can0",
	    .boards = { { .uuid = UUID_U, .file = "a" } },
	    .len = 1,
	    .timeout_us = 5000000 } },
	{ "--read: the FILE in front of the only board",
	  { "--read", "a", "-m", "EBB" },
	  { .command = OPTS_READ,
	    .ifname = "can0",
	    .boards = { { .name = "EBB", .file = "a", .backup = "a" } },
	    .len = 1,
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
	    "--time=.5", "--no-s", "--no-w", "--forc", "--js", "--prog",
	    "--verb" },
	  { .command = OPTS_VERIFY,
	    .ifname = "can1",
	    .on_ifname = true,
	    .config = "p",
	    .boards = { { .name = "EBB", .file = "a" } },
	    .len = 1,
	    .timeout_us = 500000,
	    .no_start = true,
	    .no_wait = true,
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
	assert_int_equal(got.no_wait, row->want.no_wait);
	assert_int_equal(got.force, row->want.force);
	assert_int_equal(got.json, row->want.json);
	assert_int_equal(got.progress, row->want.progress);
	assert_int_equal(got.verbose, row->want.verbose);
}

/* In their order. */
static const char *const help_lines[] = {
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
	"\n      --no-wait  ",
	"\n      --force  ",
	"\n      --timeout SECONDS  ",
	"\n      --progress  ",
	"\n      --json  ",
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

static void test_help_shows_every_option_and_outcome(void **state)
{
	const char *at;
	char *text = NULL;
	size_t len = 0, options = 0;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	assert_non_null(to);
	opts_help(to);
	fclose(to);
	at = text;
	for (size_t i = 0; i < ARRAY_SIZE(help_lines); i++) {
		at = strstr(at, help_lines[i]);
		assert_non_null(at);
	}
	for (char *line = text; *line; line += strcspn(line, "\n") + 1) {
		assert_in_range(strcspn(line, "\n"), 0, 80);
		options += !strncmp(line, "  ", 2) && line[2] != ' ' ? 1 : 0;
		options += !strncmp(line, "      --", 8) ? 1 : 0;
	}
	/* and no other one: the options, and the one outcome of three digits */
	assert_int_equal(options, 20 + 1);
	free(text);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(good_rows) + 1] = {
		cmocka_unit_test(test_help_shows_every_option_and_outcome),
	};
	size_t n = 1;

	ROWS(good_rows, test_good);
	return _cmocka_run_group_tests("katflash_opts", tests, n, NULL, NULL);
}
