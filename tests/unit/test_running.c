// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Which firmware runs on a node: the one that was flashed, another, or none. */
#include "running_talk.h"

#include <errno.h>

/* A node whose dictionary differs in these ways, and what comes of it. */
struct row {
	const char *name;
	size_t image_len; /* 0: there is none in the image */
	size_t node_len;
	size_t changed; /* this byte of it; 0: none */
	bool leaves;
	enum kcan_running_verdict verdict;
	unsigned int asked, resets;
};

static const struct row rows[] = {
	{ "the same, and it is left as after power-on", LEN, LEN, 0, true,
	  KCAN_RUNNING_PROVEN, 4, 1 },
	{ "the same, of a bridge that keeps its nodeid", LEN, LEN, 0, false,
	  KCAN_RUNNING_PROVEN, 3, 0 },
	{ "another checksum at the end", LEN, LEN, LEN - 1, true,
	  KCAN_RUNNING_OTHER, 103, 0 },
	{ "the first of these bytes is another one", LEN, LEN, LEN - 40, true,
	  KCAN_RUNNING_OTHER, 103, 0 },
	{ "it goes on behind the same bytes", LEN - 1, LEN, 0, true,
	  KCAN_RUNNING_OTHER, 104, 0 },
	{ "it ends in the middle of these bytes", LEN, LEN - 1, 0, true,
	  KCAN_RUNNING_OTHER, 103, 0 },
	{ "it ends long before", LEN, 100, 0, true, KCAN_RUNNING_OTHER, 6, 0 },
	{ "it has none", LEN, 0, 0, true, KCAN_RUNNING_OTHER, 3, 0 },
	{ "the same, and shorter than one answer", 39, 39, 0, true,
	  KCAN_RUNNING_PROVEN, 4, 1 },
	{ "one byte is all there is", 1, 1, 0, true, KCAN_RUNNING_PROVEN, 4,
	  1 },
	{ "no dictionary in the image: that it is Klipper", 0, LEN, 0, true,
	  KCAN_RUNNING_KLIPPER, 2, 0 },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct kcan_running *p =
		start(row->image_len, row->leaves ? &reset : NULL);
	uint8_t bytes[LEN];
	struct node n = { .dictionary = bytes,
			  .dictionary_len = row->node_len };
	struct kcan_running_result result;

	memcpy(bytes, image, LEN);
	bytes[row->changed] ^= row->changed ? 1 : 0;
	assert_true(talk(p, &n) < 200000);
	result = kcan_running_result(p);
	assert_int_equal(result.verdict, row->verdict);
	assert_int_equal(result.set, KCAN_DELIVERY_CONFIRMED);
	assert_int_equal(result.reset == KCAN_DELIVERY_CONFIRMED, row->resets);
	/* the first one carries a wrong sequence, and is asked once more */
	assert_in_range(n.asked, row->asked - 1, row->asked);
	assert_int_equal(n.resets, row->resets);
	assert_int_equal(n.mine, !row->resets);
	assert_other(p, &n);
	kcan_running_free(p);
}

static void test_any_one_frame_may_get_lost(void **state)
{
	unsigned int frames = 1;

	(void)state;
	for (unsigned int lost = 0; lost <= frames; lost++) {
		struct kcan_running *p = start(LEN, &reset);
		struct node n = { .dictionary = image,
				  .dictionary_len = LEN,
				  .lost = lost };

		assert_true(talk(p, &n) < 1000000);
		assert_int_equal(kcan_running_result(p).verdict,
				 KCAN_RUNNING_PROVEN);
		/* of `reset` there is no answer that could be missed */
		assert_int_equal(n.resets, lost && lost == n.frames ? 0 : 1);
		frames = lost ? frames : n.frames;
		kcan_running_free(p);
	}
	assert_true(frames > 15);
}

static void take_frame(struct kcan_running *p, uint64_t now_us, canid_t id,
		       const char *bytes, uint8_t len)
{
	struct can_frame frame;

	assert_true(kcan_running_tx(p, &frame, now_us));
	assert_int_equal(frame.can_id, id);
	assert_int_equal(frame.can_dlc, len);
	assert_memory_equal(frame.data, bytes, len);
	kcan_running_sent(p, now_us);
}

/*
 * CRCs from an implementation of klipper-mcu-protocol.md, section 3.1, that is not
 * ours.
 */
