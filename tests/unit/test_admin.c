// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <errno.h>

#include <kcan/admin.h>

#define U 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04
static const struct kcan_uuid UUID = { { U } };

/* can-admin-channel.md, sections 3.1 to 3.6, 14.3 and 16 */
static const struct encode_row {
	const char *name;
	struct kcan_admin_msg msg;
	struct can_frame want;
} encode_rows[] = {
	{ "QUERY_UNASSIGNED is 3F0#00",
	  { .cmd = KCAN_ADMIN_QUERY_UNASSIGNED },
	  FRAME(0x3f0, 0x00) },
	{ "SET_KLIPPER_NODEID carries uuid and nodeid",
	  { .cmd = KCAN_ADMIN_SET_KLIPPER_NODEID,
	    .uuid = { { U } },
	    .nodeid = 4 },
	  FRAME(0x3f0, 0x01, U, 0x04) },
	{ "REQUEST_BOOTLOADER is 7 bytes long",
	  { .cmd = KCAN_ADMIN_REQUEST_BOOTLOADER,
	    .uuid = { { U } },
	    .nodeid = 9 },
	  FRAME(0x3f0, 0x02, U) },
	{ "SET_CANBOOT_NODEID carries uuid and nodeid",
	  { .cmd = KCAN_ADMIN_SET_CANBOOT_NODEID,
	    .uuid = { { U } },
	    .nodeid = 0xf0 },
	  FRAME(0x3f0, 0x11, U, 0xf0) },
	{ "CLEAR_CANBOOT_NODEID is 3F0#12",
	  { .cmd = KCAN_ADMIN_CLEAR_CANBOOT_NODEID },
	  FRAME(0x3f0, 0x12) },
	{ "NEED_NODEID goes out on 3F1 with 8 bytes",
	  { .cmd = KCAN_ADMIN_NEED_NODEID,
	    .uuid = { { U } },
	    .app = KCAN_ADMIN_APP_KATAPULT },
	  FRAME(0x3f1, 0x20, U, 0x11) },
};

static void test_encode(void **state)
{
	const struct encode_row *row = *state;
	struct can_frame got;

	assert_int_equal(kcan_admin_encode(&got, &row->msg), 0);
	assert_frame_equal(got, row->want);
}

static void test_decode_of_encoded(void **state)
{
	const struct encode_row *row = *state;
	struct kcan_admin_msg got;

	assert_int_equal(kcan_admin_decode(&got, &row->want), KCAN_ADMIN_OK);
	assert_int_equal(got.cmd, row->msg.cmd);
	assert_memory_equal(&got.uuid, &row->msg.uuid, sizeof(got.uuid));
	assert_int_equal(got.nodeid,
			 row->want.can_dlc == 8 ? row->msg.nodeid : 0);
	assert_int_equal(got.app, row->msg.app);
}

/* section 2 */
static const struct decode_row {
	const char *name;
	struct can_frame frame;
	enum kcan_admin_verdict want;
} decode_rows[] = {
	{ "a request with DLC 6 is ignored whatever byte 7 holds",
	  { .can_id = 0x3f0, .can_dlc = 6, .data = { 0x02, U } },
	  KCAN_ADMIN_SHORT },
	{ "a request with DLC 8 is obeyed", FRAME(0x3f0, 0x02, U, 0x55),
	  KCAN_ADMIN_OK },
	{ "a DLC above 8 is long enough",
	  { .can_id = 0x3f0, .can_dlc = 15, .data = { 0x11, U, 0x04 } },
	  KCAN_ADMIN_OK },
	{ "a SET with DLC 7 is ignored", FRAME(0x3f0, 0x01, U),
	  KCAN_ADMIN_SHORT },
	{ "bytes behind a QUERY are ignored", FRAME(0x3f0, 0x00, 0x99, 0x99),
	  KCAN_ADMIN_OK },
	{ "DLC 0 is ignored", { .can_id = 0x3f0 }, KCAN_ADMIN_EMPTY },
	{ "an extended frame is no admin frame",
	  FRAME(0x3f0 | CAN_EFF_FLAG, 0x02, U), KCAN_ADMIN_NOT_STANDARD },
	{ "a remote frame is no admin frame",
	  FRAME(0x3f0 | CAN_RTR_FLAG, 0x02, U), KCAN_ADMIN_NOT_STANDARD },
	{ "an error frame is no admin frame",
	  FRAME(0x3f0 | CAN_ERR_FLAG, 0x02, U), KCAN_ADMIN_NOT_STANDARD },
	{ "a data id is no admin frame", FRAME(0x2e0, 0x02, U),
	  KCAN_ADMIN_OTHER_ID },
	{ "an unknown command is ignored", FRAME(0x3f0, 0x03, U),
	  KCAN_ADMIN_UNKNOWN },
	{ "the response code on 3F0 is ignored", FRAME(0x3f0, 0x20, U, 0x01),
	  KCAN_ADMIN_UNKNOWN },
	{ "a command on 3F1 is ignored", FRAME(0x3f1, 0x02, U),
	  KCAN_ADMIN_UNKNOWN },
	{ "NEED_NODEID without byte 7 is accepted", FRAME(0x3f1, 0x20, U),
	  KCAN_ADMIN_OK },
	{ "NEED_NODEID with 6 bytes is ignored",
	  { .can_id = 0x3f1, .can_dlc = 6, .data = { 0x20, U } },
	  KCAN_ADMIN_SHORT },
};

