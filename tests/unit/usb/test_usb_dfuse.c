// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/dfuse.c sim/canmcu/board/flash.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/family.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
// needs: sim/canmcu/board/pins.c
/* As dfu-util 0.11 drives it: usbip-gsusb-bridge.md, section 4.6 */
#include "host.h"

#include "../../../sim/canmcu/board/family.h"
#include "../../../sim/canmcu/usb/dfuse.h"

#define START 0x08000000u

struct board {
	struct host host;
	struct flash flash;
	struct dfuse dfuse;
	struct dfuse_env env;
	int err;	   /* of whatever is done next */
	uint32_t leave_at; /* 0: not yet */
};

static int erase(void *arg, uint32_t address, uint64_t now_us)
{
	struct board *b = arg;
	struct flash_result result;

	(void)now_us;
	if (b->err)
		return b->err;
	result = flash_erase(&b->flash, address);
	return result.err ? result.err : (int)result.erased_bytes;
}

static int program(void *arg, uint32_t address, const uint8_t *data, size_t len,
		   uint64_t now_us)
{
	struct board *b = arg;

	(void)now_us;
	return b->err ? b->err : flash_program(&b->flash, address, data, len);
}

static int read_flash(void *arg, uint32_t address, uint8_t *out, size_t len,
		      uint64_t now_us)
{
	struct board *b = arg;

	(void)now_us;
	return b->err ? b->err : flash_read(&b->flash, address, out, len);
}

static void leave(void *arg, uint32_t address, uint64_t now_us)
{
	(void)now_us;
	((struct board *)arg)->leave_at = address;
}

static struct board *new_board(const char *type, uint32_t busy_us)
{
	const struct mcu_type *t = mcu_type_find(type);
	struct dfuse_cfg cfg = { START, t->flash_size, busy_us };
	struct board *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	flash_init(&b->flash, t->flash_map, t->flash_size, mcu_type_stack(t));
	b->env = (struct dfuse_env){ .erase = erase,
				     .program = program,
				     .read = read_flash,
				     .leave = leave,
				     .arg = b };
	dfuse_init(&b->dfuse, &cfg, &b->env);
	host_attach(&b->host, &dfuse_personality, &b->dfuse,
		    &(struct usb_identity){ 0 });
	host_configure(&b->host);
	return b;
}

static void end(struct board *b)
{
	host_detach(&b->host);
	flash_fini(&b->flash);
	free(b);
}

static const uint8_t image[2048] = { 0x00, 0x40, 0x00, 0x20,	     0xc1,
				     0x01, 0x00, 0x08, [2047] = 0x55 };

/* Requests, and their answers. */
#define DNLOAD(block, data)                                                 \
	{                                                                   \
		{ 0x21, 1, (block), 0, 0, 0, sizeof(data) - 1, 0 }, (data), \
			sizeof(data) - 1                                    \
	}
#define DNLOAD_IMAGE                                                     \
	{                                                                \
		{ 0x21, 1, 2, 0, 0, 0, 0, 8 }, (const char *)image, 2048 \
	}
#define DNLOAD_END                                     \
	{                                              \
		{ 0x21, 1, 2, 0, 0, 0, 0, 0 }, NULL, 0 \
	}
#define UPLOAD(block, data, len)                                       \
	{                                                              \
		{ 0xa1, 2, (block), 0, 0, 0, (len)&0xff, (len) >> 8 }, \
			(const char *)(data), (len)                    \
	}
#define STATUS(status, poll, state)                                           \
	{                                                                     \
		{ 0xa1, 3, 0, 0, 0, 0, 6, 0 }, status poll "\0\0" state "\0", \
			6                                                     \
	}
#define GETSTATE(state)                                    \
	{                                                  \
		{ 0xa1, 5, 0, 0, 0, 0, 1, 0 }, state "", 1 \
	}
#define ABORT                                          \
	{                                              \
		{ 0x21, 6, 0, 0, 0, 0, 0, 0 }, NULL, 0 \
	}
#define CLRSTATUS                                      \
	{                                              \
		{ 0x21, 4, 0, 0, 0, 0, 0, 0 }, NULL, 0 \
	}
#define STALLED(request)                                           \
	{                                                          \
		{ 0x21, (request), 0, 0, 0, 0, 0, 0 }, NULL, STALL \
	}
#define SET_INTERFACE                                   \
	{                                               \
		{ 0x01, 11, 0, 0, 0, 0, 0, 0 }, NULL, 0 \
	}
