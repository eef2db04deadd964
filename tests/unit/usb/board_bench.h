/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_USB_BOARD_BENCH_H
#define UNIT_USB_BOARD_BENCH_H

/*
 * What the process of the USB endpoint does, without its sockets: the kernel on one
 * side, and a world on the other one.
 */
#include "host.h"

#include "../../../sim/canmcu/usb/board.h"

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

static inline bool hear(void *arg, const struct usb_link_msg *msg)
{
	struct bench *b = arg;

	if (b->stuck)
		return false;
	assert_in_range(b->told_len, 0, ARRAY_SIZE(b->told) - 1);
	assert_true(usb_link_valid(msg, usb_link_len(msg)));
	b->told[b->told_len++] = *msg;
	return true;
}

static inline struct bench *new_bench(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	usb_board_init(&b->board, hear, b);
	b->host.stream = &b->board.stream;
	b->host.now_us = 1000;
	return b;
}

static inline void end(struct bench *b)
{
	usb_board_reconnect(&b->board);
	free(b);
}

/* The next message of the device. */
static inline const struct usb_link_msg *told(struct bench *b,
					      enum usb_link_kind kind)
{
	assert_in_range(b->read_len, 0, b->told_len ? b->told_len - 1 : 0);
	assert_true(b->read_len < b->told_len);
	assert_int_equal(b->told[b->read_len].kind, kind);
	return &b->told[b->read_len++];
}

static inline void told_nothing(struct bench *b)
{
	assert_int_equal(b->read_len, b->told_len);
}

static inline void run(struct bench *b)
{
	usb_board_run(&b->board, b->host.now_us);
}

static inline void tell(struct bench *b, const struct usb_link_msg *msg)
{
	assert_true(usb_link_valid(msg, usb_link_len(msg)));
	usb_board_take(&b->board, msg);
	run(b);
}

static inline void control(struct bench *b, const struct control *c)
{
	host_control(&b->host, c);
}

static inline void plug(struct bench *b, enum usb_kind kind)
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

#endif
