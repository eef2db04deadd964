// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb sim/canmcu/board/flash.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/cells.c
/* What the process of the USB endpoint does, without its sockets. */
#include "host.h"

#include "../../../sim/canmcu/usb/board.h"
#include "../../../sim/canmcu/usb/vhci.h"

#define ROOM 20
#define REQUEST "\0\0\0\0\xf0\x03\0\0\x07\0\0\0\x02\xb0\x91\xcc\xc2\x41\xc9\0"
#define FROM_BUS "\xff\xff\xff\xff\x0b\1\0\0\2\0\0\0\xab\xcd\0\0\0\0\0\0"

static const struct control configure = { { 0x00, 9, 1 }, NULL, 0 };
static const struct control up = { { 0x41, 2, 0, 0, 0, 0, 8, 0 },
				   "\1\0\0\0\0\0\0\0",
				   8 };
static const struct control down = { { 0x41, 2, 0, 0, 0, 0, 8, 0 },
				     "\0\0\0\0\0\0\0\0",
				     8 };

/* The kernel on one side, and a world on the other one that may be stuck. */
struct bench {
	struct host host;
	struct usb_board board;
	bool stuck;
	struct usb_link_msg told[48];
	size_t told_len;
	size_t read_len; /* of those */
};

static bool hear(void *arg, const struct usb_link_msg *msg)
{
	struct bench *b = arg;

	if (b->stuck)
		return false;
	assert_in_range(b->told_len, 0, ARRAY_SIZE(b->told) - 1);
	assert_true(usb_link_valid(msg, usb_link_len(msg)));
	b->told[b->told_len++] = *msg;
	return true;
}

static struct bench *new_bench(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	usb_board_init(&b->board, hear, b);
	b->host.stream = &b->board.stream;
	b->host.now_us = 1000;
	return b;
}

static void end(struct bench *b)
{
	usb_board_reconnect(&b->board);
	free(b);
}

/* The next message of the device. */
static const struct usb_link_msg *told(struct bench *b, enum usb_link_kind kind)
{
	assert_in_range(b->read_len, 0, b->told_len ? b->told_len - 1 : 0);
	assert_true(b->read_len < b->told_len);
	assert_int_equal(b->told[b->read_len].kind, kind);
	return &b->told[b->read_len++];
}

static void told_nothing(struct bench *b)
{
	assert_int_equal(b->read_len, b->told_len);
}

static void run(struct bench *b)
{
	usb_board_run(&b->board, b->host.now_us);
}

static void tell(struct bench *b, const struct usb_link_msg *msg)
{
	assert_true(usb_link_valid(msg, usb_link_len(msg)));
	usb_board_take(&b->board, msg);
	run(b);
}

static void control(struct bench *b, const struct control *c)
{
	host_control(&b->host, c);
}

static void plug(struct bench *b, enum usb_kind kind)
{
	struct usb_link_msg msg = {
		.kind = USB_LINK_PLUG,
		.plug = { .kind = kind, .memory = { 0x08000000, 0x20000, 0 } }
	};

	strcpy(msg.plug.strings[USB_STRING_MANUFACTURER], "K");
	memset(msg.plug.strings[USB_STRING_SERIAL], 'S', USB_LINK_TEXT_MAX);
	tell(b, &msg);
	control(b, &configure);
}

static void test_bridge(void **state)
{
	struct bench *b = new_bench();
	uint32_t in, out;

	(void)state;
	plug(b, USB_GSUSB);
	control(b, &up);
	assert_true(told(b, USB_LINK_MODE)->mode.up);
	in = host_in(&b->host, 1, ROOM);
	out = host_out(&b->host, 2, REQUEST, ROOM);
	host_hears_done(&b->host, out, 0, ROOM);
	host_hears_data(&b->host, in, REQUEST, ROOM);
	assert_int_equal(told(b, USB_LINK_LOCAL)->frame.can_id, 0x3f0);
	assert_int_equal(told(b, USB_LINK_BUS)->frame.data[6], 0xc9);
	in = host_in(&b->host, 1, ROOM);
	tell(b, &(struct usb_link_msg){ .kind = USB_LINK_FRAME,
					.frame = FRAME(0x10b, 0xab, 0xcd) });
	host_hears_data(&b->host, in, FROM_BUS, ROOM);
	told_nothing(b);
	end(b);
}

