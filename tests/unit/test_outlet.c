// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/shared
/* Whatever an outlet leads to, nobody waits for it and nothing else is changed. */
#include "outlet_put.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>

static void test_a_full_pipe_keeps_nobody_waiting(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	struct say_outlet *o = say_outlet_open(p.writer);
	char got[64];

	(void)state;
	put(o, SAY_RESULT, "one\n");
	put(o, SAY_NOTE, "two\n");
	full_pipe_drain(&p);
	assert_int_equal(read_all(p.reader, got, sizeof(got)), 0);
	put(o, SAY_NOTE, "three\n");
	assert_int_equal(say_outlet_fd(o), -1);
	read_all(p.reader, got, sizeof(got));
	assert_string_equal(got, "one\ntwo\nthree\n");
	say_outlet_close(o);
	full_pipe_close(&p);
}

static void test_what_waits_is_flushed_in_pieces(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	struct say_outlet *o = say_outlet_open(p.writer);
	static char want[64 * 1024], got[sizeof(want)];
	size_t len = 0, read = 0;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		char line[32];

		snprintf(line, sizeof(line), "line %d\n", i);
		strcpy(want + len, line);
		len += strlen(line);
		put(o, SAY_TRACE, line);
	}
	full_pipe_drain(&p);
	while (say_outlet_fd(o) >= 0) {
		say_outlet_flush(o);
		read += read_all(p.reader, got + read, sizeof(got) - read);
	}
	assert_int_equal(read, len);
	assert_string_equal(got, want);
	assert_int_equal(say_outlet_dropped(o), 0);
	say_outlet_close(o);
	full_pipe_close(&p);
}

/* Those of a shell's terminal would make its next program fail. */
static void test_flags_of_the_descriptor_stay(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	int other = dup(p.writer);
	int flags = fcntl(p.writer, F_GETFL);
	struct say_outlet *o = say_outlet_open(p.writer);

	(void)state;
	put(o, SAY_RESULT, "result\n");
	assert_true(say_outlet_fd(o) >= 0);
	assert_false(say_outlet_is_watched(o));
	assert_int_equal(fcntl(p.writer, F_GETFL), flags);
	assert_int_equal(fcntl(other, F_GETFL), flags);
	say_outlet_close(o);
	assert_int_equal(fcntl(p.writer, F_GETFL), flags);
	assert_int_equal(fcntl(other, F_GETFL), flags);
	close(other);
	full_pipe_close(&p);
}

static void test_a_reader_that_leaves(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	struct say_outlet *o = say_outlet_open(p.writer);

	(void)state;
	put(o, SAY_NOTE, "note\n");
	assert_int_equal(say_outlet_lost(o), 0);
	close(p.reader);
	put(o, SAY_NOTE, "note\n");
	assert_int_equal(say_outlet_fd(o), -1);
	assert_int_equal(say_outlet_lost(o), 0);
	put(o, SAY_RESULT, "result\n");
	assert_int_equal(say_outlet_lost(o), EPIPE);
	say_outlet_close(o);
	close(p.writer);
}

static void test_a_result_that_waits_is_lost_with_its_reader(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	struct say_outlet *o = say_outlet_open(p.writer);

	(void)state;
	put(o, SAY_RESULT, "result\n");
	close(p.reader);
	say_outlet_flush(o);
	assert_int_equal(say_outlet_lost(o), EPIPE);
	say_outlet_close(o);
	close(p.writer);
}

static void test_a_socket_that_is_full(void **state)
{
	static char page[4096], got[1 << 20];
	struct say_outlet *o;
	size_t sent = 0, len;
	int fds[2], flags;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	flags = fcntl(fds[1], F_GETFL);
	o = say_outlet_open(fds[1]);
	memset(page, 'x', sizeof(page));
	for (; say_outlet_fd(o) < 0; sent += sizeof(page))
		say_outlet_put(o, SAY_NOTE, page, sizeof(page));
	put(o, SAY_RESULT, "result\n");
	assert_int_equal(fcntl(fds[1], F_GETFL), flags);
	len = read_all(fds[0], got, sizeof(got));
	assert_true(len < sent);
	say_outlet_flush(o);
	assert_int_equal(say_outlet_fd(o), -1);
	len += read_all(fds[0], got + len, sizeof(got) - len);
	assert_int_equal(len, sent + strlen("result\n"));
	assert_string_equal(got + sent, "result\n");
	close(fds[0]);
	put(o, SAY_RESULT, "result\n");
	assert_int_equal(say_outlet_lost(o), EPIPE);
	say_outlet_close(o);
	close(fds[1]);
}

/* The position is shared with whoever writes to it besides. */
static void test_a_file_is_written_where_it_stands(void **state)
{
	char path[] = "/tmp/test_outlet.XXXXXX", got[64];
	int fd = mkstemp(path);
	struct say_outlet *o = say_outlet_open(fd);

	(void)state;
	unlink(path);
	assert_false(say_outlet_shares(o, fd));
	put(o, SAY_NOTE, "one\n");
	assert_int_equal(write(fd, "two\n", 4), 4);
	put(o, SAY_NOTE, "three\n");
	assert_int_equal(say_outlet_fd(o), -1);
	assert_int_equal(pread(fd, got, sizeof(got), 0), 14);
	assert_memory_equal(got, "one\ntwo\nthree\n", 14);
	say_outlet_close(o);
	close(fd);
}

