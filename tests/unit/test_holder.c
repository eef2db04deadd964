// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Lines of /proc/net/unix, as Linux prints them (net/unix/af_unix.c). */
#include "../support/unit.h"

#include "io/holder.h"

#define NAME "canbootreq/3/uuid/112233445566"
#define HEAD "0000000000000000: 00000002 00000000 00000000 0002 01 30781"

static const struct row {
	const char *name;
	const char *line;
	ino_t want;
} rows[] = {
	{ "the socket", HEAD " @" NAME "\n", 30781 },
	{ "without a newline", HEAD " @" NAME, 30781 },
	{ "a longer name", HEAD " @" NAME "7\n", 0 },
	{ "a shorter name", HEAD " @canbootreq/3/uuid/11223344556\n", 0 },
	{ "another name", HEAD " @canbootreq/3/uuid/112233445567\n", 0 },
	{ "a file of that name", HEAD " " NAME "\n", 0 },
	{ "one without a name", HEAD "\n", 0 },
	{ "the head line",
	  "Num       RefCount Protocol Flags    Type St Inode Path\n", 0 },
	{ "nothing", "", 0 },
};

static void test_row(void **state)
{
	const struct row *row = *state;

	assert_int_equal(io_holder_socket(row->line, NAME), row->want);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)] = { 0 };
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