/* As the CAN hardware tells that a slot is free again. */
static void test_own_frames(void **state)
{
	struct usb_link_msg own = { .kind = USB_LINK_SENT,
				    .frame = FRAME(0x10b, 0xab, 0xcd) };
	struct bench *b = new_bench();
	uint32_t in;

	(void)state;
	plug(b, USB_GSUSB);
	tell(b, &own);
	told(b, USB_LINK_ACCEPTED); /* down: it is on no bus */
	control(b, &up);
	told(b, USB_LINK_MODE);
	for (size_t i = 0; i < GSUSB_BUS_QUEUE_LEN; i++) {
		tell(b, &own);
		told(b, USB_LINK_ACCEPTED);
	}
	tell(b, &own);
	told_nothing(b);
	in = host_in(&b->host, 1, ROOM);
	host_hears_data(&b->host, in, FROM_BUS, ROOM);
	run(b);
	told(b, USB_LINK_ACCEPTED);
	told_nothing(b);
	for (size_t i = 0; i < GSUSB_BUS_QUEUE_LEN; i++)
		host_hears_data(&b->host, host_in(&b->host, 1, ROOM), FROM_BUS,
				ROOM);
	host_in(&b->host, 1, ROOM);
	host_hears_nothing(&b->host);
	end(b);
}

static void test_strings(void **state)
{
	static const struct control first = { { 0x80, 6, 1, 3, 9, 4, 255, 0 },
					      BYTES("\4\3K\0") };
	static const struct control none = { { 0x80, 6, 2, 3, 9, 4, 255, 0 },
					     NULL,
					     STALL };
	static const struct control cut = { { 0x80, 6, 3, 3, 9, 4, 4, 0 },
					    BYTES("\xfe\3S\0") };
	struct bench *b = new_bench();

	(void)state;
	plug(b, USB_CDC_KLIPPER);
	control(b, &first);
	control(b, &none);
	control(b, &cut);
	end(b);
}

/* Trap 1, where it hurts: a world that waits for the lock that "down" holds. */
static void test_world_is_stuck(void **state)
{
	struct bench *b = new_bench();
	uint32_t in[30], unlink;

	(void)state;
	plug(b, USB_GSUSB);
	control(b, &up);
	for (size_t i = 0; i < 30; i++)
		in[i] = host_in(&b->host, 1, ROOM);
	b->stuck = true;
	host_out(&b->host, 2, REQUEST, ROOM);
	host_hears_done(&b->host, b->host.seqnum, 0, ROOM);
	host_hears_data(&b->host, in[0], REQUEST, ROOM);
	for (size_t i = 1; i < 30; i++) {
		unlink = host_unlink(&b->host, in[i]);
		host_hears_unlinked(&b->host, unlink, -ECONNRESET);
	}
	control(b, &down);
	b->stuck = false;
	b->read_len = b->told_len;
	run(b);
	assert_false(told(b, USB_LINK_MODE)->mode.up);
	told_nothing(b);
	end(b);
}

static void test_what_must_not_be_lost(void **state)
{
	struct bench *b = new_bench();

	(void)state;
	plug(b, USB_GSUSB);
	b->stuck = true;
	for (size_t i = 0; i < USB_BOARD_OUTBOX_LEN / 2; i++) {
		control(b, &up);
		control(b, &down);
	}
	assert_int_equal(b->board.lost, 0);
	control(b, &up);
	assert_int_equal(b->board.lost, 1);
	b->stuck = false;
	/* what waits goes first, and then there is room for this one */
	control(b, &down);
	assert_int_equal(b->board.lost, 1);
	assert_int_equal(b->told_len, USB_BOARD_OUTBOX_LEN + 1);
	run(b);
	for (size_t i = 0; i < USB_BOARD_OUTBOX_LEN; i++)
		assert_int_equal(told(b, USB_LINK_MODE)->mode.up, i % 2 == 0);
	assert_false(told(b, USB_LINK_MODE)->mode.up);
	told_nothing(b);
	end(b);
}

