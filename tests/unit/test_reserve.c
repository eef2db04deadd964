// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbus/reserve.c
#include "../support/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../tools/canbus/reserve.h"

#define IFINDEX 4000000000u /* no interface has it */
#define SOMEBODY "another canbootreq or katflash"

static const struct kcan_uuid uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } };
static const struct kcan_uuid other = { { 0x11, 0x22, 0x33, 0x44, 0x55, 6 } };

static void assert_holder(const struct kcan_uuid *of, const char *want)
{
	char holder[64];

	reserve_holder(holder, sizeof(holder), IFINDEX, of);
	assert_string_equal(holder, want);
}

/* Return: the process, which has the reservation. */
static pid_t hold(const struct kcan_uuid *of)
{
	int ready[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NAME, "katflash");
		close(ready[0]);
		if (reserve_uuid(IFINDEX, of) < 0 ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static void test_another_process_has_it(void **state)
{
	char want[64];
	pid_t pid = hold(&uuid);

	(void)state;
	assert_int_equal(reserve_uuid(IFINDEX, &uuid), -EADDRINUSE);
	snprintf(want, sizeof(want), "katflash (pid %d)", (int)pid);
	assert_holder(&uuid, want);
	/* nobody has this one, whose digits are nearly the same */
	assert_holder(&other, SOMEBODY);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_holder(&uuid, SOMEBODY);
}

static void test_they_are_of_an_interface_a_kind_and_a_number(void **state)
{
	int fds[4];

	(void)state;
	fds[0] = reserve_uuid(IFINDEX, &uuid);
	fds[1] = reserve_uuid(IFINDEX - 1, &uuid);
	fds[2] = reserve_nodeid(IFINDEX, 192);
	fds[3] = reserve_nodeid(IFINDEX, 193);
	for (int i = 0; i < 4; i++)
		assert_true(fds[i] >= 0);
	assert_int_equal(reserve_nodeid(IFINDEX, 192), -EADDRINUSE);
	close(fds[2]);
	fds[2] = reserve_nodeid(IFINDEX, 192);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	assert_true(fds[2] >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_another_process_has_it),
		cmocka_unit_test(
			test_they_are_of_an_interface_a_kind_and_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
