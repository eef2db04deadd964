// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* A node is asked who it is, whatever it is in, and whatever gets lost. */
#include "diagnose_start.h"
#include "klipper_node.h"

/* The dictionary is there: the node's, in its order. */
static void read_it(struct kcan_diagnose *d, const struct node *n,
		    uint64_t now_us)
{
	size_t len = 0;
	const uint8_t *bytes = kcan_diagnose_dictionary(d, &len);

	if (!bytes)
		return;
	assert_int_equal(len, n->dictionary_len);
	if (n->dictionary)
		assert_memory_equal(bytes, n->dictionary, len);
	read_on(d, true, now_us);
}

/* Return: how long it took. */
static uint64_t talk(struct kcan_diagnose *d, struct node *n)
{
	struct can_frame frame;
	uint64_t now_us = 0;

	node_init(n);
	while (kcan_diagnose_deadline(d) != UINT64_MAX) {
		read_it(d, n, now_us);
		if (kcan_diagnose_deadline(d) > now_us)
			now_us = kcan_diagnose_deadline(d);
		if (!kcan_diagnose_tx(d, &frame, now_us))
			continue;
		now_us += 100;
		kcan_diagnose_sent(d, now_us);
		node_rx(n, &frame);
		while (node_tx(n, &frame))
			kcan_diagnose_rx(d, &frame, now_us + 100);
	}
	return now_us;
}

static void test_any_one_frame_may_get_lost(void **state)
{
	unsigned int frames = 1;
	uint8_t dictionary[150];

	(void)state;
	for (size_t i = 0; i < sizeof(dictionary); i++)
		dictionary[i] = (uint8_t)i;
	for (unsigned int lost = 0; lost <= frames; lost++) {
		struct kcan_diagnose *d = start();
		struct node n = { .mcu.expected = 7,
				  .dictionary = dictionary,
				  .dictionary_len = sizeof(dictionary),
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