static void test_frames_keep_their_order(void **state)
{
	struct bench *b = new_bench();

	(void)state;
	plug(b, USB_GSUSB);
	b->stuck = true;
	control(b, &up);
	host_out(&b->host, 2, REQUEST, ROOM);
	host_hears_done(&b->host, b->host.seqnum, 0, ROOM);
	assert_true(usb_board_deadline(&b->board) == UINT64_MAX);
	b->stuck = false;
	run(b);
	told(b, USB_LINK_MODE);
	told(b, USB_LINK_LOCAL);
	told(b, USB_LINK_BUS);
	end(b);
}

/* Trap 5: CDC bytes in gs_usb, old echoes in a fresh can0. */
static void test_swap(void **state)
{
	struct usb_link_msg bytes = { .kind = USB_LINK_BYTES,
				      .bytes = { 5, "stale" } };
	struct bench *b = new_bench();

	(void)state;
	plug(b, USB_CDC_KATAPULT);
	tell(b, &bytes);
	host_in(&b->host, 3, 8);
	plug(b, USB_GSUSB);
	control(b, &up);
	host_in(&b->host, 1, ROOM);
	tell(b, &bytes);
	host_hears_nothing(&b->host);
	assert_int_equal(b->board.stream.pending, 1);
	plug(b, USB_CDC_KLIPPER);
	host_in(&b->host, 1, 128);
	tell(b, &(struct usb_link_msg){ .kind = USB_LINK_FRAME,
					.frame = FRAME(0x10b, 1) });
	host_hears_nothing(&b->host);
	tell(b, &(struct usb_link_msg){ .kind = USB_LINK_UNPLUG });
	assert_int_equal(b->board.stream.pending, 0);
	assert_false(b->board.plugged);
	end(b);
}

static void test_serial_port(void **state)
{
	struct usb_link_msg bytes = { .kind = USB_LINK_BYTES,
				      .bytes = { 2, "ab" } };
	static const struct control slow = { { 0x21, 0x20, 0, 0, 0, 0, 7, 0 },
					     "\xb0\4\0\0\0\0\x08",
					     7 };
	struct bench *b = new_bench();
	uint32_t in, out;

	(void)state;
	plug(b, USB_CDC_KLIPPER);
	out = host_out(&b->host, 2, "xyz", 3);
	host_hears_done(&b->host, out, 0, 3);
	assert_memory_equal(told(b, USB_LINK_BYTES)->bytes.bytes, "xyz", 3);
	in = host_in(&b->host, 1, 128);
	tell(b, &bytes);
	host_hears_data(&b->host, in, "ab", 2);
	assert_false(usb_board_waits(&b->board));
	b->stuck = true;
	out = host_out(&b->host, 2, "xyz", 3);
	host_hears_nothing(&b->host);
	assert_true(usb_board_waits(&b->board));
	b->stuck = false;
	run(b);
	assert_false(usb_board_waits(&b->board));
	host_hears_done(&b->host, out, 0, 3);
	told(b, USB_LINK_BYTES);
	control(b, &slow);
	told(b, USB_LINK_TOUCH);
	plug(b, USB_CDC_KATAPULT);
	control(b, &slow);
	told_nothing(b);
	end(b);
}

#define STATUS(state)                                                   \
	{                                                               \
		{ 0xa1, 3, 0, 0, 0, 0, 6, 0 }, "\0\0\0\0" state "\0", 6 \
	}
static const struct control busy = STATUS("\4"), done = STATUS("\5"),
			    manifest = STATUS("\7");

static void answer(struct bench *b, uint32_t seq, int32_t result)
{
	tell(b, &(struct usb_link_msg){
			.kind = USB_LINK_MEMORY,
			.memory = { .seq = seq, .result = result } });
}

static void test_memory(void **state)
{
	static const struct control erase = { { 0x21, 1, 0, 0, 0, 0, 5, 0 },
					      "\x41\0\0\0\x08",
					      5 };
	static const struct control write = { { 0x21, 1, 2, 0, 0, 0, 3, 0 },
					      "abc",
					      3 };
	static const struct control leave = { { 0x21, 1, 0, 0, 0, 0, 0, 0 },
					      NULL,
					      0 };
	struct bench *b = new_bench();
	const struct usb_link_msg *msg;

	(void)state;
	plug(b, USB_DFUSE);
	control(b, &erase);
	control(b, &busy);
	msg = told(b, USB_LINK_ERASE);
	assert_int_equal(msg->memory.address, 0x08000000);
	control(b, &busy);
	answer(b, msg->memory.seq + 1, -EIO);
	control(b, &busy);
	answer(b, msg->memory.seq, 2048);
	control(b, &done);
	control(b, &write);
	control(b, &busy);
	msg = told(b, USB_LINK_PROGRAM);
	assert_int_equal(msg->memory.len, 3);
	assert_memory_equal(msg->memory.bytes, "abc", 3);
	answer(b, msg->memory.seq, 0);
	control(b, &done);
	control(b, &leave);
	control(b, &manifest);
	assert_int_equal(told(b, USB_LINK_LEAVE)->number, 0x08000000);
	told_nothing(b);
	end(b);
}

