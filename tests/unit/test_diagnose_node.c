// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* A node is asked who it is, whatever it is in, and whatever gets lost. */
#include "diagnose_start.h"

#include <kcan/stream.h>

/*
 * A node by klipper-mcu-protocol.md, section 4.2, and a bus that loses one frame.
 */
struct node {
	struct kcan_klp_mcu mcu;
	struct kcan_stream rx, tx;
	uint8_t rx_buf[192], tx_buf[192];
	size_t dictionary_len;
	bool mine;	/* the nodeid is */
	size_t waiting; /* bytes in its buffer at the start */
	unsigned int frames, lost;
	unsigned int asked;
};

static bool passes(struct node *n)
{
	return ++n->frames != n->lost;
}

static void node_say(struct node *n, const uint8_t *content, size_t len)
{
	uint8_t out[KCAN_KLP_MAX];
	int size = kcan_klp_encode(
		out, &(struct kcan_klp_block){ .seq = n->mcu.expected,
					       .len = (uint8_t)len,
					       .content = content });

	assert_int_equal(kcan_stream_push(&n->tx, out, (size_t)size), 0);
}

/* identify: offsets are below 12288 here, or cut to the last byte */
static void node_identify(struct node *n, const struct kcan_klp_block *block)
{
	static const struct kcan_klp_format command = {
		.dir = KCAN_KLP_COMMAND,
		.count = 2,
		.types = { KCAN_KLP_U32, KCAN_KLP_U8 }
	};
	static const struct kcan_klp_format response = {
		.dir = KCAN_KLP_RESPONSE,
		.count = 2,
		.types = { KCAN_KLP_U32, KCAN_KLP_BYTES }
	};
	static const uint8_t data[40] = { 0x7e, 0x7e, 0x05, 0x10 };
	struct kcan_klp_value values[2];
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	size_t left;

	assert_true(kcan_klp_params_decode(values, &command, block->content + 1,
					   block->len - 1u) > 0);
	left = values[0].num < n->dictionary_len ?
		       n->dictionary_len - values[0].num :
		       0;
	values[1].data = data;
	values[1].len = left < values[1].num ? (uint8_t)left :
					       (uint8_t)values[1].num;
	node_say(n, content,
		 (size_t)kcan_klp_msg_encode(content, sizeof(content),
					     &response, values));
}

static void node_handle(struct node *n, const struct kcan_klp_block *block)
{
	static const uint8_t id[] = { 21,   6,	  0xca, 0x46, 0x3a,
				      0x06, 0xa1, 0xac, 4 };

	n->asked++;
	if (block->len && block->content[0] == 1)
		node_identify(n, block);
	else if (block->len && block->content[0] == 10)
		node_say(n, id, sizeof(id));
}

static void node_rx(struct node *n, const struct can_frame *frame)
{
	struct kcan_klp_step step;

	if (!passes(n))
		return;
	if (frame->can_id == 0x3f0) {
		n->mine = true;
		return;
	}
	if (!n->mine || kcan_stream_push_frame(&n->rx, frame))
		return;
	do {
		step = kcan_klp_mcu_rx(&n->mcu, n->rx.buf, n->rx.len);
		if (step.event == KCAN_KLP_BLOCK)
			node_handle(n, &step.block);
		if (step.event >= KCAN_KLP_NAK)
			node_say(n, NULL, 0);
		kcan_stream_drop(&n->rx, step.used);
	} while (step.event != KCAN_KLP_WAIT);
}

static void node_tx(struct node *n, struct kcan_diagnose *d, uint64_t now_us)
{
	struct can_frame frame;
	size_t len;

	while ((len = kcan_stream_peek_frame(&n->tx, 0x109, &frame))) {
		kcan_stream_drop(&n->tx, len);
		if (passes(n))
			kcan_diagnose_rx(d, &frame, now_us);
	}
}

