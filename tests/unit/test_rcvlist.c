// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <string.h>

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

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)] = { 0 };
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
