// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/shared
#include "../support/unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "../../tools/shared/streams.h"
#include "util/wait.h"

#include "full_pipe.h"

#define SHORT_US 100000
#define LONG_US 600000000 /* longer than any test may last */

#define LOST                                                              \
	"program: results could not be written: standard output has not " \
	"taken them in time; give it a reader, or a file\n"

/* Streams onto two pipes. */
struct world {
	struct full_pipe out, err;
	struct say_streams streams;
	char got[4096];
};

/* The pipes have so many free pages; SAME: err is out. */
#define SAME SIZE_MAX

static void world_open(struct world *w, size_t out_free, size_t err_free)
{
	w->out = full_pipe_open(out_free);
	w->err = err_free == SAME ? w->out : full_pipe_open(err_free);
	say_streams_open(&w->streams, w->out.writer, w->err.writer);
	assert_non_null(w->streams.out);
	assert_null(w->streams.progress);
}

static bool world_close(struct world *w, uint64_t limit_us)
{
	return say_streams_close(&w->streams, "program", 0, limit_us);
}

static void world_free(struct world *w)
{
	full_pipe_close(&w->out);
	if (w->err.writer != w->out.writer)
		full_pipe_close(&w->err);
}

/* What came behind the page that fills a pipe. */
static const char *came(struct world *w, const struct full_pipe *p)
{
	full_pipe_drain(p);
	read_all(p->reader, w->got, sizeof(w->got));
	return w->got;
}

static void test_lines_are_written_when_they_are_complete(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 1, 1);
	fputs("re", w.streams.out);
	fprintf(w.streams.err, "note %d\n", 1);
	fputs("sult\nrest", w.streams.out);
	assert_string_equal(came(&w, &w.out), "result\n");
	assert_string_equal(came(&w, &w.err), "note 1\n");
	assert_true(world_close(&w, LONG_US));
	read_all(w.out.reader, w.got, sizeof(w.got));
	assert_string_equal(w.got, "rest");
	world_free(&w);
}

/* Of a name, a file, the wire. */
static void test_no_byte_commands_a_terminal(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 1, 1);
	fputs("\033[2J\t\x9b\n", w.streams.out);
	fputs("\a\r\n", w.streams.err);
	fputs("\x7f\n", w.streams.trace);
	assert_string_equal(came(&w, &w.out), "?[2J\t?\n");
	assert_string_equal(came(&w, &w.err), "??\n?\n");
	assert_true(world_close(&w, LONG_US));
	world_free(&w);
}

static void test_one_place_keeps_one_order(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 0, SAME);
	fputs("trace 1\n", w.streams.trace);
	fputs("result\n", w.streams.out);
	fputs("next\n", w.streams.err);
	fputs("trace 2\n", w.streams.trace);
	full_pipe_drain(&w.out);
	fputs("result 2\n", w.streams.out);
	assert_true(world_close(&w, LONG_US));
	read_all(w.out.reader, w.got, sizeof(w.got));
	assert_string_equal(w.got,
			    "trace 1\nresult\nnext\ntrace 2\nresult 2\n");
	world_free(&w);
}

static void test_a_blocked_error_output_keeps_no_result_back(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 1, 0);
	fputs("trace\n", w.streams.trace);
	fputs("note\n", w.streams.err);
	fputs("result\n", w.streams.out);
	assert_string_equal(came(&w, &w.out), "result\n");
	assert_true(world_close(&w, SHORT_US));
	/* nobody will have read that */
	assert_string_equal(came(&w, &w.err), "");
	world_free(&w);
}

static void test_results_that_nobody_reads_are_lost_in_time(void **state)
{
	uint64_t start_us;
	struct world w;

	(void)state;
	world_open(&w, 0, 1);
	fputs("result\n", w.streams.out);
	start_us = util_now_us();
	assert_false(world_close(&w, SHORT_US));
	assert_true(util_now_us() - start_us >= SHORT_US);
	assert_string_equal(came(&w, &w.err), LOST);
	assert_string_equal(came(&w, &w.out), "");
	world_free(&w);
}

static void test_a_reader_that_has_left(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 0, 1);
	fputs("result\n", w.streams.out);
	close(w.out.reader);
	assert_false(world_close(&w, LONG_US));
	assert_string_equal(came(&w, &w.err),
			    "program: results could not be written: Broken "
			    "pipe; give standard output a place that takes "
			    "them\n");
	close(w.out.writer);
	full_pipe_close(&w.err);
}

/* Return: a process that reads until all that it has read ends with @last. */
static pid_t read_until(const struct full_pipe *p, const char *last)
{
	struct pollfd ready = { .fd = p->reader, .events = POLLIN };
	size_t len = 0, want = strlen(last);
	static char got[1 << 20];
	pid_t pid = fork();
	ssize_t n = 1;

	if (pid)
		return pid;
	while (n > 0 && (len < want || memcmp(got + len - want, last, want))) {
		if (poll(&ready, 1, 60000) != 1)
			_exit(1);
		n = read(p->reader, got + len, sizeof(got) - len);
		len += n > 0 ? (size_t)n : 0;
	}
	_exit(n <= 0);
}

