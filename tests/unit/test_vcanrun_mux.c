// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/line/mux.c tools/vcan-run/line/setup.c tools/vcan-run/line/pump.c
#include "../support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/vcan-run/line/mux.h"
#include "../../tools/vcan-run/line/pump.h"
#include "../../tools/vcan-run/line/setup.h"

/*
 * The crc in these bytes comes from Python's binascii.crc_hqx(), start 0xffff.
 */
static const struct vector {
	const char *name;
	uint8_t bytes[16];
	size_t len;
	enum mux_type type;
	enum mux_stream stream;
	uint8_t payload[8];
	size_t payload_len;
} vectors[] = {
	{ "a frame without payload is its header", /* READY */
	  { 0x01, 0x00, 0x00, 0x00, 0x74, 0xf2 },
	  6,
	  MUX_READY,
	  MUX_STDIN,
	  { 0 },
	  0 },
	{ "payload may hold zero bytes",
	  { 0x07, 0x01, 0x03, 0x00, 0x80, 0xc0, 'h', 'i', 0 },
	  9,
	  MUX_DATA,
	  MUX_STDOUT,
	  { 'h', 'i', 0 },
	  3 },
	{ "numbers are little endian",
	  { 0x02, 0x00, 0x04, 0x00, 0xc3, 0x68, 0x78, 0x56, 0x34, 0x12 },
	  10,
	  MUX_ACK,
	  MUX_STDIN,
	  { 0x78, 0x56, 0x34, 0x12 },
	  4 },
	{ "an exit is how and what",
	  { 0x0c, 0x00, 0x02, 0x00, 0x83, 0x4a, 0x01, 0x09 },
	  8,
	  MUX_EXIT,
	  MUX_STDIN,
	  { MUX_KILLED, 9 },
	  2 },
	{ "a credit names its stream",
	  { 0x09, 0x02, 0x04, 0x00, 0x44, 0x3d, 0x00, 0x00, 0x01, 0x00 },
	  10,
	  MUX_CREDIT,
	  MUX_STDERR,
	  { 0x00, 0x00, 0x01, 0x00 },
	  4 },
};

static int feed(struct mux_decoder *d, const uint8_t *bytes, size_t len,
		struct mux_frame *f)
{
	int got = 0;

	for (size_t i = 0; i < len; i++) {
		/* nothing may be complete before the last byte */
		assert_int_equal(got, 0);
		got = mux_decode(d, bytes[i], f);
		if (got < 0)
			return got;
	}
	return got;
}

static void test_vector(void **state)
{
	const struct vector *v = *state;
	uint8_t out[MUX_FRAME_MAX];
	struct mux_decoder d = { 0 };
	struct mux_frame f;

	assert_int_equal(
		mux_encode(out, v->type, v->stream, v->payload, v->payload_len),
		v->len);
	assert_memory_equal(out, v->bytes, v->len);
	assert_int_equal(feed(&d, v->bytes, v->len, &f), 1);
	assert_int_equal(f.type, v->type);
	assert_int_equal(f.stream, v->stream);
	assert_int_equal(f.len, v->payload_len);
	assert_memory_equal(f.data, v->payload, v->payload_len);
}

static const struct refusal {
	const char *name;
	uint8_t bytes[16];
	size_t len;
} refusals[] = {
	{ "type 0 is damage", { 0x00, 0x00, 0x00, 0x00, 0xc0, 0x84 }, 6 },
	{ "an unknown type is damage",
	  { 0x0d, 0x00, 0x00, 0x00, 0x46, 0xbd },
	  6 },
	{ "a fourth stream is damage",
	  { 0x07, 0x03, 0x00, 0x00, 0xbd, 0x8c },
	  6 },
	{ "a payload beyond 1024 is damage before it arrives",
	  { 0x07, 0x00, 0x01, 0x04, 0x60, 0x58 },
	  6 },
	{ "a changed payload is damage",
	  { 0x07, 0x01, 0x03, 0x00, 0x80, 0xc0, 'h', 'o', 0 },
	  9 },
	{ "a changed stream is damage",
	  { 0x07, 0x02, 0x03, 0x00, 0x80, 0xc0, 'h', 'i', 0 },
	  9 },
	{ "a lost byte is damage",
	  { 0x07, 0x01, 0x03, 0x00, 0x80, 0xc0, 'h', 0, 0x01 },
	  9 },
	{ "a line of text is damage", "Kernel panic", 6 },
};

