// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/ctl/ctl_wire.c
/* What a client takes from whatever has the control socket. */
#include "../../support/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../../sim/canmcu/ctl/ctl_wire.h"

#define PIECE 4096

struct heard {
	size_t lines;
	size_t last_len; /* with its newline */
};

static void take(void *arg, char *line, size_t len)
{
	struct heard *heard = arg;

	assert_int_equal(line[len - 1], '\n');
	heard->lines++;
	heard->last_len = len;
}

/* Say "xxx...", of @len bytes in all. Return: as ctl_wire_receive(). */
static int say(struct ctl_wire *w, int peer, size_t len, struct heard *heard)
{
	char piece[PIECE];
	int more = 1;

	memset(piece, 'x', sizeof(piece));
	for (size_t n; more > 0 && len; len -= n) {
		n = len < sizeof(piece) ? len : sizeof(piece);
		assert_int_equal(send(peer, piece, n, 0), n);
		more = ctl_wire_receive(w, take, heard);
	}
	return more;
}

static void open_wire(struct ctl_wire *w, int *peer)
{
	int pair[2];

	assert_false(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	*w = (struct ctl_wire){ .fd = pair[0] };
	*peer = pair[1];
}

static void test_a_line_of_64_mib_comes_whole(void **state)
{
	struct heard heard = { 0 };
	struct ctl_wire w;
	int peer;

	(void)state;
	open_wire(&w, &peer);
	assert_int_equal(say(&w, peer, 64u << 20, &heard), 1);
	assert_int_equal(heard.lines, 0);
	assert_int_equal(send(peer, "\nmore\n", 6, 0), 6);
	assert_int_equal(ctl_wire_receive(&w, take, &heard), 1);
	assert_int_equal(heard.lines, 2);
	assert_int_equal(heard.last_len, 5);
	close(peer);
	assert_int_equal(ctl_wire_receive(&w, take, &heard), 0);
	ctl_wire_close(&w);
}

static void test_a_line_without_an_end_is_given_up(void **state)
{
	struct heard heard = { 0 };
	struct ctl_wire w;
	int peer;

	(void)state;
	open_wire(&w, &peer);
	assert_int_equal(say(&w, peer, (64u << 20) + PIECE, &heard), -EMSGSIZE);
	assert_int_equal(heard.lines, 0);
	assert_non_null(strstr(ctl_wire_error(-EMSGSIZE), "64 MiB"));
	assert_string_equal(ctl_wire_error(-ENOMEM), "out of memory");
	close(peer);
	ctl_wire_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_of_64_mib_comes_whole),
		cmocka_unit_test(test_a_line_without_an_end_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