static void test_upload(void **state)
{
	static const uint8_t setup[8] = { 0xa1, 2, 2, 0, 0, 0, 3, 0 };
	struct usb_link_msg reply = { .kind = USB_LINK_MEMORY };
	struct bench *b = new_bench();
	uint32_t first, second, unlink;

	(void)state;
	plug(b, USB_DFUSE);
	first = host_submit(&b->host, 0, true, setup, NULL, 3);
	reply.memory.seq = told(b, USB_LINK_READ)->memory.seq;
	host_hears_nothing(&b->host);
	/* the host gives up, and what comes now is for nobody (trap 2) */
	unlink = host_unlink(&b->host, first);
	host_hears_unlinked(&b->host, unlink, -ECONNRESET);
	reply.memory.len = 3;
	memcpy(reply.memory.bytes, "abc", 3);
	tell(b, &reply);
	host_hears_nothing(&b->host);
	/* the same again is what was read already */
	second = host_submit(&b->host, 0, true, setup, NULL, 3);
	host_hears_data(&b->host, second, "abc", 3);
	told_nothing(b);
	end(b);
}

/* Asked for, and taken back; what was asked instead has this address and length. */
static void ask_and_take_back(struct bench *b, const uint8_t setup[static 8],
			      uint32_t address)
{
	uint32_t asked = host_submit(&b->host, 0, true, setup, NULL, setup[6]);
	const struct usb_link_msg *msg = told(b, USB_LINK_READ);

	assert_int_equal(msg->memory.address, address);
	assert_int_equal(msg->memory.len, setup[6]);
	host_hears_nothing(&b->host);
	host_hears_unlinked(&b->host, host_unlink(&b->host, asked),
			    -ECONNRESET);
}

static void test_another_question(void **state)
{
	static const struct control to_idle = { { 0x21, 6 }, NULL, 0 };
	static const struct control write = { { 0x21, 1, 2, 0, 0, 0, 3, 0 },
					      "abc",
					      3 };
	struct bench *b = new_bench();

	(void)state;
	plug(b, USB_DFUSE);
	ask_and_take_back(b, (uint8_t[]){ 0xa1, 2, 2, 0, 0, 0, 3, 0 },
			  0x08000000);
	ask_and_take_back(b, (uint8_t[]){ 0xa1, 2, 2, 0, 0, 0, 2, 0 },
			  0x08000000);
	/* wBlockNum - 2 times wTransferSize: AN3156, read memory */
	ask_and_take_back(b, (uint8_t[]){ 0xa1, 2, 3, 0, 0, 0, 2, 0 },
			  0x08000800);
	ask_and_take_back(b, (uint8_t[]){ 0xa1, 2, 2, 0, 0, 0, 3, 0 },
			  0x08000000);
	control(b, &to_idle);
	control(b, &write);
	control(b, &busy);
	assert_int_equal(told(b, USB_LINK_PROGRAM)->memory.len, 3);
	end(b);
}

/* Of another process of the same program, and yet checked. */
static const struct broken {
	const char *name;
	struct usb_link_msg msg;
	size_t len;
} broken[] = {
	{ "a message without its kind", { .kind = USB_LINK_UNPLUG }, 1 },
	{ "a message of no kind",
	  { .kind = USB_LINK_KIND_COUNT },
	  sizeof(struct usb_link_msg) },
	{ "half a frame", { .kind = USB_LINK_FRAME }, 8 },
	{ "fewer bytes than announced",
	  { .kind = USB_LINK_BYTES, .bytes.len = 4 },
	  offsetof(struct usb_link_msg, bytes.bytes) + 3 },
	{ "more bytes than there can be",
	  { .kind = USB_LINK_BYTES, .bytes.len = USB_LINK_BYTES_MAX + 1 },
	  offsetof(struct usb_link_msg, bytes.bytes) + USB_LINK_BYTES_MAX + 1 },
	{ "a frame with more data than there can be",
	  { .kind = USB_LINK_BUS, .frame.can_dlc = CAN_MAX_DLEN + 1 },
	  offsetof(struct usb_link_msg, frame) + sizeof(struct can_frame) },
};

