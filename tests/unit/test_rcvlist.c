// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/rcvlist.h"

#define NOTHING          \
	{                \
		"", 0, 0 \
	}
#define HASHES "000000009dc8caae  00000000462e0482         0  raw"

/* Lines as Linux 6.1 writes them, pointers and all. */
static const struct row {
	const char *name;
	const char *line;
	bool want;
	struct kcan_receiver receiver;
} rows[] = {
	{ "rcvlist_sff: one exact id",
	  "   vcan0     10d    c00007ff  " HASHES,
	  true,
	  { "vcan0", 0x10d, 0xc00007ff } },
	{ "rcvlist_fil: an id that python-can filters",
	  "   vcan0     109    800007ff  " HASHES,
	  true,
	  { "vcan0", 0x109, 0x800007ff } },
	{ "rcvlist_fil: a range",
	  "   vcan0     100    80000700  " HASHES,
	  true,
	  { "vcan0", 0x100, 0x80000700 } },
	{ "rcvlist_all: everything",
	  "   vcan0     000    00000000  " HASHES,
	  true,
	  { "vcan0", 0, 0 } },
	{ "an extended id has 8 digits",
	  "   any    8000010d  dfffffff  " HASHES,
	  true,
	  { "any", 0x8000010d, 0xdfffffff } },
	{ "the longest name there is",
	  "   can0123456789ab     10d    c00007ff  " HASHES,
	  true,
	  { "can0123456789ab", 0x10d, 0xc00007ff } },
	{ "the rest of the line does not matter",
	  "can0 10d c00007ff",
	  true,
	  { "can0", 0x10d, 0xc00007ff } },
	{ "an end of line is no part of it",
	  "can0 10d c00007ff\n",
	  true,
	  { "can0", 0x10d, 0xc00007ff } },
	{ "the title", "receive list 'rx_sff':", false, NOTHING },
	{ "the heading",
	  "  device   can_id   can_mask      function          userdata", false,
	  NOTHING },
	{ "no entry", "  (vcan0: no entry)", false, NOTHING },
	{ "an empty line", "", false, NOTHING },
	{ "blanks only", "   \t  ", false, NOTHING },
	{ "a name and nothing else", "vcan0", false, NOTHING },
	{ "no mask", "vcan0 10d", false, NOTHING },
	{ "a name that no interface can have", "can0123456789abc 10d c00007ff",
	  false, NOTHING },
	{ "an id of 4 digits", "vcan0 010d c00007ff", false, NOTHING },
	{ "a mask of 9 digits", "vcan0 10d 0c00007ff", false, NOTHING },
	{ "a sign is no digit", "vcan0 +0d c00007ff", false, NOTHING },
	{ "a prefix is no digit", "vcan0 0x1 c00007ff", false, NOTHING },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct kcan_receiver untouched = { "same", 1, 2 };
	const struct kcan_receiver *want = row->want ? &row->receiver :
						       &untouched;
	struct kcan_receiver got = untouched;

	assert_int_equal(kcan_rcvlist_parse(&got, row->line), row->want);
	assert_string_equal(got.ifname, want->ifname);
	assert_int_equal(got.id, want->id);
	assert_int_equal(got.mask, want->mask);
}

static char path[] = "/tmp/test_rcvlist.XXXXXX";

static void note(const struct kcan_receiver *r, void *arg)
{
	char *out = arg;

	sprintf(out + strlen(out), "%s %x|", r->ifname, r->id);
}

/* Return: what a file of this text has for vcan0. */
static const char *read_text(const char *text, size_t len)
{
	static char found[512];
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	*found = '\0';
	errno = EIO; /* of something before */
	assert_int_equal(kcan_rcvlist_read(path, "vcan0", note, found), 0);
	return found;
}

static void test_those_of_an_interface_and_of_all(void **state)
{
	static const char text[] = "receive list 'rx_sff':\n"
				   "  vcan0  10d  c00007ff  " HASHES "\n"
				   "  vcan1  10f  c00007ff  " HASHES "\n"
				   "  any    111  c00007ff  " HASHES "\n"
				   "  vcan   113  c00007ff  " HASHES "\n"
				   "  vcan00 115  c00007ff  " HASHES "\n"
				   "  vcan0  117  c00007ff  without an end";

	(void)state;
	assert_string_equal(read_text(text, strlen(text)),
			    "vcan0 10d|any 111|");
}

/* It is read in pieces of 2048 bytes; a line that is cut there stays whole. */
static void read_across(size_t before, const char *want)
{
	static const char line[] = "vcan0 10d c00007ff ";
	char text[2048 + 256];

	memset(text, 'x', sizeof(text));
	text[2048 - before - 1] = '\n';
	memcpy(text + 2048 - before, line, strlen(line));
	text[sizeof(text) - 1] = '\n';
	assert_string_equal(read_text(text, sizeof(text)), want);
}

static void test_lines_across_two_pieces(void **state)
{
	(void)state;
	read_across(1, "vcan0 10d|");
	read_across(10, "vcan0 10d|");
	read_across(160, "vcan0 10d|");
	/* of one that is longer than any of the kernel nothing is believed */
	read_across(161, "");
}

static void test_no_such_file(void **state)
{
	char found[8] = "";

	(void)state;
	assert_int_equal(kcan_rcvlist_read("/nowhere", "vcan0", note, found),
			 -ENOENT);
	assert_string_equal(found, "");
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 3] = {
		cmocka_unit_test(test_those_of_an_interface_and_of_all),
		cmocka_unit_test(test_lines_across_two_pieces),
		cmocka_unit_test(test_no_such_file),
	};
	size_t n = 3;
	int failed, fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);

	ROWS(rows, test_row);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
