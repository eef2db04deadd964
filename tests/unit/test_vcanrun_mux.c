// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/line/mux.c
/* Frames on the line to the guest: their bytes, and what is damage. */
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include "../../tools/vcan-run/line/mux.h"

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

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_the_longest_payload_goes_through),
		cmocka_unit_test(test_the_longest_payload_damaged),
		cmocka_unit_test(test_a_longer_payload_is_not_encoded),
		cmocka_unit_test(test_frames_follow_each_other_without_a_gap),
		cmocka_unit_test(test_a_number_must_have_four_bytes),
	};
	struct CMUnitTest tests[ARRAY_SIZE(vectors) + ARRAY_SIZE(refusals) +
				ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(vectors, test_vector);
	ROWS(refusals, test_refusal);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