static void assert_ended(pid_t pid, int status)
{
	int got;

	assert_int_equal(waitpid(pid, &got, 0), pid);
	assert_int_equal(got, status);
}

/* Takes the streams that @w has by now, and its pipes. */
static void come_late(struct world *w)
{
	pid_t pid;

	fputs("result\n", w->streams.out);
	fputs("next\n", w->streams.err);
	pid = read_until(&w->out, "xresult\nnext\n");
	assert_true(world_close(w, LONG_US));
	assert_ended(pid, 0);
	world_free(w);
}

static void test_a_late_reader_gets_all(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 0, SAME);
	come_late(&w);
}

/* Where a pipe may not be opened anew, there is nothing before the end. */
static void test_a_late_reader_of_what_is_kept_for_the_end(void **state)
{
	struct world w;

	(void)state;
	w.err = w.out = full_pipe_open(0);
	let_nobody_in(w.out.writer);
	say_streams_open(&w.streams, w.out.writer, w.err.writer);
	let_all_in();
	come_late(&w);
}

/* Ready to be written to, but not with that much: the write itself waits. */
static void test_a_write_that_waits_is_given_up_in_time(void **state)
{
	struct world w;
	char line[3 * PAGE_MAX];
	size_t len = 3 * page_size();

	(void)state;
	w.out = full_pipe_open(1);
	w.err = full_pipe_open(3);
	let_nobody_in(w.out.writer);
	say_streams_open(&w.streams, w.out.writer, w.err.writer);
	let_all_in();
	memset(line, 'y', len);
	assert_int_equal(fwrite(line, 1, len, w.streams.out), len);
	fputs("note\n", w.streams.err);
	assert_false(world_close(&w, SHORT_US));
	assert_string_equal(came(&w, &w.err), "note\n" LOST);
	world_free(&w);
}

/* In a process of its own, as it ends by the signal. */
static pid_t wait_at_the_end(struct world *w, bool ignored)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (ignored)
		signal(SIGINT, SIG_IGN);
	util_wait_signals();
	fputs("result\n", w->streams.out);
	raise(SIGINT);
	world_close(w, LONG_US);
	_exit(0);
}

static void test_a_signal_ends_the_waiting(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 0, 1);
	assert_ended(wait_at_the_end(&w, false), SIGINT);
	/* and so it does for what a script has started with "&" */
	assert_ended(wait_at_the_end(&w, true), SIGINT);
	assert_true(world_close(&w, LONG_US));
	world_free(&w);
}

static void test_a_signal_that_came_before_loses_nothing(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 1, 1);
	assert_ended(wait_at_the_end(&w, false), 0);
	assert_string_equal(came(&w, &w.out), "result\n");
	assert_true(world_close(&w, LONG_US));
	world_free(&w);
}

static void test_dropped_lines_are_told_at_the_end(void **state)
{
	struct world w;
	pid_t pid;

	(void)state;
	world_open(&w, 1, 0);
	/* 256 KiB of them wait */
	for (int i = 0; i < 40000; i++)
		fputs("1234567\n", w.streams.trace);
	fputs("next\n", w.streams.err);
	pid = read_until(&w.err,
			 "1234567\nnext\n"
			 "program: 7232 lines of -v were dropped, as standard "
			 "error has not taken them in time; give it a reader, "
			 "or a file\n");
	assert_true(world_close(&w, LONG_US));
	world_free(&w);
	assert_ended(pid, 0);
}

/* As unit tests have them, and who has no memory left. */
static void test_streams_of_libc(void **state)
{
	struct say_streams s = { .out = tmpfile(), .err = tmpfile() };
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	fputs("result\n", s.out);
	assert_true(say_streams_close(&s, "program", 0, LONG_US));
	assert_int_equal(ftell(s.err), 0);
	fclose(s.out);
	s.out = full;
	fputs("result\n", s.out);
	assert_false(say_streams_close(&s, "program", 0, LONG_US));
	assert_false(say_streams_close(&s, "program", ENOMEM, LONG_US));
	fclose(full);
	fclose(s.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_are_written_when_they_are_complete),
		cmocka_unit_test(test_no_byte_commands_a_terminal),
		cmocka_unit_test(test_one_place_keeps_one_order),
		cmocka_unit_test(
			test_a_blocked_error_output_keeps_no_result_back),
		cmocka_unit_test(
			test_results_that_nobody_reads_are_lost_in_time),
		cmocka_unit_test(test_a_reader_that_has_left),
		cmocka_unit_test(test_a_late_reader_gets_all),
		cmocka_unit_test(
			test_a_late_reader_of_what_is_kept_for_the_end),
		cmocka_unit_test(test_a_write_that_waits_is_given_up_in_time),
		cmocka_unit_test(test_a_signal_ends_the_waiting),
		cmocka_unit_test(test_a_signal_that_came_before_loses_nothing),
		cmocka_unit_test(test_dropped_lines_are_told_at_the_end),
		cmocka_unit_test(test_streams_of_libc),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
