// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* libc is there wherever these tests run. */
#include "../support/unit.h"

#include <string.h>

#include "util/loader.h"

struct functions {
	size_t (*len)(const char *text);
	int (*missing)(void);
	int (*compare)(const char *a, const char *b);
};

static const struct util_symbol good[] = {
	{ "strlen", offsetof(struct functions, len) },
	{ "strcmp", offsetof(struct functions, compare) },
};
static const struct util_symbol bad[] = {
	{ "strlen", offsetof(struct functions, len) },
	{ "no_such_function", offsetof(struct functions, missing) },
	{ "strcmp", offsetof(struct functions, compare) },
};

UTIL_LIBRARY(libc, good, "test", "Try the loader", "suggested", "libc.so.6");
UTIL_LIBRARY(other, bad, "test", "Try the loader", "suggested", "libc.so.6");
UTIL_LIBRARY(none, good, "test", "Try the loader", "suggested", "libnone.so.7");

static void test_functions_go_where_the_table_says(void **state)
{
	struct functions f = { 0 };
	const char *why = "";

	(void)state;
	assert_true(util_library_load(&libc, &f, &why));
	assert_null(why);
	assert_int_equal(f.len("four"), 4);
	assert_int_equal(f.compare("a", "a"), 0);
	assert_null(f.missing);
}

static void test_a_missing_function_is_named(void **state)
{
	struct functions f = { 0 };
	const char *why = NULL;

	(void)state;
	assert_false(util_library_load(&other, &f, &why));
	assert_non_null(strstr(why, "no_such_function"));
	assert_null(f.missing);
	assert_null(f.compare);
}

static void test_a_missing_library_is_named(void **state)
{
	struct functions f = { .len = strlen };
	const char *why = NULL;

	(void)state;
	assert_false(util_library_load(&none, &f, &why));
	assert_non_null(strstr(why, "libnone.so.7"));
	assert_null(f.len);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions_go_where_the_table_says),
		cmocka_unit_test(test_a_missing_function_is_named),
		cmocka_unit_test(test_a_missing_library_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
