// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/wire/wire.c
#include "../../support/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/wire/wire.h"

#define EXT(id, ...) FRAME(CAN_EFF_FLAG | (id), __VA_ARGS__)
#define REMOTE(id, dlc) \
	((struct can_frame){ .can_id = CAN_RTR_FLAG | (id), .can_dlc = (dlc) })
#define EMPTY(id) ((struct can_frame){ .can_id = (id) })
#define EIGHT(b) b, b, b, b, b, b, b, b
/* CRC delimiter, ACK slot and delimiter, 7 of the end of frame, 3 behind it */
#define TAIL 13

/*
 * Another encoder, of strings: the CRC by long division of the whole message,
 * stuff bits by looking back at the text.
 */
static void put(char *text, unsigned long value, int bits)
{
	char *end = text + strlen(text);

	while (bits--)
		*end++ = value >> bits & 1 ? '1' : '0';
	*end = '\0';
}

static void put_crc(char *text)
{
	/* x^15 + x^14 + x^10 + x^8 + x^7 + x^4 + x^3 + 1 */
	static const char divisor[] = "1100010110011001";
	char rest[200] = "";
	size_t len = strlen(text);

	strcat(strcat(rest, text), "000000000000000");
	for (size_t i = 0; i < len; i++) {
		if (rest[i] == '0')
			continue;
		for (size_t j = 0; divisor[j]; j++)
			rest[i + j] = rest[i + j] == divisor[j] ? '0' : '1';
	}
	strcat(text, rest + len);
}

static void stuff(char *out, const char *text)
{
	for (size_t len = 0; *text; text++) {
		out[len++] = *text;
		out[len] = '\0';
		if (len >= 5 && !strcmp(out + len - 5, "00000"))
			out[len++] = '1';
		else if (len >= 5 && !strcmp(out + len - 5, "11111"))
			out[len++] = '0';
		out[len] = '\0';
	}
}

static void bits_of(char *out, const struct can_frame *f)
{
	char text[200] = "0";
	bool remote = f->can_id & CAN_RTR_FLAG;
	int len = f->can_dlc > 8 ? 8 : f->can_dlc;

	if (f->can_id & CAN_EFF_FLAG) {
		put(text, (f->can_id & CAN_EFF_MASK) >> 18, 11);
		strcat(text, "11");
		put(text, f->can_id & 0x3ffff, 18);
		strcat(text, remote ? "100" : "000");
	} else {
		put(text, f->can_id & CAN_SFF_MASK, 11);
		strcat(text, remote ? "100" : "000");
	}
	put(text, len, 4);
	for (int i = 0; i < len && !remote; i++)
		put(text, f->data[i], 8);
	put_crc(text);
	stuff(out, text);
}

/* Catalogue of parametrised CRC algorithms, CRC-15/CAN: its check value. */
static void test_the_other_encoder_has_the_published_crc(void **state)
{
	char text[200] = "", want[200] = "";

	(void)state;
	for (const char *c = "123456789"; *c; c++)
		put(text, *c, 8);
	strcat(want, text);
	put(want, 0x059e, 15);
	put_crc(text);
	assert_string_equal(text, want);
}

/*
 * Written out by hand. 000#R: its message is x^6, so its CRC is x^21 modulo
 * the polynomial, six shifts from x^15:
 *   x^15 100010110011001   x^17 101100011001111   x^19 010110110010111
 *   x^16 100111010101011   x^18 111010000000111   x^20 101101100101110
 *                                                 x^21 111001111000101
 */
static const struct written {
	const char *name;
	struct can_frame frame;
	const char *bits; /* stuff bits in brackets */
} written[] = {
	{ "by hand: 000 without data, nothing but zeros", EMPTY(0),
	  "00000(1)00000(1)00 000(1) 0000 0(1)00000(1)00000(1)0000" },
	{ "by hand: a remote frame, its CRC without stuff bits", REMOTE(0, 0),
	  "00000(1)00000(1)00 100 000(1)0 111001111000101" },
};

static void test_written(void **state)
{
	const struct written *w = *state;
	char got[200] = "", want[200] = "";

	for (const char *c = w->bits; *c; c++)
		if (*c == '0' || *c == '1')
			strncat(want, c, 1);
	bits_of(got, &w->frame);
	assert_string_equal(got, want);
	assert_int_equal(wire_frame_bits(&w->frame), strlen(want) + TAIL);
}

