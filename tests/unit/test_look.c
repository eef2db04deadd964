// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include "../../tools/canbootreq/look/look.h"
#include "../../tools/canbus/programs.h"
#include "../../tools/canbus/trace.h"

/* ids and masks as the kernel lists them */
static const struct receiver_row {
	const char *name;
	canid_t id;
	canid_t mask;
	enum programs_receiver want;
} receiver_rows[] = {
	{ "klippy's first node", 0x109, 0x800007ff, PROGRAMS_KLIPPER_HOST },
	{ "the same without the EFF bit in the mask", 0x109, 0x7ff,
	  PROGRAMS_KLIPPER_HOST },
	{ "the same with EFF and RTR", 0x10d, 0xc00007ff,
	  PROGRAMS_KLIPPER_HOST },
	{ "console.py's node", 0x181, 0x800007ff, PROGRAMS_KLIPPER_HOST },
	{ "the id to a node is no host's", 0x108, 0x800007ff, PROGRAMS_OTHER },
	{ "nodeid 3 is below klippy's", 0x107, 0x800007ff, PROGRAMS_OTHER },
	{ "nodeid 65 is above console.py's", 0x183, 0x800007ff,
	  PROGRAMS_OTHER },
	{ "our own nodeid 192", 0x281, 0xc00007ff, PROGRAMS_OTHER },
	{ "a range filter, as canmcu's", 0x100, 0xc0000700, PROGRAMS_OTHER },
	{ "a range that begins at a host's id", 0x109, 0x800007fe,
	  PROGRAMS_OTHER },
	{ "an extended id with the same digits", 0x80000109, 0xc00007ff,
	  PROGRAMS_OTHER },
	{ "candump, flashtool: no filter at all", 0, 0, PROGRAMS_UNFILTERED },
	{ "no filter, whatever the id says", 0x109, 0, PROGRAMS_UNFILTERED },
	{ "the admin id", 0x3f0, 0xc00007ff, PROGRAMS_OTHER },
};

static void test_receiver(void **state)
{
	const struct receiver_row *row = *state;
	const struct kcan_receiver receiver = { "can0", row->id, row->mask };

	assert_int_equal(programs_classify(&receiver), row->want);
}

static const struct frame_row {
	const char *name;
	struct can_frame frame;
	bool want;
} frame_rows[] = {
	{ "flashtool to its node, any byte",
	  { .can_id = 0x202, .can_dlc = 1, .data = { 0 } },
	  true },
	{ "flashtool's node to it",
	  { .can_id = 0x203, .can_dlc = 8, .data = { 0x41 } },
	  true },
	{ "an empty frame there is none",
	  { .can_id = 0x202, .can_dlc = 0 },
	  false },
	{ "an extended frame there is none",
	  { .can_id = 0x80000202, .can_dlc = 8 },
	  false },
	{ "a remote frame there is none",
	  { .can_id = 0x40000202, .can_dlc = 8 },
	  false },
	{ "another canbootreq's CONNECT after the proof is none",
	  { .can_id = 0x280,
	    .can_dlc = 8,
	    .data = { 0x01, 0x88, 0x11, 0x00, 0xf1, 0x7c, 0x99, 0x03 } },
	  false },
	{ "the answer to CONNECT is none",
	  { .can_id = 0x281,
	    .can_dlc = 8,
	    .data = { 0x01, 0x88, 0xa0, 0x0d, 0x11, 0x00, 0x00, 0x00 } },
	  false },
	{ "REQUEST_BLOCK on another nodeid: a flash that is verified",
	  { .can_id = 0x210,
	    .can_dlc = 8,
	    .data = { 0x01, 0x88, 0x14, 0x01, 0x00, 0x20, 0x00, 0x08 } },
	  true },
	{ "SEND_BLOCK on another nodeid",
	  { .can_id = 0x210,
	    .can_dlc = 8,
	    .data = { 0x01, 0x88, 0x12, 0x11, 0x00, 0x20, 0x00, 0x08 } },
	  true },
	{ "COMPLETE on another nodeid",
	  { .can_id = 0x210,
	    .can_dlc = 8,
	    .data = { 0x01, 0x88, 0x15, 0x00, 0x90, 0x77, 0x99, 0x03 } },
	  true },
	{ "the acknowledge of a written block",
	  { .can_id = 0x211,
	    .can_dlc = 8,
	    .data = { 0x01, 0x88, 0xa0, 0x02, 0x12, 0x00, 0x00, 0x00 } },
	  true },
	{ "another canbootreq's question is none",
	  { .can_id = 0x280,
	    .can_dlc = 8,
	    .data = { 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03 } },
	  false },
	{ "the answer to it is none",
	  { .can_id = 0x281,
	    .can_dlc = 8,
	    .data = { 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00, 0x00 } },
	  false },
	{ "a Klipper block is none",
	  { .can_id = 0x109,
	    .can_dlc = 5,
	    .data = { 0x05, 0x10, 0x9e, 0x81, 0x7e } },
	  false },
	{ "a block longer than there are is none",
	  { .can_id = 0x210, .can_dlc = 4, .data = { 0x01, 0x88, 0x12, 0x1f } },
	  false },
	{ "the longest block",
	  { .can_id = 0x210, .can_dlc = 4, .data = { 0x01, 0x88, 0x12, 0x11 } },
	  true },
	{ "an acknowledge whose command comes in the next frame",
	  { .can_id = 0x211,
	    .can_dlc = 4,
	    .data = { 0x01, 0x88, 0xa0, 0x02, 0x12 } },
	  false },
	{ "an acknowledge whose command is the last byte here",
	  { .can_id = 0x211,
	    .can_dlc = 5,
	    .data = { 0x01, 0x88, 0xa0, 0x02, 0x12 } },
	  true },
	{ "three bytes are too few to tell",
	  { .can_id = 0x210, .can_dlc = 3, .data = { 0x01, 0x88, 0x12 } },
	  false },
	{ "the same bytes on no node's id are none",
	  { .can_id = 0x300,
	    .can_dlc = 8,
	    .data = { 0x01, 0x88, 0x11, 0x00, 0xf1, 0x7c, 0x99, 0x03 } },
	  false },
	{ "an admin frame is none",
	  { .can_id = 0x3f0, .can_dlc = 1, .data = { 0x12 } },
	  false },
};

