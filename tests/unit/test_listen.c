// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Frames are those of klipper-mcu-protocol.md, sections 18 and 19, and of
 * katapult-protocol.md, sections 12 and 13.
 */
#include "../support/unit.h"

#include <stdlib.h>
#include <string.h>

#include <kcan/klp.h>

#include "proto/listen.h"

#define HEARD_MAX 16
#define MS 1000u
#define S 1000000u

/* one frame: when, whether this computer sent it */
struct heard {
	uint64_t at_us;
	bool here;
	struct can_frame frame;
};

#define NEAR(at, ...)                          \
	{                                      \
		(at), true, FRAME(__VA_ARGS__) \
	}
#define FAR(at, ...)                            \
	{                                       \
		(at), false, FRAME(__VA_ARGS__) \
	}

/* V54: stats; two frames */
#define STATS_1 0x0d, 0x10, 0x11, 0x80, 0x78, 0x81, 0xf7, 0x81
#define STATS_2 0x1f, 0x7f, 0x44, 0x00, 0x7e
#define NAK 0x05, 0x10, 0x9e, 0x81, 0x7e
#define KLIPPER_UUID 0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac
#define UUID 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04
#define NOT_UUID 0xbe, 0x06, 0xfa, 0x0a, 0xaf, 0xfb
#define CONNECT 0x01, 0x88, 0x11, 0x00, 0xf1, 0x7c, 0x99, 0x03
#define WHO 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03
#define PROOF_1 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00, 0x00
#define PROOF_2 UUID, 0x00, 0x00
#define PROOF_3 0x32, 0x40, 0x99, 0x03
#define COMPLETE 0x01, 0x88, 0x15, 0x00, 0x91, 0x1b, 0x99, 0x03
#define ACKED_1 0x01, 0x88, 0xa0, 0x01, 0x15, 0x00, 0x00, 0x00
#define ACKED_2 0x00, 0x2e, 0x99, 0x03
#define READ_1 0x01, 0x88, 0x14, 0x01, 0x00, 0x20, 0x00, 0x08
#define READ_2 0x5b, 0xde, 0x99, 0x03

/* V40: shutdown; two frames */
#define SHUTDOWN_1 0x0b, 0x11, 0x12, 0xa5, 0xd7, 0xa9, 0x59, 0x02
#define SHUTDOWN_2 0x6c, 0xe7, 0x7e
/* V42, and the same in another block of section 19 */
#define REFUSED 0x07, 0x12, 0x13, 0x02, 0xf8, 0xc6, 0x7e
#define REFUSED_AGAIN 0x07, 0x19, 0x13, 0x02, 0xd1, 0x60, 0x7e
/* V44 and V48: config with is_shutdown=1 and 0 */
#define CONFIG_1 0x0f, 0x13, 0x0e, 0x01, 0x8e, 0xc9, 0xcd, 0xef
#define CONFIG_2 0x14, 0x01, 0x88, 0x00, 0x75, 0x43, 0x7e
#define RUNNING_1 0x0f, 0x15, 0x0e, 0x01, 0x8e, 0xc9, 0xcd, 0xef
#define RUNNING_2 0x14, 0x00, 0x88, 0x00, 0xda, 0xe8, 0x7e

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

static struct kcan_listen *listen_to(const struct heard *heard)
{
	struct kcan_listen *l;

	assert_int_equal(kcan_listen_new(&l), 0);
	for (int i = 0; i < HEARD_MAX && heard[i].frame.can_id; i++)
		kcan_listen_rx(l, &heard[i].frame, heard[i].here,
			       heard[i].at_us);
	return l;
}

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

static const struct heard admin_heard[HEARD_MAX] = {
	FAR(1, 0x3f0, 0x00),
	NEAR(2, 0x3f1, 0x20, KLIPPER_UUID, 0x01),
	NEAR(3, 0x3f0, 0x00),
	FAR(4, 0x3f0, 0x01, KLIPPER_UUID, 0x04),
	FAR(5, 0x3f0, 0x01, KLIPPER_UUID, 0x05),
	FAR(6, 0x3f0, 0x01, KLIPPER_UUID, 0x04),
	NEAR(7, 0x3f0, 0x02, KLIPPER_UUID),
	FAR(8, 0x3f0, 0x12),
	/* what firmware ignores: an unknown command, too short, extended */
	FAR(9, 0x3f0, 0x77),
	FAR(9, 0x3f0, 0x02, 0x41, 0xf9),
	FAR(9, 0x800003f0, 0x12),
};

