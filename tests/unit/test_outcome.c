// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <string.h>

#include <kcan/outcome.h>

/* The table of the man page: scripts rely on these. */
static const struct row {
	const char *name;
	enum kcan_outcome outcome;
	int code;
} rows[] = {
	{ "in-bootloader", KCAN_OUTCOME_IN_BOOTLOADER, 0 },
	{ "requested", KCAN_OUTCOME_REQUESTED, 0 },
	{ "left-bootloader", KCAN_OUTCOME_LEFT_BOOTLOADER, 0 },
	{ "heard", KCAN_OUTCOME_HEARD, 0 },
	{ "local-error", KCAN_OUTCOME_LOCAL_ERROR, 1 },
	{ "usage", KCAN_OUTCOME_USAGE, 2 },
	{ "no-answer", KCAN_OUTCOME_NO_ANSWER, 3 },
	{ "still-application", KCAN_OUTCOME_STILL_APPLICATION, 4 },
	{ "not-sent", KCAN_OUTCOME_NOT_SENT, 5 },
	{ "busy", KCAN_OUTCOME_BUSY, 6 },
	{ "unproven", KCAN_OUTCOME_UNPROVEN, 7 },
	{ "no-application", KCAN_OUTCOME_NO_APPLICATION, 8 },
	{ "flashed", KCAN_OUTCOME_FLASHED, 0 },
	{ "same", KCAN_OUTCOME_SAME, 0 },
	{ "checked", KCAN_OUTCOME_CHECKED, 0 },
	{ "saved", KCAN_OUTCOME_SAVED, 0 },
	{ "image-refused", KCAN_OUTCOME_IMAGE_REFUSED, 9 },
	{ "incomplete", KCAN_OUTCOME_INCOMPLETE, 10 },
	{ "not-started", KCAN_OUTCOME_NOT_STARTED, 11 },
	{ "interrupted", KCAN_OUTCOME_INTERRUPTED, 128 },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct kcan_outcome_info *info = kcan_outcome_get(row->outcome);

	assert_non_null(info);
	assert_string_equal(info->name, row->name);
	assert_int_equal(info->code, row->code);
	assert_true(strlen(info->meaning) > 10);
}

static void test_no_outcome_is_missing_here(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_SIZE(rows), KCAN_OUTCOME_COUNT);
}

static void test_out_of_range_is_null(void **state)
{
	(void)state;
	assert_null(kcan_outcome_get(KCAN_OUTCOME_COUNT));
	assert_null(kcan_outcome_get((enum kcan_outcome) - 1));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2] = {
		cmocka_unit_test(test_no_outcome_is_missing_here),
		cmocka_unit_test(test_out_of_range_is_null),
	};
	size_t n = 2;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
