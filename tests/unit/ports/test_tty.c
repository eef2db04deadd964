// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* A serial port, played by a pseudo terminal of the kernel. */
#include "../../support/unit.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/tty.h"
#include "util/fds.h"

#define NO_CONTAINER 1
#define OTHER_ENDS 100 /* from this descriptor on */

struct line {
	int master;
	const char *path;
	struct kcan_tty *tty;
	struct kcan_tty_holder holder;
};

static void start(struct line *l)
{
	struct termios2 t;

	l->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(l->master >= 0);
	assert_int_equal(unlockpt(l->master), 0);
	l->path = ptsname(l->master);
	if (!ioctl(l->master, TCGETS2, &t))
		return;
	close(l->master);
	skip_as("there is no TCGETS2, as below qemu-user");
}

static struct termios2 settings(const struct line *l)
{
	struct termios2 t;

	/* the master's are those of the port */
	assert_int_equal(ioctl(l->master, TCGETS2, &t), 0);
	return t;
}

static void test_any_rate_raw_and_restored(void **state)
{
	struct termios2 before, t;
	struct line l;

	(void)state;
	start(&l);
	before = settings(&l);
	assert_int_equal(kcan_tty_open(&l.tty, l.path, &l.holder), 0);
	t = settings(&l);
	assert_memory_equal(&t, &before, sizeof(t));
	assert_int_equal(kcan_tty_speed(l.tty, 250000), 0);
	t = settings(&l);
	assert_int_equal(t.c_ospeed, 250000);
	assert_int_equal(t.c_ispeed, 250000);
	assert_int_equal(t.c_cflag & (CSIZE | PARENB | CSTOPB | CRTSCTS), CS8);
	assert_int_equal(t.c_lflag | t.c_iflag | t.c_oflag, 0);
	kcan_tty_close(l.tty);
	t = settings(&l);
	assert_memory_equal(&t, &before, sizeof(t));
	close(l.master);
}

