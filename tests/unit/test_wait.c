// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Signals, each in a process of its own: what it has done stays with it. */
#include "../support/unit.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/wait.h"

#define LONG_US 60000000

/* Return: the wait status of a process that does this. */
static int status_of(void (*body)(int number), int number)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		/* nohup has it ignored */
		signal(number, SIG_DFL);
		body(number);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int exited(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Ends with the number of what util_wait() tells, 0 when there is nothing. */
static void take(int number)
{
	int fd = util_wait_signals();
	int got = 0;

	if (fd <= STDERR_FILENO)
		_exit(255);
	raise(number);
	/* whatever came is there at once */
	util_wait(-1, fd, 0, &got);
	_exit(got);
}

static void take_ignored(int number)
{
	signal(number, SIG_IGN);
	take(number);
}

static const struct row {
	const char *name;
	int number;
	bool always; /* taken, although it was ignored */
} rows[] = {
	{ "SIGHUP", SIGHUP },	      { "SIGINT", SIGINT, true },
	{ "SIGQUIT", SIGQUIT, true }, { "SIGABRT", SIGABRT },
	{ "SIGUSR1", SIGUSR1 },	      { "SIGUSR2", SIGUSR2 },
	{ "SIGALRM", SIGALRM },	      { "SIGTERM", SIGTERM, true },
	{ "SIGXCPU", SIGXCPU },	      { "SIGVTALRM", SIGVTALRM },
	{ "SIGPROF", SIGPROF },	      { "SIGIO", SIGPOLL },
	{ "SIGPWR", SIGPWR },	      { "SIGSYS", SIGSYS },
	{ "SIGTRAP", SIGTRAP },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	char name[UTIL_SIGNAL_NAME_LEN];

	assert_int_equal(exited(status_of(take, row->number)), row->number);
	assert_int_equal(exited(status_of(take_ignored, row->number)),
			 row->always ? row->number : 0);
	util_signal_name(name, sizeof(name), row->number);
	assert_string_equal(name, row->name);
}

static bool can_be_ignored(int number)
{
	struct sigaction now;

	signal(number, SIG_IGN);
	return !sigaction(number, NULL, &now) && now.sa_handler == SIG_IGN &&
	       !raise(number);
}

/* qemu-user has fewer than it tells, GCC 16's address sanitizer keeps one. */
static int last_signal(void)
{
	int n = SIGRTMAX;

	while (!can_be_ignored(n))
		n--;
	for (int i = n; i <= SIGRTMAX; i++)
		signal(i, SIG_DFL);
	return n;
}

static void test_real_time_signals_are_taken(void **state)
{
	int last = last_signal();

	(void)state;
	assert_true(last > SIGRTMIN);
	for (int n = SIGRTMIN; n <= last; n++) {
		assert_int_equal(exited(status_of(take, n)), n);
		assert_int_equal(exited(status_of(take_ignored, n)), 0);
	}
}

static void test_real_time_signals_have_names(void **state)
{
	char name[UTIL_SIGNAL_NAME_LEN];

	(void)state;
	util_signal_name(name, sizeof(name), SIGRTMIN);
	assert_string_equal(name, "SIGRTMIN+0");
	util_signal_name(name, sizeof(name), SIGRTMIN + 17);
	assert_string_equal(name, "SIGRTMIN+17");
}

/* A write that fails is no reason to die in the middle of an exchange. */
static void test_signals_of_writes_are_ignored(void **state)
{
	(void)state;
	assert_int_equal(exited(status_of(take, SIGPIPE)), 0);
	assert_int_equal(exited(status_of(take, SIGXFSZ)), 0);
	assert_int_equal(exited(status_of(take, SIGTTOU)), 0);
}

static void abort_while_taken(int number)
{
	(void)number;
	util_wait_signals();
	abort();
}

static void test_abort_still_ends_the_program(void **state)
{
	int status = status_of(abort_while_taken, 0);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void obey(int number)
{
	util_wait_signals();
	raise(number);
	util_obey_signals();
}

static void obey_ignored(int number)
{
	signal(number, SIG_IGN);
	obey(number);
}

static void test_obeyed_again_they_end_the_program(void **state)
{
	int last = last_signal();

	(void)state;
	assert_int_equal(WTERMSIG(status_of(obey, SIGTERM)), SIGTERM);
	assert_int_equal(WTERMSIG(status_of(obey, SIGHUP)), SIGHUP);
	assert_int_equal(WTERMSIG(status_of(obey, last)), last);
	assert_int_equal(WTERMSIG(status_of(obey_ignored, SIGINT)), SIGINT);
	assert_int_equal(exited(status_of(obey_ignored, SIGHUP)), 0);
}

static void wait_for_it(int number)
{
	int fd = util_wait_signals(), got = 0;

	ualarm(1000, 0);
	util_wait(-1, fd, LONG_US, &got);
	_exit(got == number ? 0 : 1);
}

static void test_a_signal_ends_the_waiting(void **state)
{
	(void)state;
	assert_int_equal(exited(status_of(wait_for_it, SIGALRM)), 0);
}

static void without_standard_streams(int number)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		close(fd);
	if (util_wait_signals() <= STDERR_FILENO)
		_exit(1);
	/* no socket may come to sit there */
	_exit(dup(number) <= STDERR_FILENO);
}

static void test_numbers_of_closed_standard_streams_are_kept(void **state)
{
	(void)state;
	assert_int_equal(exited(status_of(without_standard_streams, 0)), 0);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 7] = {
		cmocka_unit_test(test_real_time_signals_are_taken),
		cmocka_unit_test(test_real_time_signals_have_names),
		cmocka_unit_test(test_signals_of_writes_are_ignored),
		cmocka_unit_test(test_abort_still_ends_the_program),
		cmocka_unit_test(test_obeyed_again_they_end_the_program),
		cmocka_unit_test(test_a_signal_ends_the_waiting),
		cmocka_unit_test(
			test_numbers_of_closed_standard_streams_are_kept),
	};
	size_t n = 7;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