static void test_decode(void **state)
{
	const struct decode_row *row = *state;
	struct kcan_admin_msg msg;

	assert_int_equal(kcan_admin_decode(&msg, &row->frame), row->want);
}

static void test_need_nodeid_without_byte_7_names_no_program(void **state)
{
	struct kcan_admin_msg msg;

	(void)state;
	assert_int_equal(kcan_admin_decode(&msg, &FRAME(0x3f1, 0x20, U)),
			 KCAN_ADMIN_OK);
	assert_true(kcan_uuid_equal(&msg.uuid, &UUID));
	assert_int_equal(msg.app, 0);
}

static void test_encode_refuses_what_is_no_command(void **state)
{
	struct can_frame frame;

	(void)state;
	assert_int_equal(
		kcan_admin_encode(&frame,
				  &(struct kcan_admin_msg){ .cmd = 0x03 }),
		-EINVAL);
	assert_int_equal(
		kcan_admin_encode(&frame,
				  &(struct kcan_admin_msg){ .cmd = 0x102 }),
		-EINVAL);
}

/* section 1 */
static const struct id_row {
	const char *name;
	uint8_t nodeid;
	canid_t rx, tx;
} id_rows[] = {
	{ "nodeid 0 has the lowest pair", 0, 0x100, 0x101 },
	{ "klippy's first nodeid 4 is 108/109", 4, 0x108, 0x109 },
	{ "console.py's 64 is 180/181", 64, 0x180, 0x181 },
	{ "flashtool's 129 is 202/203", 129, 0x202, 0x203 },
	{ "240 is 2E0/2E1", 240, 0x2e0, 0x2e1 },
	{ "nodeid 255 has the highest pair", 255, 0x2fe, 0x2ff },
};

static void test_ids(void **state)
{
	const struct id_row *row = *state;
	uint8_t nodeid;
	bool tx;

	assert_int_equal(kcan_nodeid_rx_id(row->nodeid), row->rx);
	assert_int_equal(kcan_nodeid_tx_id(row->nodeid), row->tx);
	assert_true(kcan_nodeid_from_id(row->rx, &nodeid, &tx));
	assert_int_equal(nodeid, row->nodeid);
	assert_false(tx);
	assert_true(kcan_nodeid_from_id(row->tx, &nodeid, &tx));
	assert_int_equal(nodeid, row->nodeid);
	assert_true(tx);
}

static void test_ids_outside_belong_to_no_node(void **state)
{
	static const canid_t ids[] = { 0,     0xff,  0x300,
				       0x3f0, 0x3f1, 0x100 | CAN_EFF_FLAG };
	uint8_t nodeid;
	bool tx;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		assert_false(kcan_nodeid_from_id(ids[i], &nodeid, &tx));
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(test_encode_refuses_what_is_no_command),
		cmocka_unit_test(test_ids_outside_belong_to_no_node),
		cmocka_unit_test(
			test_need_nodeid_without_byte_7_names_no_program),
	};
	size_t n = 3;

	ROWS(encode_rows, test_encode);
	ROWS(encode_rows, test_decode_of_encoded);
	ROWS(decode_rows, test_decode);
	ROWS(id_rows, test_ids);
	return _cmocka_run_group_tests("admin", tests, n, NULL, NULL);
}
