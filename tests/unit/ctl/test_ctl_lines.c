// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire sim/canmcu/world
/* From the bytes that a client of the control socket sends to its lines. */
#include "../../support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/ctl/ctl.h"

static void test_lines_come_out_whatever_the_pieces(void **state)
{
	static const char *const pieces[] = { "li", "st\nres", "", "et\n\nq" };
	static const char *const want[] = { "list", "reset", "" };
	struct ctl_lines lines = { 0 };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const char *data = pieces[i];
		size_t len = strlen(data);
		struct ctl_line line;

		while (ctl_lines_next(&lines, &data, &len, &line)) {
			assert_false(line.too_long);
			assert_int_equal(line.len, strlen(want[n]));
			assert_memory_equal(line.text, want[n++], line.len);
		}
		assert_int_equal(len, 0);
	}
	assert_int_equal(n, ARRAY_SIZE(want));
	assert_int_equal(lines.len, 1);
}

static void feed(struct ctl_lines *lines, size_t len, bool too_long)
{
	char *text = malloc(len + 1);
	const char *data = text;
	struct ctl_line line;
	size_t left = len + 1;

	memset(text, 'x', len);
	text[len] = '\n';
	assert_true(ctl_lines_next(lines, &data, &left, &line));
	assert_int_equal(line.too_long, too_long);
	assert_int_equal(left, 0);
	free(text);
}

static void test_a_line_too_long_is_told_once_and_harms_no_other(void **state)
{
	struct ctl_lines lines = { 0 };

	(void)state;
	feed(&lines, 4096, false);
	feed(&lines, 4097, true);
	feed(&lines, 1000000, true);
	feed(&lines, 4096, false);
}

static void test_a_line_too_long_in_small_pieces(void **state)
{
	struct ctl_lines lines = { 0 };
	struct ctl_line line;
	const char *data;
	size_t len;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		data = "x";
		len = 1;
		assert_false(ctl_lines_next(&lines, &data, &len, &line));
	}
	data = "\nquit\n";
	len = 6;
	assert_true(ctl_lines_next(&lines, &data, &len, &line));
	assert_true(line.too_long);
	assert_true(ctl_lines_next(&lines, &data, &len, &line));
	assert_false(line.too_long);
	assert_memory_equal(line.text, "quit", 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_come_out_whatever_the_pieces),
		cmocka_unit_test(
			test_a_line_too_long_is_told_once_and_harms_no_other),
		cmocka_unit_test(test_a_line_too_long_in_small_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