static const struct admin_row {
	const char *name;
	size_t i;
	struct kcan_listen_admin want;
} admin_rows[] = {
	{ "queries from both",
	  0,
	  { { .cmd = KCAN_ADMIN_QUERY_UNASSIGNED }, 2, 1 } },
	{ "the answer to them",
	  1,
	  { { .cmd = KCAN_ADMIN_NEED_NODEID,
	      .uuid = { { KLIPPER_UUID } },
	      .app = 1 },
	    1,
	    1 } },
	{ "SET, and the same later",
	  2,
	  { { .cmd = KCAN_ADMIN_SET_KLIPPER_NODEID,
	      .uuid = { { KLIPPER_UUID } },
	      .nodeid = 4 },
	    2,
	    0 } },
	{ "SET with another nodeid",
	  3,
	  { { .cmd = KCAN_ADMIN_SET_KLIPPER_NODEID,
	      .uuid = { { KLIPPER_UUID } },
	      .nodeid = 5 },
	    1,
	    0 } },
	{ "a request from here",
	  4,
	  { { .cmd = KCAN_ADMIN_REQUEST_BOOTLOADER,
	      .uuid = { { KLIPPER_UUID } } },
	    1,
	    1 } },
	{ "flashtool's CLEAR",
	  5,
	  { { .cmd = KCAN_ADMIN_CLEAR_CANBOOT_NODEID }, 1, 0 } },
};

static void test_admin(void **state)
{
	const struct admin_row *row = *state;
	struct kcan_listen *l = listen_to(admin_heard);
	const struct kcan_listen_admin *got = kcan_listen_admin(l, row->i);

	assert_non_null(got);
	assert_int_equal(got->msg.cmd, row->want.msg.cmd);
	assert_true(kcan_uuid_equal(&got->msg.uuid, &row->want.msg.uuid));
	assert_int_equal(got->msg.nodeid, row->want.msg.nodeid);
	assert_int_equal(got->msg.app, row->want.msg.app);
	assert_int_equal(got->count, row->want.count);
	assert_int_equal(got->here, row->want.here);
	assert_null(kcan_listen_admin(l, ARRAY_SIZE(admin_rows)));
	kcan_listen_free(l);
}

static void test_a_flood_of_admin_messages_is_counted(void **state)
{
	struct can_frame frame = FRAME(0x3f0, 0x01, UUID, 0x00);
	struct kcan_listen *l = listen_to((struct heard[HEARD_MAX]){ { 0 } });

	(void)state;
	for (unsigned int i = 0; i < 300; i++) {
		frame.data[5] = (uint8_t)(i >> 8);
		frame.data[6] = (uint8_t)i;
		kcan_listen_rx(l, &frame, false, 0);
	}
	assert_non_null(kcan_listen_admin(l, 255));
	assert_null(kcan_listen_admin(l, 256));
	assert_int_equal(kcan_listen_totals(l)->unlisted, 44);
	/* one that is listed goes on being counted */
	frame = FRAME(0x3f0, 0x01, 0x41, 0xf9, 0x05, 0xf5, 0x00, 0x07, 0x00);
	kcan_listen_rx(l, &frame, false, 0);
	assert_int_equal(kcan_listen_admin(l, 7)->count, 2);
	kcan_listen_free(l);
}

/* Bits without stuffing: Bosch, CAN 2.0; error frames: linux/can/error.h */
static const struct totals_row {
	const char *name;
	struct heard heard[HEARD_MAX];
	struct kcan_listen_totals want;
} totals_rows[] = {
	{ "an empty standard frame",
	  { FAR(0, 0x123) },
	  { .frames = 1, .elsewhere = 1, .bits = 47 } },
	{ "a full standard frame",
	  { FAR(0, 0x123, 0, 1, 2, 3, 4, 5, 6, 7) },
	  { .frames = 1, .elsewhere = 1, .bytes = 8, .bits = 111 } },
	{ "a full extended frame",
	  { FAR(0, 0x80000123, 0, 1, 2, 3, 4, 5, 6, 7) },
	  { .frames = 1, .elsewhere = 1, .bytes = 8, .bits = 131 } },
	{ "a remote frame has a length, but no data",
	  { FAR(0, 0x40000123, 0, 1, 2, 3) },
	  { .frames = 1, .elsewhere = 1, .bits = 47 } },
	{ "a length above 8 is 8",
	  { { 0, false, { .can_id = 0x109, .can_dlc = 15 } } },
	  { .frames = 1, .elsewhere = 1, .bytes = 8, .bits = 111 } },
	{ "what was sent elsewhere is told from what was sent here",
	  { FAR(0, 0x123), NEAR(0, 0x123), NEAR(0, 0x123) },
	  { .frames = 3, .elsewhere = 1, .bits = 141 } },
	{ "a frame that nobody acknowledged",
	  { FAR(0, 0x20000020, 0, 0, 0, 0, 0, 0, 0, 0) },
	  { .errors = 1, .unacknowledged = 1 } },
	{ "a bus error and bus-off",
	  { FAR(0, 0x20000088, 0, 0, 0, 0, 0, 0, 0, 0),
	    FAR(0, 0x20000040, 0, 0, 0, 0, 0, 0, 0, 0) },
	  { .errors = 2, .bus_offs = 1 } },
};

