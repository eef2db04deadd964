// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What is known of a node from the frames that were heard: those of
 * klipper-mcu-protocol.md, sections 18 and 19, and of katapult-protocol.md,
 * sections 12 and 13.
 */
#include "listen_heard.h"

static const struct node_row {
	const char *name;
	struct heard heard[HEARD_MAX];
	struct kcan_listen_node want; /* of this nodeid; nothing: unheard */
	bool flash;
} node_rows[] = {
	{ "Klipper's report every 5 s",
	  { FAR(1 * S, 0x109, STATS_1), FAR(1 * S + 1, 0x109, STATS_2),
	    FAR(6 * S, 0x109, STATS_1), FAR(6 * S + 1, 0x109, STATS_2) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 4,
	    .last_us = 6 * S + 1 } },
	{ "klippy connects: the SET names who answers",
	  { NEAR(0, 0x3f0, 0x01, KLIPPER_UUID, 0x04),
	    NEAR(12 * MS, 0x108, 0x08, 0x11, 0x01, 0x00, 0x28, 0x42, 0x24, 0x7e),
	    FAR(13 * MS, 0x109, NAK) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .has_uuid = true,
	    .uuid = { { KLIPPER_UUID } },
	    .frames = 1,
	    .last_us = 13 * MS,
	    .asked = 1,
	    .asked_here = 1 } },
	{ "a host asks where nobody is",
	  { NEAR(0, 0x3f0, 0x01, KLIPPER_UUID, 0x04),
	    NEAR(12 * MS, 0x108, 0x08, 0x11, 0x01, 0x00, 0x28, 0x42, 0x24, 0x7e),
	    FAR(5 * S, 0x108, 0x08, 0x11, 0x01, 0x00, 0x28, 0x42, 0x24, 0x7e) },
	  { .nodeid = 4, .asked = 2, .asked_here = 1 } },
	{ "a SET alone is no life",
	  { NEAR(0, 0x3f0, 0x01, KLIPPER_UUID, 0x04) },
	  { .nodeid = 4 } },
	{ "an answer and an ACK in common frames",
	  { FAR(0, 0x109, 0x0a, 0x18, 0x0f, 0xdd, 0xda, 0xe5, 0x59, 0x44),
	    FAR(1, 0x109, 0x2b, 0x7e, 0x05, 0x18, 0x12, 0xc9, 0x7e) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 2,
	    .last_us = 1 } },
	{ "begun in mid-block, the next one is found",
	  { FAR(0, 0x109, STATS_2), FAR(5 * S, 0x109, STATS_1),
	    FAR(5 * S + 1, 0x109, STATS_2) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 3,
	    .last_us = 5 * S + 1 } },
	{ "the second half of a block was lost: the next one counts",
	  { FAR(0, 0x109, STATS_1), FAR(5 * S, 0x109, NAK) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 2,
	    .last_us = 5 * S } },
	{ "the second half comes a second later, as from a busy host",
	  { FAR(0, 0x109, STATS_1), FAR(1 * S, 0x109, STATS_2) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 2,
	    .last_us = 1 * S } },
	{ "what comes later than that is no second half",
	  { FAR(0, 0x109, STATS_1), FAR(1 * S + 1, 0x109, STATS_2) },
	  { .nodeid = 4, .frames = 2, .last_us = 1 * S + 1 } },
	{ "a block with a wrong CRC tells no program",
	  { FAR(0, 0x109, 0x05, 0x10, 0x9e, 0x82, 0x7e) },
	  { .nodeid = 4, .frames = 1 } },
	{ "a byte is no block",
	  { FAR(7, 0x2ff, 0x7e) },
	  { .nodeid = 255, .frames = 1, .last_us = 7 } },
	{ "an empty frame on a node's id is a tool's",
	  { FAR(0, 0x109) },
	  { .nodeid = 4 } },
	{ "an extended frame is nobody's",
	  { FAR(0, 0x80000109, NAK) },
	  { .nodeid = 4 } },
	{ "a remote frame is nobody's",
	  { FAR(0, 0x40000109, NAK) },
	  { .nodeid = 4 } },
	{ "an error frame is nobody's",
	  { FAR(0, 0x20000109, NAK) },
	  { .nodeid = 4 } },
	{ "Katapult tells its UUID itself",
	  { FAR(0, 0x202, WHO), FAR(1, 0x203, PROOF_1), FAR(2, 0x203, PROOF_2),
	    FAR(3, 0x203, PROOF_3) },
	  { .nodeid = 129,
	    .program = KCAN_LISTEN_KATAPULT,
	    .has_uuid = true,
	    .uuid = { { UUID } },
	    .frames = 3,
	    .last_us = 3,
	    .asked = 1,
	    .commands = { [5] = 1 } } },
	{ "what Katapult tells wins over a SET",
	  { FAR(0, 0x3f0, 0x11, KLIPPER_UUID, 0x81), FAR(1, 0x203, PROOF_1),
	    FAR(2, 0x203, PROOF_2), FAR(3, 0x203, PROOF_3) },
	  { .nodeid = 129,
	    .program = KCAN_LISTEN_KATAPULT,
	    .has_uuid = true,
	    .uuid = { { UUID } },
	    .frames = 3,
	    .last_us = 3 } },
	{ "a hand-back does not rename the node",
	  { NEAR(0, 0x3f0, 0x11, UUID, 0xc0), NEAR(1, 0x280, COMPLETE),
	    NEAR(2, 0x281, ACKED_1), NEAR(3, 0x281, ACKED_2),
	    NEAR(4, 0x3f0, 0x11, NOT_UUID, 0xc0) },
	  { .nodeid = 192,
	    .program = KCAN_LISTEN_KATAPULT,
	    .has_uuid = true,
	    .uuid = { { UUID } },
	    .frames = 2,
	    .last_us = 3,
	    .asked = 1,
	    .asked_here = 1,
	    .commands = { [4] = 1 } },
	  true },
	{ "a SET for Katapult does not name a Klipper node",
	  { NEAR(0, 0x3f0, 0x11, UUID, 0xc0), NEAR(1, 0x280, WHO),
	    FAR(2, 0x281, NAK) },
	  { .nodeid = 192,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 1,
	    .last_us = 2,
	    .asked = 1,
	    .asked_here = 1,
	    .commands = { [5] = 1 } } },
	{ "another program on the nodeid is another node",
	  { NEAR(0, 0x3f0, 0x01, KLIPPER_UUID, 0x04), FAR(1, 0x109, NAK),
	    FAR(2, 0x109, ACKED_1), FAR(3, 0x109, ACKED_2) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KATAPULT,
	    .frames = 3,
	    .last_us = 3 } },
	{ "a shutdown is likely by its shape",
	  { FAR(1, 0x109, SHUTDOWN_1), FAR(2, 0x109, SHUTDOWN_2),
	    FAR(9, 0x109, NAK) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 3,
	    .last_us = 9,
	    .shutdown = KCAN_LISTEN_LIKELY,
	    .shutdown_us = 2 } },
	{ "a refusal may be a clock",
	  { FAR(1, 0x109, REFUSED) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 1,
	    .last_us = 1 } },
	{ "the same refusal twice is no clock",
	  { FAR(1, 0x109, REFUSED), FAR(2, 0x109, NAK),
	    FAR(3, 0x109, REFUSED_AGAIN) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 3,
	    .last_us = 3,
	    .shutdown = KCAN_LISTEN_LIKELY,
	    .shutdown_us = 3 } },
	{ "clock and uptime, V17 and V15, look like no shutdown",
	  { FAR(1, 0x109, 0x0a, 0x17, 0x0f, 0x97, 0x99, 0x86, 0x0c, 0x10),
	    FAR(2, 0x109, 0xbc, 0x7e),
	    FAR(3, 0x109, 0x0a, 0x17, 0x0f, 0x97, 0x99, 0x86, 0x0c, 0x10),
	    FAR(4, 0x109, 0xbc, 0x7e),
	    FAR(5, 0x109, 0x0b, 0x16, 0x10, 0x01, 0x95, 0xdf, 0xed, 0x0c),
	    FAR(6, 0x109, 0xa9, 0xcd, 0x7e) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 6,
	    .last_us = 6 } },
	{ "config is one of many messages of four numbers",
	  { FAR(1, 0x109, CONFIG_1), FAR(2, 0x109, CONFIG_2) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 2,
	    .last_us = 2 } },
	{ "who gets the nodeid is not in shutdown for that",
	  { FAR(1, 0x109, SHUTDOWN_1), FAR(2, 0x109, SHUTDOWN_2),
	    FAR(3, 0x3f0, 0x01, UUID, 0x04) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KLIPPER,
	    .frames = 2,
	    .last_us = 2 } },
	{ "nor is a Katapult there",
	  { FAR(1, 0x109, SHUTDOWN_1), FAR(2, 0x109, SHUTDOWN_2),
	    FAR(3, 0x109, ACKED_1), FAR(4, 0x109, ACKED_2) },
	  { .nodeid = 4,
	    .program = KCAN_LISTEN_KATAPULT,
	    .frames = 4,
	    .last_us = 4 } },
	{ "the two questions are no flash",
	  { NEAR(0, 0x202, WHO), NEAR(1, 0x202, CONNECT) },
	  { .nodeid = 129,
	    .asked = 2,
	    .asked_here = 2,
	    .commands = { [0] = 1, [5] = 1 } } },
	{ "a block is read back: two frames",
	  { FAR(0, 0x202, READ_1), FAR(1, 0x202, READ_2), FAR(2, 0x202, READ_1),
	    FAR(3, 0x202, READ_2) },
	  { .nodeid = 129, .asked = 4, .commands = { [3] = 2 } },
	  true },
	{ "half a command is none",
	  { FAR(0, 0x202, READ_1) },
	  { .nodeid = 129, .asked = 1 } },
	{ "half a command long ago does not spoil the next one",
	  { FAR(0, 0x202, READ_1), FAR(2 * S, 0x202, WHO) },
	  { .nodeid = 129, .asked = 2, .commands = { [5] = 1 } } },
	{ "an ACK to the node is no command",
	  { FAR(0, 0x202, ACKED_1), FAR(1, 0x202, ACKED_2) },
	  { .nodeid = 129, .asked = 2 } },
};

