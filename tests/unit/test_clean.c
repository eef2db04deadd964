// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "util/clean.h"

struct row {
	const char *name;
	const char *text;
	const char *clean;
	const char *lines; /* NULL: the same */
};

static const struct row rows[] = {
	{ "nothing", "", "" },
	{ "the first and the last sign", " ~", " ~" },
	{ "what is just outside of them", "\x1f\x7f", "??" },
	{ "a command to a terminal", "\033[2J\a", "?[2J?" },
	{ "C1 controls of a terminal with 8 bits",
	  "\x9b"
	  "31m",
	  "?31m" },
	{ "UTF-8, byte by byte", "\xc3\xa4", "??" },
	{ "no UTF-8", "\xff\xfe", "??" },
	{ "lines and tabs", "a\n\tb\r\n", "a??b??", "a\n\tb?\n" },
};

static void test_clean(void **state)
{
	const struct row *row = *state;
	char text[32], lines[32];

	strcpy(text, row->text);
	util_clean(text);
	assert_string_equal(text, row->clean);
	strcpy(lines, row->text);
	util_clean_lines(lines, strlen(lines));
	assert_string_equal(lines, row->lines ? row->lines : row->clean);
}

static void test_bytes_may_have_zeros(void **state)
{
	char bytes[] = { 'a', '\0', '\033', 'b' };

	(void)state;
	util_clean_lines(bytes, 3);
	assert_memory_equal(bytes, ((char[]){ 'a', '?', '?', 'b' }), 4);
}

/* Return: what was said, which a pipe holds. */
static size_t say(char *out, size_t size, const char *text)
{
	int fds[2];
	size_t len = 0;
	ssize_t n;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	util_say(fds[1], "canmcu: '%s'", text);
	close(fds[1]);
	while ((n = read(fds[0], out + len, size - len)) > 0)
		len += (size_t)n;
	close(fds[0]);
	return len;
}

static void test_line(void **state)
{
	char out[64];
	size_t len = say(out, sizeof(out), "\033.\n");

	(void)state;
	assert_int_equal(len, strlen("canmcu: '?.?'\n"));
	assert_memory_equal(out, "canmcu: '?.?'\n", len);
}

static void test_long_line(void **state)
{
	static char text[2 * UTIL_SAY_MAX], out[2 * UTIL_SAY_MAX];
	size_t len;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	len = say(out, sizeof(out), text);
	assert_int_equal(len, UTIL_SAY_MAX);
	assert_memory_equal(out, "canmcu: 'x", 10);
	assert_memory_equal(out + len - 2, "x\n", 2);
}

/* Written to where nobody can: it has to return. */
static void test_nowhere(void **state)
{
	(void)state;
	util_say(-1, "canmcu: %d", 1);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 4] = {
		cmocka_unit_test(test_bytes_may_have_zeros),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_nowhere),
	};
	size_t n = 4;

	ROWS(rows, test_clean);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
