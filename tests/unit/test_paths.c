// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/paths.h"

#define PLENTY 1000

/* Folders end with a slash. */
static const char *const there[] = { "a.cfg", "b.cfg",	 ".c.cfg",
				     "b/",    "b/b.cfg", "B.cfg",
				     "\\d",   "b/.e/",	 "b/.e/f.cfg",
				     "[g]",   "dark/",	 "dark/h.cfg" };

struct row {
	const char *name;
	const char *pattern;
	const char *want; /* each with a '|' behind it */
};

static const struct row rows[] = {
	{ "nothing", "*.conf", "" },
	{ "in the order of bytes", "*.cfg", "B.cfg|a.cfg|b.cfg|" },
	{ "one sign", "?.cfg", "B.cfg|a.cfg|b.cfg|" },
	{ "a set", "[ab].cfg", "a.cfg|b.cfg|" },
	{ "the dot in front is meant when it is there", ".*", ".c.cfg|" },
	{ "folders, too", "b*", "b|b.cfg|" },
	{ "in a folder", "*/*.cfg", "b/b.cfg|dark/h.cfg|" },
	{ "behind a folder with a name", "b/*.cfg", "b/b.cfg|" },
	{ "a name behind a pattern", "*/b.cfg", "b/b.cfg|" },
	{ "a name behind that is not there", "*/c.cfg", "" },
	{ "hidden folders", "b/.*/*", "b/.e/f.cfg|" },
	{ "slashes stay as they are", "b//*.cfg", "b//b.cfg|" },
	{ "a backslash is one", "\\*", "\\d|" },
	{ "a bracket that nothing closes", "[g*", "[g]|" },
	{ "a folder that is a file", "a.cfg/*", "" },
	{ "a folder that is not there", "no/*", "" },
};

static char folder[] = "/tmp/test_paths.XXXXXX";

static int prepare(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(there); i++) {
		bool is_folder = there[i][strlen(there[i]) - 1] == '/';

		if (is_folder)
			mkdir(there[i], 0700);
		else
			close(open(there[i], O_CREAT | O_WRONLY, 0600));
	}
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	for (size_t i = ARRAY_SIZE(there); i--;)
		if (remove(there[i]))
			return -1;
	return chdir("/") || rmdir(folder);
}

static void assert_found(const char *pattern, const char *want)
{
	struct paths found;
	size_t left = PLENTY;
	char all[256] = "";

	assert_int_equal(paths_find(&found, pattern, &left), 0);
	for (size_t i = 0; i < found.len; i++) {
		strcat(all, found.list[i]);
		strcat(all, "|");
	}
	assert_string_equal(all, want);
	paths_free(&found);
}

static void test_row(void **state)
{
	const struct row *row = *state;

	assert_found(row->pattern, row->want);
}

static void test_from_the_root(void **state)
{
	char pattern[64], want[64];

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/a*", folder);
	snprintf(want, sizeof(want), "%s/a.cfg|", folder);
	assert_found(pattern, want);
}

/* b/ has "." and ".." and two names */
static void test_no_more_names_than_allowed(void **state)
{
	struct paths found;
	size_t left = 4;

	(void)state;
	assert_int_equal(paths_find(&found, "b/*", &left), 0);
	assert_int_equal(left, 0);
	assert_int_equal(found.len, 1);
	paths_free(&found);
	left = 3;
	assert_int_equal(paths_find(&found, "b/*", &left), -E2BIG);
	assert_int_equal(found.len, 0);
	assert_null(found.list);
	/* and when some had been found: without the last name of all */
	left = PLENTY;
	assert_int_equal(paths_find(&found, "*/*", &left), 0);
	assert_true(found.len > 1);
	paths_free(&found);
	left = PLENTY - left - 1;
	assert_int_equal(paths_find(&found, "*/*", &left), -E2BIG);
	assert_int_equal(found.len, 0);
	assert_null(found.list);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2] = {
		cmocka_unit_test(test_from_the_root),
		cmocka_unit_test(test_no_more_names_than_allowed),
	};
	size_t n = 2;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, prepare, clean_up);
}
