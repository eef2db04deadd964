// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/shared
#include "../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/shared/slots.h"

/* {name} is the facts. */
static const char *greeting(const void *facts)
{
	(void)facts;
	return "hello\n{name}";
}

static const struct say_slot slots[] = {
	{ "{empty}", .either = { NULL, NULL } },
	{ "{known}", .either = { "nobody", "of {name}" } },
	{ "{greeting}", .sentence = greeting },
	{ 0 },
};
static const struct say_slot name_slots[] = { { "{name}", 0, say_put_text },
					      { 0 } };
static const struct say_slots tables[] = {
	{ slots },
	{ name_slots },
	{ 0 },
};

static const struct row {
	const char *name;
	const char *sentence, *facts;
	size_t size;
	const char *want;
} rows[] = {
	{ "no slot", "as it is", "x", 64, "as it is" },
	{ "slots", "{name}, {name}", "x", 64, "x, x" },
	{ "a slot of nothing", "a{empty}b", "x", 64, "ab" },
	{ "what is no slot stays", "{other} {", "x", 64, "{other} {" },
	{ "lines of a sentence stay, in a slot they do not", "{name}\n{name}",
	  "a\nb", 64, "a?b\na?b" },
	{ "what a terminal would obey", "{name}", "\033[2J\177\200", 64,
	  "?[2J??" },
	{ "a slot in a slot is not filled", "{name}", "{name}", 64, "{name}" },
	{ "a slot that is a sentence of ours has slots and lines",
	  "{greeting}!", "{na\nme}", 64, "hello\n{na?me}!" },
	{ "a slot for a fact", "{known}", "x", 64, "of x" },
	{ "a slot without one", "{known}", "", 64, "nobody" },
	{ "cut within a slot of a slot", "{greeting}!", "12345", 9,
	  "hello\n12" },
	{ "cut within a slot", "{name}!", "12345678", 5, "1234" },
	{ "cut before a slot", "12345{name}", "x", 5, "1234" },
	{ "room for nothing", "{name}", "x", 1, "" },
};

static void test_expand(void **state)
{
	const struct row *row = *state;
	char *out = malloc(row->size);

	assert_non_null(out);
	say_expand(out, row->size, row->sentence, tables, row->facts);
	assert_string_equal(out, row->want);
	free(out);
}

static const struct quote_row {
	const char *name;
	const char *word;
	size_t size;
	const char *want;
} quote_rows[] = {
	{ "a path is a word", "/dev/serial/by-id/usb-Klipper_a-if00", 64,
	  "/dev/serial/by-id/usb-Klipper_a-if00" },
	{ "nothing is a word in quotes", "", 64, "''" },
	{ "a blank", "a b", 64, "'a b'" },
	{ "what a shell would obey", "$(reboot);`x`", 64, "'$(reboot);`x`'" },
	{ "a quote", "it's", 64, "'it'\\''s'" },
	{ "quotes that do not fit", "a'''''''''", 16, "'a'\\'''\\'''" },
	{ "a word that does not fit", "0123456789abcdef", 16, "0123456789" },
};

static void test_quote(void **state)
{
	const struct quote_row *row = *state;
	char *out = malloc(row->size);

	assert_non_null(out);
	assert_string_equal(say_quote(out, row->size, row->word), row->want);
	free(out);
}

static void test_lines(void **state)
{
	char text[] = "one\ntwo\nthree";
	char *got = NULL;
	size_t len;
	FILE *to = open_memstream(&got, &len);

	(void)state;
	assert_non_null(to);
	say_lines(to, "program", "next: ", text);
	fclose(to);
	assert_string_equal(got, "program: next: one\n"
				 "program:   two\n"
				 "program:   three\n");
	free(got);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(quote_rows) + 1] = {
		cmocka_unit_test(test_lines),
	};
	size_t n = 1;

	ROWS(rows, test_expand);
	ROWS(quote_rows, test_quote);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
