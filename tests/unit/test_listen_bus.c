// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What was heard of no single node: admin messages, and totals of the bus. */
#include "listen_heard.h"

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

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(admin_rows) +
				ARRAY_SIZE(totals_rows) + 1] = {
		cmocka_unit_test(test_a_flood_of_admin_messages_is_counted),
	};
	size_t n = 1;

	ROWS(admin_rows, test_admin);
	ROWS(totals_rows, test_totals);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
