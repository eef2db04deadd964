// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/shared
/* What waits for room in an outlet, and what is dropped instead. */
#include "outlet_put.h"

#define ROOM_OF_TRACES (256 * 1024)

static void test_lines_of_a_trace_are_dropped_and_counted(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	struct say_outlet *o = say_outlet_open(p.writer);
	static char lines[ROOM_OF_TRACES + 1], got[2 * sizeof(lines)];
	size_t len = 0;

	(void)state;
	memset(lines, 'y', ROOM_OF_TRACES - 2);
	lines[ROOM_OF_TRACES - 2] = '\n';
	put(o, SAY_TRACE, lines);
	put(o, SAY_TRACE, "\n");
	assert_int_equal(say_outlet_dropped(o), 0);
	put(o, SAY_TRACE, "a\nb\n");
	put(o, SAY_TRACE, "c\n");
	assert_int_equal(say_outlet_dropped(o), 3);
	put(o, SAY_NOTE, "note\n");
	put(o, SAY_RESULT, "result\n");
	full_pipe_drain(&p);
	while (say_outlet_fd(o) >= 0) {
		say_outlet_flush(o);
		len += read_all(p.reader, got + len, sizeof(got) - len);
	}
	assert_int_equal(len, ROOM_OF_TRACES + 12);
	assert_string_equal(got + ROOM_OF_TRACES - 3, "y\n\nnote\nresult\n");
	/* there is room again */
	put(o, SAY_TRACE, "d\n");
	assert_int_equal(say_outlet_dropped(o), 3);
	say_outlet_close(o);
	full_pipe_close(&p);
}

/* But for the line that has begun, or what follows would stand behind it. */
static void test_traces_make_way(void **state)
{
	struct full_pipe p = full_pipe_open(1);
	struct say_outlet *o = say_outlet_open(p.writer);
	static char line[2 * PAGE_MAX + 1], got[4 * PAGE_MAX];
	size_t size = 2 * page_size(), len;

	(void)state;
	memset(line, 'y', size - 1);
	line[size - 1] = '\n';
	put(o, SAY_TRACE, line);
	put(o, SAY_TRACE, "b\n");
	put(o, SAY_RESULT, "result\n");
	put(o, SAY_TRACE, "c\nd\n");
	say_outlet_drop_trace(o);
	assert_int_equal(say_outlet_dropped(o), 3);
	put(o, SAY_NOTE, "note\n");
	full_pipe_drain(&p);
	len = read_all(p.reader, got, sizeof(got));
	say_outlet_flush(o);
	len += read_all(p.reader, got + len, sizeof(got) - len);
	assert_int_equal(len, size + 12);
	assert_string_equal(got + size - 2, "y\nresult\nnote\n");
	say_outlet_close(o);
	full_pipe_close(&p);
}

static void test_only_the_latest_progress_waits(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	struct say_outlet *o = say_outlet_open(p.writer);
	char got[64];

	(void)state;
	put(o, SAY_PROGRESS, "1 s");
	put(o, SAY_NOTE, "note\n");
	put(o, SAY_PROGRESS, "2 s");
	put(o, SAY_PROGRESS, "3 s");
	full_pipe_drain(&p);
	say_outlet_flush(o);
	read_all(p.reader, got, sizeof(got));
	assert_string_equal(got, "note\n3 s");
	assert_int_equal(say_outlet_dropped(o), 0);
	say_outlet_close(o);
	full_pipe_close(&p);
}

static void test_what_is_given_up_is_lost(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	struct say_outlet *o = say_outlet_open(p.writer);

	(void)state;
	put(o, SAY_NOTE, "note\n");
	put(o, SAY_TRACE, "trace\n");
	say_outlet_give_up(o, ETIMEDOUT);
	assert_int_equal(say_outlet_fd(o), -1);
	assert_int_equal(say_outlet_lost(o), 0);
	assert_int_equal(say_outlet_dropped(o), 1);
	put(o, SAY_RESULT, "result\n");
	say_outlet_give_up(o, ETIMEDOUT);
	assert_int_equal(say_outlet_lost(o), ETIMEDOUT);
	say_outlet_close(o);
	full_pipe_close(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_of_a_trace_are_dropped_and_counted),
		cmocka_unit_test(test_traces_make_way),
		cmocka_unit_test(test_only_the_latest_progress_waits),
		cmocka_unit_test(test_what_is_given_up_is_lost),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