static void test_refusal(void **state)
{
	const struct refusal *r = *state;
	static const uint8_t good[] = { 0x01, 0x00, 0x00, 0x00, 0x74, 0xf2 };
	struct mux_decoder d = { 0 };
	struct mux_frame f;

	assert_int_equal(feed(&d, r->bytes, r->len, &f), -EBADMSG);
	/* and what follows is not believed either */
	assert_int_equal(feed(&d, good, sizeof(good), &f), -EBADMSG);
}

static void test_the_longest_payload_goes_through(void **state)
{
	uint8_t payload[MUX_PAYLOAD_MAX], out[MUX_FRAME_MAX];
	static const uint8_t header[] = { 0x07, 0x00, 0x00, 0x04, 0x0a, 0x9c };
	struct mux_decoder d = { 0 };
	struct mux_frame f;

	(void)state;
	memset(payload, 0xff, sizeof(payload));
	assert_int_equal(mux_encode(out, MUX_DATA, MUX_STDIN, payload, 1024),
			 1030);
	assert_memory_equal(out, header, sizeof(header));
	assert_int_equal(feed(&d, out, 1030, &f), 1);
	assert_int_equal(f.len, 1024);
	assert_memory_equal(f.data, payload, 1024);
}

/* There is no room for anything behind it. */
static void test_the_longest_payload_damaged(void **state)
{
	uint8_t payload[MUX_PAYLOAD_MAX] = { 0 }, out[MUX_FRAME_MAX];
	struct mux_decoder d = { 0 };
	struct mux_frame f;

	(void)state;
	mux_encode(out, MUX_DATA, MUX_STDIN, payload, sizeof(payload));
	out[sizeof(out) - 1] ^= 1;
	assert_int_equal(feed(&d, out, sizeof(out), &f), -EBADMSG);
	for (int i = 0; i < 2000; i++)
		assert_int_equal(mux_decode(&d, 0, &f), -EBADMSG);
}

static void test_a_longer_payload_is_not_encoded(void **state)
{
	uint8_t payload[MUX_PAYLOAD_MAX + 1] = { 0 }, out[MUX_FRAME_MAX];

	(void)state;
	assert_int_equal(mux_encode(out, MUX_DATA, MUX_STDIN, payload, 1025),
			 0);
}

static void test_frames_follow_each_other_without_a_gap(void **state)
{
	static const uint8_t two[] = { 0x01, 0x00, 0x00, 0x00, 0x74,
				       0xf2, 0x07, 0x01, 0x03, 0x00,
				       0x80, 0xc0, 'h',	 'i',  0 };
	struct mux_decoder d = { 0 };
	struct mux_frame f;

	(void)state;
	assert_int_equal(feed(&d, two, 6, &f), 1);
	assert_int_equal(f.type, MUX_READY);
	assert_int_equal(feed(&d, two + 6, 9, &f), 1);
	assert_int_equal(f.type, MUX_DATA);
}

static void test_a_number_must_have_four_bytes(void **state)
{
	const uint8_t bytes[] = { 1, 2, 3, 4, 5 };
	struct mux_frame f = { .len = 5, .data = bytes };
	uint32_t n = 0;

	(void)state;
	assert_int_equal(mux_get_u32(&f, &n), -EBADMSG);
	f.len = 3;
	assert_int_equal(mux_get_u32(&f, &n), -EBADMSG);
	f.len = 4;
	assert_int_equal(mux_get_u32(&f, &n), 0);
	assert_int_equal(n, 0x04030201);
}

