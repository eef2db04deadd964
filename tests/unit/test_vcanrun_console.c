// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/relay/console.c
/* What a guest's kernel says: the last of it is kept, and shown when it dies. */
#include "../support/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

/* What its kernel and its programs write to the console is shown by us. */
static void test_it_commands_no_terminal(void **state)
{
	struct console c = { 0 };
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "a\033[2J\r\n\tb", 9), 9);
	close(fd[1]);
	c.fd = fd[0];
	assert_int_equal(console_read(&c), -1);
	close(fd[0]);
	assert_int_equal(c.len, 8);
	assert_memory_equal(c.tail, "a?[2J\n\tb", 8);
}

/* One that is never silent is left for the others in between. */
static void test_it_is_read_in_turns(void **state)
{
	static const char text[128 * 1024];
	struct console c = { 0 };
	int fd[2], left = 0;

	(void)state;
	assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
	assert_true(fcntl(fd[1], F_SETPIPE_SZ, sizeof(text)) >=
		    (int)sizeof(text));
	assert_int_equal(write(fd[1], text, sizeof(text)), sizeof(text));
	c.fd = fd[0];
	assert_int_equal(console_read(&c), 0);
	assert_int_equal(ioctl(fd[0], FIONREAD, &left), 0);
	assert_in_range(left, 1, sizeof(text) - 1);
	assert_int_equal(console_read(&c), 0);
	close(fd[1]);
	assert_int_equal(console_read(&c), -1);
	close(fd[0]);
}

static void test_it_has_nothing_to_say_yet(void **state)
{
	struct console c = { 0 };
	int fd[2];

	(void)state;
	assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
	c.fd = fd[0];
	assert_int_equal(console_read(&c), 0);
	assert_int_equal(c.fd, fd[0]);
	assert_int_equal(write(fd[1], "panic\n", 6), 6);
	assert_int_equal(console_read(&c), 0);
	assert_true(console_has(&c, "panic"));
	assert_false(console_has(&c, "panics"));
	close(fd[1]);
	assert_int_equal(console_read(&c), -1);
	assert_int_equal(c.fd, -1);
	close(fd[0]);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 5] = {
		cmocka_unit_test(test_what_was_shown_is_not_shown_again),
		cmocka_unit_test(test_the_last_is_kept),
		cmocka_unit_test(test_it_has_nothing_to_say_yet),
		cmocka_unit_test(test_it_commands_no_terminal),
		cmocka_unit_test(test_it_is_read_in_turns),
	};
	size_t n = 5;

	ROWS(rows, test_tail);
	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