static void assert_node(const struct kcan_listen_node *got,
			const struct kcan_listen_node *want)
{
	assert_int_equal(got->nodeid, want->nodeid);
	assert_int_equal(got->program, want->program);
	assert_int_equal(got->has_uuid, want->has_uuid);
	if (want->has_uuid)
		assert_true(kcan_uuid_equal(&got->uuid, &want->uuid));
	assert_int_equal(got->frames, want->frames);
	assert_int_equal(got->last_us, want->last_us);
	assert_int_equal(got->shutdown, want->shutdown);
	if (want->shutdown)
		assert_int_equal(got->shutdown_us, want->shutdown_us);
	assert_int_equal(got->asked, want->asked);
	assert_int_equal(got->asked_here, want->asked_here);
	assert_memory_equal(got->commands, want->commands,
			    sizeof(want->commands));
}

static void test_node(void **state)
{
	const struct node_row *row = *state;
	struct kcan_listen *l = listen_to(row->heard);

	for (unsigned int n = 0; n < 256; n++) {
		const struct kcan_listen_node *node =
			kcan_listen_node(l, (uint8_t)n);

		if (n != row->want.nodeid ||
		    (!row->want.frames && !row->want.asked)) {
			assert_null(node);
			continue;
		}
		assert_non_null(node);
		assert_node(node, &row->want);
		assert_int_equal(kcan_listen_is_flash(node), row->flash);
	}
	kcan_listen_free(l);
}

