// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb sim/canmcu/board/flash.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/cells.c
/* What the process of the USB endpoint does between a kernel and a world. */
#include "board_bench.h"

#define ROOM 20
#define REQUEST "\0\0\0\0\xf0\x03\0\0\x07\0\0\0\x02\xb0\x91\xcc\xc2\x41\xc9\0"
#define FROM_BUS "\xff\xff\xff\xff\x0b\1\0\0\2\0\0\0\xab\xcd\0\0\0\0\0\0"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