static void test_what_cannot_be_written(void **state)
{
	int full = open("/dev/full", O_WRONLY);
	struct say_outlet *o = say_outlet_open(full);

	(void)state;
	assert_int_equal(say_outlet_lost(o), 0);
	put(o, SAY_RESULT, "result\n");
	assert_int_equal(say_outlet_lost(o), ENOSPC);
	say_outlet_close(o);
	close(full);
	/* as with >&- */
	o = say_outlet_open(full);
	put(o, SAY_NOTE, "note\n");
	assert_int_equal(say_outlet_lost(o), 0);
	put(o, SAY_RESULT, "result\n");
	assert_int_equal(say_outlet_lost(o), EBADF);
	say_outlet_close(o);
}

struct terminal {
	int master, slave;
};

static struct terminal terminal_open(void)
{
	struct terminal t = { posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), -1 };

	assert_true(t.master >= 0);
	assert_int_equal(unlockpt(t.master), 0);
	t.slave = open(ptsname(t.master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(t.slave >= 0);
	return t;
}

static void terminal_close(const struct terminal *t)
{
	close(t->slave);
	close(t->master);
}

/* As Ctrl-S does. */
static void test_a_terminal_that_is_stopped(void **state)
{
	struct terminal t = terminal_open();
	int flags = fcntl(t.slave, F_GETFL);
	struct say_outlet *o = say_outlet_open(t.slave);
	unsigned int device;
	char got[64];

	(void)state;
	if (ioctl(t.slave, TIOCGDEV, &device))
		skip_as("there is no TIOCGDEV, as below qemu-user");
	assert_true(say_outlet_is_watched(o));
	put(o, SAY_NOTE, "one\n");
	assert_int_equal(tcflow(t.slave, TCOOFF), 0);
	put(o, SAY_RESULT, "two\n");
	assert_true(say_outlet_fd(o) >= 0);
	assert_false(say_outlet_may_block(o));
	assert_int_equal(fcntl(t.slave, F_GETFL), flags);
	read_all(t.master, got, sizeof(got));
	assert_string_equal(got, "one\r\n");
	assert_int_equal(tcflow(t.slave, TCOON), 0);
	say_outlet_flush(o);
	read_all(t.master, got, sizeof(got));
	assert_string_equal(got, "two\r\n");
	say_outlet_close(o);
	terminal_close(&t);
}

/* Opening a master anew makes another terminal. */
static void test_the_master_of_a_terminal(void **state)
{
	struct terminal t = terminal_open();
	struct say_outlet *o = say_outlet_open(t.master);
	char got[64];

	(void)state;
	put(o, SAY_RESULT, "result\n");
	assert_int_equal(say_outlet_fd(o), t.master);
	assert_false(say_outlet_is_watched(o));
	say_outlet_step(o);
	read_all(t.slave, got, sizeof(got));
	assert_string_equal(got, "result\n");
	say_outlet_close(o);
	terminal_close(&t);
}

/* As after su(1). */
static void test_a_pipe_of_somebody_else_is_kept_for_the_end(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	struct say_outlet *o;
	char got[64];

	(void)state;
	let_nobody_in(p.writer);
	o = say_outlet_open(p.writer);
	let_all_in();
	full_pipe_drain(&p);
	put(o, SAY_RESULT, "result\n");
	put(o, SAY_NOTE, "note\n");
	say_outlet_flush(o);
	assert_int_equal(read_all(p.reader, got, sizeof(got)), 0);
	assert_true(say_outlet_may_block(o));
	assert_int_equal(say_outlet_fd(o), p.writer);
	say_outlet_step(o);
	say_outlet_step(o);
	read_all(p.reader, got, sizeof(got));
	assert_string_equal(got, "result\nnote\n");
	assert_false(say_outlet_may_block(o));
	say_outlet_close(o);
	full_pipe_close(&p);
}

static void test_a_standard_stream_that_is_closed_stays_free(void **state)
{
	struct full_pipe p = full_pipe_open(0);
	int in = dup(STDIN_FILENO);
	struct say_outlet *o;

	(void)state;
	close(STDIN_FILENO);
	o = say_outlet_open(p.writer);
	put(o, SAY_NOTE, "note\n");
	assert_true(say_outlet_fd(o) > STDERR_FILENO);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	dup2(in, STDIN_FILENO);
	close(in);
	say_outlet_close(o);
	full_pipe_close(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_pipe_keeps_nobody_waiting),
		cmocka_unit_test(test_what_waits_is_flushed_in_pieces),
		cmocka_unit_test(test_flags_of_the_descriptor_stay),
		cmocka_unit_test(test_a_reader_that_leaves),
		cmocka_unit_test(
			test_a_result_that_waits_is_lost_with_its_reader),
		cmocka_unit_test(test_a_socket_that_is_full),
		cmocka_unit_test(test_a_file_is_written_where_it_stands),
		cmocka_unit_test(test_what_cannot_be_written),
		cmocka_unit_test(test_a_terminal_that_is_stopped),
		cmocka_unit_test(test_the_master_of_a_terminal),
		cmocka_unit_test(
			test_a_pipe_of_somebody_else_is_kept_for_the_end),
		cmocka_unit_test(
			test_a_standard_stream_that_is_closed_stays_free),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