static void test_the_first_frames_byte_for_byte(void **state)
{
	struct kcan_running *p = start(LEN, &reset);

	(void)state;
	take_frame(p, 0, 0x3f0, "\x01\xca\x46\x3a\x06\xa1\xac\x04", 8);
	/* identify offset=3960 count=40, sequence 1 */
	take_frame(p, 50000, 0x108, "\x09\x11\x01\x9e\x78\x28\x84\x90", 8);
	take_frame(p, 50000, 0x108, "\x7e", 1);
	assert_int_equal(kcan_running_deadline(p), 100000);
	kcan_running_free(p);
}

/* On USB and UART. Return: how long it took. */
static uint64_t talk_in_bytes(struct kcan_running *p, struct node *n)
{
	const uint8_t *bytes;
	uint64_t now_us = 0;
	size_t len;

	node_init(n);
	while (kcan_running_deadline(p) != UINT64_MAX) {
		if (kcan_running_deadline(p) > now_us)
			now_us = kcan_running_deadline(p);
		len = kcan_running_tx_bytes(p, &bytes, now_us);
		if (!len)
			continue;
		node_rx_bytes(n, bytes, len);
		kcan_running_sent(p, now_us);
		now_us += 3000;
		if (n->tx.len && passes(n))
			kcan_running_rx_bytes(p, n->tx.buf, n->tx.len, now_us);
		n->tx.len = 0;
	}
	return now_us;
}

static struct kcan_running *start_in_bytes(void)
{
	const struct kcan_running_cfg cfg = {
		.silence_us = SILENCE,
		.talk_us = TALK,
		.dictionary = image,
		.len = LEN,
	};
	struct kcan_running *p;

	kcan_running_free(start(LEN, NULL)); /* makes the image */
	assert_int_equal(kcan_running_new(&p, &UUID, &cfg, 0), 0);
	return p;
}

/*
 * Bytes may wait in its receiver, and the counting of an earlier host. It has no
 * nodeid, and keeps what it has.
 */
static void test_on_a_serial_port_any_one_write_may_get_lost(void **state)
{
	unsigned int writes = 1;

	(void)state;
	for (unsigned int lost = 0; lost <= writes; lost++) {
		struct kcan_running *p = start_in_bytes();
		struct node n = { .dictionary = image,
				  .dictionary_len = LEN,
				  .mcu.expected = 9,
				  .rx_buf = { 0x20, 0x1c, 0x05 },
				  .waiting = 3,
				  .lost = lost };

		assert_true(talk_in_bytes(p, &n) < 1000000);
		assert_int_equal(kcan_running_result(p).verdict,
				 KCAN_RUNNING_PROVEN);
		assert_int_equal(n.resets, 0);
		writes = lost ? writes : n.frames;
		kcan_running_free(p);
	}
	assert_in_range(writes, 4, 12);
}

static void test_on_a_serial_port_another_firmware_is_told(void **state)
{
	struct kcan_running *p = start_in_bytes();
	uint8_t bytes[LEN];
	struct node n = { .dictionary = bytes, .dictionary_len = LEN };

	(void)state;
	memcpy(bytes, image, LEN);
	bytes[LEN - 1] ^= 1;
	talk_in_bytes(p, &n);
	assert_int_equal(kcan_running_result(p).verdict, KCAN_RUNNING_OTHER);
	assert_other(p, &n);
	kcan_running_free(p);
}

/* The same bytes as on CAN, behind a sync that ends what may lie in front. */
static void test_on_a_serial_port_the_first_bytes(void **state)
{
	static const uint8_t want[] =
		"\x7e\x09\x11\x01\x9e\x78\x28\x84\x90\x7e";
	struct kcan_running *p = start_in_bytes();
	const uint8_t *bytes;

	(void)state;
	assert_int_equal(kcan_running_tx_bytes(p, &bytes, 0), 10);
	assert_memory_equal(bytes, want, 10);
	/* the port took none of it */
	kcan_running_unsent(p, 0);
	assert_int_equal(kcan_running_deadline(p), 5000);
	assert_int_equal(kcan_running_tx_bytes(p, &bytes, 5000), 10);
	assert_memory_equal(bytes, want, 10);
	kcan_running_sent(p, 5000);
	assert_int_equal(kcan_running_deadline(p), 55000);
	kcan_running_free(p);
}