static void test_frame(void **state)
{
	const struct frame_row *row = *state;

	assert_int_equal(programs_is_flash(&row->frame), row->want);
}

static const struct error_row {
	const char *name;
	int err;
	enum cause want;
	const char *detail; /* NULL: depends on the machine */
} error_rows[] = {
	{ "a kernel without CAN", -EAFNOSUPPORT, CAUSE_NO_CAN,
	  "Address family not supported by protocol" },
	{ "not permitted", -EPERM, CAUSE_PERMISSION,
	  "Operation not permitted" },
	{ "access denied", -EACCES, CAUSE_PERMISSION, "Permission denied" },
	{ "down since looking", -ENETDOWN, CAUSE_DOWN, "Network is down" },
	{ "no CAN interface", -ENXIO, CAUSE_NOT_CAN, NULL },
	{ "anything else", -EMFILE, CAUSE_LOCAL,
	  "can0 could not be used: Too many open files" },
};

static void test_error(void **state)
{
	const struct error_row *row = *state;
	struct words_facts facts = { .ifname = "can0" };

	look_explain(&facts, row->err);
	assert_int_equal(facts.cause, row->want);
	if (row->detail)
		assert_string_equal(facts.detail, row->detail);
}

/* The spelling of can-utils: see cansend(1). */
static const struct trace_row {
	const char *name;
	struct can_frame frame;
} trace_rows[] = {
	{ "3F0#02112233445566",
	  { .can_id = 0x3f0,
	    .can_dlc = 7,
	    .data = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } } },
	{ "00A#", { .can_id = 0x00a } },
	{ "123#R", { .can_id = 0x123 | CAN_RTR_FLAG, .can_dlc = 3 } },
	{ "0000012A#FF",
	  { .can_id = 0x12a | CAN_EFF_FLAG, .can_dlc = 1, .data = { 0xff } } },
	{ "20000004#0000000000000000",
	  { .can_id = CAN_ERR_FLAG | 4, .can_dlc = 8 } },
	{ "7FF#0001020304050607",
	  { .can_id = 0x7ff,
	    .can_dlc = 15,
	    .data = { 0, 1, 2, 3, 4, 5, 6, 7 } } },
};

static void test_trace(void **state)
{
	const struct trace_row *row = *state;
	char text[TRACE_FRAME_LEN];

	trace_format(text, &row->frame);
	assert_string_equal(text, row->name);
}

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(receiver_rows) + ARRAY_SIZE(frame_rows) +
		      ARRAY_SIZE(error_rows) + ARRAY_SIZE(trace_rows)] = { 0 };
	size_t n = 0;

	ROWS(receiver_rows, test_receiver);
	ROWS(frame_rows, test_frame);
	ROWS(error_rows, test_error);
	ROWS(trace_rows, test_trace);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