/* SEND_BLOCK 08002000 with 00..3F: ten frames. */
static void test_a_block_is_written(void **state)
{
	static const uint8_t head[8] = { 0x01, 0x88, 0x12, 0x11,
					 0x00, 0x20, 0x00, 0x08 };
	struct can_frame frame = { .can_id = 0x202, .can_dlc = 8 };
	struct kcan_listen *l = listen_to((struct heard[HEARD_MAX]){ { 0 } });
	const struct kcan_listen_node *node;

	(void)state;
	memcpy(frame.data, head, 8);
	kcan_listen_rx(l, &frame, false, 0);
	for (uint8_t i = 0; i < 64; i++) {
		frame.data[i % 8] = i;
		if (i % 8 == 7)
			kcan_listen_rx(l, &frame, false, 0);
	}
	node = kcan_listen_node(l, 129);
	assert_int_equal(node->commands[1], 0);
	frame = FRAME(0x202, 0xd2, 0xf3, 0x99, 0x03);
	kcan_listen_rx(l, &frame, false, 0);
	assert_int_equal(node->commands[1], 1);
	assert_int_equal(node->asked, 10);
	assert_true(kcan_listen_is_flash(node));
	kcan_listen_free(l);
}

static const struct life_row {
	const char *name;
	struct kcan_listen_node node;
	uint64_t now_us;
	enum kcan_listen_life want;
} life_rows[] = {
	{ "who was heard in the last 6 s is alive",
	  { .frames = 1, .last_us = 1 },
	  6 * S + 1,
	  KCAN_LISTEN_ALIVE },
	{ "a Klipper node that no longer reports is gone",
	  { .program = KCAN_LISTEN_KLIPPER, .frames = 1, .last_us = 1 },
	  6 * S + 2,
	  KCAN_LISTEN_GONE },
	{ "a Katapult may be silent",
	  { .program = KCAN_LISTEN_KATAPULT, .frames = 1, .last_us = 1 },
	  6 * S + 2,
	  KCAN_LISTEN_NOT_HEARD },
	{ "who was asked only is not heard",
	  { .asked = 1 },
	  1,
	  KCAN_LISTEN_NOT_HEARD },
};

static void test_life(void **state)
{
	const struct life_row *row = *state;

	assert_int_equal(kcan_listen_life(&row->node, row->now_us), row->want);
}

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(node_rows) + ARRAY_SIZE(life_rows) + 1] = {
			cmocka_unit_test(test_a_block_is_written),
		};
	size_t n = 1;

	ROWS(node_rows, test_node);
	ROWS(life_rows, test_life);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