/* More than any block, so what is behind it has to be found nevertheless. */
static void test_on_a_serial_port_noise_is_passed_over(void **state)
{
	struct kcan_running *p = start_in_bytes();
	struct node n = { .dictionary = image, .dictionary_len = LEN };
	uint8_t noise[1000];

	(void)state;
	memset(noise, 0x40, sizeof(noise));
	kcan_running_rx_bytes(p, noise, sizeof(noise), 0);
	assert_true(talk_in_bytes(p, &n) < 500000);
	assert_int_equal(kcan_running_result(p).verdict, KCAN_RUNNING_PROVEN);
	kcan_running_free(p);
}

static void test_nobody_answers(void **state)
{
	struct kcan_running *p = start(LEN, &reset);
	struct can_frame frame;
	uint64_t now_us = 0;
	unsigned int sets = 0;

	(void)state;
	while (kcan_running_deadline(p) != UINT64_MAX) {
		now_us = kcan_running_deadline(p);
		if (!kcan_running_tx(p, &frame, now_us))
			continue;
		sets += frame.can_id == 0x3f0;
		kcan_running_sent(p, now_us);
	}
	assert_int_equal(kcan_running_result(p).verdict, KCAN_RUNNING_SILENT);
	assert_int_equal(now_us, SILENCE);
	/* one each 250 ms: flashing.md, section 6.2 */
	assert_int_equal(sets, 20);
	kcan_running_free(p);
}

static void test_never_confirmed(void **state)
{
	struct kcan_running *p = start(LEN, &reset);
	struct can_frame frame;

	(void)state;
	assert_true(kcan_running_tx(p, &frame, 0));
	assert_int_equal(kcan_running_deadline(p), SILENCE);
	assert_false(kcan_running_tx(p, &frame, SILENCE));
	assert_int_equal(kcan_running_result(p).verdict, KCAN_RUNNING_UNSENT);
	kcan_running_free(p);
}

static void test_the_nodeid_is_given_to_another_node(void **state)
{
	const struct can_frame other = { .can_id = 0x3f0,
					 .can_dlc = 8,
					 .data = { 0x01, 0x11, 0x22, 0x33, 0x44,
						   0x55, 0x66, 0x04 } };
	struct kcan_running *p = start(LEN, &reset);
	struct can_frame frame;

	(void)state;
	assert_true(kcan_running_tx(p, &frame, 0));
	kcan_running_sent(p, 0);
	kcan_running_rx(p, &other, 10);
	assert_int_equal(kcan_running_result(p).verdict, KCAN_RUNNING_TAKEN);
	kcan_running_free(p);
}

static void test_the_caller_wants_out(void **state)
{
	struct kcan_running *p = start(LEN, &reset);

	(void)state;
	assert_int_equal(kcan_running_result(p).verdict, KCAN_RUNNING_PENDING);
	kcan_running_abort(p);
	assert_int_equal(kcan_running_result(p).verdict, KCAN_RUNNING_ABORTED);
	assert_int_equal(kcan_running_deadline(p), UINT64_MAX);
	kcan_running_free(p);
	kcan_running_free(NULL);
}

static void test_what_is_out_of_range(void **state)
{
	static const struct kcan_klp_format odd = { .id = 1, .count = 1 };
	static const struct kcan_running_cfg bad[] = {
		{ 0, TALK, 4, image, LEN, NULL },
		{ SILENCE, 0, 4, image, LEN, NULL },
		{ SILENCE, TALK, 4, image, 0, NULL },
		{ SILENCE, TALK, 4, NULL, LEN, NULL },
		{ SILENCE, TALK, 4, image, LEN, &odd },
	};
	struct kcan_running *p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(kcan_running_new(&p, &UUID, &bad[i], 0),
				 -EINVAL);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 11];
	size_t n = 0;

	ROWS(rows, test_row);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_any_one_frame_may_get_lost);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_the_first_frames_byte_for_byte);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_on_a_serial_port_any_one_write_may_get_lost);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_on_a_serial_port_another_firmware_is_told);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_on_a_serial_port_the_first_bytes);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_on_a_serial_port_noise_is_passed_over);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_nobody_answers);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_never_confirmed);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_the_nodeid_is_given_to_another_node);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(test_the_caller_wants_out);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(test_what_is_out_of_range);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
