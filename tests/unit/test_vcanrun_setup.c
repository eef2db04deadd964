// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/line/setup.c
/* What the guest is told of the command, and which records are refused. */
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include "../../tools/vcan-run/line/setup.h"

static void test_a_setup_comes_back_in_order(void **state)
{
	static const char records[] = "c/a b\0aecho\0a\0ax\ny\0eA=1\n2\0"
				      "ivcan0\0ican1\0u077\0hbox";
	struct setup_blob b = { 0 };
	struct setup s;

	(void)state;
	assert_int_equal(setup_append(&b, records, sizeof(records)), 0);
	assert_int_equal(setup_unpack(&b, &s), 0);
	assert_string_equal(s.cwd, "/a b");
	assert_string_equal(s.argv[0], "echo");
	assert_string_equal(s.argv[1], "");
	assert_string_equal(s.argv[2], "x\ny");
	assert_null(s.argv[3]);
	assert_string_equal(s.envp[0], "A=1\n2");
	assert_null(s.envp[1]);
	assert_int_equal(s.n_ifaces, 2);
	assert_string_equal(s.ifaces[1], "can1");
	assert_int_equal(s.umask, 077);
	assert_string_equal(s.host, "box");
	assert_null(s.tty);
	setup_drop(&s);
	setup_fini(&b);
}

static void test_what_is_added_reads_back(void **state)
{
	struct setup_blob b = { 0 };

	(void)state;
	assert_int_equal(setup_add(&b, SETUP_ARG, "ls"), 0);
	assert_int_equal(setup_add(&b, SETUP_TTY, "2"), 0);
	assert_int_equal(b.len, 7);
	assert_memory_equal(b.data, "als\0t2\0", 7);
	setup_fini(&b);
}

static const struct bad_setup {
	const char *name;
	const char *bytes;
	size_t len;
} bad_setups[] = {
	{ "a setup that was cut is refused", "aecho\0aon", 9 },
	{ "a setup without a command is refused", "c/\0eA=1\0", 8 },
	{ "an empty setup is refused", "", 0 },
	{ "an unknown record is refused", "aecho\0?x\0", 9 },
	{ "a record without a tag is refused", "aecho\0\0", 7 },
};

static void test_bad_setup(void **state)
{
	const struct bad_setup *c = *state;
	struct setup_blob b = { 0 };
	struct setup s;

	assert_int_equal(setup_append(&b, c->bytes, c->len), 0);
	assert_int_equal(setup_unpack(&b, &s), -EBADMSG);
	setup_fini(&b);
}

static void test_a_setup_that_was_never_told_is_refused(void **state)
{
	struct setup_blob b = { 0 };
	struct setup s;

	(void)state;
	assert_int_equal(setup_unpack(&b, &s), -EBADMSG);
}

static void test_a_setup_beyond_8_mib_is_refused(void **state)
{
	struct setup_blob b = { 0 };

	(void)state;
	assert_int_equal(setup_append(&b, "", SETUP_MAX + 1), -E2BIG);
	setup_fini(&b);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_a_setup_comes_back_in_order),
		cmocka_unit_test(test_what_is_added_reads_back),
		cmocka_unit_test(test_a_setup_that_was_never_told_is_refused),
		cmocka_unit_test(test_a_setup_beyond_8_mib_is_refused),
	};
	struct CMUnitTest tests[ARRAY_SIZE(bad_setups) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(bad_setups, test_bad_setup);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
