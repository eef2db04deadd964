// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/vm/cache.c
#include "../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/vcan-run/vm/cache.h"

struct asked {
	const char *taken; /* what to end with, or NULL */
	char dirs[256];
};

static int ask(void *ctx, const char *dir)
{
	struct asked *a = ctx;
	size_t len = strlen(a->dirs);

	snprintf(a->dirs + len, sizeof(a->dirs) - len, "%s\n", dir);
	return a->taken && !strcmp(a->taken, dir) ? 0 : -1;
}

static void test_the_caches_are_asked_in_their_order(void **state)
{
	struct asked a = { 0 };

	(void)state;
	setenv("XDG_CACHE_HOME", "/c", 1);
	setenv("HOME", "/home/u", 1);
	assert_int_equal(cache_find("uml", ask, &a), -1);
	assert_string_equal(a.dirs, "/c/vcan-run/uml\n"
				    "/home/u/.cache/vcan-run/uml\n"
				    "/var/cache/vcan-run/uml\n");
}

static void test_the_one_that_is_taken_is_the_last_asked(void **state)
{
	struct asked a = { .taken = "/home/u/.cache/vcan-run/uml" };

	(void)state;
	setenv("XDG_CACHE_HOME", "/c", 1);
	setenv("HOME", "/home/u", 1);
	assert_int_equal(cache_find("uml", ask, &a), 0);
	assert_string_equal(a.dirs, "/c/vcan-run/uml\n"
				    "/home/u/.cache/vcan-run/uml\n");
}

/* XDG Base Directory Specification: "either not set or empty" is the same */
static void test_an_empty_variable_is_as_good_as_unset(void **state)
{
	struct asked a = { 0 };

	(void)state;
	setenv("XDG_CACHE_HOME", "", 1);
	setenv("HOME", "", 1);
	assert_int_equal(cache_find("uml", ask, &a), -1);
	assert_string_equal(a.dirs, "/var/cache/vcan-run/uml\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_caches_are_asked_in_their_order),
		cmocka_unit_test(test_the_one_that_is_taken_is_the_last_asked),
		cmocka_unit_test(test_an_empty_variable_is_as_good_as_unset),
	};

	return cmocka_run_group_tests_name("vcanrun_cache", tests, NULL, NULL);
}