static void test_a_setup_comes_back_in_order(void **state)
{
	static const char records[] = "c/a b\0aecho\0a\0ax\ny\0eA=1\n2\0"
				      "ivcan0\0ican1\0u077\0hbox";
	struct setup_blob b = { 0 };
	struct setup s;

	(void)state;
	assert_int_equal(setup_append(&b, records, sizeof(records)), 0);
	assert_int_equal(setup_unpack(&b, &s), 0);
	assert_string_equal(s.cwd, "/a b");
	assert_string_equal(s.argv[0], "echo");
	assert_string_equal(s.argv[1], "");
	assert_string_equal(s.argv[2], "x\ny");
	assert_null(s.argv[3]);
	assert_string_equal(s.envp[0], "A=1\n2");
	assert_null(s.envp[1]);
	assert_int_equal(s.n_ifaces, 2);
	assert_string_equal(s.ifaces[1], "can1");
	assert_int_equal(s.umask, 077);
	assert_string_equal(s.host, "box");
	assert_null(s.tty);
	setup_drop(&s);
	setup_fini(&b);
}

static void test_what_is_added_reads_back(void **state)
{
	struct setup_blob b = { 0 };

	(void)state;
	assert_int_equal(setup_add(&b, SETUP_ARG, "ls"), 0);
	assert_int_equal(setup_add(&b, SETUP_TTY, "2"), 0);
	assert_int_equal(b.len, 7);
	assert_memory_equal(b.data, "als\0t2\0", 7);
	setup_fini(&b);
}

static const struct bad_setup {
	const char *name;
	const char *bytes;
	size_t len;
} bad_setups[] = {
	{ "a setup that was cut is refused", "aecho\0aon", 9 },
	{ "a setup without a command is refused", "c/\0eA=1\0", 8 },
	{ "an empty setup is refused", "", 0 },
	{ "an unknown record is refused", "aecho\0?x\0", 9 },
	{ "a record without a tag is refused", "aecho\0\0", 7 },
};

static void test_bad_setup(void **state)
{
	const struct bad_setup *c = *state;
	struct setup_blob b = { 0 };
	struct setup s;

	assert_int_equal(setup_append(&b, c->bytes, c->len), 0);
	assert_int_equal(setup_unpack(&b, &s), -EBADMSG);
	setup_fini(&b);
}

static void test_a_setup_that_was_never_told_is_refused(void **state)
{
	struct setup_blob b = { 0 };
	struct setup s;

	(void)state;
	assert_int_equal(setup_unpack(&b, &s), -EBADMSG);
}

static void test_a_setup_beyond_8_mib_is_refused(void **state)
{
	struct setup_blob b = { 0 };

	(void)state;
	assert_int_equal(setup_append(&b, "", SETUP_MAX + 1), -E2BIG);
	setup_fini(&b);
}

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
	static const struct CMUnitTest single[] = {
		cmocka_unit_test(test_the_longest_payload_goes_through),
		cmocka_unit_test(test_the_longest_payload_damaged),
		cmocka_unit_test(test_a_longer_payload_is_not_encoded),
		cmocka_unit_test(test_frames_follow_each_other_without_a_gap),
		cmocka_unit_test(test_a_number_must_have_four_bytes),
		cmocka_unit_test(test_a_setup_comes_back_in_order),
		cmocka_unit_test(test_what_is_added_reads_back),
		cmocka_unit_test(test_a_setup_that_was_never_told_is_refused),
		cmocka_unit_test(test_a_setup_beyond_8_mib_is_refused),
		cmocka_unit_test(test_a_sink_holds_a_window_and_no_more),
		cmocka_unit_test(test_a_closed_sink_owes_what_it_drops),
		cmocka_unit_test(test_when_a_sink_pays),
		cmocka_unit_test(test_a_sink_keeps_order_over_its_edge),
		cmocka_unit_test(test_a_sink_ends_after_its_last_byte),
		cmocka_unit_test(
			test_a_source_reads_no_further_than_its_credit),
	};
	struct CMUnitTest tests[ARRAY_SIZE(single) + ARRAY_SIZE(vectors) +
				ARRAY_SIZE(refusals) + ARRAY_SIZE(bad_setups)];
	size_t n = ARRAY_SIZE(single);

	memcpy(tests, single, sizeof(single));
	ROWS(vectors, test_vector);
	ROWS(refusals, test_refusal);
	ROWS(bad_setups, test_bad_setup);
	return cmocka_run_group_tests_name("vcanrun_mux", tests, NULL, NULL);
}