/* Counted by "canbusload -e" of can-utils 2020.11, but for what is said. */
static const struct length {
	const char *name;
	struct can_frame frame;
	unsigned int bits;
} lengths[] = {
	{ "length: 000, no data", EMPTY(0), 53 },
	{ "length: 000, zeros", FRAME(0, EIGHT(0)), 127 },
	{ "length: 7ff, no data", EMPTY(0x7ff), 50 },
	{ "length: 7ff, ones", FRAME(0x7ff, EIGHT(0xff)), 126 },
	{ "length: alternating data", FRAME(0x3f1, EIGHT(0x55)), 113 },
	{ "length: runs of four", FRAME(0x7f0, EIGHT(0x3c)), 131 },
	{ "length: one byte", FRAME(0x014, 1), 58 },
	{ "length: a boot request",
	  FRAME(0x3f0, 2, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66), 107 },
	{ "length: extended, zeros", EXT(0, EIGHT(0)), 150 },
	{ "length: extended, ones", EXT(0x1fffffff, EIGHT(0xff)), 149 },
	{ "length: extended, 18daf110",
	  EXT(0x18daf110, 2, 0x10, 3, 0, 0, 0, 0, 0), 144 },
	{ "length: extended, one byte", EXT(0x500000, 1), 81 },
	{ "length: a remote frame", REMOTE(0x014, 0), 50 },
	/* from here on: the same as one of above, by the contract */
	{ "length: 15 bytes are 8",
	  { .can_id = 0x7f0, .can_dlc = 15, .data = { EIGHT(0x3c) } },
	  131 },
	/* which is behind __res0, and has no name before Linux 5.11 */
	{ "length: len8_dlc does not count",
	  { .can_id = 0x3f1,
	    .can_dlc = 8,
	    .__res0 = 0,
	    15,
	    .data = { EIGHT(0x55) } },
	  113 },
	{ "length: bits above a standard id do not count",
	  EMPTY(0x1ffff800 | CAN_ERR_FLAG), 53 },
};

static void test_length(void **state)
{
	const struct length *l = *state;

	assert_int_equal(wire_frame_bits(&l->frame), l->bits);
}

/* By hand: above a row is what both send before they part. */
#define NONE 999
static const struct parting {
	const char *name;
	struct can_frame a, b;
	unsigned int bit; /* NONE: the same */
	bool a_dominant;
	bool arbitration;
} partings[] = {
	/* 0 00100000(1)00? */
	{ "parting: behind a stuff bit in the id", EMPTY(0x100), EMPTY(0x101),
	  12, true, true },
	{ "parting: the other way round", EMPTY(0x101), EMPTY(0x100), 12, false,
	  true },
	/* 0 10101010101 ? */
	{ "parting: data before remote", REMOTE(0x555, 0), EMPTY(0x555), 12,
	  false, true },
	{ "parting: standard before extended, at SRR", EMPTY(0x555),
	  EXT(0x555 << 18, 1), 12, true, true },
	/* 0 10101010101 1 ? */
	{ "parting: a remote one before extended, at IDE", EXT(0x555 << 18, 1),
	  REMOTE(0x555, 0), 13, false, true },
	/* 0 10101010101 11 010101010101010101 ? */
	{ "parting: extended data before remote", EXT(0x555 << 18 | 0x15555, 1),
	  REMOTE(CAN_EFF_FLAG | 0x555 << 18 | 0x15555, 1), 32, true, true },
	/* 0 10101010101 000 ? */
	{ "parting: the length", FRAME(0x555, EIGHT(0)),
	  FRAME(0x555, 0, 0, 0, 0, 0, 0, 0), 15, false, false },
	{ "parting: the length of remote frames", REMOTE(0x555, 1),
	  REMOTE(0x555, 8), 15, true, false },
	/* 0 011111(0)10001 000 1000 00(1)100000(1) ? */
	{ "parting: the uuids of two answers",
	  FRAME(0x3f1, 0x20, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 1),
	  FRAME(0x3f1, 0x20, 0x91, 0x22, 0x33, 0x44, 0x55, 0x66, 1), 30, true,
	  false },
	{ "parting: equal frames", FRAME(0x3f1, 1, 2), FRAME(0x3f1, 1, 2),
	  NONE },
	{ "parting: what is not sent does not count",
	  { .can_id = 0x3f1, .can_dlc = 1, .data = { 1, 2 } },
	  { .can_id = 0x3f1, .can_dlc = 1, .data = { 1, 3 } },
	  NONE },
	{ "parting: remote frames have no data",
	  { .can_id = 1 | CAN_RTR_FLAG, .can_dlc = 1, .data = { 1 } },
	  { .can_id = 1 | CAN_RTR_FLAG, .can_dlc = 1, .data = { 2 } },
	  NONE },
	{ "parting: 8 bytes and 12 are the same",
	  { .can_id = 1, .can_dlc = 8 },
	  { .can_id = 1, .can_dlc = 12 },
	  NONE },
};

