// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/relay/control.c tools/vcan-run/line/line.c
// needs: tools/vcan-run/line/pump.c tools/vcan-run/line/mux.c
/* What a guest is told beside the data of stdin, and when. */
#include "../support/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../tools/vcan-run/line/mux.h"
#include "../../tools/vcan-run/relay/control.h"

/* A terminal of 80 columns and 24 lines. */
static int open_terminal(void)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, TIOCSWINSZ, &size), 0);
	return fd;
}

static void test_a_setup_goes_in_pieces(void **state)
{
	static const size_t lens[] = { MUX_PAYLOAD_MAX, MUX_PAYLOAD_MAX, 1, 0 };
	static uint8_t bytes[2 * MUX_PAYLOAD_MAX + 1];
	const struct setup_blob setup = { .data = bytes, .len = sizeof(bytes) };
	struct control t = { .setup = &setup };
	struct line l = { .fd = -1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		assert_int_equal(control_setup(&t, &l), !lens[i]);
		assert_int_equal(l.len, MUX_HEADER_LEN + lens[i]);
		l.len = 0;
	}
}

static void test_a_new_size_is_told_once(void **state)
{
	static const uint8_t size[] = { 24, 0, 80, 0 };
	int terminal = open_terminal(), stdin_was = dup(STDIN_FILENO);
	struct sink sinks[MUX_STREAMS] = { 0 };
	struct control t = { .resize = true };
	struct line l = { .fd = -1 };

	(void)state;
	assert_int_equal(dup2(terminal, STDIN_FILENO), STDIN_FILENO);
	control_next(&t, &l, sinks);
	assert_int_equal(l.len, MUX_HEADER_LEN + sizeof(size));
	assert_memory_equal(l.out + MUX_HEADER_LEN, size, sizeof(size));
	l.len = 0;
	control_next(&t, &l, sinks);
	assert_int_equal(l.len, 0);
	if (stdin_was >= 0)
		dup2(stdin_was, STDIN_FILENO);
	close(stdin_was);
	close(terminal);
}

/* What else there is to say is said instead. */
static void test_what_is_no_terminal_has_no_size(void **state)
{
	int null = open("/dev/null", O_RDONLY), stdin_was = dup(STDIN_FILENO);
	struct sink sinks[MUX_STREAMS] = { 0 };
	struct control t = { .resize = true, .ping = true };
	struct line l = { .fd = -1 };

	(void)state;
	assert_int_equal(dup2(null, STDIN_FILENO), STDIN_FILENO);
	control_next(&t, &l, sinks);
	assert_int_equal(l.len, MUX_HEADER_LEN + 4);
	assert_false(t.ping);
	if (stdin_was >= 0)
		dup2(stdin_was, STDIN_FILENO);
	close(stdin_was);
	close(null);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_terminal_has_no_size),
		cmocka_unit_test(test_a_setup_goes_in_pieces),
		cmocka_unit_test(test_a_new_size_is_told_once),
	};

	return cmocka_run_group_tests_name("vcanrun_control", tests, NULL,
					   NULL);
}