static void test_totals(void **state)
{
	const struct totals_row *row = *state;
	struct kcan_listen *l = listen_to(row->heard);
	const struct kcan_listen_totals *got = kcan_listen_totals(l);

	assert_int_equal(got->frames, row->want.frames);
	assert_int_equal(got->elsewhere, row->want.elsewhere);
	assert_int_equal(got->bytes, row->want.bytes);
	assert_int_equal(got->bits, row->want.bits);
	assert_int_equal(got->errors, row->want.errors);
	assert_int_equal(got->bus_offs, row->want.bus_offs);
	assert_int_equal(got->unacknowledged, row->want.unacknowledged);
	assert_int_equal(got->unlisted, 0);
	kcan_listen_free(l);
}

/* A block of node 4 with this content, frame by frame. */
static void say(struct kcan_listen *l, const uint8_t *content, size_t len)
{
	struct kcan_klp_block block = { .len = (uint8_t)len,
					.content = content };
	uint8_t bytes[KCAN_KLP_MAX];
	int left = kcan_klp_encode(bytes, &block);

	for (const uint8_t *p = bytes; left > 0; p += 8, left -= 8) {
		struct can_frame frame = { .can_id = 0x109,
					   .can_dlc = left < 8 ? left : 8 };

		memcpy(frame.data, p, frame.can_dlc);
		kcan_listen_rx(l, &frame, false, 0);
	}
}

#define SAY(l, ...)                              \
	say(l, (const uint8_t[]){ __VA_ARGS__ }, \
	    sizeof((uint8_t[]){ __VA_ARGS__ }))

/* Section 7: offset and bytes of each piece; the end has none. */
static const struct pieces_row {
	const char *name;
	struct {
		uint8_t offset, len;
	} pieces[6];
	size_t count;
	size_t want; /* bytes of the dictionary; 0: there is none */
} pieces_rows[] = {
	{ "two pieces and the end", { { 0, 40 }, { 40, 7 }, { 47, 0 } }, 3, 47 },
	{ "without the end it is not whole", { { 0, 40 }, { 40, 7 } }, 2, 0 },
	{ "a piece that comes twice counts once",
	  { { 0, 40 }, { 40, 7 }, { 40, 7 }, { 47, 0 } },
	  4,
	  47 },
	{ "a piece was not heard", { { 0, 10 }, { 20, 10 }, { 30, 0 } }, 3, 0 },
	{ "the beginning was not heard", { { 40, 7 }, { 47, 0 } }, 2, 0 },
	{ "the host begins once more",
	  { { 0, 10 }, { 10, 10 }, { 0, 9 }, { 9, 9 }, { 18, 0 } },
	  5,
	  18 },
	{ "an empty dictionary is none", { { 0, 0 } }, 1, 0 },
};

static void test_pieces(void **state)
{
	const struct pieces_row *row = *state;
	struct kcan_listen *l = listen_to((struct heard[HEARD_MAX]){ { 0 } });
	uint8_t content[KCAN_KLP_CONTENT_MAX] = { 0 };
	const uint8_t *got = NULL;
	size_t len = 0;

	for (size_t i = 0; i < row->count; i++) {
		assert_null(got);
		content[1] = row->pieces[i].offset;
		content[2] = row->pieces[i].len;
		for (uint8_t n = 0; n < content[2]; n++)
			content[3 + n] = (uint8_t)(content[1] + n);
		say(l, content, 3u + content[2]);
		got = kcan_listen_dictionary(l, &len);
	}
	assert_int_equal(got != NULL, row->want > 0);
	if (got)
		assert_int_equal(len, row->want);
	for (size_t i = 0; got && i < len; i++)
		assert_int_equal(got[i], i);
	SAY(l, 0x16);
	assert_null(kcan_listen_dictionary(l, &len));
	kcan_listen_free(l);
}