static void test_bytes_pass_as_they_are(void **state)
{
	static const uint8_t bytes[] = { 0, 3, 4, 10, 13, 17, 19, 26, 127, 255 };
	uint8_t got[64];
	struct line l;

	(void)state;
	start(&l);
	assert_int_equal(kcan_tty_open(&l.tty, l.path, &l.holder), 0);
	assert_int_equal(kcan_tty_speed(l.tty, 115200), 0);
	assert_int_equal(kcan_tty_read(l.tty, got, sizeof(got)), 0);
	assert_int_equal(kcan_tty_write(l.tty, bytes, sizeof(bytes)), 0);
	/* which a pseudo terminal hands over at once */
	assert_int_equal(kcan_tty_queued(l.tty), 0);
	assert_int_equal(read(l.master, got, sizeof(got)), sizeof(bytes));
	assert_memory_equal(got, bytes, sizeof(bytes));
	assert_int_equal(write(l.master, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(poll(&(struct pollfd){ .fd = kcan_tty_fd(l.tty),
						.events = POLLIN },
			      1, 5000),
			 1);
	assert_int_equal(kcan_tty_read(l.tty, got, sizeof(got)), sizeof(bytes));
	assert_memory_equal(got, bytes, sizeof(bytes));
	kcan_tty_close(l.tty);
	close(l.master);
}

/* More than the kernel hands over at a time, so that some is on its way. */
static void test_what_came_before_a_question_is_not_seen(void **state)
{
	uint8_t old[6000], got[sizeof(old)];
	struct line l;

	(void)state;
	memset(old, 0xa0, sizeof(old));
	start(&l);
	assert_int_equal(kcan_tty_open(&l.tty, l.path, &l.holder), 0);
	assert_int_equal(kcan_tty_speed(l.tty, 115200), 0);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(write(l.master, old, sizeof(old)),
				 sizeof(old));
		assert_int_equal(kcan_tty_ask(l.tty, "who?", 4), 0);
		assert_int_equal(read(l.master, got, sizeof(got)), 4);
		assert_memory_equal(got, "who?", 4);
		assert_int_equal(write(l.master, "me", 2), 2);
		assert_int_equal(
			poll(&(struct pollfd){ .fd = kcan_tty_fd(l.tty),
					       .events = POLLIN },
			     1, 5000),
			1);
		assert_int_equal(kcan_tty_read(l.tty, got, sizeof(got)), 2);
		assert_memory_equal(got, "me", 2);
	}
	kcan_tty_close(l.tty);
	close(l.master);
}

static void test_a_port_that_hangs_up(void **state)
{
	uint8_t got[1];
	struct line l;

	(void)state;
	start(&l);
	assert_int_equal(kcan_tty_open(&l.tty, l.path, &l.holder), 0);
	close(l.master);
	assert_int_equal(kcan_tty_read(l.tty, got, sizeof(got)), -EIO);
	assert_int_equal(kcan_tty_write(l.tty, "x", 1), -EIO);
	assert_int_equal(kcan_tty_ask(l.tty, "x", 1), -EIO);
	assert_int_equal(kcan_tty_queued(l.tty), -EIO);
	assert_int_equal(kcan_tty_speed(l.tty, 1200), -EIO);
	kcan_tty_close(l.tty);
}

static void test_others_are_kept_away(void **state)
{
	struct line l;
	int fd;

	(void)state;
	start(&l);
	assert_int_equal(kcan_tty_open(&l.tty, l.path, &l.holder), 0);
	fd = open(l.path, O_RDWR | O_NOCTTY);
	/* root is let in */
	if (geteuid())
		assert_int_equal(errno, EBUSY);
	close(fd);
	kcan_tty_close(l.tty);
	fd = open(l.path, O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	close(fd);
	close(l.master);
}

static void close_other_end(const struct line *l)
{
	close(l->master);
}

/*
 * Into a container, where one process has the other ends of as many pseudo terminals
 * as make the last one's number that of the port, and another one goes on.
 */
static void enter_container(const struct line *l)
{
	int other, number = atoi(strrchr(l->path, '/') + 1), at = -1;

	close(l->master);
	if ((unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS)) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666"))
		_exit(NO_CONTAINER);
	while (at != number) {
		other = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY);
		if (other < 0 || unlockpt(other) ||
		    ioctl(other, TIOCGPTN, &at) ||
		    fcntl(other, F_DUPFD, OTHER_ENDS) < 0)
			_exit(NO_CONTAINER);
		close(other);
	}
	if (fork()) {
		wait(NULL);
		_exit(NO_CONTAINER);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	util_close_from(OTHER_ENDS);
}

/* Return: a process that has the port open, and so has told. */
static pid_t hold(const struct line *l, void (*before)(const struct line *l))
{
	int told[2];
	ssize_t n;
	pid_t pid;
	char c;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (before)
			before(l);
		/* below qemu-user it has another one than the program's */
		prctl(PR_SET_NAME, "a holder");
		if (open(l->path, O_RDWR | O_NOCTTY) < 0 ||
		    write(told[1], "", 1) != 1)
			_exit(1);
		while (1)
			pause();
	}
	close(told[1]);
	n = read(told[0], &c, 1);
	close(told[0]);
	return n == 1 ? pid : 0;
}

static void test_who_holds_it_is_named(void **state)
{
	struct line l;
	pid_t pid;

	(void)state;
	start(&l);
	pid = hold(&l, close_other_end);
	assert_int_equal(kcan_tty_open(&l.tty, l.path, &l.holder), -EBUSY);
	assert_int_equal(l.holder.pid, pid);
	assert_string_equal(l.holder.name, "a holder");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(kcan_tty_open(&l.tty, l.path, &l.holder), 0);
	assert_int_equal(l.holder.pid, 0);
	kcan_tty_close(l.tty);
	close(l.master);
}

static int count_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void test_the_other_end_is_no_holder(void **state)
{
	struct line l;
	pid_t pid;
	int open_before;

	(void)state;
	start(&l);
	pid = hold(&l, NULL);
	open_before = count_descriptors();
	assert_int_equal(kcan_tty_open(&l.tty, l.path, &l.holder), 0);
	kcan_tty_close(l.tty);
	assert_int_equal(count_descriptors(), open_before);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(l.master);
}

static void test_no_serial_port(void **state)
{
	static const struct {
		const char *path;
		int err;
	} rows[] = {
		{ "/dev/null", -ENOTTY },
		{ "/tmp", -ENOTTY },
		{ "/dev/does/not/exist", -ENOENT },
		{ "", -ENOENT },
	};
	struct line l;

	(void)state;
	start(&l);
	close(l.master);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(kcan_tty_open(&l.tty, rows[i].path, &l.holder),
				 rows[i].err);
}

/* Its number is the same, but it is another one. */
static void test_who_holds_one_of_a_container_is_no_holder(void **state)
{
	struct line l;
	pid_t pid;

	(void)state;
	start(&l);
	pid = hold(&l, enter_container);
	if (!pid) {
		wait(NULL);
		skip_as("no container can be made here");
	}
	assert_int_equal(kcan_tty_open(&l.tty, l.path, &l.holder), 0);
	kcan_tty_close(l.tty);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(l.master);
}

static void test_the_group_that_may_open_it(void **state)
{
	char path[] = "/tmp/test_tty.XXXXXX";
	int fd = mkstemp(path);
	char name[32];
	struct group *group = getgrgid(getegid());

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0660), 0);
	assert_int_equal(kcan_tty_group(name, sizeof(name), path), 0);
	/* joining root's group is no advice */
	assert_string_equal(name, getegid() && group ? group->gr_name : "");
	assert_int_equal(fchmod(fd, 0640), 0);
	assert_int_equal(kcan_tty_group(name, sizeof(name), path), 0);
	assert_string_equal(name, "");
	unlink(path);
	close(fd);
	assert_int_equal(kcan_tty_group(name, sizeof(name), path), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_rate_raw_and_restored),
		cmocka_unit_test(test_bytes_pass_as_they_are),
		cmocka_unit_test(test_what_came_before_a_question_is_not_seen),
		cmocka_unit_test(test_a_port_that_hangs_up),
		cmocka_unit_test(test_others_are_kept_away),
		cmocka_unit_test(test_who_holds_it_is_named),
		cmocka_unit_test(test_the_other_end_is_no_holder),
		cmocka_unit_test(test_no_serial_port),
		cmocka_unit_test(
			test_who_holds_one_of_a_container_is_no_holder),
		cmocka_unit_test(test_the_group_that_may_open_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
