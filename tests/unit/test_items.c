// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <string.h>

#include "util/items.h"

struct row {
	const char *name;
	const char *list;
	const char *items; /* each with a '|' behind it */
};

static const struct row rows[] = {
	{ "no list", "", "" },
	{ "one", "PA1", "PA1|" },
	{ "blanks stay where they are", "PA1, !PA2", "PA1| !PA2|" },
	{ "empty ones are passed over", ",,PA1,,PA2,", "PA1|PA2|" },
	{ "what is too long is cut off, and the next one whole", "12345678,PA2",
	  "1234567|PA2|" },
};

static void test_items(void **state)
{
	const struct row *row = *state;
	const char *list = row->list;
	char item[8], all[32] = "";

	while (util_next_item(&list, item, sizeof(item))) {
		strcat(all, item);
		strcat(all, "|");
	}
	assert_string_equal(all, row->items);
	assert_string_equal(list, "");
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_items);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