/* What is neither: in a bool it would be undefined. */
static void test_neither_true_nor_false(void **state)
{
	struct usb_link_msg mode = { .kind = USB_LINK_MODE };
	struct usb_link_msg deviate = { .kind = USB_LINK_DEVIATE };

	(void)state;
	assert_true(usb_link_valid(&mode, usb_link_len(&mode)));
	*(unsigned char *)&mode.mode.up = 2;
	assert_false(usb_link_valid(&mode, usb_link_len(&mode)));
	assert_true(usb_link_valid(&deviate, usb_link_len(&deviate)));
	*(unsigned char *)&deviate.gsusb.stalled = 0xff;
	assert_false(usb_link_valid(&deviate, usb_link_len(&deviate)));
}

static void test_broken(void **state)
{
	const struct broken *row = *state;

	assert_false(usb_link_valid(&row->msg, row->len));
}

/* The columns of "status" as Linux 6.1 prints them: usbip-gsusb-bridge.md, 1. */
#define HEAD "hub port sta spd dev      sockfd local_busid\n"
#define USED(hub, port) hub "  " port " 006 002 00010002 000006 1-1\n"
#define FREE(hub, port) hub "  " port " 004 000 00000000 000000 0-0\n"

static const struct status {
	const char *name;
	const char *text;
	int want;
} statuses[] = {
	{ "the first one is free", HEAD FREE("hs", "0000") FREE("hs", "0001"),
	  0 },
	{ "the first ones are in use",
	  HEAD USED("hs", "0000") USED("hs", "0001") FREE("hs", "0010"), 10 },
	{ "super speed ports are not for us",
	  HEAD USED("hs", "0000") FREE("ss", "0008"), -EBUSY },
	{ "all are in use", HEAD USED("hs", "0000"), -EBUSY },
	{ "nothing at all", "", -EBUSY },
};

static void test_status(void **state)
{
	const struct status *row = *state;

	assert_int_equal(vhci_find_free(row->text), row->want);
}

static const struct problem {
	const char *name;
	int err;
	const char *want; /* in the sentence */
} problems[] = {
	{ "no controller: how to load it", -ENODEV, "modprobe vhci-hcd" },
	{ "not root: TCP works, too", -EACCES, "usbip attach -r 127.0.0.1" },
	{ "a port in use: how to free it", -EBUSY, "usbip detach -p" },
	{ "no such port: where they are", -EINVAL, "vhci_hcd.0/status" },
	{ "what nobody has thought of", -ENOSPC, "No space left" },
};

static void test_problem(void **state)
{
	const struct problem *row = *state;

	assert_non_null(strstr(vhci_problem(row->err), row->want));
}

int main(void)
{
	struct CMUnitTest tests[32] = {
		{ "a bridge: frames both ways, and its mode", test_bridge },
		{ "own frames are accepted as there is room", test_own_frames },
		{ "strings are the world's", test_strings },
		{ "a stuck world holds no unlink up", test_world_is_stuck },
		{ "what must not be lost is kept for a stuck world",
		  test_what_must_not_be_lost },
		{ "frames wait behind it", test_frames_keep_their_order },
		{ "a swap forgets what was for the last device", test_swap },
		{ "a serial port: bytes both ways, and the touch",
		  test_serial_port },
		{ "a memory elsewhere is asked once, and waited for",
		  test_memory },
		{ "an upload that was taken back is not answered",
		  test_upload },
		{ "a message with what is neither true nor false",
		  test_neither_true_nor_false },
		{ "another question is not answered with the first one's",
		  test_another_question },
	};
	size_t n = 12;

	ROWS(broken, test_broken);
	ROWS(statuses, test_status);
	ROWS(problems, test_problem);
	return _cmocka_run_group_tests("usb_board", tests, n, NULL, NULL);
}
