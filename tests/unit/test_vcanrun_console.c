// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/relay/console.c
/* What a guest's kernel says: the last of it is kept, and shown when it dies. */
#include "../support/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/vcan-run/relay/console.h"

/* What it says is there at once, and then it ends. */
static void hear(struct console *c, const char *text, size_t len)
{
	FILE *said = tmpfile();

	assert_non_null(said);
	assert_int_equal(fwrite(text, 1, len, said), len);
	rewind(said);
	c->fd = fileno(said);
	assert_int_equal(console_read(c), -1);
	assert_int_equal(c->fd, -1);
	fclose(said);
}

/* What is written to stderr by @print, or while @text is heard without one. */
static void assert_shown(struct console *c, const char *text,
			 void (*print)(const struct console *c),
			 const char *want)
{
	int stderr_was = dup(STDERR_FILENO);
	char got[4096] = "";
	FILE *shown = tmpfile();

	assert_non_null(shown);
	fflush(stderr);
	dup2(fileno(shown), STDERR_FILENO);
	if (print)
		print(c);
	else
		hear(c, text, strlen(text));
	fflush(stderr);
	dup2(stderr_was, STDERR_FILENO);
	close(stderr_was);
	rewind(shown);
	got[fread(got, 1, sizeof(got) - 1, shown)] = '\0';
	fclose(shown);
	assert_string_equal(got, want);
}

/* 13 lines "b" to "n" without the last one's end. */
#define B_TO_M "b\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n"
#define FROM_C                                                         \
	"guest: c\nguest: d\nguest: e\nguest: f\nguest: g\nguest: h\n" \
	"guest: i\nguest: j\nguest: k\nguest: l\nguest: m\n"

static const struct row {
	const char *name;
	const char *said;
	const char *want; /* of its tail */
} rows[] = {
	{ "nothing", "", "" },
	{ "an empty line", "\n", "guest: \n" },
	{ "one line", "panic\n", "guest: panic\n" },
	{ "one that has no end", "panic", "guest: panic\n" },
	{ "12 lines are shown", B_TO_M, "guest: b\n" FROM_C },
	{ "of 13 the last 12", "a\n" B_TO_M, "guest: b\n" FROM_C },
	{ "of 14 as well", "z\na\n" B_TO_M, "guest: b\n" FROM_C },
	{ "one without an end is one of them", B_TO_M "n",
	  "guest: b\n" FROM_C "guest: n\n" },
};

static void test_tail(void **state)
{
	struct console c = { 0 };
	const struct row *row = *state;

	hear(&c, row->said, strlen(row->said));
	assert_shown(&c, NULL, console_print_tail, row->want);
}

static void test_what_was_shown_is_not_shown_again(void **state)
{
	struct console c = { .show = true };

	(void)state;
	assert_shown(&c, "a\r\n\033b\n", NULL, "a\n?b\n");
	assert_shown(&c, NULL, console_print_tail, "");
}

/* More than is kept, in pieces that fill what is read at a time, or do not. */
static void test_the_last_is_kept(void **state)
{
	struct console c = { 0 };
	char *text = malloc(CONSOLE_KEPT);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', CONSOLE_KEPT);
	hear(&c, text, CONSOLE_KEPT - 1);
	assert_int_equal(c.len, CONSOLE_KEPT - 1);
	hear(&c, "b", 1);
	assert_int_equal(c.len, CONSOLE_KEPT);
	assert_int_equal(c.tail[0], 'a');
	hear(&c, "cde", 3);
	assert_int_equal(c.len, CONSOLE_KEPT);
	assert_memory_equal(c.tail + CONSOLE_KEPT - 5, "abcde", 5);
	memcpy(text, "xy", 2);
	hear(&c, text, CONSOLE_KEPT);
	assert_int_equal(c.len, CONSOLE_KEPT);
	assert_memory_equal(c.tail, "xya", 3);
	assert_true(console_has(&c, "xya"));
	assert_false(console_has(&c, "cde"));
	free(text);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2] = {
		cmocka_unit_test(test_what_was_shown_is_not_shown_again),
		cmocka_unit_test(test_the_last_is_kept),
	};
	size_t n = 2;

	ROWS(rows, test_tail);
	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
