// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/dfuse.c sim/canmcu/board/flash.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/family.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
// needs: sim/canmcu/board/pins.c
/* As dfu-util 0.11 drives it: usbip-gsusb-bridge.md, section 4.6 */
#include "dfuse_board.h"

static const struct story {
	const char *name;
	const char *type;
	struct control script[20];
	uint32_t leave_at;
	enum dfuse_state want;
} stories[] = {
	{ "erase and download a page, read it back, leave",
	  "stm32g0b1xx",
	  { SET_INTERFACE,
	    OK_IDLE,
	    DNLOAD(0, "\x41\x00\x00\x00\x08"),
	    OK_BUSY,
	    OK_DONE,
	    DNLOAD(0, "\x21\x00\x00\x00\x08"),
	    OK_BUSY,
	    OK_DONE,
	    DNLOAD_IMAGE,
	    OK_BUSY,
	    OK_DONE,
	    ABORT,
	    OK_IDLE,
	    UPLOAD(2, image, 2048),
	    ABORT,
	    DNLOAD(0, "\x21\x00\x00\x00\x08"),
	    OK_BUSY,
	    OK_DONE,
	    DNLOAD_END,
	    OK_MANIFEST },
	  START,
	  DFUSE_MANIFEST },
	{ "download, and read it in pieces",
	  "stm32g0b1xx",
	  { DNLOAD(0, "\x41\x00\x08\x00\x08"), OK_BUSY, OK_DONE,
	    DNLOAD(0, "\x21\x00\x08\x00\x08"), OK_BUSY, OK_DONE,
	    DNLOAD(2, "\x12\x34"), OK_BUSY, OK_DONE,
	    DNLOAD(0, "\x21\x00\x00\x00\x08"), OK_BUSY, OK_DONE, ABORT,
	    UPLOAD(3, "\x12\x34\xff", 3), GETSTATE("\x09"), ABORT,
	    GETSTATE("\x02") },
	  0,
	  DFUSE_IDLE },
	{ "leave without writing anything",
	  "stm32g0b1xx",
	  { DNLOAD(0, "\x21\x00\x20\x00\x08"), OK_BUSY, OK_DONE, DNLOAD_END,
	    OK_MANIFEST, OK_MANIFEST },
	  0x08002000,
	  DFUSE_MANIFEST },
	{ "the commands that there are",
	  "stm32g0b1xx",
	  { { { 0xa1, 2, 0, 0, 0, 0, 64, 0 }, BYTES("\x00\x21\x41\x92") } },
	  0,
	  DFUSE_IDLE },
	{ "an address where no flash is",
	  "stm32g0b1xx",
	  { DNLOAD(0, "\x41\x00\x00\x08\x08"), STATUS("\1", "\0", "\x0a"),
	    STATUS("\1", "\0", "\x0a"), STALLED(6), CLRSTATUS,
	    DNLOAD(0, "\x21\x00\x00\x00\x20"), STATUS("\1", "\0", "\x0a"),
	    CLRSTATUS, OK_IDLE },
	  0,
	  DFUSE_IDLE },
	{ "a download that goes over the end",
	  "stm32g0b1xx",
	  { DNLOAD(0, "\x21\xff\xff\x07\x08"), OK_BUSY, OK_DONE,
	    DNLOAD(2, "ab"), STATUS("\1", "\0", "\x0a"), CLRSTATUS, OK_IDLE },
	  0,
	  DFUSE_IDLE },
	{ "an upload that goes over the end",
	  "stm32g0b1xx",
	  { DNLOAD(0, "\x21\xfe\xff\x07\x08"),
	    OK_BUSY,
	    OK_DONE,
	    ABORT,
	    { { 0xa1, 2, 2, 0, 0, 0, 4, 0 }, BYTES("\xff\xff") },
	    GETSTATE("\x02"),
	    { { 0xa1, 2, 3, 0, 0, 0, 4, 0 }, "", 0 },
	    GETSTATE("\x02") },
	  0,
	  DFUSE_IDLE },
	{ "an unknown command",
	  "stm32g0b1xx",
	  { { { 0x21, 1, 0, 0, 0, 0, 5, 0 }, "\x99\0\0\0\x08", STALL },
	    STATUS("\x0f", "\0", "\x0a"),
	    CLRSTATUS,
	    { { 0x21, 1, 0, 0, 0, 0, 4, 0 }, "\x21\0\0\0", STALL },
	    CLRSTATUS,
	    OK_IDLE },
	  0,
	  DFUSE_IDLE },
	{ "block 1 is nothing",
	  "stm32g0b1xx",
	  { { { 0x21, 1, 1, 0, 0, 0, 1, 0 }, "x", STALL },
	    CLRSTATUS,
	    { { 0xa1, 2, 1, 0, 0, 0, 1, 0 }, NULL, STALL },
	    CLRSTATUS,
	    OK_IDLE },
	  0,
	  DFUSE_IDLE },
	{ "more than one transfer",
	  "stm32g0b1xx",
	  { { { 0xa1, 2, 2, 0, 0, 0, 1, 8 }, NULL, STALL },
	    STATUS("\x0f", "\0", "\x0a") },
	  0,
	  DFUSE_ERROR },
	{ "data while the last command is not asked about",
	  "stm32g0b1xx",
	  { DNLOAD(0, "\x21\x00\x00\x00\x08"),
	    { { 0x21, 1, 2, 0, 0, 0, 1, 0 }, "x", STALL },
	    STATUS("\x0f", "\0", "\x0a") },
	  0,
	  DFUSE_ERROR },
	{ "reading while a download is under way",
	  "stm32g0b1xx",
	  { DNLOAD(0, "\x21\x00\x00\x00\x08"),
	    OK_BUSY,
	    OK_DONE,
	    { { 0xa1, 2, 2, 0, 0, 0, 1, 0 }, NULL, STALL },
	    STATUS("\x0f", "\0", "\x0a") },
	  0,
	  DFUSE_ERROR },
	{ "nothing to clear, and no way to detach",
	  "stm32g0b1xx",
	  { STALLED(4), CLRSTATUS, STALLED(0), OK_IDLE },
	  0,
	  DFUSE_IDLE },
	{ "an abort takes a command back",
	  "stm32g0b1xx",
	  { DNLOAD(0, "\x41\x00\x20\x00\x08"), ABORT, OK_IDLE,
	    UPLOAD(6, "\x00\x40\x02\x20", 4) },
	  0,
	  DFUSE_UPLOAD_IDLE },
};

