// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/* klipper-mcu-protocol.md, section 18, against the simulated application. */
#include "host.h"

#include "../../support/vectors.h"

static struct vector vectors[VECTORS_MAX];

#define CHAIN 50 /* V1 to V50 */

/* When the recorded MCU answered; the answers to the others tell no clock. */
static const struct {
	int vector; /* the request */
	uint64_t ticks;
} moments[] = {
	{ 14, (UINT64_C(1) << 32) + 45610636 }, /* V15 */
	{ 16, (UINT64_C(1) << 32) + 48644876 },
	{ 34, (UINT64_C(1) << 32) + 75948556 },
	{ 39, (UINT64_C(1) << 32) + 79025369 },
	{ 49, (UINT64_C(1) << 32) + 94377856 },
};

static bool is_host(size_t index)
{
	return strstr(vectors[index].name, " host ");
}

/* The bytes of section 4.3 are in test_klp.c; this is only which one. */
static size_t add_ack(uint8_t *out, uint8_t seq)
{
	return (size_t)kcan_klp_encode(out,
				       &(struct kcan_klp_block){ .seq = seq });
}

/* What has to be answered to the request at @i: its rows, and the ACK. */
static size_t expected_answer(size_t i, uint8_t *out)
{
	size_t len = 0, last = 0;

	while (++i < CHAIN && !is_host(i)) {
		last = len;
		len += host_unhex(vectors[i].value, out + len);
	}
	if (out[last] != KCAN_KLP_MIN)
		len += add_ack(out + len, out[last + 1] & 15);
	return len;
}

static void blank(uint8_t *bytes, size_t len)
{
	/* the data of an identify_response, and the CRC over it */
	if (len > 7 && bytes[2] == 0 && bytes[4] == 40)
		memset(bytes + 5, 0, 42);
}

/* V49: an id that is in no dictionary, and here another one that is not. */
#define UNKNOWN_ID 49
static size_t say_unknown_id(uint8_t *out, uint8_t seq)
{
	static const uint8_t content[] = { 0x8b, 0x00 };

	return (size_t)kcan_klp_encode(
		out, &(struct kcan_klp_block){ .seq = seq & 15,
					       .len = sizeof(content),
					       .content = content });
}

static void test_chain(void **state)
{
	uint8_t request[KCAN_KLP_MAX], want[HOST_BYTES];
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_wait_until(&h, moments[0].ticks - 1000);
	host_assign(&h, 4);
	for (size_t i = 0; i < CHAIN; i++) {
		size_t len, want_len;

		if (!is_host(i))
			continue;
		for (size_t j = 0; j < ARRAY_SIZE(moments); j++)
			if (moments[j].vector == (int)i + 1)
				host_wait_until(&h, moments[j].ticks);
		len = host_unhex(vectors[i].value, request);
		if (i + 1 == UNKNOWN_ID)
			len = say_unknown_id(request, request[1]);
		want_len = expected_answer(i, want);
		host_send(&h, request, len, CAN_MAX_DLEN);
		blank(want, want_len);
		blank(h.heard, h.heard_len);
		if (h.heard_len != want_len ||
		    memcmp(h.heard, want, want_len) != 0)
			fail_msg("not the answer to %s", vectors[i].name);
	}
	host_end(&h);
}

/* Vectors from V51 on: one request, at a sequence and a clock of its own. */
static const struct single {
	const char *name;
	int vector;
	uint8_t seq; /* of the request */
	uint8_t nodeid;
	const char *before; /* blocks that come first, or NULL */
	const char *content;
	uint64_t ticks;
} singles[] = {
	{ "V56: uptime", 56, 2, 4, NULL, "06",
	  (UINT64_C(1) << 32) + 339968486 },
	{ "V59: far behind the end", 59, 6, 4, NULL, "017f28" },
	{ "V60: the longest pong", 60, 0, 4, NULL,
	  "0c394141414141414141414141414141414141414141414141414141414141"
	  "41414141414141414141414141414141414141414141414141414141" },
	{ "V61: another CRC", 61, 2, 4, "038191d1ac78", "02" },
	{ "V62: cleared when not shutdown", 62, 13, 4, NULL, "08", 631797075 },
	{ "V63: oids already allocated", 63, 1, 4, "0403", "0401", 679742944 },
	{ "V64: nodeid 65", 64, 15, 65, NULL, "0a" },
};

