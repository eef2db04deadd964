// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/line/pump.c
/* Streams on the line to the guest: sinks and sources keep to their credit. */
#include "../support/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../tools/vcan-run/line/pump.h"

static void test_a_sink_holds_a_window_and_no_more(void **state)
{
	static uint8_t bytes[MUX_WINDOW];
	struct sink *s = calloc(1, sizeof(*s));

	(void)state;
	assert_int_equal(sink_put(s, bytes, sizeof(bytes)), 0);
	assert_int_equal(sink_put(s, bytes, 1), -EBADMSG);
	free(s);
}

/* What nobody takes any more must not stop the one who sends it. */
static void test_a_closed_sink_owes_what_it_drops(void **state)
{
	static uint8_t bytes[MUX_WINDOW];
	struct sink *s = calloc(1, sizeof(*s));

	(void)state;
	s->fd = -1;
	assert_int_equal(sink_put(s, bytes, 100), 0);
	assert_int_equal(sink_put(s, bytes, sizeof(bytes)), 0);
	assert_int_equal(s->len, 0);
	assert_int_equal(sink_pay(s), 100 + MUX_WINDOW);
	assert_int_equal(sink_pay(s), 0);
	free(s);
}

/* Few credits are saved up while there is something to write. */
static void test_when_a_sink_pays(void **state)
{
	struct sink *s = calloc(1, sizeof(*s));

	(void)state;
	s->owed = MUX_WINDOW / 4 - 1;
	s->len = 1;
	assert_int_equal(sink_pay(s), 0);
	s->owed = MUX_WINDOW / 4;
	assert_int_equal(sink_pay(s), MUX_WINDOW / 4);
	s->owed = 1;
	s->len = 0;
	assert_int_equal(sink_pay(s), 1);
	free(s);
}

static void test_a_sink_keeps_order_over_its_edge(void **state)
{
	uint8_t out[2][40000], in[40000];
	struct sink *s = calloc(1, sizeof(*s));
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	s->fd = fd[1];
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(out[0]); i++)
			out[round][i] = i * 7 + round;
		assert_int_equal(sink_put(s, out[round], sizeof(out[0])), 0);
		while (s->len)
			assert_int_equal(sink_write(s), 0);
		assert_int_equal(read(fd[0], in, sizeof(in)), sizeof(in));
		assert_memory_equal(in, out[round], sizeof(in));
	}
	assert_int_equal(s->owed, 80000);
	sink_end(s);
	assert_int_equal(read(fd[0], in, 1), 0);
	close(fd[0]);
	free(s);
}

static void test_a_sink_ends_after_its_last_byte(void **state)
{
	struct sink *s = calloc(1, sizeof(*s));
	char in[4];
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	s->fd = fd[1];
	sink_put(s, (const uint8_t *)"ab", 2);
	sink_put(s, (const uint8_t *)"c", 1);
	sink_end(s);
	assert_int_equal(sink_write(s), 0);
	assert_int_equal(s->fd, -1);
	assert_int_equal(read(fd[0], in, sizeof(in)), 3);
	assert_memory_equal(in, "abc", 3);
	assert_int_equal(read(fd[0], in, sizeof(in)), 0);
	close(fd[0]);
	free(s);
}

static void test_a_source_reads_no_further_than_its_credit(void **state)
{
	uint8_t buf[MUX_PAYLOAD_MAX];
	struct source s;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "abcdef", 6), 6);
	s = (struct source){ .fd = fd[0], .credit = 4 };
	assert_int_equal(source_read(&s, buf), 4);
	assert_int_equal(s.credit, 0);
	s.credit = 4;
	assert_int_equal(source_read(&s, buf), 2);
	close(fd[1]);
	assert_int_equal(source_read(&s, buf), 0);
	assert_int_equal(s.fd, -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_sink_holds_a_window_and_no_more),
		cmocka_unit_test(test_a_closed_sink_owes_what_it_drops),
		cmocka_unit_test(test_when_a_sink_pays),
		cmocka_unit_test(test_a_sink_keeps_order_over_its_edge),
		cmocka_unit_test(test_a_sink_ends_after_its_last_byte),
		cmocka_unit_test(
			test_a_source_reads_no_further_than_its_credit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