static void test_story(void **state)
{
	const struct story *row = *state;
	struct board *b = new_board(row->type, 0);

	for (const struct control *c = row->script;
	     c < row->script + ARRAY_SIZE(row->script) && c->setup[1]; c++)
		host_control(&b->host, c);
	assert_int_equal(b->dfuse.state, row->want);
	assert_int_equal(b->leave_at, row->leave_at);
	end(b);
}

static void test_busy(void **state)
{
	static const struct control command = DNLOAD(0, "\x41\x00\x00\x00\x08");
	static const struct control busy20 = STATUS("\0", "\x14", "\4");
	static const struct control busy1 = STATUS("\0", "\1", "\4");
	static const struct control done = OK_DONE;
	struct board *b = new_board("stm32g0b1xx", 20000);

	(void)state;
	b->host.now_us = 5000;
	host_control(&b->host, &command);
	host_control(&b->host, &busy20);
	b->host.now_us = 24999;
	host_control(&b->host, &busy1);
	b->host.now_us = 25000;
	host_control(&b->host, &done);
	end(b);
}

/* 70000 ms: bwPollTimeout has three bytes. */
static void test_long_busy(void **state)
{
	static const struct control command = DNLOAD(0, "\x41\x00\x00\x00\x08");
	static const struct control busy70000 = { { 0xa1, 3, 0, 0, 0, 0, 6, 0 },
						  "\0\x70\x11\1\4\0",
						  6 };
	struct board *b = new_board("stm32g0b1xx", 70000000);

	(void)state;
	host_control(&b->host, &command);
	host_control(&b->host, &busy70000);
	end(b);
}

/* The memory is somewhere else, and answers when it likes to. */
static void test_memory_is_late(void **state)
{
	static const struct control command = DNLOAD(0, "\x41\x00\x00\x00\x08");
	static const struct control busy = OK_BUSY, done = OK_DONE,
				    stop = ABORT;
	struct board *b = new_board("stm32g0b1xx", 0);
	uint32_t in;

	(void)state;
	b->err = -EAGAIN;
	host_control(&b->host, &command);
	host_control(&b->host, &busy);
	host_control(&b->host, &busy);
	b->err = 0;
	host_control(&b->host, &done);
	host_control(&b->host, &stop);
	b->err = -EAGAIN;
	in = host_submit(&b->host, 0, true,
			 (uint8_t[8]){ 0xa1, 2, 2, 0, 0, 0, 2, 0 }, NULL, 2);
	host_hears_nothing(&b->host);
	b->err = 0;
	usb_stream_run(b->host.stream, 0);
	host_hears_data(&b->host, in, "\xff\xff", 2);
	end(b);
}

static const struct broken {
	const char *name;
	struct control script[2];
} broken[] = {
	{ "an erase that fails",
	  { DNLOAD(0, "\x41\x00\x00\x00\x08"), STATUS("\4", "\0", "\x0a") } },
	{ "a mass erase that fails",
	  { DNLOAD(0, "\x41"), STATUS("\4", "\0", "\x0a") } },
	{ "a write that fails",
	  { DNLOAD(2, "x"), STATUS("\3", "\0", "\x0a") } },
	{ "a read that fails",
	  { { { 0xa1, 2, 2, 0, 0, 0, 2, 0 }, NULL, STALL },
	    STATUS("\x0f", "\0", "\x0a") } },
};

static void test_broken(void **state)
{
	const struct broken *row = *state;
	struct board *b = new_board("stm32g0b1xx", 0);

	b->err = -EIO;
	play(b, row->script, 2);
	end(b);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(stories) + ARRAY_SIZE(broken) + 3] = {
		{ "busy lasts as long as it is said to", test_busy },
		{ "how long takes up to three bytes", test_long_busy },
		{ "a memory that is late is waited for", test_memory_is_late },
	};
	size_t n = 3;

	ROWS(stories, test_story);
	ROWS(broken, test_broken);
	return _cmocka_run_group_tests("usb_dfuse", tests, n, NULL, NULL);
}