static bool part(struct wire_difference *d, const struct can_frame *a,
		 const struct can_frame *b)
{
	struct wire_bits wa, wb;

	wire_encode(&wa, a);
	wire_encode(&wb, b);
	return wire_first_difference(d, &wa, &wb);
}

static void test_parting(void **state)
{
	const struct parting *p = *state;
	struct wire_difference d;

	if (p->bit == NONE) {
		assert_false(part(&d, &p->a, &p->b));
		return;
	}
	assert_true(part(&d, &p->a, &p->b));
	assert_int_equal(d.bit, p->bit);
	assert_int_equal(d.a_dominant, p->a_dominant);
	assert_int_equal(d.arbitration, p->arbitration);
}

/* Frames with many runs, and many that differ late or not at all. */
static struct can_frame any_frame(unsigned int *seed)
{
	static const uint8_t bytes[] = { 0x00, 0xff, 0x0f, 0xf0, 0x3c,
					 0xc3, 0x87, 0x1f, 0x55, 0x20 };
	static const canid_t ids[] = { 0x000,
				       0x7ff,
				       0x3f1,
				       0x3f1 | CAN_RTR_FLAG,
				       CAN_EFF_FLAG | 0x3f1 << 18,
				       CAN_EFF_FLAG | 0x1fffffff,
				       CAN_EFF_FLAG | 0x0fc3e0f0,
				       CAN_EFF_FLAG | 0x3f1 << 18 |
					       CAN_RTR_FLAG };
	struct can_frame f = { .can_id = ids[rand_r(seed) % ARRAY_SIZE(ids)],
			       .can_dlc = rand_r(seed) % 10 };

	for (int i = 0; i < 8; i++)
		f.data[i] = rand_r(seed) % 4 ?
				    bytes[rand_r(seed) % ARRAY_SIZE(bytes)] :
				    rand_r(seed);
	return f;
}

static void test_lengths_are_those_of_the_other_encoder(void **state)
{
	unsigned int seed = 1;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct can_frame f = any_frame(&seed);
		unsigned int max = f.can_id & CAN_EFF_FLAG ? 160 : 135;
		char bits[200];

		bits_of(bits, &f);
		assert_int_equal(wire_frame_bits(&f), strlen(bits) + TAIL);
		assert_in_range(wire_frame_bits(&f), 47, max);
	}
}

static void test_partings_are_those_of_the_other_encoder(void **state)
{
	unsigned int seed = 2, partings_seen = 0;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct can_frame a = any_frame(&seed), b = a;
		struct wire_difference d;
		char bits_a[200], bits_b[200];
		bool found;

		if (i % 2)
			b = any_frame(&seed);
		else
			b.data[rand_r(&seed) % 8] ^= 1 << rand_r(&seed) % 8;
		bits_of(bits_a, &a);
		bits_of(bits_b, &b);
		found = part(&d, &a, &b);
		assert_int_equal(found, strcmp(bits_a, bits_b) != 0);
		if (!found)
			continue;
		partings_seen++;
		assert_memory_equal(bits_a, bits_b, d.bit);
		assert_int_equal(bits_a[d.bit], d.a_dominant ? '0' : '1');
		assert_int_equal(bits_b[d.bit], d.a_dominant ? '1' : '0');
		/* the order of arbitration says the same, where it decides */
		assert_int_equal(d.arbitration,
				 wire_priority(&a) != wire_priority(&b));
		if (d.arbitration)
			assert_int_equal(d.a_dominant,
					 wire_priority(&a) < wire_priority(&b));
	}
	assert_true(partings_seen > 3000);
}

int main(void)
{
	static struct CMUnitTest tests[64];
	size_t n = 0;

	ROWS(written, test_written);
	ROWS(lengths, test_length);
	ROWS(partings, test_parting);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_the_other_encoder_has_the_published_crc);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_lengths_are_those_of_the_other_encoder);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_partings_are_those_of_the_other_encoder);
	return _cmocka_run_group_tests("wire", tests, n, NULL, NULL);
}
