// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* What is at the path of the control socket before a server is, and at its end. */
#include "server.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* What happens to a server that has its path, and does not listen yet. */
static void (*before_listening)(void);

int listen(int fd, int backlog)
{
	void (*happens)(void) = before_listening;

	before_listening = NULL;
	if (happens)
		happens();
	return (int)syscall(SYS_listen, fd, backlog);
}

static void test_a_socket_with_a_listener_is_left_alone(void **state)
{
	struct bench *b = *state;
	struct ctl_server *other = NULL;
	char sentence[512], want[512];

	snprintf(
		want, sizeof(want),
		"no control socket at '%s' (a process listens there): stop the "
		"canmcu that has it, or name another path",
		path);
	assert_int_equal(open_server(b, &other, sentence, sizeof(sentence)),
			 -EADDRINUSE);
	assert_string_equal(sentence, want);
	assert_null(other);
	close(plug());
}

static void leave_one_behind(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(addr.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
}

static void test_a_socket_left_behind_is_replaced(void **state)
{
	struct stat st;

	leave_one_behind();
	prepare(state);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	release(state);
}

/* Started at the same moment. */
static void start_another_one(void)
{
	struct ctl_server *other = NULL;
	struct bench b = { 0 };
	char sentence[512];

	assert_true(sd_event_new(&b.loop) >= 0);
	assert_int_equal(open_server(&b, &other, sentence, sizeof(sentence)),
			 -EADDRINUSE);
	assert_non_null(strstr(sentence, "a process listens there"));
	sd_event_unref(b.loop);
}

static void test_of_two_that_begin_at_once_one_gets_the_place(void **state)
{
	before_listening = start_another_one;
	prepare(state);
	assert_null(before_listening);
	close(plug());
	release(state);
}

static void test_of_two_that_find_one_left_behind_one_gets_it(void **state)
{
	leave_one_behind();
	test_of_two_that_begin_at_once_one_gets_the_place(state);
}

/* One of another name there is not kept away. */
static void start_one_beside(void)
{
	struct ctl_server *other = NULL;
	char beside[sizeof(path) + 1], sentence[512];
	struct ctl_server_cfg cfg = { .path = beside };

	snprintf(beside, sizeof(beside), "%s2", path);
	assert_true(sd_event_new(&cfg.loop) >= 0);
	assert_int_equal(
		ctl_server_open(&other, &cfg, sentence, sizeof(sentence)), 0);
	ctl_server_close(other);
	sd_event_unref(cfg.loop);
}

static void test_two_of_different_names_begin_at_once(void **state)
{
	before_listening = start_one_beside;
	prepare(state);
	release(state);
}

static void test_the_socket_of_another_one_stays(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct stat st;

	strcpy(addr.sun_path, path);
	prepare(state);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	end_bench(*state);
	assert_int_equal(stat(path, &st), 0);
	close(fd);
	assert_int_equal(unlink(path), 0);
}

static void test_a_file_is_not_replaced(void **state)
{
	struct bench b = { 0 };
	char sentence[512];
	FILE *file = fopen(path, "w");

	(void)state;
	fclose(file);
	assert_true(sd_event_new(&b.loop) >= 0);
	assert_int_equal(open_server(&b, &b.server, sentence, sizeof(sentence)),
			 -EADDRINUSE);
	assert_non_null(strstr(sentence, "something else is there"));
	assert_int_equal(unlink(path), 0);
	sd_event_unref(b.loop);
}

/* One that is alive, but has as many waiting as it takes: nobody waits for it. */
static void test_a_socket_whose_listener_is_busy_is_left_alone(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), waiting[8], n = 0;
	struct bench b = { 0 };
	char sentence[512];

	(void)state;
	strcpy(addr.sun_path, path);
	assert_int_equal(bind(listener, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	assert_int_equal(listen(listener, 0), 0);
	do {
		assert_in_range(n, 0, 7);
		waiting[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	} while (
		!connect(waiting[n++], (struct sockaddr *)&addr, sizeof(addr)));
	assert_int_equal(errno, EAGAIN);
	assert_true(sd_event_new(&b.loop) >= 0);
	assert_int_equal(open_server(&b, &b.server, sentence, sizeof(sentence)),
			 -EADDRINUSE);
	while (n--)
		close(waiting[n]);
	close(listener);
	assert_int_equal(unlink(path), 0);
	sd_event_unref(b.loop);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_a_socket_with_a_listener_is_left_alone),
		cmocka_unit_test(test_a_socket_left_behind_is_replaced),
		cmocka_unit_test(
			test_of_two_that_begin_at_once_one_gets_the_place),
		cmocka_unit_test(
			test_of_two_that_find_one_left_behind_one_gets_it),
		cmocka_unit_test(test_two_of_different_names_begin_at_once),
		cmocka_unit_test(
			test_a_socket_whose_listener_is_busy_is_left_alone),
		cmocka_unit_test(test_the_socket_of_another_one_stays),
		cmocka_unit_test(test_a_file_is_not_replaced),
	};

	return SERVER_TESTS(tests);
}
