// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/array.h"
#include "util/fds.h"

#define KEPT 40
#define CANNOT 77

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* The number is the same on all that Debian runs on. */
#define CLOSE_RANGE 436

static bool forget(unsigned int call)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* As a kernel before 5.9 has it. */
static bool forget_close_range(void)
{
	return forget(CLOSE_RANGE);
}

/* The limit is lower than the highest descriptor, which was made before. */
static bool and_lower_the_limit(void)
{
	struct rlimit limit = { KEPT + 2, KEPT + 2 };

	return forget_close_range() && !setrlimit(RLIMIT_NOFILE, &limit);
}

/* As in a root file system that has none. */
static bool and_forget_proc(void)
{
	return forget_close_range() && forget(SYS_openat);
}

/* Return: the status of a child that closes all but KEPT and what is below it. */
static int close_in_child(bool (*make_old)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		for (int fd = KEPT; fd < KEPT + 3; fd++)
			dup2(STDIN_FILENO, fd);
		dup2(STDIN_FILENO, KEPT + 100);
		if (make_old && !make_old())
			_exit(CANNOT);
		util_close_from(KEPT + 1);
		_exit(!is_open(KEPT) || is_open(KEPT + 1) ||
		      is_open(KEPT + 2) || is_open(KEPT + 100));
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_those_from_the_first_on_are_closed(void **state)
{
	(void)state;
	assert_int_equal(close_in_child(NULL), 0);
}

static void close_on_old_kernel(bool (*make_old)(void))
{
	int status = close_in_child(make_old);

	if (status == CANNOT)
		skip_as("there is no seccomp, as below qemu-user");
	assert_int_equal(status, 0);
}

static void test_so_they_are_on_a_kernel_without_close_range(void **state)
{
	(void)state;
	close_on_old_kernel(forget_close_range);
}

static void test_those_beyond_a_limit_set_later_are_closed(void **state)
{
	(void)state;
	close_on_old_kernel(and_lower_the_limit);
}

static void test_without_proc_those_below_the_limit_are_closed(void **state)
{
	(void)state;
	close_on_old_kernel(and_forget_proc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_those_from_the_first_on_are_closed),
		cmocka_unit_test(
			test_so_they_are_on_a_kernel_without_close_range),
		cmocka_unit_test(
			test_those_beyond_a_limit_set_later_are_closed),
		cmocka_unit_test(
			test_without_proc_those_below_the_limit_are_closed),
	};

	return cmocka_run_group_tests_name("fds", tests, NULL, NULL);
}