/* Return: how long it took. */
static uint64_t talk(struct kcan_diagnose *d, struct node *n)
{
	struct can_frame frame;
	uint64_t now_us = 0;
	size_t len;

	kcan_stream_init(&n->rx, n->rx_buf, sizeof(n->rx_buf));
	n->rx.len = n->waiting;
	kcan_stream_init(&n->tx, n->tx_buf, sizeof(n->tx_buf));
	while (kcan_diagnose_deadline(d) != UINT64_MAX) {
		if (kcan_diagnose_dictionary(d, &len))
			read_on(d, true, now_us);
		if (kcan_diagnose_deadline(d) > now_us)
			now_us = kcan_diagnose_deadline(d);
		if (!kcan_diagnose_tx(d, &frame, now_us))
			continue;
		now_us += 100;
		kcan_diagnose_sent(d, now_us);
		node_rx(n, &frame);
		node_tx(n, d, now_us + 100);
	}
	return now_us;
}

static void test_any_one_frame_may_get_lost(void **state)
{
	unsigned int frames = 1;

	(void)state;
	for (unsigned int lost = 0; lost <= frames; lost++) {
		struct kcan_diagnose *d = start();
		struct node n = { .mcu.expected = 7,
				  .dictionary_len = 150,
				  .lost = lost };
		uint64_t took_us = talk(d, &n);

		assert_int_equal(kcan_diagnose_result(d).verdict,
				 KCAN_DIAGNOSE_CONFIRMED);
		assert_true(took_us < 700000);
		/* repetitions do not breed repetitions */
		assert_true(n.asked <= 8);
		frames = lost ? frames : n.frames;
		kcan_diagnose_free(d);
	}
	assert_true(frames > 40);
}

static void test_any_sequence_is_found(void **state)
{
	(void)state;
	for (uint8_t seq = 0; seq < 16; seq++) {
		struct kcan_diagnose *d = start();
		struct node n = { .mcu.expected = seq, .dictionary_len = 770 };

		assert_true(talk(d, &n) < 100000);
		assert_int_equal(kcan_diagnose_result(d).verdict,
				 KCAN_DIAGNOSE_CONFIRMED);
		kcan_diagnose_free(d);
	}
}

static void test_half_a_block_of_somebody_else_is_ended(void **state)
{
	struct kcan_diagnose *d = start();
	/* a host was in the middle of 64 bytes when it lost the node */
	struct node n = { .dictionary_len = 80,
			  .rx_buf = { 0x40, 0x10 },
			  .waiting = 2 };

	(void)state;
	talk(d, &n);
	assert_int_equal(kcan_diagnose_result(d).verdict,
			 KCAN_DIAGNOSE_CONFIRMED);
	kcan_diagnose_free(d);
}

static void test_a_dictionary_that_is_too_long_is_given_up(void **state)
{
	struct kcan_diagnose *d = start();
	struct node n = { .dictionary_len = 100000 };
	struct kcan_diagnose_result result;

	(void)state;
	talk(d, &n);
	result = kcan_diagnose_result(d);
	assert_int_equal(result.verdict, KCAN_DIAGNOSE_ANSWERED);
	assert_true(result.too_long);
	assert_false(result.whole);
	/* after the challenge */
	assert_in_range(n.asked, 1 + 32768 / 40, 2 + 32768 / 40);
	kcan_diagnose_free(d);
}

static void test_the_longest_dictionary_is_read(void **state)
{
	struct kcan_diagnose *d = start();
	struct node n = { .dictionary_len = KCAN_DIAGNOSE_DICTIONARY_MAX };

	(void)state;
	talk(d, &n);
	assert_int_equal(kcan_diagnose_result(d).verdict,
			 KCAN_DIAGNOSE_CONFIRMED);
	kcan_diagnose_free(d);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_one_frame_may_get_lost),
		cmocka_unit_test(test_any_sequence_is_found),
		cmocka_unit_test(test_half_a_block_of_somebody_else_is_ended),
		cmocka_unit_test(
			test_a_dictionary_that_is_too_long_is_given_up),
		cmocka_unit_test(test_the_longest_dictionary_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