#define OK_IDLE STATUS("\0", "\0", "\2")
#define OK_BUSY STATUS("\0", "\0", "\4")
#define OK_DONE STATUS("\0", "\0", "\5")
#define OK_MANIFEST STATUS("\0", "\0", "\7")

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

static void play(struct board *b, const struct control *c, size_t len)
{
	for (size_t i = 0; i < len; i++)
		host_control(&b->host, &c[i]);
}

static uint8_t byte_at(struct board *b, uint32_t address)
{
	uint8_t byte;

	assert_int_equal(flash_read(&b->flash, address, &byte, 1), 0);
	return byte;
}

static void test_mass_erase(void **state)
{
	static const struct control script[] = { DNLOAD(0, "\x41"), OK_BUSY,
						 OK_DONE };
	struct board *b = new_board("stm32f446xx", 0);

	(void)state;
	assert_int_equal(flash_program(&b->flash, START, image, 2048), 0);
	assert_int_equal(flash_program(&b->flash, 0x0807f800, image, 2048), 0);
	play(b, script, ARRAY_SIZE(script));
	assert_int_equal(byte_at(b, START), 0xff);
	assert_int_equal(byte_at(b, 0x0807ffff), 0xff);
	assert_false(flash_has_application(&b->flash));
	end(b);
}

/* The chip erases what it is told to, also above Katapult's last sector. */
static void test_h7(void **state)
{
	static const struct control script[] = {
		DNLOAD(0, "\x41\x00\x00\x10\x08"), OK_BUSY, OK_DONE
	};
	struct board *b = new_board("stm32h743xx", 0);

	(void)state;
	assert_int_equal(flash_program(&b->flash, 0x080e0000, image, 2048), 0);
	assert_int_equal(flash_program(&b->flash, 0x08100000, image, 2048), 0);
	play(b, script, ARRAY_SIZE(script));
	assert_int_equal(byte_at(b, 0x08100000), 0xff);
	assert_int_equal(byte_at(b, 0x080e0000), 0x00);
	end(b);
}

/* Return: the first byte after F0 and 3C were written to it. */
static uint8_t written_twice(const char *type)
{
	static const struct control script[] = {
		DNLOAD(2, "\xf0"), OK_BUSY, OK_DONE,
		DNLOAD(2, "\x3c"), OK_BUSY, OK_DONE,
	};
	struct board *b = new_board(type, 0);
	uint8_t byte;

	play(b, script, ARRAY_SIZE(script));
	byte = byte_at(b, START);
	end(b);
	return byte;
}

/* Cells are only cleared: without an erase both are mixed. */
static void test_no_erase(void **state)
{
	(void)state;
	assert_int_equal(written_twice("stm32f446xx"), 0x30);
}

/* flashing.md, section 0, fact 1 */
static void test_no_erase_with_ecc(void **state)
{
	(void)state;
	assert_int_equal(written_twice("stm32g0b1xx"), 0xf0);
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

static const struct memory {
	const char *name;
	const char *want;
} memories[] = {
	/* section 3.3 */
	{ "stm32f446xx",
	  "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg" },
	{ "stm32f103x6", "@Internal Flash  /0x08000000/32*001Kg" },
	{ "stm32g0b1xx", "@Internal Flash  /0x08000000/256*002Kg" },
	{ "stm32h743xx", "@Internal Flash  /0x08000000/16*128Kg" },
};

static void test_memory(void **state)
{
	const struct memory *row = *state;
	const struct mcu_type *type = mcu_type_find(row->name);
	char text[DFUSE_MEMORY_TEXT_MAX];

	dfuse_memory_text(text, type->flash_map, type->flash_size);
	assert_string_equal(text, row->want);
}

int main(void)
{
	struct CMUnitTest tests[48] = {
		{ "a mass erase leaves nothing", test_mass_erase },
		{ "H7: sectors above the eighth are erased", test_h7 },
		{ "without an erase bits are only cleared", test_no_erase },
		{ "with ECC the first bytes written stay",
		  test_no_erase_with_ecc },
		{ "busy lasts as long as it is said to", test_busy },
		{ "how long takes up to three bytes", test_long_busy },
		{ "a memory that is late is waited for", test_memory_is_late },
	};
	size_t n = 7;

	ROWS(stories, test_story);
	ROWS(broken, test_broken);
	ROWS(memories, test_memory);
	return _cmocka_run_group_tests("usb_dfuse", tests, n, NULL, NULL);
}