static void test_single(void **state)
{
	const struct single *row = *state;
	uint8_t want[KCAN_KLP_MAX + KCAN_KLP_MIN];
	size_t len = host_unhex(vectors[row->vector - 1].value, want);
	struct host h;

	host_start(&h, "stm32g0b1xx");
	host_wait_until(&h, row->ticks);
	host_assign(&h, row->nodeid);
	h.board.mcu.live.start_us += MCU_FILTER_CHANGE_US;
	if (row->before)
		host_ask(&h, row->before);
	while (h.seq != row->seq)
		assert_string_equal(host_ask(&h, ""), "ack");
	host_ask(&h, row->content);
	len += add_ack(want + len, h.seq);
	assert_int_equal(h.heard_len, len);
	assert_memory_equal(h.heard, want, len);
	host_end(&h);
}

static void prime(struct host *h, uint8_t expected)
{
	host_start(h, "stm32g0b1xx");
	host_assign(h, 4);
	while (h->seq != expected)
		host_ask(h, "");
	h->board.mcu.live.start_us = h->board.now_us;
}

/* V51, V52 and V53; and section 18's table of errors, where 8 is expected */

static const struct raw {
	const char *name;
	uint8_t expected;
	const char *bytes[4];
	const char *want[4]; /* "x": a config or clock, whatever its CRC */
} raws[] = {
	{ "V51: the CRC contains the sync value",
	  11,
	  { "061b05c97e7e" },
	  { "x 051c54ed7e" } },
	{ "V52: reset is not acknowledged", 0, { "061009e7ba7e" }, { "" } },
	{ "V53: a sync byte in front", 0, { "7e061009e7ba7e" }, { "" } },
	{ "noise, once complained about",
	  8,
	  { "010203040506", "0506", "7e" },
	  { "051812c97e", "", "" } },
	{ "length 65", 8, { "41180000000000" }, { "051812c97e" } },
	{ "length 4", 8, { "0418000000" }, { "051812c97e" } },
	{ "sequence byte 98", 8, { "06980275dd7e" }, { "051812c97e" } },
	{ "good CRC but seq 12: each is refused",
	  8,
	  { "051c54ed7e", "051c54ed7e" },
	  { "051812c97e", "051812c97e" } },
	{ "a duplicate is acknowledged again",
	  8,
	  { "051812c97e", "051812c97e" },
	  { "051903407e", "051903407e" } },
	{ "one CRC byte changed, twice, and then right",
	  8,
	  { "051812c87e", "051812c87e", "051812c97e" },
	  { "051812c97e", "", "051903407e" } },
	{ "sync bytes in front",
	  8,
	  { "7e7e7e7e7e051812c97e" },
	  { "051903407e" } },
	{ "noise eats the next block up to its sync byte",
	  8,
	  { "010203040506", "051812c97e", "051812c97e" },
	  { "051812c97e", "", "051903407e" } },
	{ "four bytes are nothing yet",
	  8,
	  { "01020304", "05" },
	  { "", "051812c97e" } },
	{ "two blocks in one go",
	  8,
	  { "051812c97e051903407e" },
	  { "051903407e051a31db7e" } },
};

static void check_raw(struct host *h, const char *want)
{
	bool any = want[0] == 'x';
	uint8_t bytes[HOST_BYTES];
	size_t len = host_unhex(any ? want + 2 : want, bytes);

	assert_true(any ? h->heard_len > len : h->heard_len == len);
	assert_memory_equal(h->heard + h->heard_len - len, bytes, len);
}

static void play_raw(const struct raw *row, size_t chunk)
{
	uint8_t bytes[KCAN_KLP_MAX];
	struct host h;

	prime(&h, row->expected);
	for (size_t i = 0; i < 4 && row->bytes[i]; i++) {
		host_send(&h, bytes, host_unhex(row->bytes[i], bytes), chunk);
		check_raw(&h, row->want[i]);
	}
	host_end(&h);
}

static void test_raw(void **state)
{
	play_raw(*state, CAN_MAX_DLEN);
}

/* section 2.4: the size of frames does not matter */
static void test_raw_bytewise(void **state)
{
	play_raw(*state, 1);
}

int main(void)
{
	struct CMUnitTest tests[64] = { cmocka_unit_test(test_chain) };
	size_t n = 1;

	assert_true(vectors_load("klipper.txt", ':', vectors) == 64);
	ROWS(singles, test_single);
	ROWS(raws, test_raw);
	ROWS(raws, test_raw_bytewise);
	return _cmocka_run_group_tests("klipper_vectors", tests, n, NULL, NULL);
}