static void test_a_dictionary_without_end_is_no_dictionary(void **state)
{
	struct kcan_listen *l = listen_to((struct heard[HEARD_MAX]){ { 0 } });
	size_t len;

	(void)state;
	/* 1024 pieces of 32 bytes fit; offsets of three bytes, section 5.2 */
	for (unsigned int i = 0; i <= 1024; i++) {
		uint8_t content[5 + 32] = { 0, 0x80 | i * 32 >> 14,
					    0x80 | (i * 32 >> 7 & 0x7f),
					    i * 32 & 0x7f, 32 };

		say(l, content, sizeof(content));
		assert_null(kcan_listen_dictionary(l, &len));
	}
	/* behind what was kept the end is not known */
	SAY(l, 0x00, 0x82, 0x80, 0x20, 0x00);
	assert_null(kcan_listen_dictionary(l, &len));
	kcan_listen_free(l);
}

/* With the ids of section 9.1. */
static const struct known_row {
	const char *name;
	struct heard heard[HEARD_MAX];
	enum kcan_listen_shutdown want;
} known_rows[] = {
	{ "shutdown, which is known",
	  { FAR(1, 0x109, SHUTDOWN_1), FAR(2, 0x109, SHUTDOWN_2) },
	  KCAN_LISTEN_SHUTDOWN },
	{ "one refusal is enough, where its id is known",
	  { FAR(1, 0x109, REFUSED) },
	  KCAN_LISTEN_SHUTDOWN },
	{ "config says that it is in shutdown",
	  { FAR(1, 0x109, CONFIG_1), FAR(2, 0x109, CONFIG_2) },
	  KCAN_LISTEN_SHUTDOWN },
	{ "config says that it is not any more",
	  { FAR(1, 0x109, REFUSED), FAR(2, 0x109, RUNNING_1),
	    FAR(3, 0x109, RUNNING_2) },
	  KCAN_LISTEN_RUNNING },
	{ "a message of that shape with another id, V50 as 24, is none",
	  { FAR(1, 0x109, 0x0b, 0x16, 0x18, 0xad, 0x80, 0xaf, 0x00, 0x03),
	    FAR(2, 0x109, 0x99, 0x59, 0x7e) },
	  KCAN_LISTEN_UNTOLD },
	{ "clear_shutdown, V45, ends it",
	  { FAR(1, 0x109, REFUSED),
	    FAR(2, 0x108, 0x06, 0x13, 0x08, 0xdc, 0x5b, 0x7e) },
	  KCAN_LISTEN_UNTOLD },
	{ "so does reset, V52, and what came before is forgotten",
	  { FAR(1, 0x109, REFUSED),
	    FAR(2, 0x108, 0x06, 0x10, 0x09, 0xe7, 0xba, 0x7e) },
	  KCAN_LISTEN_UNTOLD },
	{ "get_clock does not end it",
	  { FAR(1, 0x109, REFUSED),
	    FAR(2, 0x108, 0x06, 0x17, 0x05, 0x60, 0xde, 0x7e) },
	  KCAN_LISTEN_SHUTDOWN },
	{ "another node may be numbered in another way",
	  { FAR(1, 0x3f0, 0x01, UUID, 0x04), FAR(2, 0x109, REFUSED) },
	  KCAN_LISTEN_UNTOLD },
};

static void test_known(void **state)
{
	static const struct kcan_listen_ids ids = { .shutdown = 18,
						    .is_shutdown = 19,
						    .config = 14,
						    .ends = { 8, 9 } };
	const struct known_row *row = *state;
	struct kcan_listen *l = listen_to((struct heard[HEARD_MAX]){ { 0 } });

	SAY(l, 0x00, 0x00, 0x01, 0x78);
	SAY(l, 0x00, 0x01, 0x00);
	kcan_listen_learn(l, &ids);
	for (int i = 0; i < HEARD_MAX && row->heard[i].frame.can_id; i++)
		kcan_listen_rx(l, &row->heard[i].frame, row->heard[i].here,
			       row->heard[i].at_us);
	assert_int_equal(kcan_listen_node(l, 4)->shutdown, row->want);
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
		tests[ARRAY_SIZE(node_rows) + ARRAY_SIZE(admin_rows) +
		      ARRAY_SIZE(totals_rows) + ARRAY_SIZE(pieces_rows) +
		      ARRAY_SIZE(known_rows) + ARRAY_SIZE(life_rows) + 3] = {
			cmocka_unit_test(test_a_block_is_written),
			cmocka_unit_test(
				test_a_flood_of_admin_messages_is_counted),
			cmocka_unit_test(
				test_a_dictionary_without_end_is_no_dictionary),
		};
	size_t n = 3;

	ROWS(node_rows, test_node);
	ROWS(admin_rows, test_admin);
	ROWS(totals_rows, test_totals);
	ROWS(pieces_rows, test_pieces);
	ROWS(known_rows, test_known);
	ROWS(life_rows, test_life);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
