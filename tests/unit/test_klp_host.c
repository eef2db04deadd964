// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* klipper-mcu-protocol.md, section 4.4: how a host counts blocks. */
#include "klp_hex.h"

/* klipper-mcu-protocol.md, section 4.4: the host's side */
static const struct host_row {
	const char *name;
	struct {
		uint8_t send; /* blocks, first */
		const char *hear;
		enum kcan_klp_event event; /* of the first step */
		uint8_t pending, next;	   /* after it */
	} steps[6];
} host_rows[] = {
	{ "a session begins with 1, and the MCU says 0",
	  { { 1, "05109e817e", KCAN_KLP_BLOCK, 0, 0 },
	    { 1, "05118f087e", KCAN_KLP_BLOCK, 0, 1 } } },
	{ "an MCU that expects 1 by chance",
	  { { 1, "0512bd937e", KCAN_KLP_BLOCK, 0, 2 } } },
	{ "stats come before anything was said: V54",
	  { { 0, "0d1011807881f7811f7f44007e", KCAN_KLP_BLOCK, 0, 0 } } },
	{ "a first block far ahead of many leaves none pending",
	  { { 12, "051f66767e", KCAN_KLP_BLOCK, 0, 15 } } },
	{ "blocks are acknowledged one by one",
	  { { 0, "05109e817e", KCAN_KLP_BLOCK, 0, 0 },
	    { 3, "05118f087e", KCAN_KLP_BLOCK, 2, 3 },
	    { 0, "0512bd937e", KCAN_KLP_BLOCK, 1, 3 },
	    { 0, "0513ac1a7e", KCAN_KLP_BLOCK, 0, 3 } } },
	{ "a higher number acknowledges all below",
	  { { 0, "05109e817e", KCAN_KLP_BLOCK, 0, 0 },
	    { 3, "0513ac1a7e", KCAN_KLP_BLOCK, 0, 3 } } },
	{ "a response acknowledges, too: V17",
	  { { 0, "0516fbb77e", KCAN_KLP_BLOCK, 0, 6 },
	    { 1, "0a170f9799860c10bc7e", KCAN_KLP_BLOCK, 0, 7 },
	    { 0, "0517ea3e7e", KCAN_KLP_BLOCK, 0, 7 } } },
	{ "the last number again while blocks are pending is a NAK",
	  { { 0, "05118f087e", KCAN_KLP_BLOCK, 0, 1 },
	    { 1, "0512bd937e", KCAN_KLP_BLOCK, 0, 2 },
	    { 2, "0512bd937e", KCAN_KLP_NAK, 2, 4 },
	    { 0, "0512bd937e", KCAN_KLP_NAK, 2, 4 } } },
	{ "stats while blocks are pending are no NAK: V54",
	  { { 0, "05109e817e", KCAN_KLP_BLOCK, 0, 0 },
	    { 1, "0d1011807881f7811f7f44007e", KCAN_KLP_BLOCK, 1, 1 } } },
	{ "ahead of anything that was sent",
	  { { 0, "05109e817e", KCAN_KLP_BLOCK, 0, 0 },
	    { 2, "0513ac1a7e", KCAN_KLP_DROP, 2, 2 },
	    { 0, "0e1b114997c1669de3b63b02ab7e", KCAN_KLP_DROP, 2, 2 },
	    { 0, "0512bd937e", KCAN_KLP_BLOCK, 0, 2 } } },
	{ "behind what is acknowledged is ahead of it",
	  { { 0, "0512bd937e", KCAN_KLP_BLOCK, 0, 2 },
	    { 1, "05118f087e", KCAN_KLP_DROP, 1, 3 } } },
	{ "twelve are the most", { { 13, "05", KCAN_KLP_WAIT, 12, 13 } } },
	{ "across the wrap",
	  { { 0, "051f66767e", KCAN_KLP_BLOCK, 0, 15 },
	    { 3, "05118f087e", KCAN_KLP_BLOCK, 1, 2 } } },
	{ "bad data up to the next sync byte, and no NAK",
	  { { 0, "0102030405", KCAN_KLP_DROP, 0, 1 },
	    { 0, "05109e817e", KCAN_KLP_DROP, 0, 1 },
	    { 0, "05109e817e", KCAN_KLP_BLOCK, 0, 0 } } },
	{ "a sync byte within: V51",
	  { { 0, "061b05c97e7e", KCAN_KLP_BLOCK, 0, 11 } } },
};

static void send_blocks(struct kcan_klp_host *h, uint8_t count)
{
	static const uint8_t get_clock = 5;
	uint8_t out[KCAN_KLP_MAX];

	while (count--) {
		uint8_t seq = h->next;
		int want = h->pending < 12 ? 6 : -EAGAIN;

		assert_int_equal(kcan_klp_host_encode(h, out, &get_clock, 1),
				 want);
		if (want > 0)
			assert_int_equal(out[1], 0x10 | seq);
	}
}

static void test_host(void **state)
{
	const struct host_row *row = *state;
	struct kcan_klp_host h;

	kcan_klp_host_init(&h);
	for (size_t i = 0; row->steps[i].hear; i++) {
		uint8_t bytes[KCAN_KLP_MAX];
		struct kcan_klp_step step;

		send_blocks(&h, row->steps[i].send);
		step = kcan_klp_host_rx(&h, bytes,
					unhex(row->steps[i].hear, bytes));
		assert_int_equal(step.event, row->steps[i].event);
		assert_int_equal(h.pending, row->steps[i].pending);
		assert_int_equal(h.next, row->steps[i].next);
	}
}

/* the first three blocks of every session, as recorded: section 4.4 */
static void test_host_begins_as_recorded(void **state)
{
	static const uint8_t identify[] = { 1, 0, 40 };
	uint8_t want[KCAN_KLP_MAX], out[KCAN_KLP_MAX];
	struct kcan_klp_host h;
	struct kcan_klp_step step;

	(void)state;
	kcan_klp_host_init(&h);
	assert_int_equal(kcan_klp_host_encode(&h, out, identify, 3), 8);
	unhex("081101002842247e", want);
	assert_memory_equal(out, want, 8);
	step = kcan_klp_host_rx(&h, want, unhex("05109e817e", want));
	assert_int_equal(step.used, 5);
	assert_int_equal(step.block.len, 0);
	assert_int_equal(kcan_klp_host_encode(&h, out, identify, 3), 8);
	unhex("08100100285e9f7e", want);
	assert_memory_equal(out, want, 8);
}

static void test_host_refuses_long_content(void **state)
{
	uint8_t content[KCAN_KLP_CONTENT_MAX + 1] = { 0 }, out[KCAN_KLP_MAX];
	struct kcan_klp_host h;

	(void)state;
	kcan_klp_host_init(&h);
	assert_int_equal(kcan_klp_host_encode(&h, out, content, 60), -EMSGSIZE);
	assert_int_equal(h.next, 1);
	assert_int_equal(kcan_klp_host_encode(&h, out, content, 59),
			 KCAN_KLP_MAX);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(host_rows) + 2] = {
		cmocka_unit_test(test_host_begins_as_recorded),
		cmocka_unit_test(test_host_refuses_long_content),
	};
	size_t n = 2;

	ROWS(host_rows, test_host);
	return _cmocka_run_group_tests("klp_host", tests, n, NULL, NULL);
}
